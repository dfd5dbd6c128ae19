#include "store/posts.h"

#include "store/row.h"

/* Hands the post of s's row to fn: 1, or what fn returns when that is not 0. */
static int give(struct db_stmt *s, enum row_part part, post_fn *fn, void *arg) {
    struct post p;
    row_post(&p, s, part);
    int stop = fn(arg, &p);
    return stop != 0 ? stop : 1;
}

static int one(struct db_stmt *s, int64_t id, enum row_part part, post_fn *fn, void *arg,
               struct error *err) {
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    if (rc == 1)
        rc = give(s, part, fn, arg);
    db_done(s);
    return rc;
}

int post_by_id(struct db *db, int64_t id, bool with_body, post_fn *fn, void *arg,
               struct error *err) {
    return with_body ? one(db_use(db, SQL_POST_WHOLE, err), id, ROW_WHOLE, fn, arg, err)
                     : one(db_use(db, SQL_POST_CARD, err), id, ROW_CARD, fn, arg, err);
}

int post_shown_by_id(struct db *db, int64_t id, bool toc, post_fn *fn, void *arg,
                     struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_SHOWN, err);
    if (s != NULL)
        db_bind_int(s, 2, toc);
    return one(s, id, ROW_SHOWN, fn, arg, err);
}

int post_shown_at(struct db *db, const char *path, bool toc, bool *said, post_fn *fn, void *arg,
                  struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_SHOWN_AT, err);
    *said = false;
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    db_bind_int(s, 2, toc);
    int rc = db_step(s, err);
    if (rc == 1) {
        *said = true;
        rc = db_null(s, 0) ? 0 : give(s, ROW_SHOWN, fn, arg);
    }
    db_done(s);
    return rc;
}

int post_any_by_id(struct db *db, int64_t id, post_fn *fn, void *arg, struct error *err) {
    return one(db_use(db, SQL_POST_ANY, err), id, ROW_WHOLE, fn, arg, err);
}

int post_id_of(struct db *db, const char *source, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_ID_OF, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, source);
    int rc = db_step(s, err);
    if (rc == 1)
        *id = db_int(s, 0);
    db_done(s);
    return rc;
}

int post_pages(struct db *db, size_t max, post_fn *fn, void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_PAGES, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)max);
    return row_each(s, ROW_CARD, fn, arg, err);
}

int post_permalink_of(struct db *db, const char *source, struct buf *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_PERMALINK_OF, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, source);
    int rc = db_step(s, err);
    if (rc == 1 && buf_puts(out, db_text(s, 0)) != 0)
        rc = error_set(err, "the permalink of %s is too long", source);
    db_done(s);
    return rc;
}
