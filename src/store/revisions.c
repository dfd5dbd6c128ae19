#include "store/revisions.h"

#include "store/settings.h"

#include <stdio.h>

static struct revision of_row(struct db_stmt *s) {
    return (struct revision){.id = db_int(s, 0),
                             .commit = db_text(s, 1),
                             .author = db_text(s, 2),
                             .at = db_int(s, 3),
                             .message = db_text(s, 4),
                             .title = db_text(s, 5),
                             .present = db_int(s, 6) != 0};
}

int revision_all(struct db *db, int64_t post, int64_t limit, revision_fn *fn, void *arg,
                 struct error *err) {
    struct db_stmt *s = db_use(db, SQL_REVISION_ALL, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_int(s, 2, limit);
    int rc = 0, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1) {
        struct revision r = of_row(s);
        stop = fn(arg, &r);
    }
    db_done(s);
    return stop != 0 ? stop : rc;
}

int revision_get(struct db *db, int64_t post, int64_t id, revision_fn *fn, void *arg,
                 struct error *err) {
    struct db_stmt *s = db_use(db, SQL_REVISION_GET, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_int(s, 2, id);
    int rc = db_step(s, err);
    if (rc == 1) {
        struct revision r = of_row(s);
        r.html = db_blob(s, 7, &r.html_len);
        r.markdown = db_blob(s, 8, &r.markdown_len);
        r.source = db_text(s, 9);
        int stop = fn(arg, &r);
        rc = stop != 0 ? stop : 1;
    }
    db_done(s);
    return rc;
}

/* The one number of a statement whose first parameter is a post; -1. */
static int number_of(struct db *db, enum sql_statement name, int64_t post, const char *oid,
                     struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    if (oid != NULL)
        db_bind_text(s, 2, oid);
    int rc = db_step(s, err);
    int n = rc == 1 ? (int)db_int(s, 0) : rc;
    db_done(s);
    return n;
}

int revision_exists(struct db *db, int64_t post, struct error *err) {
    return number_of(db, SQL_REVISION_EXISTS, post, NULL, err);
}

int revision_known(struct db *db, int64_t post, const char *oid, struct error *err) {
    return number_of(db, SQL_REVISION_KNOWN, post, oid, err);
}

int revision_posts(struct db *db, int (*fn)(void *arg, const struct revision_post *p), void *arg,
                   struct error *err) {
    struct db_stmt *s = db_use(db, SQL_REVISION_POSTS, err);
    if (s == NULL)
        return -1;
    int rc = 0, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1) {
        struct revision_post p = {.id = db_int(s, 0),
                                  .source = db_text(s, 1),
                                  .oid = db_text(s, 2),
                                  .known = db_int(s, 3)};
        stop = fn(arg, &p);
    }
    db_done(s);
    return stop != 0 ? stop : rc;
}

static struct db_stmt *named(struct db *db, enum sql_statement name, const struct revision_draft *d,
                             struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return NULL;
    db_bind_int(s, 1, d->post);
    db_bind_text(s, 2, d->oid);
    db_bind_text(s, 3, d->commit);
    db_bind_text(s, 4, d->author);
    db_bind_int(s, 5, d->at);
    db_bind_text(s, 6, d->message);
    return s;
}

int revision_name(struct db *db, const struct revision_draft *d, struct error *err) {
    struct db_stmt *s = named(db, SQL_REVISION_NAME, d, err);
    return s == NULL ? -1 : db_run(s, err);
}

int revision_put(struct db *db, const struct revision_draft *d, struct error *err) {
    int there = revision_exists(db, d->post, err);
    struct db_stmt *s = there < 0 ? NULL : named(db, SQL_REVISION_PUT, d, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 7, d->title == NULL ? "" : d->title);
    db_bind_textn(s, 8, d->html, d->html_len);
    db_bind_textn(s, 9, d->markdown, d->markdown_len);
    if (db_run(s, err) != 0)
        return -1;
    if (there > 0)
        return 0;
    char name[32]; /* its page leads to its versions from now */
    snprintf(name, sizeof name, "post:%lld", (long long)d->post);
    return change_say(db, name, err);
}

int revision_prune(struct db *db, int64_t post, int64_t keep, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_REVISION_PRUNE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_int(s, 2, keep);
    return db_run(s, err);
}

int revision_clear_some(struct db *db, int64_t *deleted, struct error *err) {
    enum { AT_ONCE = 200 };
    struct db_stmt *s = db_use(db, SQL_REVISION_PRUNE_SOME, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, AT_ONCE);
    if (db_run(s, err) != 0)
        return -1;
    *deleted = db_changed(db);
    return 0;
}
