#include "store/publish.h"

int source_all(struct db *db, source_fn *fn, void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SOURCE_ALL, err);
    if (s == NULL)
        return -1;
    int rc, stop = 0;
    while ((rc = db_step(s, err)) == 1 && stop == 0) {
        struct source row = {
            .path = db_text(s, 0),
            .oid = db_text(s, 1),
            .stamp = db_text(s, 2),
            .role = (int)db_int(s, 3),
            .error = db_text(s, 4),
            .ref = db_int(s, 5),
        };
        stop = fn(arg, &row);
    }
    db_done(s);
    return rc < 0 ? -1 : stop;
}
