/* The one file that knows SQLite: see db.h. Statements are prepared when first used and kept for
 * the life of the connection. */
#include "store/db.h"

#include "base/clock.h"
#include "store/tokenizer.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 5000, BUDGET_STEPS = 1000 /* a look at the budget every so many */ };

struct db_stmt {
    sqlite3_stmt *raw;
    struct db *db;
    const char *name;
    int bind_error;
};

struct db {
    sqlite3 *raw;
    enum db_mode mode;
    char *path;
    int64_t budget; /* looks left; below 0: spent */
    bool failed;    /* something, since the last db_begin_read */
    struct db_stmt statements[SQL__MAX + 1];
};

static int failed(struct db *db, const char *what, struct error *err) {
    int code = sqlite3_errcode(db->raw);
    db->failed = true;
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(err,
                         "%s: the database is busy: another program has been writing to it for %d "
                         "s: try again when it is done",
                         what, BUSY_MS / 1000);
    case SQLITE_FULL:
        return error_set(err, "%s: the disk is full: nothing of this step was kept", what);
    case SQLITE_READONLY:
        return error_set(
            err,
            "%s: the database is read-only: check the owner and mode of the file and its folder",
            what);
    case SQLITE_NOTADB:
        return error_set(err, "%s: the file is no SQLite database", what);
    case SQLITE_CORRUPT:
        return error_set(err, "%s: the database is damaged (%s): restore a backup", what,
                         sqlite3_errmsg(db->raw));
    default:
        return error_set(err, "%s: %s", what, sqlite3_errmsg(db->raw));
    }
}

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int open_raw(struct db *db, const char *path, struct error *err) {
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;
    if (db->mode == DB_WRITE)
        flags |= SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(path, &db->raw, flags, NULL);
    if (db->raw == NULL)
        return error_set(err, "out of memory");
    if (rc == SQLITE_CANTOPEN && is_folder(path))
        return error_set(err, "is a folder: name a file in it");
    if (rc == SQLITE_CANTOPEN)
        return error_set(err, "cannot be opened: does its folder exist, and may it be written?");
    if (rc != SQLITE_OK)
        return failed(db, "opening", err);
    if (db->mode == DB_WRITE && sqlite3_db_readonly(db->raw, "main") == 1)
        return error_set(err, "the database is read-only: check the owner and mode of the file");
    sqlite3_extended_result_codes(db->raw, 0);
    sqlite3_busy_timeout(db->raw, BUSY_MS);
    return tokenizer_register(db->raw, err);
}

/* The change to WAL takes the whole file, and what is in its way is answered at once: the busy
 * timeout does not apply where two could wait for each other. So it is asked for again. Where shared
 * memory is not to be had, the journal mode stays what it was, without an error. */
static int enter_wal(struct db *db, struct error *err) {
    int64_t until = clock_mono_ms() + BUSY_MS;
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->raw, "PRAGMA journal_mode=WAL", -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    while (rc == SQLITE_BUSY && clock_mono_ms() < until) {
        sqlite3_reset(s);
        sqlite3_sleep(10);
        rc = sqlite3_step(s);
    }
    bool wal =
        rc == SQLITE_ROW && sqlite3_stricmp((const char *)sqlite3_column_text(s, 0), "wal") == 0;
    sqlite3_finalize(s);
    if (wal)
        return 0;
    if (rc != SQLITE_ROW)
        return failed(db, "opening", err);
    return error_set(err, "cannot be used by several readers at once: is it on a network drive? "
                          "Platen needs a local one");
}

