/* What the feed files share: the feed that is asked for, and its entries one by one.
 *
 * A feed is bounded twice: the site's feed_size says how many posts it has, FEED_BYTES_MAX how much text. Where
 * the next post would go beyond that the feed ends, and a post that is too large for any feed is
 * there with its summary: a reader's program asks every few minutes, and what it gets must stay
 * something that can be fetched and held. */
#ifndef PLATEN_WEB_FEED_H
#define PLATEN_WEB_FEED_H

#include "base/json.h"
#include "store/posts.h"
#include "web/visit.h"

enum { FEED_BODY_MAX = 16 << 20, FEED_BYTES_MAX = 8 << 20, FEED_MAX_TERMS = 1000 };

enum feed_format { FEED_NONE, FEED_RSS, FEED_ATOM, FEED_JSON };

struct feed {
    enum feed_format format;
    const char *name; /* of the list; "" for the whole site's */
    const char *base; /* path of the list's page; what the feed is called is below it */
    int64_t updated;  /* 0: nothing is in it */
};

/* The name of a list's feed in that format: "index.xml". */
const char *feed_file(enum feed_format format);

/* The format of a path that names a feed ("/tags/x/atom.xml") by that name or one of those other
 * generators have; *base gets the bytes that are the list's page ("/tags/x/"). FEED_NONE: it names none. */
enum feed_format feed_format_of(const char *path, size_t *base);

/* The full text of p with absolute links as member "content" of o, null where it is too large.
 * *bytes counts what the feed has so far. 1: there is no room for it, the feed ends before p. */
int feed_put_text(json_t *o, const struct visit *v, const struct post *p, size_t *bytes);

/* "authors" of o, with addresses that are full URLs or null; p's card has them. */
int feed_put_authors(json_t *o, const struct visit *v, const json_t *card);

/* Names of the post's tags, categories and series, each once. */
json_t *feed_topics(const json_t *card);

/* Sets member key to a moment as RFC 3339 has it. */
int feed_put_time(json_t *o, const char *key, int64_t seconds, int offset);

/* Links of the answer for WebSub (W3C Recommendation, section 4): the hubs, and the feed's own address. */
int feed_link_header(struct visit *v, const struct feed *f);

/* Sets member key to the feed's own address. */
int feed_put_self(json_t *o, const char *key, const struct visit *v, const struct feed *f);

/* "Python on My blog", "My blog". */
int feed_put_title(json_t *o, const struct visit *v, const struct feed *f);

/* JSON Feed 1.1: the posts of list l, or the terms of a taxonomy when l is NULL. feed_json.c */
int feed_json_answer(struct visit *v, const struct feed *f, const struct list *l,
                     const char *plural, struct error *err) CHECKED;

#endif
