/* The driver boundary: the statement. One connection (struct db) belongs to one thread at a time.
 *
 * Every statement of the house has a name (the files of sql/queries, made into enum sql_statement by the
 * build) and is prepared once a connection, when first used. Only db_sqlite.c knows the database.
 * Text and blobs that getters lend live until the next db_step/db_done on the same statement.
 * Errors: -1, with the database's words in err.
 */
#ifndef PLATEN_STORE_DB_H
#define PLATEN_STORE_DB_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gen/sql_statements.h"

struct db;
struct db_stmt;

enum db_mode { DB_READ, DB_WRITE };

/* Opens the file (DB_WRITE creates it): WAL, foreign_keys, busy_timeout, synchronous=FULL for
 * writers; query_only for readers. */
int db_open(struct db **out, const char *path, enum db_mode mode, struct error *err) CHECKED;
void db_close(struct db *db);

/* The named statement, reset, its bindings cleared: bind, step, done. NULL (err filled) when it
 * cannot be prepared. */
struct db_stmt *db_use(struct db *db, enum sql_statement name, struct error *err) CHECKED;

/* A statement whose text is made at run time, of constant parts: for store/query.c. `name` is for
 * errors. Ends with db_drop. NULL (err filled) when it cannot be prepared. */
struct db_stmt *db_make(struct db *db, const char *name, const char *sql,
                        struct error *err) CHECKED;
void db_drop(struct db_stmt *s); /* NULL is fine */

/* Parameters count from 1. Text is borrowed until db_done. NULL text binds NULL. A failed bind
 * shows at the next db_step. */
void db_bind_int(struct db_stmt *s, int i, int64_t v);
void db_bind_text(struct db_stmt *s, int i, const char *v);
void db_bind_textn(struct db_stmt *s, int i, const char *v, size_t n);
void db_bind_blob(struct db_stmt *s, int i, const void *v, size_t n);
void db_bind_null(struct db_stmt *s, int i);

/* 1: a row is there; 0: no more; -1: failed (err filled). */
int db_step(struct db_stmt *s, struct error *err) CHECKED;
/* Steps a statement that returns no rows, then resets it. 0 or -1. */
int db_run(struct db_stmt *s, struct error *err) CHECKED;
void db_done(struct db_stmt *s); /* resets; ends the implicit read transaction; NULL is fine */

/* From here on the connection's statements may take that many of SQLite's steps together; one that
 * would take more fails, and db_spent is true. 0: no bound (so a connection begins). What FTS5 does inside
 * one step is one step. */
void db_budget(struct db *db, int64_t steps);
bool db_spent(const struct db *db);

int64_t db_int(struct db_stmt *s, int column);      /* columns count from 0 */
const char *db_text(struct db_stmt *s, int column); /* NULL when null */
const void *db_blob(struct db_stmt *s, int column, size_t *n);
bool db_null(struct db_stmt *s, int column);

int64_t db_last_id(struct db *db);
int64_t db_changed(struct db *db); /* rows changed by the last statement */
int64_t db_written(struct db *db); /* rows changed since the connection was opened */

/* BEGIN IMMEDIATE with bounded retry on busy (5 s, then an error that says who may hold it),
 * COMMIT, ROLLBACK (never fails). */
int db_begin(struct db *db, struct error *err) CHECKED;
/* As db_begin, waiting at most ms for another process: 1 when that one still writes. */
int db_begin_within(struct db *db, int ms, struct error *err) CHECKED;
int db_commit(struct db *db, struct error *err) CHECKED;
void db_rollback(struct db *db);

/* Read transaction: several statements see one state. db_end_read leaves nothing open: statements that were not
 * done are. Without a transaction it does that alone. */
int db_begin_read(struct db *db, struct error *err) CHECKED;
void db_end_read(struct db *db);
/* True inside a read transaction in which nothing has failed. */
bool db_reads_well(const struct db *db);

/* Copies what the WAL has into the database file, as far as nobody is in the way, and waits for nobody. Outside
 * any transaction, on either kind of connection. 1: all of it; 0: a part; -1. */
int db_checkpoint(struct db *db, struct error *err) CHECKED;

/* A number that is another one after any other connection, of this process or another, has committed. It costs
 * a few microseconds. Of one connection: numbers of two do not compare. */
int db_version(struct db *db, int64_t *version, struct error *err) CHECKED;

/* Runs SQL text of several statements (migrations, pragmas). */
int db_exec(struct db *db, const char *sql, struct error *err) CHECKED;

/* Where the database keeps, in memory shared by every process that has the file open, a number that each commit
 * changes. db_mark_open: the place, valid until db is closed; NULL when there is none. db_mark: the number;
 * once a commit is visible to anybody, it is another than before. No transaction, no system call; any thread. */
struct db_mark;
const struct db_mark *db_mark_open(struct db *db);
uint64_t db_mark(const struct db_mark *m);

/* Copies the whole database to a new file at path, as one consistent state, while others write: it reads within
 * one transaction, or every write would make it begin anew. progress (may be NULL) is told bytes now and
 * then. A failed copy leaves no file. */
int db_backup(struct db *db, const char *path,
              void (*progress)(void *arg, int64_t done, int64_t total), void *arg,
              struct error *err) CHECKED;

/* Looks the whole file through: -1 says what is wrong with it. */
int db_check(struct db *db, struct error *err) CHECKED;

#endif
