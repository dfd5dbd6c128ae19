/* Lists in the orders and under the filters that programs ask for.
 *
 * A walk goes through one list of the house in one order, up or down, from behind a key on: a seek and a
 * step for each post, whatever the depth. Ties are broken by the post's id, so a walk that goes on behind
 * the last key it saw meets every post that stays exactly once, whatever comes, goes or changes meanwhile.
 * Other lists are asked post by post, so the smallest is the one to walk. Posts that match a search, and
 * those that readers do not see, are few: they are gathered and put in order. */
#ifndef PLATEN_STORE_BROWSE_H
#define PLATEN_STORE_BROWSE_H

#include "store/posts.h"

enum browse_sort { BROWSE_PUBLISHED, BROWSE_UPDATED, BROWSE_TITLE };
enum browse_state { BROWSE_LIVE, BROWSE_DRAFT, BROWSE_SCHEDULED, BROWSE_OVER };

/* Of a title, in lower case (ASCII), what it is sorted by. */
enum { BROWSE_TEXT_MAX = 400 };

/* The place of a post in an order. */
struct browse_key {
    int64_t number; /* of a time */
    char text[BROWSE_TEXT_MAX + 1];
    size_t len; /* of a title */
    int64_t post;
};

struct browse {
    int64_t list; /* the id of LIST_ALL or of another one; not home */
    enum browse_sort sort;
    bool down;                       /* greatest first */
    const struct browse_key *beyond; /* NULL: from the begin */
    const int64_t *since,
        *until;              /* of `published`, UTC seconds: from, and before; NULL: whenever */
    int64_t also[2];         /* in these lists, too; 0: none */
    const char *match;       /* of search_match; NULL: all */
    enum browse_state state; /* with match BROWSE_LIVE only */
    int64_t now;             /* UTC seconds, for state */
    int64_t size, offset;
};

typedef int browse_fn(void *arg, const struct browse_key *key);

/* Calls fn for the posts in order; non-zero ends the walk. 0, fn's value, -1. */
int browse_run(struct db *db, const struct browse *b, browse_fn *fn, void *arg,
               struct error *err) CHECKED;

/* How many there are in all; walks what is not counted already. */
int browse_count(struct db *db, const struct browse *b, int64_t *total, struct error *err) CHECKED;

/* The post of that slug, live ones first; any: one that readers do not see, too. 1 found, 0 not, -1. */
int browse_slug(struct db *db, const char *slug, bool any, int64_t *id, struct error *err) CHECKED;

/* The months (1 to 12, in UTC) that have posts with a date, the last one first, and how many each has. */
int browse_months(struct db *db, int (*fn)(void *arg, int year, int month, int64_t count),
                  void *arg, struct error *err) CHECKED;

/* Terms of a taxonomy or sections that have posts, by name or by their number. */
struct places {
    enum list_kind kind;
    const char *taxonomy;
    bool by_count, down;
    const struct browse_key *beyond; /* here and in fn its post is the list's id */
    int64_t size, offset;
};
int places_run(struct db *db, const struct places *p, browse_fn *fn, void *arg,
               struct error *err) CHECKED;
int places_count(struct db *db, const struct places *p, int64_t *total, struct error *err) CHECKED;

#endif
