/* The durable log of what happened to posts that readers see. Written by the transaction that made
 * it happen; read by pages that are open (server-sent events) and by clients that come back. */
#ifndef PLATEN_STORE_EVENTS_H
#define PLATEN_STORE_EVENTS_H

#include "store/db.h"

#include <stdint.h>

struct event {
    int64_t id;
    int64_t at;       /* UTC seconds */
    const char *kind; /* "published", "updated", "removed"; "many": more than are told one by one */
    int64_t post;
    const char *path, *title;
};
typedef int event_fn(void *arg, const struct event *e);

/* Calls fn for at most `limit` events after id `since`, oldest first. */
int event_since(struct db *db, int64_t since, int64_t limit, event_fn *fn, void *arg,
                struct error *err) CHECKED;
/* Ids of the oldest and newest event that are kept; 0 and 0 when there is none. */
int event_bounds(struct db *db, int64_t *oldest, int64_t *newest, struct error *err) CHECKED;
/* Id of the newest event before `at` (UTC seconds); 0 when there is none. */
int event_before(struct db *db, int64_t at, int64_t *id, struct error *err) CHECKED;
/* Paths of the posts that revision rev published or changed, at most `limit`. */
int event_paths(struct db *db, int64_t rev, int64_t limit, int (*fn)(void *arg, const char *path),
                void *arg, struct error *err) CHECKED;
/* Keeps the newest `keep` that are not older than `before` (UTC seconds). Within a write
 * transaction. */
int event_prune(struct db *db, int64_t keep, int64_t before, struct error *err) CHECKED;

#endif
