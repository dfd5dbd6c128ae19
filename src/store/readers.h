/* The pool of read connections, and which of them stay in their read transaction between two uses.
 *
 * To begin a read transaction costs system calls: locks on the WAL index. So while nothing is committed, a
 * connection may be given back inside its transaction and goes out again as it is. What always holds:
 *
 *   - Who takes a connection sees every commit that had ended before: the mark (store_mark) that was read
 *     before the transaction began must be the mark still.
 *   - A transaction stays open only when it stands on a state that is wholly in the database file (its WAL
 *     has been copied back to the end). Such a reader reads no WAL: it keeps nobody from beginning the WAL
 *     anew, nor from truncating it. It is in the way only of copying back what is committed later, and so
 *   - idle connections are let go once the mark is another one, by the next read or by readers_tend, and
 *     none is kept again until that state has stood for a while: a process that writes all the time meets
 *     the readers only that are at work.
 *
 * Nothing is kept unless somebody calls readers_tend. */
#ifndef PLATEN_STORE_READERS_H
#define PLATEN_STORE_READERS_H

#include "store/db.h"

struct readers;

/* path is copied. mark (may be NULL: nothing is ever kept) is lent for the life of the pool. The caller owns *out.
 * -1: memory is out. */
int readers_new(struct readers **out, const char *path, const struct db_mark *mark,
                struct error *err) CHECKED;
/* Closes all; everything must have been given back. NULL is fine. */
void readers_free(struct readers *r);

/* A connection outside any transaction: see store_reader. Any thread. NULL with err. */
struct db *readers_take(struct readers *r, struct error *err) CHECKED;
/* A connection in a read transaction of the newest state, and its revision: see store_read. Any thread. 0, or -1
 * with err and nothing to give back. */
int readers_read(struct readers *r, struct db **out, int64_t *revision, struct error *err) CHECKED;
/* Takes back what either of them gave: in a transaction or not, its statements reset or not. Any thread. */
void readers_give(struct readers *r, struct db *db);

/* See store_tend. One thread at a time. */
void readers_tend(struct readers *r);

#endif
