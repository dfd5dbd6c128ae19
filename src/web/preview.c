/* Previews: the page behind a signed address, and making such addresses (store/preview.h). */
#include "store/preview.h"

#include "base/clock.h"
#include "web/api.h"
#include "web/api_read.h"
#include "web/api_view.h"
#include "web/link.h"
#include "web/pages.h"

#include <stdio.h>
#include <string.h>

enum { DAY = 24 * 60 * 60 };

int preview_show(struct visit *v, const struct route_match *m, struct error *err) {
    int64_t post, until;
    switch (
        preview_read(v->db, m->param[0].ptr, m->param[0].len, clock_now(), &post, &until, err)) {
    case PREVIEW_GOOD:
        return post_preview(v, post, until, err);
    case PREVIEW_OVER:
        return answer_missing(v, 410, err);
    case PREVIEW_NONE:
        return VISIT_PASS; /* the site may have something at this address */
    default:
        return -1;
    }
}

const struct api_param api_preview_params[] = {{.name = "post",
                                                .type = API_NUMBER,
                                                .min = 1,
                                                .max = INT64_MAX,
                                                .help = "Id of the post; must be given"},
                                               {.name = "expires_in",
                                                .type = API_NUMBER,
                                                .min = 60,
                                                .max = 30 * DAY,
                                                .number = DAY,
                                                .help = "Seconds until the address ends"},
                                               {0}};

static int note_kind(void *arg, const struct post *p) {
    enum post_kind *kind = arg;
    *kind = p->kind;
    return 1;
}

static int create(struct visit *v, int64_t post, int64_t until, struct error *err) {
    char token[PREVIEW_TOKEN_MAX], path[PREVIEW_TOKEN_MAX + sizeof PREVIEW_PATH];
    enum post_kind kind = POST_INDEX;
    int rc = post_any_by_id(v->db, post, note_kind, &kind, err);
    if (rc == 0 || (rc > 0 && kind == POST_INDEX)) {
        api_problem(v, 404, "there is no such post", NULL);
        return VISIT_DONE;
    }
    if (rc < 0 || preview_sign(token, v->db, post, until, err) != 0)
        return -1;
    snprintf(path, sizeof path, PREVIEW_PATH "%s", token);
    json_t *o = json_object();
    int bad = json_put_string(o, "token", token);
    bad |= link_put_url(o, "url", v->site, path);
    bad |= api_put_seconds(o, "expires", until);
    if (bad != 0) {
        json_decref(o);
        o = NULL;
    }
    return api_answer(v, 201, o, err);
}

int api_preview_create(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    struct api_param params[sizeof api_preview_params / sizeof api_preview_params[0]];
    memcpy(params, api_preview_params, sizeof params);
    int rc = api_allow(v, API_BEARER, SCOPE_READ_DRAFTS, err);
    if (rc == 0)
        rc = api_params(v, params, err);
    if (rc == 0 && !params[0].given) {
        api_problem(v, 400, "post: say which one (?post=42)", NULL);
        rc = VISIT_DONE;
    }
    if (rc == 0)
        rc = create(v, params[0].number, clock_now() + params[1].number, err);
    api_params_free(params);
    return rc;
}
