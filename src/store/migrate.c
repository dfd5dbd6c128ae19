/* The table `migration` is read with statements of its own, prepared after it is known to exist, so a
 * database of any age can be asked. */
#include "store/migrate.h"

#include "base/clock.h"
#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ensure_table(struct db *db, struct error *err) {
    return db_exec(
        db,
        "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
        err);
}

static int number_of(const struct embedded_file *f) {
    return (int)strtol(f->name, NULL, 10);
}

/* What the database has: its newest number; a checksum that differs from ours is an error. */
static int check_applied(struct db *db, const struct embedded_file *files, size_t count,
                         int *newest, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_MIGRATION_ALL, err);
    int rc = s == NULL ? -1 : 0;
    *newest = 0;
    while (rc == 0 && (rc = db_step(s, err)) == 1) {
        int number = (int)db_int(s, 0);
        const struct embedded_file *ours = NULL;
        for (size_t i = 0; i < count; i++)
            if (number_of(&files[i]) == number)
                ours = &files[i];
        rc = 0;
        if (ours == NULL)
            rc = error_set(
                err, "the database has schema %d, this platen knows up to %d: use a newer platen",
                number, count > 0 ? number_of(&files[count - 1]) : 0);
        else if (strcmp(ours->hash, db_text(s, 2)) != 0)
            rc = error_set(err,
                           "migration %s was changed after it was applied to this database: use "
                           "the platen that made it",
                           ours->name);
        *newest = number;
    }
    db_done(s);
    return rc;
}

static int apply(struct db *db, const struct embedded_file *f, struct error *err) {
    if (db_begin(db, err) != 0)
        return -1;
    struct db_stmt *s = NULL;
    int rc = db_exec(db, (const char *)f->data, err);
    if (rc == 0 && (s = db_use(db, SQL_MIGRATION_ADD, err)) == NULL)
        rc = -1;
    if (rc == 0) {
        db_bind_int(s, 1, number_of(f));
        db_bind_text(s, 2, f->name);
        db_bind_text(s, 3, f->hash);
        db_bind_int(s, 4, clock_now());
        rc = db_run(s, err);
    }
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0) {
        db_rollback(db);
        return error_prefix(err, "migration %s", f->name);
    }
    return 0;
}

static int backup(struct db *db, const char *path, int newest, struct log *log, struct error *err) {
    struct buf copy;
    buf_init(&copy, 8192);
    buf_printf(&copy, "%s.backup-%04d-", path, newest);
    date_layout(&copy, "20060102T150405Z", clock_now(), 0);
    int rc = buf_ok(&copy) ? db_backup(db, buf_str(&copy), err)
                           : error_set(err, "%s: the path is too long", path);
    if (rc == 0)
        log_info(log, "the database was copied to %s before its schema changes", buf_str(&copy));
    buf_free(&copy);
    return rc;
}

int migrate(struct db *db, const char *path, const struct embedded_file *files, size_t count,
            struct log *log, struct error *err) {
    int newest;
    if (ensure_table(db, err) != 0 || check_applied(db, files, count, &newest, err) != 0)
        return -1;
    bool todo = count > 0 && number_of(&files[count - 1]) > newest;
    if (todo && newest > 0 && backup(db, path, newest, log, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (number_of(&files[i]) > newest && apply(db, &files[i], err) != 0)
            return -1;
    return 0;
}
