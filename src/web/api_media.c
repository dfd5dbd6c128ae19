/* POST /api/v1/media?name=picture.png, the body being the file; DELETE /api/v1/media/{id}. The body waits in
 * a file (arrive.c) from which it goes into rows, a block at a time. */
#include "web/api.h"
#include "web/api_read.h"
#include "web/deferred.h"
#include "web/link.h"
#include "web/pages.h"

#include "store/media.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_BYTES = 200 };

struct sending {
    const struct web_authoring *authoring;
    struct web_media_write w;
    struct web_post_written done;
    char name[NAME_BYTES + 1];
};

static int run(void *payload, struct error *err) {
    struct sending *s = payload;
    s->w.name = s->name;
    return s->authoring->media(s->authoring->arg, &s->done, &s->w, err);
}

static void clear(void *payload) {
    struct sending *s = payload;
    if (s->w.fd >= 0)
        close(s->w.fd);
}

const struct api_param api_media_params[] = {
    {.name = "name", .help = "What the file is called, as picture.png; must be given"}, {0}};

static int read_upload(struct visit *v, struct sending *s, struct error *err) {
    struct api_param params[sizeof api_media_params / sizeof api_media_params[0]];
    memcpy(params, api_media_params, sizeof params);
    int rc = api_params(v, params, err);
    const char *name = rc == 0 ? buf_str(&params[0].text) : "";
    if (rc == 0 && (*name == '\0' || strlen(name) > NAME_BYTES)) {
        api_problem(v, 400, "name: say what the file is called (?name=picture.png)", NULL);
        rc = VISIT_DONE;
    }
    if (rc == 0) {
        memcpy(s->name, name, strlen(name) + 1);
        int fd = http_request_spool(v->q, &s->w.size);
        s->w.fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (s->w.fd < 0)
            rc = error_set(err, "the upload's file cannot be kept open");
    }
    api_params_free(params);
    return rc;
}

static int first_call(struct visit *v, int64_t id, struct error *err) {
    struct sending s = {.authoring = visit_authoring(v), .w = {.fd = -1, .id = id}};
    if (s.authoring == NULL)
        return VISIT_PASS;
    int rc = id == 0 ? 0 : api_allow(v, API_BEARER, SCOPE_MEDIA_WRITE, err); /* else see arrive.c */
    if (rc == 0 && id == 0)
        rc = read_upload(v, &s, err);
    if (rc == 0)
        return deferred_job(v, run, clear, &s, sizeof s, err);
    clear(&s);
    return rc;
}

/* What became of it: where it is, what it is. */
static int answer_media(struct visit *v, const struct web_post_written *d, struct error *err) {
    struct media m = {0};
    struct buf path;
    buf_init(&path, 2048);
    int rc = media_by_id(v->db, d->id, &m, err);
    if (rc == 1)
        rc = media_path(v->db, d->id, &path, err);
    json_t *o = json_object();
    int bad = rc != 1;
    bad |= json_put_int(o, "id", d->id);
    bad |= link_put_path(o, "url", v->site, buf_str(&path));
    bad |= link_put_url(o, "permalink", v->site, buf_str(&path));
    bad |= json_put_string(o, "type", m.type);
    bad |= json_put_int(o, "size", (int64_t)m.size);
    bad |= json_put_string(o, "oid", m.oid);
    bad |= json_put(o, "width", m.width > 0 ? json_integer(m.width) : json_null());
    bad |= json_put(o, "height", m.height > 0 ? json_integer(m.height) : json_null());
    if (bad == 0)
        (void)http_response_header(v->r, "Location", json_get_string(o, "url", ""));
    buf_free(&path);
    if (bad == 0)
        return api_answer(v, d->status, o, err);
    json_decref(o);
    return rc < 0 ? -1 : error_set(err, "media %lld is not there", (long long)d->id);
}

static int answer(struct visit *v, const struct web_post_written *d, struct error *err) {
    if (d->status == 503)
        (void)http_response_header(v->r, "Retry-After", "2");
    if (d->status >= 400) {
        api_problem(v, d->status, d->detail, NULL);
        return VISIT_DONE;
    }
    if (d->status != 204)
        return answer_media(v, d, err);
    http_response_status(v->r, 204);
    answer_policy(v);
    return VISIT_DONE;
}

static int write_media(struct visit *v, int64_t id, struct error *err) {
    struct deferred *d = deferred_of(v);
    if (d == NULL)
        return first_call(v, id, err);
    int rc = deferred_result(v, d, err);
    return rc != 0 ? rc : answer(v, &((struct sending *)deferred_payload(d))->done, err);
}

int api_media_send(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return write_media(v, 0, err);
}

int api_media_drop(struct visit *v, const struct route_match *m, struct error *err) {
    int64_t id = api_id(m->param[0]);
    if (id != 0)
        return write_media(v, id, err);
    api_problem(v, 404, "there is no such file", NULL);
    return VISIT_DONE;
}
