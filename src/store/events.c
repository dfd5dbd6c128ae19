#include "store/events.h"

int event_since(struct db *db, int64_t since, int64_t limit, event_fn *fn, void *arg,
                struct error *err) {
    struct db_stmt *s = db_use(db, SQL_EVENT_SINCE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, since);
    db_bind_int(s, 2, limit);
    int rc = 0, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1) {
        struct event e = {.id = db_int(s, 0),
                          .at = db_int(s, 1),
                          .kind = db_text(s, 2),
                          .post = db_int(s, 3),
                          .path = db_text(s, 4),
                          .title = db_text(s, 5)};
        stop = fn(arg, &e);
    }
    db_done(s);
    return stop != 0 ? stop : rc;
}

int event_bounds(struct db *db, int64_t *oldest, int64_t *newest, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_EVENT_BOUNDS, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    if (rc == 1) {
        *oldest = db_int(s, 0);
        *newest = db_int(s, 1);
    }
    db_done(s);
    return rc == 1 ? 0 : -1;
}

int event_before(struct db *db, int64_t at, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_EVENT_BEFORE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, at);
    int rc = db_step(s, err);
    *id = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    return rc < 0 ? -1 : 0;
}

int event_paths(struct db *db, int64_t rev, int64_t limit, int (*fn)(void *arg, const char *path),
                void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_EVENT_OF_REV, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, rev);
    db_bind_int(s, 2, limit);
    int rc = 0, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1)
        stop = fn(arg, db_text(s, 0));
    db_done(s);
    return stop != 0 ? stop : rc;
}

int event_prune(struct db *db, int64_t keep, int64_t before, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_EVENT_PRUNE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, keep);
    db_bind_int(s, 2, before);
    return db_run(s, err);
}
