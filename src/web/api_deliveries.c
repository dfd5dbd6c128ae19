/* GET /api/v1/deliveries, /api/v1/deliveries/{id}; POST /api/v1/deliveries/{id}/replay. */
#include "web/api.h"
#include "web/api_read.h"
#include "web/delivery.h"
#include "web/pages.h"

#include "base/clock.h"
#include "base/digest.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT = 20, LIMIT_MAX = 100 };

/* A cursor says which way it goes and from which id: opaque to clients, so that it may change. */
static int put_cursor(json_t *page, const char *key, int64_t before) {
    char text[32];
    struct buf b;
    if (before == 0)
        return json_put(page, key, json_null());
    buf_init(&b, 64);
    int n = snprintf(text, sizeof text, "d%lld", (long long)before);
    digest_base64(&b, text, (size_t)n);
    while (b.len > 0 && b.data[b.len - 1] == '=')
        buf_truncate(&b, b.len - 1);
    int rc = json_put_string(page, key, buf_str(&b));
    buf_free(&b);
    return rc;
}

/* 0 when the text is no cursor. */
static int64_t read_cursor(const char *text) {
    struct buf padded, plain;
    int64_t before = 0;
    buf_init(&padded, 64);
    buf_init(&plain, 64);
    buf_puts(&padded, text);
    while (buf_ok(&padded) && padded.len % 4 != 0)
        buf_putc(&padded, '=');
    if (buf_ok(&padded) && digest_base64_decode(&plain, buf_str(&padded), padded.len) == 0 &&
        strlen(buf_str(&plain)) == plain.len && buf_str(&plain)[0] == 'd' &&
        text_int(&before, buf_str(&plain) + 1, 1, INT64_MAX) != 0)
        before = 0;
    buf_free(&padded);
    buf_free(&plain);
    return before;
}

static void add_link(struct buf *out, const char *cursor, const char *rel, int64_t limit,
                     const char *state) {
    if (cursor == NULL)
        return;
    buf_printf(out, "%s</api/v1/deliveries?limit=%lld&cursor=%s", out->len > 0 ? ", " : "",
               (long long)limit, cursor);
    if (*state != '\0')
        buf_printf(out, "&state=%s", state);
    buf_printf(out, ">; rel=\"%s\"", rel);
}

const struct api_param api_deliveries_params[] = {
    {.name = "limit",
     .type = API_NUMBER,
     .min = 1,
     .max = LIMIT_MAX,
     .number = LIMIT,
     .help = "How many at once"},
    {.name = "cursor", .help = "Where to go on: next or prev of an answer before"},
    {.name = "state", .help = "pending, done, failed or ignored"},
    {0}};

struct listing {
    int64_t before, limit;
    int state; /* -1: all */
    const char *state_name;
};

static int answer_list(struct visit *v, const struct listing *l, struct error *err) {
    json_t *data = json_array(), *page = json_object(), *o = json_object();
    int rc =
        delivery_page(v->db, l->before, l->state, l->limit + 1, delivery_view_collect, data, err);
    size_t count = json_array_size(data);
    int64_t next = 0, prev = 0;
    if (rc == 0 && count > (size_t)l->limit) {
        json_array_remove(data, count - 1);
        next = json_get_int(json_array_get(data, count - 2), "id", 0);
    }
    if (rc == 0 && json_array_size(data) > 0)
        prev = delivery_page_front(v->db, json_get_int(json_array_get(data, 0), "id", 0), l->state,
                                   l->limit, err);
    int bad = rc != 0 || prev < 0;
    bad |= json_put_int(page, "limit", l->limit);
    bad |= put_cursor(page, "next", next);
    bad |= put_cursor(page, "prev", prev > 0 ? prev : 0);
    struct buf links;
    buf_init(&links, 1024);
    add_link(&links, json_get_string(page, "next", NULL), "next", l->limit, l->state_name);
    add_link(&links, json_get_string(page, "prev", NULL), "prev", l->limit, l->state_name);
    if (links.len > 0)
        bad |= http_response_header(v->r, "Link", buf_str(&links));
    buf_free(&links);
    bad |= json_put(o, "data", data);
    bad |= json_put(o, "page", page);
    if (bad == 0)
        return api_answer(v, 200, o, err);
    json_decref(o);
    return rc < 0 || prev < 0 ? -1 : error_set(err, "the list cannot be made: out of memory");
}

static int list(struct visit *v, struct api_param *params, struct error *err) {
    struct listing l = {.before = INT64_MAX, .limit = params[0].number, .state = -1};
    l.state_name = buf_str(&params[2].text);
    if (params[2].given && (l.state = delivery_state_of(l.state_name)) < 0) {
        api_problem(v, 400, "state: must be pending, done, failed or ignored", NULL);
        return VISIT_DONE;
    }
    if (params[1].given && (l.before = read_cursor(buf_str(&params[1].text))) == 0) {
        api_problem(v, 400, "cursor: is none of this list's", NULL);
        return VISIT_DONE;
    }
    return answer_list(v, &l, err);
}

