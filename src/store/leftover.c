#include "store/leftover.h"

#include "base/clock.h"

enum { STEP_US = 100 * 1000, BLOCKS_A_STEP = 64 };

static int run(struct db *db, enum sql_statement name, int count, const int64_t *values,
               struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    for (int i = 0; i < count; i++)
        db_bind_int(s, i + 1, values[i]);
    return db_run(s, err);
}

int leftover_add(struct db *db, enum leftover_kind kind, int64_t id, struct error *err) {
    return run(db, SQL_LEFTOVER_ADD, 2, (int64_t[]){(int64_t)kind, id}, err);
}

/* The entries' old words are read from the body, so the entries go first. */
int leftover_body(struct db *db, int64_t id, struct error *err) {
    if (run(db, SQL_SEARCH_DROP, 1, &id, err) != 0 ||
        run(db, SQL_SEARCH_HEAD_DROP, 1, &id, err) != 0)
        return -1;
    return run(db, SQL_BODY_DROP, 1, &id, err);
}

/* 1 when a value comes, 0 when not, -1. */
static int is_used(struct db *db, int64_t blob, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BLOB_USED, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, blob);
    int rc = db_step(s, err);
    int used = rc == 1 ? db_int(s, 0) != 0 : rc;
    db_done(s);
    return used;
}

/* A step of a blob's deletion: 1 when it is done (or the blob is in use), 0 when more is to do, -1.
 * It is marked first, so that no file is given a blob that lacks blocks. */
static int blob_step(struct db *db, int64_t id, struct error *err) {
    int used = is_used(db, id, err);
    if (used != 0)
        return used;
    if (run(db, SQL_BLOB_SET_DONE, 2, (int64_t[]){id, 0}, err) != 0 ||
        run(db, SQL_BLOB_BLOCKS_DROP, 2, (int64_t[]){id, BLOCKS_A_STEP}, err) != 0)
        return -1;
    if (db_changed(db) == BLOCKS_A_STEP)
        return 0;
    return run(db, SQL_BLOB_DROP, 1, &id, err) == 0 ? 1 : -1;
}

/* 1 when one more was done, 0 when none is left, -1. */
static int next(struct db *db, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LEFTOVER_NEXT, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    int64_t key[2] = {0};
    if (rc == 1) {
        key[0] = db_int(s, 0);
        key[1] = db_int(s, 1);
    }
    db_done(s);
    if (rc != 1)
        return rc;
    rc = key[0] == LEFTOVER_BLOB               ? blob_step(db, key[1], err)
         : leftover_body(db, key[1], err) == 0 ? 1
                                               : -1;
    if (rc == 1 && run(db, SQL_LEFTOVER_DROP, 2, key, err) != 0)
        return -1;
    return rc < 0 ? -1 : 1;
}

/* One transaction: 1 when more may be left, 0, -1. */
static int some(struct db *db, struct error *err) {
    if (db_begin(db, err) != 0)
        return -1;
    int64_t began = clock_mono_us();
    int rc;
    while ((rc = next(db, err)) == 1 && clock_mono_us() - began < STEP_US) {
    }
    if (rc < 0 || db_commit(db, err) != 0) {
        db_rollback(db);
        return -1;
    }
    return rc;
}

int leftover_clear(struct store *store, struct error *err) {
    int rc;
    do {
        struct db *db = store_writer(store);
        rc = some(db, err);
        store_writer_done(store);
    } while (rc == 1);
    return rc;
}
