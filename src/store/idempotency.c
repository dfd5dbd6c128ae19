#include "store/idempotency.h"

#include <string.h>

int idempotency_find(struct db *db, const struct idempotency *k, int64_t now,
                     enum idempotency_state *state, int *status, int64_t *post, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_IDEMPOTENCY_FIND, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, k->token);
    db_bind_text(s, 2, k->key);
    db_bind_int(s, 3, now - IDEMPOTENCY_SECONDS);
    int rc = db_step(s, err);
    *state = IDEMPOTENCY_NEW;
    if (rc == 1) {
        *state = strcmp(db_text(s, 0), k->digest) == 0 ? IDEMPOTENCY_SAME : IDEMPOTENCY_OTHER;
        *status = (int)db_int(s, 1);
        *post = db_int(s, 2);
    }
    db_done(s);
    return rc < 0 ? -1 : 0;
}

int idempotency_put(struct db *db, const struct idempotency *k, int64_t now, int status,
                    int64_t post, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_IDEMPOTENCY_PRUNE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, now - IDEMPOTENCY_SECONDS);
    if (db_run(s, err) != 0)
        return -1;
    s = db_use(db, SQL_IDEMPOTENCY_PUT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, k->token);
    db_bind_text(s, 2, k->key);
    db_bind_text(s, 3, k->digest);
    db_bind_int(s, 4, status);
    db_bind_int(s, 5, post);
    db_bind_int(s, 6, now);
    return db_run(s, err);
}
