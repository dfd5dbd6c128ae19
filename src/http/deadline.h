/* Deadlines that libmicrohttpd does not have: its timeout is idle-only, so a byte now and then lives for ever.
 *
 * Every connection has one moment at which it is shut down unless it gets further: each step of a request
 * sets a new one. A thread looks twice a second. Setting is one atomic store; the lock is taken only
 * when connections come and go, and by the thread, so that a descriptor is never shut down after it was closed. */
#ifndef PLATEN_HTTP_DEADLINE_H
#define PLATEN_HTTP_DEADLINE_H

#include "base/error.h"

#include <stdint.h>

struct deadlines;
struct watched;

int deadlines_start(struct deadlines **out, struct error *err) CHECKED;
void deadlines_stop(struct deadlines *d); /* after every connection is closed */

/* A connection came: it has until ms from now. NULL when memory is out. */
struct watched *deadline_watch(struct deadlines *d, int fd, int64_t ms);
/* The connection closes (its descriptor is still open); frees w. */
void deadline_forget(struct deadlines *d, struct watched *w);
/* It has until ms from now; 0 = as long as it likes. */
void deadline_set(struct watched *w, int64_t ms);
/* A request was answered: the next one may begin until idle_ms from now. */
void deadline_idle(struct watched *w, int64_t idle_ms);
/* The first line of a request came: the rest of the head must follow within ms from now, but the
 * first head of a connection within what the connection got when it came. Only from its own thread. */
void deadline_head(struct watched *w, int64_t ms);
/* Shuts down every connection that waits for a request or is in the middle of sending one. */
void deadlines_hurry(struct deadlines *d);

#endif
