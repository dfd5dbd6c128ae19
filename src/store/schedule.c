/* The publishing schedule: what the clock flips takes the same path as what a push changes. */
#include "store/publish.h"

#include "store/publication.h"

#include <stdlib.h>
#include <string.h>

enum { FLIPS_A_TRANSACTION = 200 };

static int next_flip(struct db *db, int64_t now, int64_t *next, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SCHEDULE_NEXT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, now);
    int rc = db_step(s, err);
    *next = INT64_MAX;
    if (rc == 1 && !db_null(s, 0))
        *next = db_int(s, 0);
    db_done(s);
    return rc < 0 ? -1 : 0;
}

/* The posts that are due: ids (negative: to be taken off). */
static int due(struct db *db, int64_t now, int64_t *ids, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SCHEDULE_DUE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, now);
    db_bind_int(s, 2, FLIPS_A_TRANSACTION);
    int n = 0, rc;
    while ((rc = db_step(s, err)) == 1 && n < FLIPS_A_TRANSACTION)
        ids[n++] = db_int(s, 1) != 0 ? db_int(s, 0) : -db_int(s, 0);
    db_done(s);
    return rc < 0 ? -1 : n;
}

/* The post's permalink, a string of the caller's. NULL with err. */
static char *permalink_of(struct db *db, int64_t post, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_PERMALINK, err);
    if (s == NULL)
        return NULL;
    db_bind_int(s, 1, post);
    int rc = db_step(s, err);
    char *permalink = rc == 1 ? strdup(db_text(s, 0)) : NULL;
    db_done(s);
    if (permalink == NULL && rc >= 0)
        error_set(err, "out of memory");
    return permalink;
}

static int flip_one(struct touch *t, int64_t post, bool on, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_POST_SET_LIVE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_int(s, 2, on);
    if (db_run(s, err) != 0 || touch_place(t, post, on, err) != 0 ||
        touch_event(t, on ? "published" : "removed", post, err) != 0)
        return -1;
    char *permalink = permalink_of(t->db, post, err);
    int rc = permalink == NULL ? -1 : address_settle(t, permalink, err);
    free(permalink);
    return rc != 0 ? -1 : address_settle_aliases(t, post, err);
}

static int flip(struct db *db, const int64_t *ids, int n, struct error *err) {
    struct touch t;
    if (touch_begin(&t, db, err) != 0)
        return -1;
    int rc = 0;
    for (int i = 0; rc == 0 && i < n; i++)
        rc = flip_one(&t, ids[i] > 0 ? ids[i] : -ids[i], ids[i] > 0, err);
    if (rc == 0)
        rc = touch_home(&t, t.home_rule, err);
    if (rc == 0)
        rc = touch_finish(&t, err);
    touch_free(&t);
    return rc;
}

static int flip_some(struct store *store, int64_t now, struct error *err) {
    int64_t ids[FLIPS_A_TRANSACTION];
    struct db *db = store_writer(store);
    int n = -1;
    if (db_begin(db, err) == 0) {
        n = due(db, now, ids, err);
        int rc = n > 0 ? flip(db, ids, n, err) : n;
        if (rc == 0)
            rc = db_commit(db, err);
        if (rc != 0) {
            db_rollback(db);
            n = -1;
        }
    }
    store_writer_done(store);
    return n;
}

int publish_due(struct store *store, int64_t now, int64_t *next, struct error *err) {
    int flipped = 0;
    for (;;) {
        struct db *db = store_reader(store, err);
        if (db == NULL)
            return -1;
        int rc = next_flip(db, now, next, err);
        store_reader_done(store, db);
        if (rc != 0)
            return -1;
        if (*next > now)
            return flipped;
        int n = flip_some(store, now, err);
        if (n < 0)
            return -1;
        if (n == 0)
            return flipped;
        flipped += n;
    }
}
