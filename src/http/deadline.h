/* Deadlines that libmicrohttpd does not have: its timeout is idle-only, so a byte now and then lives for ever.
 *
 * Every connection has one moment at which it is shut down unless it gets further: each step of a request
 * sets a new one. A thread looks twice a second. Setting is one atomic store; the lock is taken only
 * when connections come and go, and by the thread, so that a descriptor is never shut down after it was closed.
 *
 * The library says when the first line of a request is whole, not when its first byte came. On a connection
 * that waits for its next request the thread therefore asks the kernel every other second how much has
 * come (TCP_INFO): from the first byte on, the deadline is that of a head. Unix sockets cannot say it;
 * there the idle time is the bound. */
#ifndef PLATEN_HTTP_DEADLINE_H
#define PLATEN_HTTP_DEADLINE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct deadlines;
struct watched;

/* head_ms: how long a whole request head may take. */
int deadlines_start(struct deadlines **out, int64_t head_ms, struct error *err) CHECKED;
void deadlines_stop(struct deadlines *d); /* after every connection is closed */

/* A connection came: it has head_ms for its first head. NULL when memory is out. */
struct watched *deadline_watch(struct deadlines *d, int fd);
/* The connection closes (its descriptor is still open); frees w. */
void deadline_forget(struct deadlines *d, struct watched *w);
/* It has until ms from now; 0 = as long as it likes. */
void deadline_set(struct watched *w, int64_t ms);
/* A request was answered: the next one may begin until idle_ms from now. */
void deadline_idle(struct watched *w, int64_t idle_ms);
/* The first line of a request came: the rest of the head must follow within head_ms from now, or within
 * what is left of the deadline that its first byte set. */
void deadline_head(struct deadlines *d, struct watched *w);

/* How many connections there are. Any thread. */
size_t deadlines_count(struct deadlines *d);
/* Ends every connection that waits for a request or is in the middle of sending one, or every one there is: it
 * hears no more, but what has come already is still answered. NULL is fine. */
void deadlines_hurry(struct deadlines *d, bool all);

#endif
