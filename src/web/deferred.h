/* A request that waits for a write, or for a job that takes its time: the handler hands it over and
 * returns; when it is committed or has failed, the handler is called again and finds the result here.
 * No http thread waits meanwhile. */
#ifndef PLATEN_WEB_DEFERRED_H
#define PLATEN_WEB_DEFERRED_H

#include "store/writer.h"
#include "web/visit.h"

struct deferred;

/* Hands `run` over (see struct write) with a payload of `size` bytes, which is copied. The handler
 * returns what this returns. When no more writes can wait, 503 is answered at once. */
int deferred_start(struct visit *v, int (*run)(void *payload, struct db *db, struct error *err),
                   const void *payload, size_t size, struct error *err) CHECKED;

/* As deferred_start, for what is no single write: `run` is called on the thread of the jobs. `clear` is
 * called with the payload once, when the request is over, however it ended. */
int deferred_job(struct visit *v, int (*run)(void *payload, struct error *err),
                 void (*clear)(void *payload), const void *payload, size_t size,
                 struct error *err) CHECKED;

/* What deferred_start left, NULL on a request's first call. */
struct deferred *deferred_of(const struct visit *v);
/* The payload as `run` left it, aligned for anything. */
void *deferred_payload(struct deferred *d);
/* 0 when it is committed; else the answer has been made (503, also for a server that stops) or err says
 * why it failed: return what this returns, as the handler's result, when it is not 0. */
int deferred_result(struct visit *v, struct deferred *d, struct error *err) CHECKED;

#endif
