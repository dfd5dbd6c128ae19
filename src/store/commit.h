/* The pieces of the final transaction (private to the store): commit.c runs them in order. */
#ifndef PLATEN_STORE_COMMIT_H
#define PLATEN_STORE_COMMIT_H

#include "store/address.h"
#include "store/publication.h"

/* An alias that a post of this publication asks for. */
struct wish {
    const char *path;
    const char *source;
    int64_t post;
};

struct commit {
    int64_t before; /* rows written by the connection when the transaction began */
    struct publication *p;
    struct db *db;
    struct touch touch;
    publication_conflict_fn *conflict;
    void *arg;
    struct publication_result *result;
    size_t conflicts;   /* posts refused */
    bool first;         /* nothing was published before */
    bool stopped;       /* by one of them, as `strict` wants it */
    int64_t bodies[32]; /* let go of, the first few */
    size_t body_count;
    bool leftovers;  /* something is to be deleted after the transaction */
    struct strings { /* in p's arena */
        const char **at;
        size_t count, cap;
    } paths; /* to be settled at the end */
    struct wish *wishes;
    size_t wish_count, wish_cap;
};

/* Runs a statement that returns no rows, with one or two values bound. */
int commit_run1(struct commit *c, enum sql_statement name, int64_t a, struct error *err) CHECKED;
int commit_run2(struct commit *c, enum sql_statement name, int64_t a, int64_t b,
                struct error *err) CHECKED;
int commit_run_text(struct commit *c, enum sql_statement name, const char *a,
                    struct error *err) CHECKED;

/* A column's text as a string in the publication's arena ("" for null); NULL when memory is out. */
const char *commit_keep(struct commit *c, struct db_stmt *s, int column);

/* The path is settled when everything else is in place. */
int commit_path(struct commit *c, const char *path, struct error *err) CHECKED;
/* So are the aliases the post has at present; with source, they are the wishes of that file too. */
int commit_aliases(struct commit *c, int64_t post, const char *source, struct error *err) CHECKED;
/* Settles them all, and reports the aliases that were not given. */
int commit_settle(struct commit *c, struct error *err) CHECKED;

/* Deletes the bodies that were let go of, unless they are too many. */
int commit_bodies(struct commit *c, struct error *err) CHECKED;

/* Let go of a body, a blob. */
int commit_body_drop(struct commit *c, int64_t body, struct error *err) CHECKED;
int commit_blob_drop(struct commit *c, int64_t blob, struct error *err) CHECKED;

int commit_source_put(struct commit *c, const struct source *s, int64_t ref,
                      struct error *err) CHECKED;

/* The post goes for good: out of its lists; its addresses are settled later. */
int commit_drop_post(struct commit *c, int64_t id, int64_t body, bool live,
                     struct error *err) CHECKED;
/* The post of a file, if it has one, goes: the file is something else now. */
int commit_drop_post_of(struct commit *c, const char *source, struct error *err) CHECKED;
int commit_drop_media_of(struct commit *c, const char *source, struct error *err) CHECKED;

/* The files that are gone; a renamed one's post is handed to its heir. */
int commit_removed(struct commit *c, struct error *err) CHECKED;
/* Refuses staged posts whose permalink is another's. */
int commit_conflicts(struct commit *c, struct error *err) CHECKED;
/* The other staged posts, in byte order of path. */
int commit_posts(struct commit *c, struct error *err) CHECKED;
int commit_media(struct commit *c, struct error *err) CHECKED;

#endif
