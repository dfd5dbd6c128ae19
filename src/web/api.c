#include "web/api.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "store/writer.h"
#include "web/ghost.h"
#include "web/limited.h"
#include "web/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

static const char *phrase(int status) {
    static const struct {
        int status;
        const char *text;
    } list[] = {{400, "Bad Request"},
                {401, "Unauthorized"},
                {403, "Forbidden"},
                {404, "Not Found"},
                {405, "Method Not Allowed"},
                {409, "Conflict"},
                {412, "Precondition Failed"},
                {413, "Content Too Large"},
                {415, "Unsupported Media Type"},
                {422, "Unprocessable Content"},
                {428, "Precondition Required"},
                {429, "Too Many Requests"},
                {500, "Internal Server Error"},
                {503, "Service Unavailable"}};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (list[i].status == status)
            return list[i].text;
    return "Error";
}

void api_problem(struct visit *v, int status, const char *detail, json_t *errors) {
    json_t *o = json_object();
    struct buf *body = http_response_body(v->r);
    int bad = json_put_string(o, "type", "about:blank");
    bad |= json_put_string(o, "title", phrase(status));
    bad |= json_put_int(o, "status", status);
    if (detail != NULL && *detail != '\0')
        bad |= json_put_string(o, "detail", detail);
    bad |= json_put_string(o, "request_id", http_request_id(v->q));
    if (errors != NULL)
        bad |= json_put(o, "errors", errors);
    buf_clear(body);
    if (bad != 0 || json_write(body, o) != 0) {
        buf_clear(body);
        buf_printf(body, "{\"status\":%d}", status);
    }
    buf_putc(body, '\n');
    json_decref(o);
    http_response_status(v->r, status);
    (void)http_response_header(v->r, "Content-Type", TYPE_PROBLEM);
    (void)http_response_header(v->r, "Cache-Control", "no-store");
    answer_policy(v);
}

void answer_failure(struct visit *v, int status, const char *detail) {
    if (ghost_path(v->path)) {
        ghost_error(v, status, phrase(status), detail, NULL);
        return;
    }
    if (text_starts(v->path, "/api/") || text_starts(v->path, "/hooks/")) {
        api_problem(v, status, detail, NULL);
        return;
    }
    char text[600];
    snprintf(text, sizeof text, "%d: %s\n", status, detail != NULL ? detail : phrase(status));
    answer_text(v, status, text);
}

int api_answer(struct visit *v, int status, json_t *value, struct error *err) {
    struct buf *body = http_response_body(v->r);
    int bad = value == NULL || json_write(body, value) != 0;
    json_decref(value);
    if (bad)
        return error_set(err, "the answer cannot be made: out of memory");
    buf_putc(body, '\n');
    http_response_status(v->r, status);
    (void)http_response_header(v->r, "Content-Type", TYPE_JSON);
    (void)http_response_header(v->r, "Cache-Control", "no-store");
    answer_policy(v);
    return VISIT_DONE;
}

int api_public(struct visit *v, json_t *value, const char *version, struct error *err) {
    struct buf *body = http_response_body(v->r);
    int bad = value == NULL || json_write(body, value) != 0;
    json_decref(value);
    if (bad)
        return *err->text != '\0' ? -1 : error_set(err, "the answer cannot be made: out of memory");
    buf_putc(body, '\n');
    return answer_version(v, TYPE_JSON, 200, version, err);
}

int api_private(struct visit *v, json_t *value, const char *version, struct error *err) {
    char digest[DIGEST_SHA256_HEX], etag[80];
    const struct buf *body = http_response_body(v->r);
    int rc = api_answer(v, 200, value, err);
    if (rc != VISIT_DONE)
        return rc;
    digest_sha256_hex(digest, buf_str(body), body->len);
    snprintf(etag, sizeof etag, "\"%.40s-%.16s\"", version, digest);
    (void)http_conditional(v->q, v->r, etag, 0);
    return VISIT_DONE;
}

void api_open_to_all(struct visit *v) {
    (void)http_response_header(v->r, "Access-Control-Allow-Origin", "*");
    (void)http_response_header(
        v->r, "Access-Control-Expose-Headers",
        "Link, ETag, Last-Modified, Location, Retry-After, RateLimit, RateLimit-Policy");
}

int api_missing(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    (void)err;
    if (http_request_header(v->q, "Authorization") != NULL && limited_address(v) != 0)
        return VISIT_DONE;
    api_problem(v, 404, "nothing stands at this address", NULL);
    return VISIT_DONE;
}

int api_put_time(json_t *o, const char *key, int64_t ms) {
    if (ms == 0)
        return json_put(o, key, json_null());
    struct buf b;
    buf_init(&b, 64);
    date_layout(&b, "2006-01-02T15:04:05", ms / 1000, 0);
    buf_printf(&b, ".%03dZ", (int)(ms % 1000));
    int rc = json_put_string(o, key, buf_str(&b));
    buf_free(&b);
    return rc;
}

int64_t api_id(struct slice text) {
    char digits[20];
    int64_t id;
    if (text.len == 0 || text.len >= sizeof digits || text.ptr[0] == '0')
        return 0;
    memcpy(digits, text.ptr, text.len);
    digits[text.len] = '\0';
    return text_int(&id, digits, 1, INT64_MAX) == 0 ? id : 0;
}

