/* The database file as the house holds it: opened, migrated, a pool of readers, one writer. */
#ifndef PLATEN_STORE_STORE_H
#define PLATEN_STORE_STORE_H

#include "base/log.h"
#include "store/db.h"

struct store;

/* Opens or creates the database at path and brings its schema up to date: migrations in number
 * order, each in one transaction, checksums of those already applied compared. A newer schema than
 * this binary knows is refused. Before a non-empty database is migrated it is copied to
 * PATH.backup-SCHEMA-TIME (named in the log). Parent folder must exist. */
int store_open(struct store **out, const char *path, struct log *log, struct error *err) CHECKED;
void store_close(struct store *s);

/* A read-only connection for this thread, outside any transaction, from a pool (never more than were in use at
 * once, capped at 64: then waits). NULL with err when none can be opened. Any thread. Give it back with
 * store_reader_done. */
struct db *store_reader(struct store *s, struct error *err) CHECKED;
/* Takes back what store_reader or store_read gave. It need not be as it was: transactions are ended and statements
 * reset here. NULL is fine. Any thread. */
void store_reader_done(struct store *s, struct db *db);

/* As store_reader, inside a read transaction of the newest state: every commit that had ended before the call,
 * of whatever process, is in it. *revision is that state's (change_revision). While nothing is committed this
 * costs no system call (store_tend). Do not end the transaction: give the connection back with store_reader_done.
 * 0, or -1 with err and nothing to give back. */
int store_read(struct store *s, struct db **out, int64_t *revision, struct error *err) CHECKED;

/* To be called about once a second, by one thread: connections stay in their read transactions from one store_read
 * to the next only when it is, and those that nobody used since the last call, or that are behind what some process
 * has committed, are let go. A state that is the same as at the last call is copied from the WAL into the database
 * file (a passive checkpoint): may take as long as the disk does. */
void store_tend(struct store *s);

/* The one writer connection of this process, locked until store_writer_done. Any thread. */
struct db *store_writer(struct store *s);
void store_writer_done(struct store *s);
/* As store_writer, waiting at most ms for it: NULL when another one holds it still. */
struct db *store_writer_within(struct store *s, unsigned ms) CHECKED;

/* Runs fn in a write transaction of the writer connection: committed when fn returns 0, else undone. */
int store_transaction(struct store *s, int (*fn)(void *arg, struct db *db, struct error *err),
                      void *arg, struct error *err) CHECKED;

/* The revision of the newest committed change, whoever made it: unequal numbers, something changed. */
int store_version(struct store *s, int64_t *version, struct error *err) CHECKED;

/* A number that is another one once any process has committed anything, and costs a look at memory. False when the
 * database has none. Any thread. */
bool store_mark(const struct store *s, uint64_t *mark);

#endif
