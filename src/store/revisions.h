/* What posts said before: a row for every version that went live, with the commit that brought it. The
 * publishing transaction writes them (commit_posts.c); earlier ones are filled in later, from the
 * repository's history. They go with their post. */
#ifndef PLATEN_STORE_REVISIONS_H
#define PLATEN_STORE_REVISIONS_H

#include "store/db.h"

struct revision {
    int64_t id;
    const char *commit, *author, *message; /* "" when not known */
    int64_t at;                            /* UTC seconds */
    const char *title;
    bool present; /* it is what readers see */
    /* only from revision_get: */
    const char *html;
    size_t html_len;
    const char *markdown; /* the file as it came */
    size_t markdown_len;
    const char *source; /* the post's file at present; NULL when it has none */
};
typedef int revision_fn(void *arg, const struct revision *r);

/* Newest first, at most `limit`, without their texts. */
int revision_all(struct db *db, int64_t post, int64_t limit, revision_fn *fn, void *arg,
                 struct error *err) CHECKED;
/* One of a live post. 0 when there is none, else 1 or fn's non-zero value; -1. */
int revision_get(struct db *db, int64_t post, int64_t id, revision_fn *fn, void *arg,
                 struct error *err) CHECKED;
/* 1 when there is an earlier version of it, 0, -1. */
int revision_exists(struct db *db, int64_t post, struct error *err) CHECKED;

/* ---- filling in: within write transactions, but for the first ---- */

struct revision_post {
    int64_t id;
    const char *source, *oid;
    int64_t known; /* revisions it has */
};
/* All live posts that come from files. */
int revision_posts(struct db *db, int (*fn)(void *arg, const struct revision_post *p), void *arg,
                   struct error *err) CHECKED;

enum revision_state { REVISION_UNKNOWN = 0, REVISION_NAMED = 1, REVISION_NAMELESS = 2 };
/* Of a post's version: its enum revision_state, -1. */
int revision_known(struct db *db, int64_t post, const char *oid, struct error *err) CHECKED;

struct revision_draft {
    int64_t post, at;
    const char *oid, *commit, *author, *message;
    const char *title, *html, *markdown; /* of a version that readers do not see */
    size_t html_len, markdown_len;
};
/* Says who made a version that is known without its commit; or adds one that is not known. */
int revision_name(struct db *db, const struct revision_draft *d, struct error *err) CHECKED;
int revision_put(struct db *db, const struct revision_draft *d, struct error *err) CHECKED;
/* Keeps the newest `keep` of a post. */
int revision_prune(struct db *db, int64_t post, int64_t keep, struct error *err) CHECKED;
/* Deletes some of all revisions; *deleted gets how many. */
int revision_clear_some(struct db *db, int64_t *deleted, struct error *err) CHECKED;

#endif