int db_open(struct db **out, const char *path, enum db_mode mode, struct error *err) {
    static const char for_all[] =
        "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-4096;";
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL)
        return error_set(err, "out of memory");
    /* Counting its memory costs SQLite a global lock an allocation. Only the first call counts. */
    if (mode == DB_WRITE)
        (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    db->mode = mode;
    db->path = strdup(path);
    if (db->path == NULL || open_raw(db, path, err) != 0 || db_exec(db, for_all, err) != 0)
        goto fail;
    if (mode == DB_WRITE &&
        (db_exec(db, "PRAGMA page_size=8192;", err) != 0 || enter_wal(db, err) != 0))
        goto fail;
    static const char for_writer[] =
        "PRAGMA synchronous=FULL; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=2000;"
        "PRAGMA journal_size_limit=33554432;";
    if (db_exec(db, mode == DB_WRITE ? for_writer : "PRAGMA query_only=ON;", err) != 0)
        goto fail;
    *out = db;
    return 0;
fail:
    error_prefix(err, "%s", path);
    db_close(db);
    return -1;
}

void db_close(struct db *db) {
    if (db == NULL)
        return;
    for (size_t i = 0; i < SQL__MAX; i++)
        sqlite3_finalize(db->statements[i].raw);
    sqlite3_close(db->raw);
    free(db->path);
    free(db);
}

struct db_stmt *db_use(struct db *db, enum sql_statement name, struct error *err) {
    struct db_stmt *s = &db->statements[name];
    if (s->raw == NULL) {
        s->db = db;
        s->name = sql_texts[name].name;
        if (sqlite3_prepare_v3(db->raw, sql_texts[name].text, -1, SQLITE_PREPARE_PERSISTENT,
                               &s->raw, NULL) != SQLITE_OK) {
            failed(db, s->name, err);
            return NULL;
        }
    }
    sqlite3_reset(s->raw);
    sqlite3_clear_bindings(s->raw);
    s->bind_error = SQLITE_OK;
    return s;
}

struct db_stmt *db_make(struct db *db, const char *name, const char *sql, struct error *err) {
    struct db_stmt *s = calloc(1, sizeof *s);
    if (s == NULL) {
        error_set(err, "%s: out of memory", name);
        return NULL;
    }
    s->db = db;
    s->name = name;
    if (sqlite3_prepare_v2(db->raw, sql, -1, &s->raw, NULL) == SQLITE_OK)
        return s;
    failed(db, name, err);
    db_drop(s);
    return NULL;
}

void db_drop(struct db_stmt *s) {
    if (s == NULL)
        return;
    sqlite3_finalize(s->raw);
    free(s);
}

static void bound(struct db_stmt *s, int rc) {
    if (rc != SQLITE_OK)
        s->bind_error = rc;
}

void db_bind_int(struct db_stmt *s, int i, int64_t v) {
    bound(s, sqlite3_bind_int64(s->raw, i, v));
}

void db_bind_text(struct db_stmt *s, int i, const char *v) {
    bound(s, v == NULL ? sqlite3_bind_null(s->raw, i)
                       : sqlite3_bind_text(s->raw, i, v, -1, SQLITE_STATIC));
}

