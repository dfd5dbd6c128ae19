#include "web/limited.h"

#include "base/clock.h"
#include "web/limits.h"

#include <stdio.h>
#include <string.h>

/* Addresses that cost more than a page. */
static bool limited_path(const char *path) {
    return text_starts(path, "/api/") || text_starts(path, "/ghost/") ||
           strcmp(path, "/search/") == 0;
}

static void say(struct visit *v, const char *name, const struct limits_state *s) {
    char text[80];
    snprintf(text, sizeof text, "\"%s\";q=%u;w=60", name, s->quota);
    (void)http_response_header(v->r, "RateLimit-Policy", text);
    snprintf(text, sizeof text, "\"%s\";r=%u;t=%u", name, s->remaining, s->reset_s);
    (void)http_response_header(v->r, "RateLimit", text);
}

static int refuse(struct visit *v, const char *name, const struct limits_state *s) {
    char text[120];
    say(v, name, s);
    snprintf(text, sizeof text, "%u", s->retry_s);
    (void)http_response_header(v->r, "Retry-After", text);
    snprintf(text, sizeof text, "more than %u requests a minute: ask again in %u s", s->quota,
             s->retry_s);
    answer_failure(v, 429, text);
    return VISIT_DONE;
}

int limited_address(struct visit *v) {
    struct limits_state s;
    if (limits_address(visit_limits(v), http_request_client(v->q), clock_mono_us(), &s))
        return 0;
    return refuse(v, "address", &s);
}

int limited_visit(struct visit *v) {
    /* who shows a token is counted by it, once it is known to be one */
    if (!limited_path(v->path) ||
        (text_starts(v->path, "/api/") && http_request_header(v->q, "Authorization") != NULL))
        return 0;
    return limited_address(v);
}

int limited_token(struct visit *v, int64_t token) {
    struct limits_state s;
    if (!limits_token(visit_limits(v), token, clock_mono_us(), &s))
        return refuse(v, "token", &s);
    if (s.quota != 0)
        say(v, "token", &s);
    return 0;
}
