#include "store/deliveries.h"

#include <string.h>

enum { PRUNED_AT_ONCE = 1000 };

static const char *const state_names[DELIVERY__STATES] = {"pending", "done", "failed", "ignored"};

const char *delivery_state_name(enum delivery_state state) {
    return state < DELIVERY__STATES ? state_names[state] : "unknown";
}

int delivery_state_of(const char *name) {
    for (int i = 0; i < DELIVERY__STATES; i++)
        if (strcmp(state_names[i], name) == 0)
            return i;
    return -1;
}

static int add(struct db *db, const struct delivery_draft *d, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DELIVERY_ADD, err);
    if (s == NULL)
        return -1;
    const char *const texts[] = {d->host,       d->guid,   d->event, d->ref,   d->commit,
                                 d->repository, d->sender, d->title, d->client};
    int n = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        db_bind_text(s, ++n, texts[i]);
    db_bind_int(s, ++n, d->received);
    db_bind_int(s, ++n, (int64_t)d->state);
    db_bind_text(s, ++n, d->note);
    return db_run(s, err);
}

/* A failed one is pending again. */
static int again(struct db *db, int64_t id, int64_t now, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DELIVERY_AGAIN, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    db_bind_int(s, 2, now);
    return db_run(s, err);
}

int delivery_put(struct db *db, struct delivery_draft *d, int64_t *id, enum delivery_taken *how,
                 struct error *err) {
    if (add(db, d, err) != 0)
        return -1;
    *how = DELIVERY_NEW;
    *id = db_last_id(db);
    if (db_changed(db) > 0)
        return 0;
    struct db_stmt *s = db_use(db, SQL_DELIVERY_BY_GUID, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, d->host);
    db_bind_text(s, 2, d->guid);
    int rc = db_step(s, err);
    enum delivery_state state = DELIVERY_PENDING;
    if (rc == 1) {
        *id = db_int(s, 0);
        state = (enum delivery_state)db_int(s, 1);
    }
    db_done(s);
    if (rc != 1)
        return rc == 0 ? error_set(err, "delivery %s is neither new nor known", d->guid) : -1;
    *how = state == DELIVERY_FAILED ? DELIVERY_AGAIN : DELIVERY_KNOWN;
    d->state = state == DELIVERY_FAILED ? DELIVERY_PENDING : state;
    return *how == DELIVERY_AGAIN ? again(db, *id, d->received, err) : 0;
}

static void read_row(struct db_stmt *s, struct delivery *d) {
    *d = (struct delivery){
        .id = db_int(s, 0),
        .host = db_text(s, 1),
        .guid = db_text(s, 2),
        .event = db_text(s, 3),
        .ref = db_text(s, 4),
        .commit = db_text(s, 5),
        .repository = db_text(s, 6),
        .sender = db_text(s, 7),
        .title = db_text(s, 8),
        .client = db_text(s, 9),
        .received = db_int(s, 10),
        .state = (enum delivery_state)db_int(s, 11),
        .attempts = db_int(s, 12),
        .next_try = db_int(s, 13),
        .finished = db_int(s, 14),
        .applied = db_text(s, 15),
        .merged_into = db_int(s, 16),
        .error = db_text(s, 17),
        .result = db_text(s, 18),
    };
}

int delivery_by_id(struct db *db, int64_t id, delivery_fn *fn, void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DELIVERY_BY_ID, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    if (rc == 1) {
        struct delivery d;
        read_row(s, &d);
        int said = fn(arg, &d);
        rc = said != 0 ? said : 1;
    }
    db_done(s);
    return rc;
}

int delivery_page(struct db *db, int64_t before, int state, int64_t limit, delivery_fn *fn,
                  void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, state < 0 ? SQL_DELIVERY_PAGE : SQL_DELIVERY_PAGE_STATE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, before);
    db_bind_int(s, 2, limit);
    if (state >= 0)
        db_bind_int(s, 3, state);
    int rc, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1) {
        struct delivery d;
        read_row(s, &d);
        stop = fn(arg, &d);
    }
    db_done(s);
    return stop != 0 ? stop : rc;
}

