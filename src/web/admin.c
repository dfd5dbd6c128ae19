/* What became of deliveries, for people: a list and one delivery, as git hosts show theirs. Behind
 * HTTP Basic with a token as the password. */
#include "web/api.h"
#include "web/delivery.h"
#include "web/link.h"
#include "web/pages.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 50 };

/* "2026-11-23 10:52:44" of the time at `key`, as "KEY_shown". */
static int put_shown(json_t *d, const char *key) {
    char name[32], text[20];
    const char *iso = json_get_string(d, key, NULL);
    if (iso == NULL || strlen(iso) < sizeof text)
        return 0;
    snprintf(text, sizeof text, "%.19s", iso);
    text[10] = ' ';
    snprintf(name, sizeof name, "%s_shown", key);
    return json_put_string(d, name, text);
}

/* Words for templates, which cannot compare: {"pending": true} beside "state". */
static int decorate(const struct visit *v, json_t *d) {
    char path[64];
    const char *state = json_get_string(d, "state", "");
    const char *commit = json_get_string(d, "commit", NULL);
    json_t *result = json_object_get(d, "result");
    int bad = json_put_bool(d, state, true);
    snprintf(path, sizeof path, "/admin/deliveries/%lld/", (long long)json_get_int(d, "id", 0));
    bad |= link_put_path(d, "page", v->site, path);
    bad |= commit == NULL
               ? 0
               : json_put_stringn(d, "short", commit, strlen(commit) > 10 ? 10 : strlen(commit));
    bad |= put_shown(d, "received");
    bad |= put_shown(d, "finished");
    bad |= put_shown(d, "next_try");
    bad |=
        json_put_bool(d, "has_problems", json_array_size(json_object_get(result, "problems")) > 0);
    bad |= json_put_bool(d, "has_notes", json_array_size(json_object_get(result, "notes")) > 0);
    /* steps in a list, since their names are the keys */
    json_t *steps = json_array();
    const char *name;
    json_t *ms;
    json_object_foreach(json_object_get(result, "steps"), name, ms) {
        char text[32];
        snprintf(text, sizeof text, "%.1f", json_number_value(ms));
        json_t *step = json_object();
        bad |= json_put_string(step, "name", name);
        bad |= json_put_string(step, "ms", text);
        bad |= json_array_append_new(steps, step);
    }
    bad |= json_put_bool(d, "has_pages", json_array_size(json_object_get(result, "pages")) > 0);
    bad |= json_put_bool(d, "has_steps", json_array_size(steps) > 0);
    bad |= json_put(d, "steps", steps);
    return bad;
}

static int finish_model(struct visit *v, json_t *model, bool replay) {
    int bad = json_put_bool(json_object_get(model, "page"), "noindex", true);
    bad |= json_put_bool(model, "may_replay", replay);
    bad |= link_put_path(model, "all", v->site, "/admin/deliveries/");
    return bad;
}

int admin_deliveries(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    struct api_param params[] = {
        {.name = "before", .type = API_NUMBER, .min = 1, .max = INT64_MAX, .number = INT64_MAX},
        {0}};
    int rc = api_allow(v, API_BASIC, SCOPE_DELIVERIES_READ, err);
    if (rc == 0)
        rc = api_params(v, params, err);
    api_params_free(params);
    if (rc != 0)
        return rc;
    json_t *model = view_page(v, "Deliveries", NULL), *rows = json_array();
    rc = delivery_page(v->db, params[0].number, -1, ROWS, delivery_view_collect, rows, err);
    int bad = rc;
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row) bad |= decorate(v, row);
    if (i == ROWS)
        bad |= json_put_int(model, "before", json_get_int(json_array_get(rows, i - 1), "id", 0));
    bad |= json_put_bool(model, "none", i == 0);
    bad |= json_put(model, "deliveries", rows);
    bad |= finish_model(v, model, false);
    model = view_done(model, bad);
    return rc < 0 ? (json_decref(model), -1) : answer_private(v, "deliveries", model, err);
}

int admin_delivery(struct visit *v, const struct route_match *m, struct error *err) {
    json_t *d = NULL;
    int rc = api_allow(v, API_BASIC, SCOPE_DELIVERIES_READ, err);
    if (rc != 0)
        return rc;
    int64_t id = api_id(m->param[0]);
    rc = id == 0 ? 0 : delivery_by_id(v->db, id, delivery_view_one, &d, err);
    if (rc <= 0)
        return rc < 0 ? -1 : answer_missing(v, 404, err);
    char name[64];
    snprintf(name, sizeof name, "Delivery %lld", (long long)id);
    json_t *model = view_page(v, name, NULL);
    char action[64];
    snprintf(action, sizeof action, "/admin/deliveries/%lld/replay", (long long)id);
    int bad = decorate(v, d);
    bad |= json_put(model, "delivery", d);
    bad |= link_put_path(model, "replay", v->site, action);
    bad |= finish_model(v, model, true);
    return answer_private(v, "delivery", view_done(model, bad), err);
}

/* A browser sends the password along with whatever page asks it to, so the request has to come from
 * one of ours: browsers say where it comes from (Fetch Metadata, and Origin since long before). */
static bool is_own_form(const struct visit *v) {
    const char *site = http_request_header(v->q, "Sec-Fetch-Site");
    const char *origin = http_request_header(v->q, "Origin");
    const char *host = http_request_header(v->q, "Host");
    if (site != NULL)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    if (origin == NULL)
        return true; /* no browser */
    const char *from = strstr(origin, "://");
    return from != NULL && host != NULL && strcmp(from + 3, host) == 0;
}

int admin_delivery_replay(struct visit *v, const struct route_match *m, struct error *err) {
    struct deferred *d = deferred_of(v);
    if (d == NULL) {
        int rc = api_allow(v, API_BASIC, SCOPE_DELIVERIES_REPLAY, err);
        if (rc != 0)
            return rc;
        if (!is_own_form(v)) {
            answer_failure(v, 403, "this form was sent by another site");
            return VISIT_DONE;
        }
        int64_t id = api_id(m->param[0]);
        return id == 0 ? answer_missing(v, 404, err) : delivery_replay_start(v, id, err);
    }
    int rc = deferred_result(v, d, err);
    if (rc != 0)
        return rc;
    int64_t id = delivery_replay_id(v, d);
    if (id == 0)
        return answer_missing(v, 404, err);
    char path[64];
    struct buf to;
    buf_init(&to, 4096);
    snprintf(path, sizeof path, "/admin/deliveries/%lld/", (long long)id);
    link_path(&to, v->site, path);
    rc = buf_ok(&to) ? http_response_header(v->r, "Location", buf_str(&to)) : -1;
    buf_free(&to);
    if (rc != 0)
        return error_set(err, "the redirect cannot be written");
    http_response_status(v->r, 303);
    (void)http_response_header(v->r, "Cache-Control", "private, no-store");
    answer_policy(v);
    return VISIT_DONE;
}
