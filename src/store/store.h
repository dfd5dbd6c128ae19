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

/* A read-only connection for this thread, from a pool (never more than were in use at once, capped
 * at 64: then waits). NULL with err when none can be opened. Any thread. Give it back with
 * store_reader_done. */
struct db *store_reader(struct store *s, struct error *err) CHECKED;
void store_reader_done(struct store *s, struct db *db);

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
