/* The page of a post or of a page file, with its way to the next ones. */
#include "web/pages.h"

#include "store/revisions.h"
#include "web/indexing.h"
#include "web/link.h"
#include "web/model.h"
#include "web/places.h"
#include "web/related.h"
#include "web/share.h"

#include <stdio.h>
#include <string.h>

/* What one walk over the post's row keeps for the page; texts lie in the visit's arena. */
struct taken {
    struct visit *v;
    struct error *err;
    bool alone; /* without what stands around it: other posts, its versions */
    struct value post, description;
    const char *title, *path, *layout;
    int64_t id;
    enum post_kind kind;
    bool live;
};

static const char *kept(struct taken *t, const char *text) {
    const char *own = arena_strdup(t->v->arena, text == NULL ? "" : text);
    return own == NULL ? "" : own; /* the arena has refused, and the page will be */
}

/* ---- what stands around a post ---- */

/* Its section, for the way back. */
static int put_place(struct taken *t, const struct post *p) {
    struct visit *v = t->v;
    struct list l;
    if (p->kind != POST_POST || *p->section == '\0')
        return 0;
    int found = places_find(&l, v->site->places, v->db, p->section, t->err);
    if (found <= 0)
        return found;
    struct value o = value_object(v->arena);
    visit_depends(v, "index:%lld", (long long)l.id);
    value_put(o, "name", value_text(v->arena, l.name));
    value_put(o, "url", link_value_path(v->arena, v->site, l.path));
    value_put(o, "count", value_int(l.count));
    value_put(t->post, "place", o);
    return 0;
}

/* Where its earlier versions are. */
static void put_history(struct taken *t) {
    struct buf url;
    buf_init(&url, 8192);
    link_path(&url, t->v->site, t->path);
    buf_puts(&url, "?rev=");
    value_put(t->post, "history", value_of_buf(t->v->arena, &url));
}

static int put_around(struct taken *t, const struct post *p) {
    struct visit *v = t->v;
    if (p->has_versions)
        put_history(t);
    if (put_place(t, p) != 0)
        return -1;
    if (p->kind == POST_POST)
        around_put(v, t->post, p->around);
    return series_put(v, t->post, p->id, t->err);
}

static int take_post(void *arg, const struct post *p) {
    struct taken *t = arg;
    t->id = p->id;
    t->kind = p->kind;
    t->live = p->live;
    visit_depends(t->v, "post:%lld", (long long)p->id);
    unsigned traits = visit_traits(p);
    (void)visit_depends_html(t->v, traits, p->cover != NULL);
    t->post = model_post(t->v->arena, t->v->site, t->v->db, p, traits);
    t->title = kept(t, p->title);
    t->path = kept(t, p->permalink);
    t->layout = kept(t, p->layout);
    const char *text = p->description != NULL && *p->description != '\0' ? p->description : NULL;
    t->description = value_text(t->v->arena, text);
    return !t->alone && p->kind != POST_INDEX && put_around(t, p) != 0 ? -1 : 1;
}

/* ---- layouts of page files ---- */

/* The plural of the taxonomy that a layout names ("tags", "terms" = the first), NULL when none. */
static const char *layout_taxonomy(const struct snapshot *site, const char *layout) {
    const json_t *all = json_object_get(site->settings, "taxonomies");
    size_t i;
    json_t *taxonomy;
    if (strcmp(layout, "terms") == 0)
        return json_get_string(json_array_get(all, 0), "plural", NULL);
    json_array_foreach(all, i, taxonomy) {
        const char *plural = json_get_string(taxonomy, "plural", "");
        if (*plural != '\0' && strcmp(plural, layout) == 0)
            return plural;
    }
    return NULL;
}

static bool is_archive(const struct taken *t) {
    const char *layout = t->layout;
    return strcmp(layout, "archives") == 0 || strcmp(layout, "archive") == 0;
}

/* Where Jekyll's redirect_to sends readers, the first of a list: NULL when that is nowhere on the web, or here. */
static const char *redirect_to(const struct taken *t) {
    const struct value *to = value_get(value_get(&t->post, "params"), "redirect_to");
    if (value_is(to, VALUE_LIST) && to->as.list->first != NULL)
        to = &to->as.list->first->value;
    if (!value_is(to, VALUE_TEXT))
        return NULL;
    bool web = text_starts(to->as.text, "https://") || text_starts(to->as.text, "http://");
    if (!web && link_has_scheme(to->as.text, to->len))
        return NULL;
    struct value link = link_value_written(t->v->arena, t->v->site, to->as.text);
    struct value here = link_value_path(t->v->arena, t->v->site, t->path);
    bool known = link.kind == VALUE_TEXT && here.kind == VALUE_TEXT;
    return known && strcmp(link.as.text, here.as.text) != 0 ? link.as.text : NULL;
}