/* ---- who asks ---- */

struct use {
    struct write write;
    int64_t token, when;
};

static int use_run(void *arg, struct db *db, struct error *err) {
    const struct use *u = arg;
    return token_used(db, u->token, u->when, err);
}

static void use_done(void *arg, enum write_result result, const struct error *err) {
    (void)result;
    (void)err; /* the next use notes it */
    free(arg);
}

static void note_use(struct visit *v, const struct token *t, int64_t now) {
    int64_t minute = now - now % 60;
    struct use *u = t->used >= minute || visit_writer(v) == NULL ? NULL : calloc(1, sizeof *u);
    if (u == NULL)
        return;
    *u = (struct use){.token = t->id, .when = minute};
    u->write = (struct write){.run = use_run, .done = use_done, .arg = u};
    if (writer_submit(visit_writer(v), &u->write) != 0)
        free(u);
}

/* What follows the scheme's name in Authorization, "" when it is another scheme. */
static struct slice credentials(const struct visit *v, const char *scheme) {
    const char *value = http_request_header(v->q, "Authorization");
    size_t n = strlen(scheme);
    if (value == NULL || strncasecmp(value, scheme, n) != 0 || value[n] != ' ')
        return slice_of("");
    return slice_trim(slice_of(value + n));
}

/* The token's text, appended to out. */
static void given_token(const struct visit *v, enum api_login login, struct buf *out) {
    struct slice bearer = credentials(v, "Bearer");
    buf_append(out, bearer.ptr, bearer.len);
    if (bearer.len > 0 || login == API_BEARER)
        return;
    struct slice basic = credentials(v, "Basic");
    struct buf pair;
    buf_init(&pair, 1024);
    if (digest_base64_decode(&pair, basic.ptr, basic.len) == 0) {
        const char *colon = strchr(buf_str(&pair), ':');
        if (colon != NULL)
            buf_puts(out, colon + 1);
    }
    buf_free(&pair);
}

static int unauthorized(struct visit *v, enum api_login login, const char *why) {
    char challenge[160];
    if (limited_address(v) != 0) /* guessing is counted, too */
        return VISIT_DONE;
    if (login == API_BASIC) {
        (void)http_response_header(v->r, "WWW-Authenticate",
                                   "Basic realm=\"Platen: a token as the password\"");
        answer_failure(v, 401, why);
        return VISIT_DONE;
    }
    bool none = http_request_header(v->q, "Authorization") == NULL;
    snprintf(challenge, sizeof challenge, "Bearer realm=\"platen\"%s",
             none ? "" : ", error=\"invalid_token\"");
    (void)http_response_header(v->r, "WWW-Authenticate", challenge);
    answer_failure(v, 401, why);
    return VISIT_DONE;
}

static int forbidden(struct visit *v, enum api_login login, unsigned scopes) {
    char detail[160];
    unsigned lowest = scopes & (~scopes + 1);
    const char *name = scope_name(lowest);
    snprintf(detail, sizeof detail, "the token lacks the scope %s", name != NULL ? name : "admin");
    if (login == API_BEARER)
        (void)http_response_header(v->r, "WWW-Authenticate",
                                   "Bearer realm=\"platen\", error=\"insufficient_scope\"");
    answer_failure(v, 403, detail);
    return VISIT_DONE;
}

int api_allow(struct visit *v, enum api_login login, unsigned scopes, struct error *err) {
    int64_t token;
    return api_allow_token(v, login, scopes, &token, err);
}

/* As api_allow; *out is the token. */
static int let_in(struct visit *v, enum api_login login, unsigned scopes, struct token *out,
                  struct error *err) {
    struct buf text;
    struct token t = {0};
    buf_init(&text, 1024);
    given_token(v, login, &text);
    int found = text.len == 0 ? 0 : token_find(v->db, buf_str(&text), text.len, &t, err);
    bool none = text.len == 0;
    buf_free(&text);
    if (found < 0)
        return -1;
    int64_t now = clock_now();
    if (found == 0)
        return unauthorized(v, login,
                            none ? "a token is wanted (platen token create)"
                                 : "the token is not known here");
    if (!token_valid(&t, now))
        return unauthorized(v, login, t.revoked ? "the token is revoked" : "the token has expired");
    if ((t.scopes & (scopes | SCOPE_ADMIN)) == 0)
        return forbidden(v, login, scopes);
    note_use(v, &t, now);
    *out = t;
    return limited_token(v, t.id);
}

int api_allow_token(struct visit *v, enum api_login login, unsigned scopes, int64_t *token,
                    struct error *err) {
    struct token t = {0};
    int rc = let_in(v, login, scopes, &t, err);
    *token = t.id;
    return rc;
}

int api_reader(struct visit *v, unsigned *scopes, struct error *err) {
    struct token t = {0};
    int rc = let_in(v, API_BEARER, ~0U, &t, err);
    *scopes = rc == 0 ? t.scopes : 0;
    return rc;
}

int api_visitor(struct visit *v, struct error *err) {
    unsigned scopes;
    return http_request_header(v->q, "Authorization") == NULL ? 0 : api_reader(v, &scopes, err);
}
