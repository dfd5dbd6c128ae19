/* Small writes, many at a time: one thread runs everything that waits in one transaction (group
 * commit), each write under its own savepoint, so that one fsync makes all of them durable and a
 * write that fails takes no other along.
 *
 * A write that could not begin within WRITER_PATIENCE_MS (another one holds the database) is told so
 * and has not happened. At most WRITER_QUEUE wait. */
#ifndef PLATEN_STORE_WRITER_H
#define PLATEN_STORE_WRITER_H

#include "base/log.h"
#include "store/store.h"

#include <stdint.h>

enum { WRITER_PATIENCE_MS = 3000, WRITER_QUEUE = 4096 };

enum write_result {
    WRITE_DONE,   /* committed: it survives a power cut */
    WRITE_FAILED, /* undone; err says why */
    WRITE_BUSY,   /* not tried in time */
};

/* One write. The caller owns it and leaves it alone from writer_submit until `done` is called. */
struct write {
    /* On the writer's thread, inside the transaction: 0, or -1 with err and nothing of it stays. */
    int (*run)(void *arg, struct db *db, struct error *err);
    /* On the writer's thread, after the transaction's end, exactly once. May free the write. */
    void (*done)(void *arg, enum write_result result, const struct error *err);
    void *arg;
    /* the writer's own */
    struct write *next;
    int64_t deadline_ms;
    enum write_result result;
    struct error err;
};

struct writer;

/* Starts the thread. The store must outlive it. */
int writer_start(struct writer **out, struct store *store, struct log *log,
                 struct error *err) CHECKED;
/* Finishes what waits, ends the thread. NULL is fine. */
void writer_stop(struct writer *w);

/* Hands w in. 0, or -1 when too many wait or the writer stops: then done is not called. Any thread. */
int writer_submit(struct writer *writer, struct write *w) CHECKED;

/* As writer_submit, and waits for the end. Any thread but the writer's. */
enum write_result writer_run(struct writer *writer,
                             int (*run)(void *arg, struct db *db, struct error *err), void *arg,
                             struct error *err) CHECKED;

#endif
