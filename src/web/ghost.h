/* Ghost's Content API as a second face of the API, for frontends written for Ghost: private to ghost*.c.
 *
 * ghost.c is the door: keys, paths, errors. ghost_ask.c reads a query, ghost_view.c makes what Ghost calls posts and
 * pages of our view, ghost_terms.c tags and authors, ghost_site.c settings and tiers. One request, one thread. */
#ifndef PLATEN_WEB_GHOST_H
#define PLATEN_WEB_GHOST_H

#include "web/api.h"
#include "web/ghost_filter.h"

/* Of Ghost, whose answers these are like. */
#define GHOST_VERSION "6.0"

enum { GHOST_WITH_TAGS = 1, GHOST_WITH_AUTHORS = 2, GHOST_WITH_COUNT = 4 }; /* include */
enum { GHOST_HTML = 1, GHOST_PLAIN = 2 };                                   /* formats */

struct ghost {
    struct visit *v;
    enum query_from from;
    const char *plural, *singular; /* "posts", "post" */
    unsigned include, formats;
    struct buf fields; /* "title,slug"; empty: all */
    bool formats_given;
    int64_t limit, page;
    struct query_order order[QUERY_ORDERS];
    size_t order_count;
    struct ghost_filter filter;
    /* the author of posts that name none; author_name NULL: the site names nobody */
    const char *author_name, *author_url;
    char author_slug[256];
    int64_t author_id, author_unsigned; /* id as of ghost_id_write; posts that name none */
    /* authors that are no lists, read when they are wanted */
    struct query_author *authors;
    size_t author_count;
    bool named; /* the site's authors have no lists */
};

/* --- ghost_ask.c --- */

/* Parameters of one thing (limit, page, filter and order only of a list). 0; VISIT_DONE: answered with 400. What it
 * does not know it does not see, as Ghost does. */
int ghost_ask(struct ghost *g, bool list) CHECKED;
void ghost_ask_free(struct ghost *g);
/* The member is wanted. */
bool ghost_wants(const struct ghost *g, const char *name);
/* Finds who the site's author is and, when they are wanted for a list or for what is read, authors that are no
 * lists: for that, every post may be asked. */
int ghost_find_authors(struct ghost *g, bool list, struct slice read, struct error *err) CHECKED;

/* --- what is shown: new values, NULL when memory is out or (err filled) the store failed --- */

/* The list is to have the post's members; p has its body when ghost_reads_body. */
json_t *ghost_post(struct ghost *g, const struct post *p, struct error *err);
bool ghost_reads_body(const struct ghost *g);
/* Tags or authors of a post: terms as the card of a post has them. */
json_t *ghost_terms(struct ghost *g, enum query_from from, const json_t *terms, struct error *err);
/* A list, or (id 0) the site's own author; null when there is none. asked: it is what was asked for, so that fields and
 * count.posts are its. */
json_t *ghost_term(struct ghost *g, enum query_from from, int64_t id, bool asked,
                   struct error *err);
json_t *ghost_settings(struct visit *v);
json_t *ghost_tiers(void);

/* Members that stand for nothing here, all null. */
int ghost_put_nulls(json_t *o, const struct ghost *g, const char *const *names, size_t count);
/* "2019-11-26T02:43:13.000+00:00", null when not known. */
int ghost_put_time(json_t *o, const char *name, bool known, int64_t seconds);
/* A full URL for one as pages have it; null for NULL and "". */
int ghost_put_url(json_t *o, const char *name, const struct snapshot *site, const char *url);

/* --- ghost.c --- */

/* Answers in Ghost's form; context and code may be NULL. */
void ghost_error(struct visit *v, int status, const char *message, const char *context,
                 const char *code);
/* The address belongs to this face. */
bool ghost_path(const char *path);

/* -1: one of them is no key. */
int ghost_keys_check(const char *const *keys, struct error *err) CHECKED;

route_fn ghost_api;

#endif