int api_deliveries(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    struct api_param params[sizeof api_deliveries_params / sizeof api_deliveries_params[0]];
    memcpy(params, api_deliveries_params, sizeof params);
    int rc = api_allow(v, API_BEARER, SCOPE_DELIVERIES_READ, err);
    if (rc == 0)
        rc = api_params(v, params, err);
    if (rc == 0)
        rc = list(v, params, err);
    api_params_free(params);
    return rc;
}

static int no_such(struct visit *v) {
    api_problem(v, 404, "there is no such delivery (they are kept for a while only)", NULL);
    return VISIT_DONE;
}

int api_delivery(struct visit *v, const struct route_match *m, struct error *err) {
    struct api_param none[] = {{0}};
    json_t *o = NULL;
    int rc = api_allow(v, API_BEARER, SCOPE_DELIVERIES_READ, err);
    if (rc == 0)
        rc = api_params(v, none, err);
    if (rc != 0)
        return rc;
    int64_t id = api_id(m->param[0]);
    rc = id == 0 ? 0 : delivery_by_id(v->db, id, delivery_view_one, &o, err);
    if (rc < 0)
        return -1;
    return rc == 0 ? no_such(v) : api_answer(v, 200, o, err);
}

/* ---- replay ---- */

struct replay {
    int64_t of, id;
    struct delivery_draft draft;
};

static int copy_row(void *arg, const struct delivery *d) {
    struct delivery_draft *to = arg;
    snprintf(to->ref, sizeof to->ref, "%s", d->ref);
    snprintf(to->commit, sizeof to->commit, "%s", d->commit);
    snprintf(to->repository, sizeof to->repository, "%s", d->repository);
    snprintf(to->title, sizeof to->title, "%s", d->title);
    return 0;
}

/* A replay is a delivery of its own that says which one it repeats. */
static int replay_write(void *payload, struct db *db, struct error *err) {
    struct replay *r = payload;
    enum delivery_taken how;
    int rc = delivery_by_id(db, r->of, copy_row, &r->draft, err);
    if (rc < 0)
        return -1;
    return rc == 0 ? 0 : delivery_put(db, &r->draft, &r->id, &how, err);
}

int delivery_replay_start(struct visit *v, int64_t of, struct error *err) {
    unsigned char random[8];
    struct replay r = {.of = of};
    struct delivery_draft *d = &r.draft;
    digest_random(random, sizeof random);
    snprintf(d->host, sizeof d->host, "platen");
    snprintf(d->event, sizeof d->event, "replay");
    snprintf(d->client, sizeof d->client, "%s", http_request_client(v->q));
    int n = snprintf(d->guid, sizeof d->guid, "replay-%lld-", (long long)of);
    for (size_t i = 0; i < sizeof random; i++)
        n += snprintf(d->guid + n, sizeof d->guid - (size_t)n, "%02x", random[i]);
    d->received = clock_now_ms();
    d->state = DELIVERY_PENDING;
    if (visit_hooks(v) == NULL || !visit_hooks(v)->repository) {
        d->state = DELIVERY_IGNORED;
        snprintf(d->note, sizeof d->note, "no repository is configured here (--repo)");
    }
    return deferred_start(v, replay_write, &r, sizeof r, err);
}

int64_t delivery_replay_id(struct visit *v, struct deferred *d) {
    const struct replay *r = deferred_payload(d);
    if (r->id != 0 && visit_hooks(v) != NULL)
        visit_hooks(v)->wake(visit_hooks(v)->arg);
    return r->id;
}

const char *delivery_replay_state(struct deferred *d) {
    const struct replay *r = deferred_payload(d);
    return delivery_state_name(r->draft.state);
}

int api_delivery_replay(struct visit *v, const struct route_match *m, struct error *err) {
    struct deferred *d = deferred_of(v);
    if (d == NULL) {
        int rc = api_allow(v, API_BEARER, SCOPE_DELIVERIES_REPLAY, err);
        int64_t id = api_id(m->param[0]);
        return rc != 0 ? rc : id == 0 ? no_such(v) : delivery_replay_start(v, id, err);
    }
    int rc = deferred_result(v, d, err);
    if (rc != 0)
        return rc;
    int64_t id = delivery_replay_id(v, d);
    if (id == 0)
        return no_such(v);
    char location[64];
    snprintf(location, sizeof location, "/api/v1/deliveries/%lld", (long long)id);
    (void)http_response_header(v->r, "Location", location);
    json_t *o = json_object();
    if (json_put_int(o, "id", id) != 0 ||
        json_put_string(o, "state", delivery_replay_state(d)) != 0)
        return error_set(err, "out of memory");
    return api_answer(v, 202, o, err);
}
