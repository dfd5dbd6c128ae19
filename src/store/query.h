/* Posts, pages and terms that fulfil a condition, in an order: for faces that let programs ask freely.
 *
 * The text of the statement is put together here, and only of constant parts: the columns of a table, the tests of
 * another. Whatever a client wrote is a number or a text that is bound. A condition is a tree in arrays of fixed
 * size, so its depth and its number of terms are bounded by whoever fills it in; the work it may cause is
 * bounded by db_budget. The walk goes through the smallest list that the condition demands. */
#ifndef PLATEN_STORE_QUERY_H
#define PLATEN_STORE_QUERY_H

#include "store/posts.h"

enum query_from { QUERY_POSTS, QUERY_PAGES, QUERY_TAGS, QUERY_AUTHORS };

/* What a condition may speak of and an order be by. */
enum query_column {
    QUERY_ID,
    QUERY_SLUG,
    QUERY_NAME, /* a post's title */
    QUERY_UPDATED,
    QUERY_COUNT, /* of a term: its posts */
    /* of posts and pages: */
    QUERY_PUBLISHED,
    QUERY_CREATED,
    QUERY_FEATURED,
    QUERY_MINUTES,
    QUERY_DESCRIPTION,
    QUERY_COVER, /* whether there is one: null or not */
    /* not for orders; texts are slugs, numbers the ids of lists: */
    QUERY_TAG,
    QUERY_AUTHOR,
    QUERY_FIRST_TAG,
    QUERY_FIRST_AUTHOR,
    QUERY__COLUMNS
};

enum query_test {
    QUERY_IS, /* any of the values */
    QUERY_BELOW,
    QUERY_TO,
    QUERY_ABOVE,
    QUERY_FROM,
    QUERY_HOLDS, /* texts: whatever the case of ASCII letters is */
    QUERY_STARTS,
    QUERY_ENDS
};

enum { QUERY_NODES = 64, QUERY_VALUES = 200, QUERY_ORDERS = 6, QUERY_SIZE_MAX = 100 };

struct query_value {
    enum { QUERY_NULL, QUERY_NUMBER, QUERY_TEXT } kind;
    int64_t number;
    const char *text; /* NUL-terminated */
    size_t len;
};

struct query_node {
    enum { QUERY_TERM, QUERY_AND, QUERY_OR, QUERY_ALWAYS, QUERY_NEVER } kind;
    int left, right; /* of QUERY_AND and QUERY_OR: lower than the node's own number */
    enum query_column column;
    enum query_test test;
    bool negated;
    int first, count; /* of values; one but for QUERY_IS */
};

struct query_where {
    struct query_node nodes[QUERY_NODES];
    struct query_value values[QUERY_VALUES];
    int node_count, value_count, root;
};

struct query_order {
    enum query_column column;
    bool down;
};

struct query {
    enum query_from from;
    const struct query_where *where; /* NULL: all */
    const struct query_order *order;
    size_t order_count;
    int in_order; /* without order: a QUERY_SLUG node of `where`, as whose values they come; -1: none */
    /* The author of posts that name none, NULL: nobody; author_id is that of a list, else 0. */
    const char *author;
    int64_t author_id;
    /* Authors that are no lists, listed with those that are. named: posts are asked whom they name, since the site's
     * authors have no lists. */
    const struct query_author *authors;
    size_t author_count;
    bool named;
    int64_t size, offset; /* size 1..QUERY_SIZE_MAX */
};

enum { QUERY_AUTHORS_MAX = 100 };

/* An author without a list of its own: id is 0 or below -1. */
struct query_author {
    int64_t id, count;
    char slug[256], name[256];
};

struct query_found {
    int64_t ids[QUERY_SIZE_MAX]; /* of posts, or of lists */
    size_t count;
    int64_t total; /* on all pages */
};

/* 0 found; 1 it would cost too much; -1. */
int query_run(struct db *db, const struct query *q, struct query_found *out,
              struct error *err) CHECKED;

/* The id of what has that slug, or whether there is one of that id. 1 found, 0 not, -1. */
int query_slug(struct db *db, enum query_from from, const char *slug, int64_t *id,
               struct error *err) CHECKED;

/* Live posts that name no author; named as in struct query. */
int query_unsigned(struct db *db, bool named, int64_t *count, struct error *err) CHECKED;

/* Authors that live posts name, those of most posts first, at most max: their number, -1. Every post is read; where
 * that costs too much there are none. Their ids are left to the caller. */
int query_named(struct db *db, struct query_author *out, size_t max, struct error *err) CHECKED;

/* Live pages in a list, which are counted among its posts. */
int query_pages_in(struct db *db, int64_t list, int64_t *count, struct error *err) CHECKED;

/* Appends the words of a post as plain text. 1 found, 0 not, -1. */
int query_plain(struct db *db, int64_t post, struct buf *out, struct error *err) CHECKED;

#endif
