/* The pieces of the final transaction (private to the store): commit.c runs them in order. */
#ifndef PLATEN_STORE_COMMIT_H
#define PLATEN_STORE_COMMIT_H

#include "store/address.h"
#include "store/publication.h"

struct commit {
    struct publication *p;
    struct db *db;
    struct touch touch;
    publication_conflict_fn *conflict;
    void *arg;
    struct publication_result *result;
    size_t conflicts;
    bool media_went; /* blobs may be without use */
};

/* Runs a statement that returns no rows, with one or two values bound. */
int commit_run1(struct commit *c, enum sql_statement name, int64_t a, struct error *err) CHECKED;
int commit_run2(struct commit *c, enum sql_statement name, int64_t a, int64_t b,
                struct error *err) CHECKED;
int commit_run_text(struct commit *c, enum sql_statement name, const char *a,
                    struct error *err) CHECKED;

/* A column's text as a string of the caller's ("" for null); NULL when memory is out. */
char *commit_copy(struct db_stmt *s, int column);

/* Makes path say kind and ref, whatever it said. */
int commit_address_put(struct commit *c, const char *path, enum address_kind kind, int64_t ref,
                       const char *target, struct error *err) CHECKED;
/* What stands at path: 1 with kind and ref, 0 nothing, -1. */
int commit_address_at(struct commit *c, const char *path, enum address_kind *kind, int64_t *ref,
                      struct error *err) CHECKED;

/* Drops a body and its search entry. */
int commit_body_drop(struct commit *c, int64_t body, struct error *err) CHECKED;

int commit_source_put(struct commit *c, const struct source *s, int64_t ref,
                      struct error *err) CHECKED;

struct removed_post {
    int64_t id;
    int64_t body;
    bool live;
    char oid[41];
    char *permalink;
};

/* A post goes for good: out of its lists, its addresses say 410. */
int commit_drop_post(struct commit *c, const struct removed_post *old, struct error *err) CHECKED;

/* The files that are gone; a renamed one's post is handed to its heir. */
int commit_removed(struct commit *c, struct error *err) CHECKED;
/* The staged posts, in byte order of path. */
int commit_posts(struct commit *c, struct error *err) CHECKED;
int commit_media(struct commit *c, struct error *err) CHECKED;

#endif