static int show(struct taken *t, struct error *err) {
    struct visit *v = t->v;
    const char *layout = t->layout;
    if (is_archive(t))
        return archive_show(v, t->path, t->title, 1, err);
    if (strcmp(layout, "search") == 0)
        return search_show(v, t->path, t->title, err);
    const char *plural = t->kind == POST_PAGE ? layout_taxonomy(v->site, layout) : NULL;
    if (plural != NULL)
        return taxonomy_page(v, plural, err);
    int rc = revision_page(v, t->id, t->title, t->path, err);
    if (rc != VISIT_PASS)
        return rc;
    const char *to = redirect_to(t);
    if (to != NULL)
        return answer_redirect_to(v, to, err);
    struct value page, model = model_page(v, t->title, t->path, &page);
    value_put(page, "description",
              t->description.kind == VALUE_TEXT ? t->description
                                                : value_or(value_get(&t->post, "summary")));
    indexing_put(page, v->arena, v->site, value_get(&t->post, "params"));
    value_put(page, "share", share_value(v->arena, v->site, &page, &t->post, t->kind == POST_POST));
    value_put(model, "post", t->post);
    return answer_show(v, t->kind == POST_PAGE ? "page" : "post", model, err);
}

/* An _index.md has the page of its list. */
static int show_index(struct visit *v, const char *path, struct error *err) {
    struct list l;
    char slug[256];
    size_t n = strlen(path);
    if (n < 3 || n - 2 >= sizeof slug)
        return home_page(v, &(struct route_match){0}, err);
    snprintf(slug, sizeof slug, "%.*s", (int)(n - 2), path + 1);
    int found = list_find(v->db, LIST_SECTION, "", slug, &l, err);
    return found < 0 ? -1 : found == 0 ? answer_missing(v, 404, err) : list_page(v, &l, 1, err);
}

int post_page(struct visit *v, int64_t id, struct error *err) {
    struct taken t = {.v = v, .err = err};
    int rc = post_shown_by_id(v->db, id, v->site->show_toc, take_post, &t, err);
    if (rc == 0)
        rc = answer_missing(v, 404, err);
    else if (rc > 0)
        rc = t.kind == POST_INDEX ? show_index(v, t.path, err) : show(&t, err);
    return rc;
}

int post_page_at(struct visit *v, const char *path, bool *said, struct error *err) {
    struct taken t = {.v = v, .err = err};
    int rc = post_shown_at(v->db, path, v->site->show_toc, said, take_post, &t, err);
    return rc < 0 ? -1 : rc == 0 ? VISIT_PASS : show(&t, err);
}

/* The page as it would be, and a word on what it is. Its address is not the post's. */
static int show_preview(struct taken *t, int64_t until, struct error *err) {
    struct visit *v = t->v;
    struct value page, model = model_page(v, t->title, NULL, &page);
    value_put(model, "post", t->post);
    value_put(page, "noindex", value_bool(true));
    value_put(page, "preview", model_date(v->arena, v->site, until, 0));
    return answer_show_private(v, t->kind == POST_PAGE ? "page" : "post", model, err);
}

int post_preview(struct visit *v, int64_t id, int64_t until, struct error *err) {
    struct taken t = {.v = v, .alone = true};
    int rc = post_any_by_id(v->db, id, take_post, &t, err);
    if (rc == 0 || (rc > 0 && t.kind == POST_INDEX))
        rc = answer_missing(v, 404, err);
    else if (rc > 0)
        rc = t.live ? answer_redirect_now(v, t.path, err) : show_preview(&t, until, err);
    buf_clear(&v->names); /* kept by nobody */
    return rc;
}

int post_subpage(struct visit *v, int64_t id, int64_t number, struct error *err) {
    struct taken t = {.v = v, .alone = true};
    int rc = post_by_id(v->db, id, false, take_post, &t, err);
    if (rc > 0 && is_archive(&t))
        rc = archive_show(v, t.path, t.title, number, err);
    else if (rc >= 0)
        rc = VISIT_PASS;
    return rc;
}
