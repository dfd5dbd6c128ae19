#include "store/settings.h"

int setting_get(struct db *db, const char *key, struct buf *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SETTING_GET, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, key);
    int rc = db_step(s, err);
    if (rc == 1 && buf_puts(out, db_text(s, 0)) != 0)
        rc = error_set(err, "the setting \"%s\" is too large", key);
    db_done(s);
    return rc;
}

int setting_read(struct store *store, const char *key, struct buf *out, struct error *err) {
    struct db *db = store_reader(store, err);
    if (db == NULL)
        return -1;
    int rc = setting_get(db, key, out, err);
    store_reader_done(store, db);
    return rc;
}

int setting_put(struct db *db, const char *key, const char *value, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SETTING_PUT, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, key);
    db_bind_text(s, 2, value);
    return db_run(s, err);
}

int setting_drop(struct db *db, const char *key, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SETTING_DROP, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, key);
    return db_run(s, err);
}

static int number(struct db *db, enum sql_statement name, int64_t *rev, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    if (rc == 1)
        *rev = db_int(s, 0);
    db_done(s);
    return rc == 1 ? 0 : -1;
}

int change_revision(struct db *db, int64_t *rev, struct error *err) {
    return number(db, SQL_CHANGE_NEWEST, rev, err);
}

int change_oldest(struct db *db, int64_t *rev, struct error *err) {
    return number(db, SQL_CHANGE_OLDEST, rev, err);
}

int change_say(struct db *db, const char *name, struct error *err) {
    int64_t rev;
    if (change_revision(db, &rev, err) != 0)
        return -1;
    struct db_stmt *s = db_use(db, SQL_CHANGE_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, rev + 1);
    db_bind_text(s, 2, name);
    return db_run(s, err);
}

int change_since(struct db *db, int64_t since, int (*fn)(void *arg, const char *name), void *arg,
                 struct error *err) {
    struct db_stmt *s = db_use(db, SQL_CHANGE_SINCE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, since);
    int rc, stop = 0;
    while ((rc = db_step(s, err)) == 1 && stop == 0)
        stop = fn(arg, db_text(s, 0));
    db_done(s);
    return rc < 0 ? -1 : stop;
}
