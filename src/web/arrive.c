/* What is taken of a request's body, decided by its head alone. */
#include "web/api.h"
#include "web/pages.h"

#include <string.h>

enum { DELIVERY_MAX = 25 << 20, POST_MAX = 9 << 20 };

/* An upload may be large, so who sends it is asked for first. False: the answer is made. */
static bool may_upload(struct visit *v) {
    struct error err = {0};
    int rc = visit_open(v, &err);
    if (rc == 0)
        rc = api_allow(v, API_BEARER, SCOPE_MEDIA_WRITE, &err);
    if (rc < 0)
        answer_failure(v, 500, NULL);
    visit_close(v);
    return rc == 0;
}

bool web_arrive(void *app, const struct http_request *q, struct http_response *r,
                struct http_body_rule *rule) {
    struct visit v;
    bool answered = false;
    visit_begin(&v, app, q, r);
    if (http_request_method(q) == HTTP_POST && strcmp(v.path, HOOK_PATH) == 0) {
        rule->max = DELIVERY_MAX;
    } else if (text_starts(v.path, "/api/v1/posts")) {
        rule->max = POST_MAX; /* escaped text may be twice as long as the post */
    } else if (http_request_method(q) == HTTP_POST && strcmp(v.path, MEDIA_PATH) == 0 &&
               visit_authoring(&v) != NULL) {
        answered = !may_upload(&v);
        *rule = (struct http_body_rule){.max = visit_authoring(&v)->max_media, .spool = true};
    }
    visit_end(&v);
    return answered;
}
