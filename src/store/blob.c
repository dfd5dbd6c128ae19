#include "store/blob.h"

/* 1 with an unused blob's id, 0 when there is none, -1. */
static int next_unused(struct db *db, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BLOB_UNUSED, err);
    if (s == NULL)
        return -1;
    int rc = db_step(s, err);
    if (rc == 1)
        *id = db_int(s, 0);
    db_done(s);
    return rc;
}

int blobs_drop_unused(struct db *db, struct error *err) {
    int64_t id;
    int rc;
    while ((rc = next_unused(db, &id, err)) == 1) {
        static const enum sql_statement steps[] = {SQL_BLOB_BLOCKS_DROP, SQL_BLOB_DROP};
        for (int i = 0; i < 2; i++) {
            struct db_stmt *s = db_use(db, steps[i], err);
            if (s == NULL)
                return -1;
            db_bind_int(s, 1, id);
            if (db_run(s, err) != 0)
                return -1;
        }
    }
    return rc;
}
