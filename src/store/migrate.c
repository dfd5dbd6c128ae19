/* All that is to be done is one transaction, in which it is asked once more what that is: several
 * processes may open a new database, or an old one, at the same moment. */
#include "store/migrate.h"

#include "base/clock.h"
#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "Platen" has no number of its own in SQLite's list; this one is the first four letters. */
#define APPLICATION_ID 0x506c6174

static const char make_table[] =
    "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;"
    " PRAGMA application_id = 0x506c6174;";

/* 1 when the database is one of ours, 0 when it is empty, -1 when it is somebody else's. */
static int whose(struct db *db, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SCHEMA_WHAT, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    bool ours = rc == 1 && db_int(s, 2) != 0;
    bool marked = rc == 1 && (db_int(s, 0) == 0 || db_int(s, 0) == APPLICATION_ID);
    bool empty = rc == 1 && db_int(s, 1) == 0;
    db_done(s);
    if (rc < 0)
        return -1;
    if (marked && (ours || empty))
        return ours;
    return error_set(err, "this is the database of another program: name another file (--db)");
}

static int number_of(const struct embedded_file *f) {
    return (int)strtol(f->name, NULL, 10);
}

static const struct embedded_file *find(const struct embedded_file *files, size_t count,
                                        int number) {
    for (size_t i = 0; i < count; i++)
        if (number_of(&files[i]) == number)
            return &files[i];
    return NULL;
}

/* What the database has: its newest number. One we do not know, or know otherwise, is an error. */
static int check_applied(struct db *db, const struct embedded_file *files, size_t count,
                         int *newest, struct error *err) {
    const struct embedded_file *changed = NULL;
    bool unknown = false;
    struct db_stmt *s = db_use(db, SQL_MIGRATION_ALL, err);
    int rc = s == NULL ? -1 : 0;
    *newest = 0;
    while (s != NULL && (rc = db_step(s, err)) == 1) {
        *newest = (int)db_int(s, 0);
        const struct embedded_file *ours = find(files, count, *newest);
        unknown |= ours == NULL;
        if (ours != NULL && strcmp(ours->hash, db_text(s, 2)) != 0)
            changed = ours;
    }
    db_done(s);
    if (rc < 0)
        return -1;
    if (unknown)
        return error_set(
            err, "the database has schema %d, this platen knows up to %d: use a newer platen",
            *newest, count > 0 ? number_of(&files[count - 1]) : 0);
    if (changed != NULL)
        return error_set(err,
                         "migration %s was changed after it was applied to this database: use the "
                         "platen that made it",
                         changed->name);
    return 0;
}

static int run(struct db *db, const struct embedded_file *f, struct error *err) {
    if (db_exec(db, (const char *)f->data, err) != 0)
        return -1;
    struct db_stmt *s = db_use(db, SQL_MIGRATION_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, number_of(f));
    db_bind_text(s, 2, f->name);
    db_bind_text(s, 3, f->hash);
    db_bind_int(s, 4, clock_now());
    return db_run(s, err);
}

/* The copy is made by a connection of its own: it reads what was last committed, while db holds the
 * write lock, so that nobody changes anything between the copy and the migrations. */
static int backup(const char *path, int newest, struct log *log, struct error *err) {
    struct db *reader = NULL;
    struct buf copy;
    buf_init(&copy, 8192);
    buf_printf(&copy, "%s.backup-%04d-", path, newest);
    date_layout(&copy, "20060102T150405Z", clock_now(), 0);
    int rc = buf_ok(&copy) ? db_open(&reader, path, DB_READ, err)
                           : error_set(err, "%s: the path is too long", path);
    if (rc == 0)
        rc = db_backup(reader, buf_str(&copy), NULL, NULL, err);
    if (rc == 0)
        log_info(log, "the database was copied to %s before its schema changes", buf_str(&copy));
    db_close(reader);
    buf_free(&copy);
    return rc;
}

/* Within a transaction: what is still to be done, for another process may just have done it. */
static int bring_up_to_date(struct db *db, const char *path, const struct embedded_file *files,
                            size_t count, struct log *log, struct error *err) {
    int newest = 0;
    if (db_exec(db, make_table, err) != 0 || check_applied(db, files, count, &newest, err) != 0)
        return -1;
    bool todo = number_of(&files[count - 1]) > newest;
    if (todo && newest > 0 && backup(path, newest, log, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (number_of(&files[i]) <= newest)
            continue;
        if (newest > 0)
            log_info(log, "the database's schema changes: %s", files[i].name);
        if (run(db, &files[i], err) != 0)
            return error_prefix(err, "migration %s", files[i].name);
    }
    return 0;
}

int migrate(struct db *db, const char *path, const struct embedded_file *files, size_t count,
            struct log *log, struct error *err) {
    int newest = 0, ours = whose(db, err);
    if (ours < 0 || (ours == 1 && check_applied(db, files, count, &newest, err) != 0))
        return -1;
    if (count == 0 || number_of(&files[count - 1]) <= newest)
        return 0;
    if (db_begin(db, err) != 0)
        return -1;
    int rc = bring_up_to_date(db, path, files, count, log, err);
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0)
        db_rollback(db);
    return rc;
}
