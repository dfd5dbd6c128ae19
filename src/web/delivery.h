/* Deliveries as readers of the API and of the page for people see them, and their replay. */
#ifndef PLATEN_WEB_DELIVERY_H
#define PLATEN_WEB_DELIVERY_H

#include "base/json.h"
#include "store/deliveries.h"
#include "web/deferred.h"

/* The view of a delivery: a new value, NULL when memory is out. */
json_t *delivery_view(const struct delivery *d);
/* As delivery_fn: appends the view to the array at arg. */
int delivery_view_collect(void *arg, const struct delivery *d);
/* As delivery_fn: puts the view into the json_t * at arg. */
int delivery_view_one(void *arg, const struct delivery *d);

/* A handler's first call: writes a delivery that repeats number `of`. Return what this returns. */
int delivery_replay_start(struct visit *v, int64_t of, struct error *err) CHECKED;
/* Its second call, once deferred_result said 0: the new delivery's number, 0 when there was none to
 * repeat. */
int64_t delivery_replay_id(struct visit *v, struct deferred *d);
const char *delivery_replay_state(struct deferred *d);

#endif