int64_t delivery_page_front(struct db *db, int64_t first, int state, int64_t limit,
                            struct error *err) {
    struct db_stmt *s =
        db_use(db, state < 0 ? SQL_DELIVERY_PAGE_UP : SQL_DELIVERY_PAGE_UP_STATE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, first);
    db_bind_int(s, 2, limit);
    if (state >= 0)
        db_bind_int(s, 3, state);
    int rc;
    int64_t newest = 0;
    while ((rc = db_step(s, err)) == 1)
        newest = db_int(s, 0);
    db_done(s);
    return rc < 0 ? -1 : newest == 0 ? 0 : newest + 1;
}

int delivery_waiting(struct db *db, struct delivery_waiting *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DELIVERY_WAITING, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    if (rc == 1)
        *out = (struct delivery_waiting){db_int(s, 0), db_int(s, 1), db_int(s, 2)};
    db_done(s);
    return rc == 1 ? 0 : -1;
}

int delivery_received(struct db *db, int64_t id, int64_t *ms, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DELIVERY_RECEIVED, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    *ms = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    return rc < 0 ? -1 : 0;
}

int delivery_counts(struct db *db, struct delivery_counts *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DELIVERY_COUNTS, err);
    int rc = s == NULL ? -1 : 0;
    *out = (struct delivery_counts){0};
    while (s != NULL && (rc = db_step(s, err)) == 1)
        if (db_int(s, 0) >= 0 && db_int(s, 0) < DELIVERY__STATES)
            out->of[db_int(s, 0)] = db_int(s, 1);
    db_done(s);
    return rc;
}

static int set_outcome(struct db *db, enum sql_statement name, int64_t newest,
                       const struct delivery_outcome *o, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, newest);
    db_bind_int(s, 2, (int64_t)o->state);
    db_bind_int(s, 3, o->now);
    db_bind_text(s, 4, o->applied);
    db_bind_text(s, 5, o->error);
    if (name == SQL_DELIVERY_FINISH)
        db_bind_text(s, 6, o->result);
    return db_run(s, err);
}

int delivery_finish(struct db *db, int64_t newest, const struct delivery_outcome *o,
                    struct error *err) {
    return set_outcome(db, SQL_DELIVERY_FINISH, newest, o, err) != 0
               ? -1
               : set_outcome(db, SQL_DELIVERY_MERGE, newest, o, err);
}

int delivery_finish_one(struct db *db, int64_t id, const struct delivery_outcome *o,
                        struct error *err) {
    return set_outcome(db, SQL_DELIVERY_FINISH, id, o, err);
}

int delivery_retry(struct db *db, int64_t newest, int64_t next_try, int64_t give_up, int64_t now,
                   const char *why, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DELIVERY_RETRY, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, newest);
    db_bind_int(s, 2, next_try);
    db_bind_text(s, 3, why);
    if (db_run(s, err) != 0 || (s = db_use(db, SQL_DELIVERY_GIVE_UP, err)) == NULL)
        return -1;
    db_bind_int(s, 1, give_up);
    db_bind_int(s, 2, now);
    return db_run(s, err);
}

static int prune(struct db *db, enum sql_statement name, int64_t limit, int64_t *deleted,
                 struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, limit);
    db_bind_int(s, 2, PRUNED_AT_ONCE);
    if (db_run(s, err) != 0)
        return -1;
    *deleted += db_changed(db);
    return 0;
}

int delivery_prune(struct db *db, int64_t before, int64_t keep, int64_t *deleted,
                   struct error *err) {
    *deleted = 0;
    return prune(db, SQL_DELIVERY_PRUNE_AGE, before, deleted, err) != 0
               ? -1
               : prune(db, SQL_DELIVERY_PRUNE_COUNT, keep, deleted, err);
}