void db_bind_textn(struct db_stmt *s, int i, const char *v, size_t n) {
    bound(s, sqlite3_bind_text64(s->raw, i, v == NULL ? "" : v, n, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_blob(struct db_stmt *s, int i, const void *v, size_t n) {
    bound(s, sqlite3_bind_blob64(s->raw, i, v == NULL ? "" : v, n, SQLITE_STATIC));
}

void db_bind_null(struct db_stmt *s, int i) {
    bound(s, sqlite3_bind_null(s->raw, i));
}

int db_step(struct db_stmt *s, struct error *err) {
    if (s->bind_error != SQLITE_OK)
        return error_set(err, "statement %s: a value could not be bound: %s", s->name,
                         sqlite3_errstr(s->bind_error));
    int rc = sqlite3_step(s->raw);
    if (rc == SQLITE_ROW)
        return 1;
    if (rc == SQLITE_DONE)
        return 0;
    char what[96];
    snprintf(what, sizeof what, "statement %s", s->name);
    failed(s->db, what, err);
    sqlite3_reset(s->raw);
    return -1;
}

int db_run(struct db_stmt *s, struct error *err) {
    int rc = db_step(s, err);
    sqlite3_reset(s->raw);
    return rc == 1 ? error_set(err, "statement %s: returned a row", s->name) : rc;
}

void db_done(struct db_stmt *s) {
    if (s != NULL)
        sqlite3_reset(s->raw);
}

static int spend(void *arg) {
    struct db *db = arg;
    return --db->budget < 0;
}

void db_budget(struct db *db, int64_t steps) {
    db->budget = steps / BUDGET_STEPS;
    if (steps == 0)
        sqlite3_progress_handler(db->raw, 0, NULL, NULL);
    else
        sqlite3_progress_handler(db->raw, BUDGET_STEPS, spend, db);
}

bool db_spent(const struct db *db) {
    return db->budget < 0;
}

int64_t db_int(struct db_stmt *s, int column) {
    return sqlite3_column_int64(s->raw, column);
}

const char *db_text(struct db_stmt *s, int column) {
    return (const char *)sqlite3_column_text(s->raw, column);
}

const void *db_blob(struct db_stmt *s, int column, size_t *n) {
    const void *data = sqlite3_column_blob(s->raw, column);
    *n = (size_t)sqlite3_column_bytes(s->raw, column);
    return data;
}

bool db_null(struct db_stmt *s, int column) {
    return sqlite3_column_type(s->raw, column) == SQLITE_NULL;
}

int64_t db_last_id(struct db *db) {
    return sqlite3_last_insert_rowid(db->raw);
}

int64_t db_changed(struct db *db) {
    return sqlite3_changes64(db->raw);
}

int64_t db_written(struct db *db) {
    return sqlite3_total_changes64(db->raw);
}

int db_exec(struct db *db, const char *sql, struct error *err) {
    if (sqlite3_exec(db->raw, sql, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    return failed(db, "database", err);
}

int db_begin(struct db *db, struct error *err) {
    return db_exec(db, "BEGIN IMMEDIATE", err);
}

int db_begin_within(struct db *db, int ms, struct error *err) {
    sqlite3_busy_timeout(db->raw, ms);
    int rc = db_begin(db, err);
    if (rc != 0 && (sqlite3_errcode(db->raw) & 0xff) == SQLITE_BUSY)
        rc = 1;
    sqlite3_busy_timeout(db->raw, BUSY_MS);
    return rc;
}

int db_commit(struct db *db, struct error *err) {
    return db_exec(db, "COMMIT", err);
}

void db_rollback(struct db *db) {
    if (!sqlite3_get_autocommit(db->raw))
        (void)sqlite3_exec(db->raw, "ROLLBACK", NULL, NULL, NULL);
}

int db_begin_read(struct db *db, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BEGIN_READ, err);
    db->failed = false;
    return s == NULL ? -1 : db_run(s, err);
}

void db_end_read(struct db *db) {
    struct db_stmt *s = sqlite3_get_autocommit(db->raw) ? NULL : db_use(db, SQL_END_READ, NULL);
    if (s != NULL && db_run(s, NULL) != 0)
        db_rollback(db);
    if (sqlite3_txn_state(db->raw, NULL) == SQLITE_TXN_NONE)
        return;
    for (sqlite3_stmt *i = NULL; (i = sqlite3_next_stmt(db->raw, i)) != NULL;)
        sqlite3_reset(i);
}

bool db_reads_well(const struct db *db) {
    return !db->failed && !sqlite3_get_autocommit(db->raw);
}

int db_checkpoint(struct db *db, struct error *err) {
    int frames = 0, copied = 0;
    if (sqlite3_wal_checkpoint_v2(db->raw, "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &copied) !=
        SQLITE_OK)
        return failed(db, "checkpoint", err);
    return frames == copied;
}

int db_version(struct db *db, int64_t *version, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_DATA_VERSION, err);
    if (s == NULL || db_step(s, err) != 1)
        return -1;
    *version = db_int(s, 0);
    db_done(s);
    return 0;
}

enum { PAGES_A_STEP = 4096 };

static int copy_pages(struct db *db, sqlite3_backup *backup,
                      void (*progress)(void *arg, int64_t done, int64_t total), void *arg) {
    sqlite3_stmt *s = NULL;
    int64_t page = 0;
    if (sqlite3_prepare_v2(db->raw, "PRAGMA page_size", -1, &s, NULL) == SQLITE_OK &&
        sqlite3_step(s) == SQLITE_ROW)
        page = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    int rc;
    do {
        rc = sqlite3_backup_step(backup, PAGES_A_STEP);
        int64_t total = sqlite3_backup_pagecount(backup);
        if (progress != NULL)
            progress(arg, (total - sqlite3_backup_remaining(backup)) * page, total * page);
    } while (rc == SQLITE_OK);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Begins a read transaction, and reads, so that it has begun. */
static int hold(struct db *db, struct error *err) {
    return db_exec(db, "BEGIN; SELECT count(*) FROM sqlite_schema;", err);
}

int db_backup(struct db *db, const char *path,
              void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
              struct error *err) {
    sqlite3 *target = NULL;
    const bool own = sqlite3_get_autocommit(db->raw) != 0;
    if (own && hold(db, err) != 0)
        return -1;
    int rc = sqlite3_open_v2(path, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    sqlite3_backup *backup =
        rc == SQLITE_OK ? sqlite3_backup_init(target, "main", db->raw, "main") : NULL;
    if (backup != NULL) {
        rc = copy_pages(db, backup, progress, arg);
        (void)sqlite3_backup_finish(
            backup); /* forgets that a lock was in the way: rc is the step's */
    } else if (rc == SQLITE_OK) {
        rc = sqlite3_errcode(target);
    }
    if (own)
        db_end_read(db);
    if (rc != SQLITE_OK)
        error_set(err, "%s: the copy failed: %s", path, sqlite3_errstr(rc));
    sqlite3_close(target);
    if (rc == SQLITE_OK)
        return 0;
    unlink(path);
    return -1;
}

int db_check(struct db *db, struct error *err) {
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(db->raw, "PRAGMA quick_check(1)", -1, &s, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    const char *said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(s, 0) : "";
    bool fine = said != NULL && strcmp(said, "ok") == 0;
    if (!fine)
        error_set(err, "%s: is damaged: %s", db->path,
                  rc == SQLITE_ROW ? said : sqlite3_errmsg(db->raw));
    sqlite3_finalize(s);
    return fine ? 0 : -1;
}

/* ---- the mark ---- */

/* The head of the WAL index, as https://www.sqlite.org/walformat.html (section 2.1) fixes it: iChange counts
 * transactions, aCksum covers the whole head. A commit writes the second copy first and this one last, and
 * readers want both alike, so who sees a commit finds it here, too. */
struct db_mark {
    uint32_t version, unused;
    uint32_t change;
    uint32_t more[7];
    uint32_t checksum[2];
};

enum { WAL_INDEX_PAGE = 32768 };

const struct db_mark *db_mark_open(struct db *db) {
    sqlite3_file *file = NULL;
    void volatile *page = NULL;
    if (sqlite3_file_control(db->raw, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL || file->pMethods->iVersion < 2 ||
        file->pMethods->xShmMap == NULL || db_exec(db, "SELECT 1 FROM sqlite_schema;", NULL) != 0 ||
        file->pMethods->xShmMap(file, 0, WAL_INDEX_PAGE, 0, &page) != SQLITE_OK)
        return NULL;
    return (const struct db_mark *)(uintptr_t)page;
}

uint64_t db_mark(const struct db_mark *m) {
    uint64_t change = __atomic_load_n(&m->change, __ATOMIC_ACQUIRE);
    return change << 32 | __atomic_load_n(&m->checksum[1], __ATOMIC_ACQUIRE);
}
