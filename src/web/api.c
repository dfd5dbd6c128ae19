#include "web/api.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "store/writer.h"
#include "web/limited.h"
#include "web/pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAM_MAX = 4096, PARAMS_MAX = 64 };

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

int api_missing(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    (void)err;
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

int api_allow_token(struct visit *v, enum api_login login, unsigned scopes, int64_t *token,
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
    *token = t.id;
    return limited_token(v, t.id);
}

/* ---- the query ---- */

static int add_fault(json_t *faults, const char *name, size_t len, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
static int add_fault(json_t *faults, const char *name, size_t len, const char *fmt, ...) {
    char detail[200];
    va_list args;
    va_start(args, fmt);
    vsnprintf(detail, sizeof detail, fmt, args);
    va_end(args);
    json_t *o = json_object();
    size_t wrong;
    if (len > 64)
        len = 64;
    if (!unicode_valid(name, len, &wrong)) /* raw bytes, or a character that was cut */
        len = wrong;
    int bad = json_put_stringn(o, "parameter", name, len);
    bad |= json_put_string(o, "detail", detail);
    if (bad != 0) {
        json_decref(o);
        return -1;
    }
    return json_array_append_new(faults, o);
}

static int unknown_param(const struct api_param *params, struct slice name, json_t *faults) {
    char given[65];
    const char *near = NULL;
    int best = 4;
    snprintf(given, sizeof given, "%.*s", (int)(name.len > 64 ? 64 : name.len), name.ptr);
    for (const struct api_param *p = params; p->name != NULL; p++) {
        int d = text_distance(p->name, given);
        if (d < best) {
            best = d;
            near = p->name;
        }
    }
    if (near != NULL)
        return add_fault(faults, name.ptr, name.len, "unknown parameter, did you mean \"%s\"?",
                         near);
    return add_fault(faults, name.ptr, name.len, "unknown parameter");
}

static int take_param(struct api_param *p, struct slice value, json_t *faults) {
    size_t n = strlen(p->name);
    if (p->given)
        return add_fault(faults, p->name, n, "is given twice");
    p->given = true;
    buf_init(&p->text, PARAM_MAX);
    if (text_url_decode(&p->text, value.ptr, value.len, true) != 0 || !buf_ok(&p->text))
        return add_fault(faults, p->name, n, "is malformed or longer than %d bytes", PARAM_MAX);
    if (p->max != 0 && text_int(&p->number, buf_str(&p->text), p->min, p->max) != 0)
        return add_fault(faults, p->name, n, "must be a whole number from %lld to %lld",
                         (long long)p->min, (long long)p->max);
    return 0;
}

static int read_query(const struct visit *v, struct api_param *params, json_t *faults) {
    struct slice rest = slice_of(http_request_query(v->q)), pair;
    int bad = 0;
    for (int n = 0; n < PARAMS_MAX && bad == 0 && slice_next(&rest, '&', &pair); n++) {
        const char *eq = memchr(pair.ptr, '=', pair.len);
        struct slice name = slice_n(pair.ptr, eq == NULL ? pair.len : (size_t)(eq - pair.ptr));
        struct slice value = eq == NULL ? slice_of("") : slice_n(eq + 1, pair.len - name.len - 1);
        struct api_param *p = params;
        while (p->name != NULL && !slice_eq(name, p->name))
            p++;
        if (pair.len > 0)
            bad = p->name == NULL ? unknown_param(params, name, faults)
                                  : take_param(p, value, faults);
    }
    return bad;
}

int api_params(struct visit *v, struct api_param *params, struct error *err) {
    json_t *faults = json_array();
    if (faults == NULL || read_query(v, params, faults) != 0) {
        json_decref(faults);
        return error_set(err, "out of memory");
    }
    if (json_array_size(faults) == 0) {
        json_decref(faults);
        return 0;
    }
    char detail[300];
    json_t *first = json_array_get(faults, 0);
    snprintf(detail, sizeof detail, "%.64s: %s", json_get_string(first, "parameter", ""),
             json_get_string(first, "detail", ""));
    api_problem(v, 400, detail, faults);
    return VISIT_DONE;
}

void api_params_free(struct api_param *params) {
    for (; params->name != NULL; params++)
        buf_free(&params->text);
}
