/* A post as its writer sees it after a write. */
#include "web/api.h"
#include "web/api_view.h"
#include "web/pages.h"

#include <stdio.h>
#include <string.h>

struct showing {
    struct visit *v;
    json_t *out;
    char version[40];
};

static int show(void *arg, const struct post *p) {
    struct showing *s = arg;
    s->out = api_view_post(s->v, p, api_members_in(~0U));
    snprintf(s->version, sizeof s->version, "%s", p->etag);
    return s->out == NULL ? -1 : 0;
}

int api_post_written(struct visit *v, int64_t id, int status, struct error *err) {
    struct showing s = {.v = v};
    char etag[64];
    int rc = post_any_by_id(v->db, id, show, &s, err);
    if (rc < 0)
        return -1;
    if (rc == 0) {
        api_problem(v, 404, "the post was written, and is gone again", NULL);
        return VISIT_DONE;
    }
    snprintf(etag, sizeof etag, "\"%s\"", s.version);
    (void)http_response_header(v->r, "ETag", etag);
    return api_answer(v, status, s.out, err);
}
