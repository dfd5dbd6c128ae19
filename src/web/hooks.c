/* POST /hooks/github: a git host's delivery. It is verified and read by ingest (behind a callback,
 * since the rooms do not know each other), committed, and only then acknowledged. */
#include "web/deferred.h"
#include "web/pages.h"

#include "base/clock.h"
#include "store/deliveries.h"

#include <stdio.h>

struct taking {
    struct delivery_draft draft;
    int status;
    int64_t id;
    enum delivery_taken how;
};

static int take(void *payload, struct db *db, struct error *err) {
    struct taking *t = payload;
    return delivery_put(db, &t->draft, &t->id, &t->how, err);
}

static const char *get_header(void *ctx, const char *name) {
    const struct visit *v = ctx;
    return http_request_header(v->q, name);
}

static int first_call(struct visit *v, struct error *err) {
    const struct web_hooks *hooks = visit_hooks(v);
    struct slice body = http_request_body(v->q);
    struct web_delivery q = {.header = get_header,
                             .ctx = v,
                             .body = body.ptr,
                             .len = body.len,
                             .client = http_request_client(v->q),
                             .now = clock_now_ms()};
    struct taking t = {0};
    struct error why = {0};
    if (hooks == NULL)
        return VISIT_PASS;
    t.status = hooks->receive(hooks->arg, &t.draft, &q, &why);
    if (t.status == 200 || t.status == 202)
        return deferred_start(v, take, &t, sizeof t, err);
    log_request(visit_log(v), LOG_LEVEL_WARN, http_request_id(v->q),
                "a delivery from %s was refused with %d: %s", q.client, t.status, why.text);
    answer_failure(v, t.status, why.text);
    return VISIT_DONE;
}

int hook_receive(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    struct deferred *d = deferred_of(v);
    if (d == NULL)
        return first_call(v, err);
    int rc = deferred_result(v, d, err);
    if (rc != 0)
        return rc;
    struct taking *t = deferred_payload(d);
    bool work = t->draft.state == DELIVERY_PENDING && t->how != DELIVERY_KNOWN;
    if (work)
        visit_hooks(v)->wake(visit_hooks(v)->arg);
    struct buf *body = http_response_body(v->r);
    buf_printf(body, "{\"id\":%lld,\"state\":\"%s\",\"known\":%s}\n", (long long)t->id,
               delivery_state_name(t->draft.state), t->how == DELIVERY_KNOWN ? "true" : "false");
    http_response_status(v->r, t->how == DELIVERY_KNOWN ? 200 : t->status);
    (void)http_response_header(v->r, "Content-Type", TYPE_JSON);
    (void)http_response_header(v->r, "Cache-Control", "no-store");
    answer_policy(v);
    return VISIT_DONE;
}
