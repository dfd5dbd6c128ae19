/* GET /events: see events.h. */
#include "web/pages.h"

#include "web/events.h"

#include <string.h>

/* Number of the query parameter or header; -1 when there is none. */
static int64_t number_of(const char *text) {
    int64_t n;
    return text != NULL && text_int(&n, text, 0, INT64_MAX / 2) == 0 ? n : -1;
}

static int64_t parameter(const struct visit *v, const char *name) {
    struct buf b;
    buf_init(&b, 32);
    int64_t n = http_request_param(v->q, name, &b) == 1 ? number_of(buf_str(&b)) : -1;
    buf_free(&b);
    return n;
}

static enum events_from where_from(const struct visit *v, int64_t *from) {
    *from = number_of(http_request_header(v->q, "Last-Event-ID"));
    if (*from < 0)
        *from = parameter(v, "last");
    if (*from >= 0)
        return EVENTS_AFTER_ID;
    *from = parameter(v, "since");
    return *from >= 0 ? EVENTS_SINCE_TIME : EVENTS_NEW;
}

static int busy(struct visit *v) {
    (void)http_response_header(v->r, "Retry-After", "30");
    answer_text(v, 503, "too many pages are open: the next try may succeed\n");
    return VISIT_DONE;
}

int event_stream(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    const char *accept = http_request_header(v->q, "Accept");
    if (accept != NULL && strstr(accept, "text/html") != NULL)
        return VISIT_PASS; /* somebody who looks for a page of that name */
    if (visit_draining(v))
        return busy(v);
    int64_t from;
    enum events_from how = where_from(v, &from);
    if (http_request_method(v->q) == HTTP_GET) {
        int rc = events_join(visit_events(v), v->r, how, from, err);
        if (rc < 0)
            return -1;
        if (rc == 1)
            return busy(v);
    }
    (void)http_response_header(v->r, "Content-Type", "text/event-stream; charset=utf-8");
    (void)http_response_header(v->r, "Cache-Control", "no-store");
    (void)http_response_header(v->r, "X-Accel-Buffering", "no"); /* nginx would keep it back */
    answer_policy(v);
    return VISIT_DONE;
}
