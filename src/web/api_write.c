/* POST /api/v1/posts; PATCH, PUT and DELETE /api/v1/posts/{id}: see web_authoring in web.h for who does
 * it. The request is read and checked on the http thread, which then lets go of it; the answer is
 * the post as it is afterwards. */
#include "web/api.h"
#include "web/api_fields.h"
#include "web/deferred.h"
#include "web/pages.h"

#include "base/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the job owns, since the request may go before it. */
struct writing {
    const struct web_authoring *authoring;
    struct web_post_write w;
    struct web_post_written done;
    json_t *fields;
    char *if_match, *key;
    char digest[DIGEST_SHA256_HEX];
};

static int run(void *payload, struct error *err) {
    struct writing *j = payload;
    j->w.idempotency.digest = j->digest; /* it has moved here with the payload */
    return j->authoring->write(j->authoring->arg, &j->done, &j->w, err);
}

static void clear(void *payload) {
    struct writing *j = payload;
    json_decref(j->fields);
    free(j->if_match);
    free(j->key);
}

/* ---- the request ---- */

static int faulty(struct visit *v, int status, const char *fallback, json_t *faults) {
    char detail[400];
    const json_t *first = json_array_get(faults, 0);
    snprintf(detail, sizeof detail, "%s%s%s", json_get_string(first, "pointer", ""),
             first == NULL ? "" : ": ", json_get_string(first, "detail", fallback));
    api_problem(v, status, detail, faults);
    return VISIT_DONE;
}

/* application/json, for PATCH also application/merge-patch+json (RFC 7396 section 4). */
static bool is_json(const struct visit *v) {
    const char *type = http_request_header(v->q, "Content-Type");
    size_t n = type == NULL ? 0 : strcspn(type, "; ");
    bool merge = http_request_method(v->q) == HTTP_PATCH && n == 28 &&
                 strncasecmp(type, "application/merge-patch+json", n) == 0;
    return merge || (n == 16 && strncasecmp(type, "application/json", n) == 0);
}

/* 0 and j->fields, VISIT_DONE when it was answered, -1. */
static int read_body(struct visit *v, struct writing *j, struct error *err) {
    struct slice body = http_request_body(v->q);
    struct error why = {0};
    json_t *value = NULL, *faults = json_array();
    if (!is_json(v)) {
        json_decref(faults);
        api_problem(v, 415, "the body must be application/json", NULL);
        return VISIT_DONE;
    }
    if (json_read(&value, body.ptr, body.len, &why) != 0) {
        json_decref(faults);
        char detail[400];
        snprintf(detail, sizeof detail, "the body is no JSON: %d:%d: %.300s", why.line, why.column,
                 why.text);
        api_problem(v, 400, detail, NULL);
        return VISIT_DONE;
    }
    int rc = api_fields_read(&j->fields, value, j->w.kind != WEB_POST_MERGE, faults);
    json_decref(value);
    if (rc == 0 && json_array_size(faults) > 0)
        return faulty(v, 422, "", faults);
    json_decref(faults);
    return rc == 0 ? 0 : error_set(err, "out of memory");
}

static int copy_header(struct visit *v, const char *name, char **out, struct error *err) {
    const char *value = http_request_header(v->q, name);
    if (value != NULL && (*out = strdup(value)) == NULL)
        return error_set(err, "out of memory");
    return 0;
}

/* The key with a digest of what it stands for. */
static int read_key(struct visit *v, struct writing *j, struct error *err) {
    struct slice body = http_request_body(v->q);
    struct buf whole;
    if (j->w.kind != WEB_POST_CREATE)
        return 0;
    if (copy_header(v, "Idempotency-Key", &j->key, err) != 0)
        return -1;
    if (j->key == NULL)
        return 0;
    if (*j->key == '\0' || strlen(j->key) > IDEMPOTENCY_KEY_MAX) {
        api_problem(v, 400, "Idempotency-Key: must have 1 to 255 characters", NULL);
        return VISIT_DONE;
    }
    buf_init(&whole, body.len + 1024);
    buf_printf(&whole, "%s\n", v->path);
    buf_append(&whole, body.ptr, body.len);
    digest_sha256_hex(j->digest, buf_str(&whole), whole.len);
    buf_free(&whole);
    return 0;
}

static int read_condition(struct visit *v, struct writing *j, struct error *err) {
    if (j->w.kind == WEB_POST_CREATE)
        return 0;
    if (copy_header(v, "If-Match", &j->if_match, err) != 0)
        return -1;
    if (j->if_match != NULL)
        return 0;
    api_problem(v, 428, "If-Match: say which version you have read, by its ETag", NULL);
    return VISIT_DONE;
}

static int read_request(struct visit *v, struct writing *j, struct error *err) {
    struct api_param none[] = {{0}};
    int rc = api_params(v, none, err);
    if (rc == 0)
        rc = read_condition(v, j, err);
    if (rc == 0)
        rc = read_key(v, j, err);
    if (rc == 0 && j->w.kind != WEB_POST_DELETE)
        rc = read_body(v, j, err);
    return rc;
}

static enum web_post_kind kind_of(const struct visit *v) {
    enum http_method m = http_request_method(v->q);
    return m == HTTP_POST    ? WEB_POST_CREATE
           : m == HTTP_PATCH ? WEB_POST_MERGE
           : m == HTTP_PUT   ? WEB_POST_REPLACE
                             : WEB_POST_DELETE;
}

static int first_call(struct visit *v, int64_t id, struct error *err) {
    struct writing j = {.authoring = visit_authoring(v), .w = {.kind = kind_of(v), .id = id}};
    int64_t token = 0;
    int rc = api_allow_token(v, API_BEARER, SCOPE_POSTS_WRITE, &token, err);
    if (rc == 0 && j.authoring == NULL)
        rc = VISIT_PASS;
    else if (rc == 0)
        rc = read_request(v, &j, err);
    if (rc == 0) {
        j.w.fields = j.fields;
        j.w.if_match = j.if_match;
        j.w.idempotency = (struct idempotency){.token = token, .key = j.key};
        return deferred_job(v, run, clear, &j, sizeof j, err);
    }
    clear(&j);
    return rc;
}

/* ---- the answer ---- */

static int answer(struct visit *v, const struct writing *j, struct error *err) {
    const struct web_post_written *d = &j->done;
    char text[64];
    if (d->status == 503)
        (void)http_response_header(v->r, "Retry-After", "2");
    if (d->status >= 400) {
        api_problem(v, d->status, d->detail, NULL);
        return VISIT_DONE;
    }
    if (d->again)
        (void)http_response_header(v->r, "Idempotency-Replayed", "true");
    if (d->status == 204) {
        http_response_status(v->r, 204);
        answer_policy(v);
        return VISIT_DONE;
    }
    if (d->status == 201) {
        snprintf(text, sizeof text, "/api/v1/posts/%lld", (long long)d->id);
        (void)http_response_header(v->r, "Location", text);
    }
    return api_post_written(v, d->id, d->status, err);
}

static int post_write(struct visit *v, int64_t id, struct error *err) {
    struct deferred *d = deferred_of(v);
    if (d == NULL)
        return first_call(v, id, err);
    int rc = deferred_result(v, d, err);
    return rc != 0 ? rc : answer(v, deferred_payload(d), err);
}

int api_post_create(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return post_write(v, 0, err);
}

int api_post_change(struct visit *v, const struct route_match *m, struct error *err) {
    int64_t id = api_id(m->param[0]);
    if (id != 0)
        return post_write(v, id, err);
    api_problem(v, 404, "there is no such post", NULL);
    return VISIT_DONE;
}
