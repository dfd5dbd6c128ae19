/* A post as the API shows it. */
#include "web/api.h"
#include "web/pages.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

struct showing {
    struct visit *v;
    json_t *out;
};

static int show(void *arg, const struct post *p) {
    struct showing *s = arg;
    const char *body = memchr(p->markdown, '\n', p->markdown_len);
    s->out = view_post(s->v->site, s->v->db, p);
    if (post_is_api(p->source) && body != NULL)
        (void)json_put_stringn(s->out, "body", body + 1,
                               p->markdown_len - (size_t)(body + 1 - p->markdown));
    char etag[64];
    snprintf(etag, sizeof etag, "\"%s\"", p->etag);
    (void)http_response_header(s->v->r, "ETag", etag);
    return s->out == NULL ? -1 : 0;
}

int api_post_written(struct visit *v, int64_t id, int status, struct error *err) {
    struct showing s = {.v = v};
    int rc = post_any_by_id(v->db, id, show, &s, err);
    if (rc < 0)
        return -1;
    if (rc == 0) {
        api_problem(v, 404, "the post was written, and is gone again", NULL);
        return VISIT_DONE;
    }
    return api_answer(v, status, s.out, err);
}
