/* A query on its way to a statement (private to query.c and query_text.c). */
#ifndef PLATEN_STORE_QUERY_PRIVATE_H
#define PLATEN_STORE_QUERY_PRIVATE_H

#include "store/query.h"

/* No value is written more than twice, each author once, and a few numbers. */
enum { QUERY_BINDS = 2 * QUERY_VALUES + 4 * (QUERY_AUTHORS_MAX + 1) + 16 };

struct maker {
    struct db *db;
    const struct query *q;
    struct buf sql;
    struct query_value binds[QUERY_BINDS];
    int bind_count, costly;
    /* what is walked: a list, or (keyed) posts that are named one by one */
    int64_t list, list_count, pages; /* pages: how many of list_count are none of our business */
    bool whole; /* the list is all that is asked for: no condition is written */
    bool keyed, never;
    struct error *err;
    int rc; /* -1 with err, and nothing goes on */
};

void query_put(struct maker *m, const char *text);
void query_put_number(struct maker *m, int64_t n);
/* " FROM ... WHERE ...", " ORDER BY ...". with_post: the post's own columns can be named. */
void query_put_from(struct maker *m, bool with_post);
void query_put_order(struct maker *m);

bool query_is_post(const struct query *q);
/* What is listed comes from list_sorted; in that sort, -1: the order is none of it. */
bool query_walks_list(const struct maker *m);
int query_sort_of(const struct query *q);
bool query_is_author(enum query_column c);
/* The value means the author of posts that name none. */
bool query_is_house(const struct query *q, const struct query_value *v);
/* The list that a value of QUERY_TAG or QUERY_AUTHOR means: 1, *count its posts; 0: there is none; -1 with m->rc. */
int query_list_of(struct maker *m, enum query_column c, const struct query_value *v, int64_t *id,
                  int64_t *count);

#endif
