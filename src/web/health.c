/* For whoever keeps the server running: does the process live, should it get requests. */
#include "web/pages.h"

#include "store/settings.h"

int health_live(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    (void)err;
    answer_text(v, 200, "ok\n");
    return VISIT_DONE;
}

int health_ready(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    if (visit_draining(v)) {
        answer_text(v, 503, "draining\n");
    } else if (visit_open(v, err) != 0) {
        log_request(visit_log(v), LOG_LEVEL_ERROR, http_request_id(v->q), "not ready: %s",
                    err->text);
        answer_text(v, 503, "the store does not answer\n");
    } else {
        answer_text(v, 200, "ready\n");
    }
    return VISIT_DONE;
}
