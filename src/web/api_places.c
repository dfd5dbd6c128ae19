/* What the posts are sorted into, for programs: tags, sections, authors; the site; months. */
#include "base/date.h"
#include "web/api_list.h"
#include "web/api_read.h"
#include "web/api_view.h"
#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

const struct api_param api_places_params[] = {
    API_LIST_PARAMS,
    {.name = "order",
     .type = API_CHOICE,
     .choices = "name -name count -count",
     .help = "By name in its address, or by the number of posts; - for the last or most first"},
    {.name = "include", .type = API_NAMES, .choices = "total", .help = "total: how many there are"},
    {0}};
const struct api_param api_no_params[] = {{0}};

enum { PLACES_PARAMS = sizeof api_places_params / sizeof api_places_params[0] };

static int run(const struct api_list *l, struct db *db, bool flip, const struct browse_key *beyond,
               int64_t size, int64_t offset, browse_fn *fn, void *arg, struct error *err) {
    struct places p = *(const struct places *)l->ctx;
    p.down = p.down != flip;
    p.beyond = beyond;
    p.size = size;
    p.offset = offset;
    return places_run(db, &p, fn, arg, err);
}

static int item(const struct api_list *l, struct visit *v, const struct browse_key *key,
                json_t *data, struct error *err) {
    struct list found;
    (void)l;
    int rc = list_by_id(v->db, key->post, &found, err);
    return rc < 1 ? rc : json_array_append_new(data, api_view_list(v, &found));
}

static int count(const struct api_list *l, struct db *db, int64_t *total, struct error *err) {
    return places_count(db, l->ctx, total, err);
}

static int answer_places(struct visit *v, const char *path, enum list_kind kind,
                         const char *taxonomy, struct error *err) {
    struct api_param params[PLACES_PARAMS];
    struct places p = {.kind = kind, .taxonomy = taxonomy};
    struct api_list l = {.run = run, .item = item, .count = count, .ctx = &p};
    json_t *faults = json_array();
    memcpy(params, api_places_params, sizeof params);
    int rc = api_visitor(v, err);
    if (rc == 0)
        rc = api_params_read(v, params, faults, err);
    if (rc == 0 && api_list_begin(&l, path, params, faults) != 0)
        rc = error_set(err, "out of memory");
    if (rc == 0)
        rc = api_faulty(v, json_incref(faults));
    if (rc == 0) {
        int64_t order = api_param_of(params, "order")->number;
        p.by_count = order / 2 == 1;
        p.down = order % 2 == 1;
        l.total = api_param_of(params, "include")->number != 0;
        rc = api_list_answer(v, &l, err);
        kind == LIST_TERM ? visit_depends(v, "taxonomy:%s", taxonomy) : visit_depends(v, "list:*");
    }
    json_decref(faults);
    api_params_free(params);
    return rc;
}

int api_tags(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return answer_places(v, "/api/v1/tags", LIST_TERM, "tags", err);
}

int api_authors(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return answer_places(v, "/api/v1/authors", LIST_TERM, "authors", err);
}

int api_sections(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return answer_places(v, "/api/v1/sections", LIST_SECTION, "", err);
}

/* 0 when the query is empty, as it must be. */
static int no_params(struct visit *v, struct error *err) {
    struct api_param none[] = {{0}};
    int rc = api_visitor(v, err);
    return rc != 0 ? rc : api_params(v, none, err);
}

int api_site(struct visit *v, const struct route_match *m, struct error *err) {
    static const char *const same[] = {"title",  "description", "language", "copyright",
                                       "author", "menu",        "social",   "url"};
    static const char *const links[][2] = {
        {"rss", "/index.xml"},       {"atom", "/atom.xml"}, {"json_feed", "/feed.json"},
        {"sitemap", "/sitemap.xml"}, {"api", "/api/v1/"},   {"openapi", "/api/v1/openapi.json"}};
    (void)m;
    int rc = no_params(v, err);
    if (rc != 0)
        return rc;
    json_t *o = json_object(), *feeds = json_object();
    int bad = 0;
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        json_t *value = json_object_get(v->site->site, same[i]);
        bad |= json_put(o, same[i], value == NULL ? json_null() : json_incref(value));
    }
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        bad |= link_put_url(feeds, links[i][0], v->site, links[i][1]);
    bad |= json_put(o, "links", feeds);
    bad |= json_put_int(o, "posts", v->site->all.count);
    visit_depends(v, "list:all");
    return api_public(v, view_done(o, bad), NULL, err);
}

/* ---- months ---- */

struct months {
    json_t *years; /* owned by the caller */
    json_t *year;  /* the last of them; borrowed */
    int number;    /* of it */
    int64_t count;
};

static json_t *view_month(int year, int month, int64_t count) {
    char name[16];
    json_t *o = json_object();
    struct date first = {.year = year, .month = month, .day = 1};
    struct date next = {.year = year + month / 12, .month = month % 12 + 1, .day = 1};
    snprintf(name, sizeof name, "%04d-%02d", year, month);
    int bad = json_put_string(o, "month", name);
    bad |= json_put_int(o, "count", count);
    bad |= api_put_seconds(o, "since", date_seconds(&first));
    bad |= api_put_seconds(o, "until", date_seconds(&next));
    return view_done(o, bad);
}

static int take_month(void *arg, int year, int month, int64_t count) {
    struct months *m = arg;
    int bad = 0;
    if (m->year == NULL || m->number != year) {
        m->year = json_object();
        m->number = year;
        m->count = 0;
        bad |= json_put_int(m->year, "year", year);
        bad |= json_put_int(m->year, "count", 0);
        bad |= json_put(m->year, "months", json_array());
        bad |= json_array_append_new(m->years, m->year);
    }
    m->count += count;
    bad |= json_put_int(m->year, "count", m->count);
    bad |=
        json_array_append_new(json_object_get(m->year, "months"), view_month(year, month, count));
    return bad != 0 ? -1 : 0;
}

int api_archive(struct visit *v, const struct route_match *r, struct error *err) {
    struct months m = {.years = json_array()};
    (void)r;
    int rc = no_params(v, err);
    if (rc == 0)
        rc = browse_months(v->db, take_month, &m, err);
    if (rc != 0) {
        json_decref(m.years);
        return *err->text != '\0' ? -1 : rc < 0 ? error_set(err, "out of memory") : rc;
    }
    json_t *o = json_object();
    int bad = json_put(o, "data", m.years);
    bad |= json_put_int(o, "total", v->site->all.count);
    visit_depends(v, "list:all");
    return api_public(v, view_done(o, bad), NULL, err);
}
