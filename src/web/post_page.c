/* The page of a post or of a page file, with its way to the next ones. */
#include "web/pages.h"

#include "store/revisions.h"
#include "web/indexing.h"
#include "web/link.h"
#include "web/share.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

/* What one walk over the post's row keeps for the page. */
struct taken {
    struct visit *v;
    json_t *post;
    struct buf title, path, section, layout;
    enum post_kind kind;
    bool live;
    json_t *description;
};

static int take_post(void *arg, const struct post *p) {
    struct taken *t = arg;
    t->kind = p->kind;
    t->live = p->live;
    visit_depends(t->v, "post:%lld", (long long)p->id);
    visit_depends_html(t->v, p->html, p->html_len, p->cover != NULL);
    t->post = view_post(t->v->site, t->v->db, p);
    buf_puts(&t->title, p->title);
    buf_puts(&t->path, p->permalink);
    buf_puts(&t->section, p->section);
    buf_puts(&t->layout, p->layout == NULL ? "" : p->layout);
    const char *text = p->description != NULL && *p->description != '\0' ? p->description : NULL;
    t->description = text != NULL ? json_string(text) : json_null();
    return t->post == NULL ? -1 : 1;
}

static void taken_init(struct taken *t, struct visit *v) {
    *t = (struct taken){.v = v};
    buf_init(&t->title, 65536);
    buf_init(&t->path, 4096);
    buf_init(&t->section, 4096);
    buf_init(&t->layout, 4096);
}

static void taken_free(struct taken *t) {
    json_decref(t->post);
    json_decref(t->description);
    buf_free(&t->title);
    buf_free(&t->path);
    buf_free(&t->section);
    buf_free(&t->layout);
}

/* ---- neighbours ---- */

static int put_neighbour(struct taken *t, const char *key, const struct post *p) {
    json_t *o = json_object();
    int bad = json_put_string(o, "title", p->title);
    bad |= link_put_path(o, "url", t->v->site, p->permalink);
    return json_put(t->post, key, o) | bad;
}

static int take_newer(void *arg, const struct post *p) {
    return put_neighbour(arg, "newer", p);
}

static int take_older(void *arg, const struct post *p) {
    return put_neighbour(arg, "older", p);
}

/* True when the home list holds posts of that section and of others too. */
static bool in_home(const struct snapshot *site, const char *section) {
    const json_t *mains = json_object_get(site->settings, "main_sections");
    size_t i;
    json_t *main_section;
    if (json_array_size(mains) == 0)
        return !json_get_bool(site->settings, "largest_section", false);
    json_array_foreach(mains, i, main_section) {
        const char *name = json_string_value(main_section);
        if (name != NULL && strcmp(name, section) == 0)
            return true;
    }
    return false;
}

/* The posts before and after in the home list; one that is not in it has its own section's, and one
 * without a section none. store/touch.c names the pages that this rule changes. */
static int find_neighbours(struct taken *t, int64_t id, struct error *err) {
    struct db *db = t->v->db;
    const char *section = buf_str(&t->section);
    struct list l = t->v->site->home;
    int found = l.id != 0;
    if (!in_home(t->v->site, section))
        found = *section == '\0' ? 0 : list_find(db, LIST_SECTION, "", section, &l, err);
    if (found != 1)
        return found;
    return list_neighbours(db, l.id, id, take_newer, take_older, t, err) != 0 ? -1 : 0;
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
    const char *layout = buf_str(&t->layout);
    return strcmp(layout, "archives") == 0 || strcmp(layout, "archive") == 0;
}

/* Where its earlier versions are, when there are some. */
static int put_history(struct taken *t, int64_t id, struct error *err) {
    int there = revision_exists(t->v->db, id, err);
    if (there <= 0)
        return there;
    struct buf url;
    buf_init(&url, 8192);
    link_path(&url, t->v->site, buf_str(&t->path));
    buf_puts(&url, "?rev=");
    int bad = json_put_stringn(t->post, "history", buf_str(&url), url.len);
    buf_free(&url);
    return bad;
}

/* The section it is in, for the way back: null without. */
static int put_place(struct taken *t, struct error *err) {
    const char *section = buf_str(&t->section);
    struct list l;
    int found = *section == '\0' || t->kind != POST_POST
                    ? 0
                    : list_find(t->v->db, LIST_SECTION, "", section, &l, err);
    if (found < 0)
        return -1;
    if (found > 0)
        visit_depends(t->v, "index:%lld", (long long)l.id);
    return json_put(t->post, "place", found > 0 ? view_list(t->v->site, &l) : json_null());
}

static int show(struct taken *t, int64_t id, struct error *err) {
    struct visit *v = t->v;
    const char *layout = buf_str(&t->layout);
    if (is_archive(t))
        return archive_show(v, buf_str(&t->path), buf_str(&t->title), 1, err);
    if (strcmp(layout, "search") == 0)
        return search_show(v, buf_str(&t->path), buf_str(&t->title), err);
    const char *plural = t->kind == POST_PAGE ? layout_taxonomy(v->site, layout) : NULL;
    if (plural != NULL)
        return taxonomy_page(v, plural, err);
    int rc = revision_page(v, id, buf_str(&t->title), buf_str(&t->path), err);
    if (rc != VISIT_PASS)
        return rc;
    if ((t->kind == POST_POST && find_neighbours(t, id, err) < 0) || put_history(t, id, err) != 0 ||
        put_place(t, err) != 0)
        return -1;
    json_t *model = view_page(v, buf_str(&t->title), buf_str(&t->path));
    json_t *page = json_object_get(model, "page");
    json_t *description =
        json_is_string(t->description) ? t->description : json_object_get(t->post, "summary");
    int bad = json_object_set(page, "description", description);
    bad |= json_object_set(model, "post", t->post);
    bad |= indexing_put(page, v->site, json_object_get(t->post, "params"));
    bad |= share_put(model, v->site, t->post, t->kind == POST_POST);
    return answer_page(v, t->kind == POST_PAGE ? "page" : "post", view_done(model, bad), err);
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
    struct taken t;
    taken_init(&t, v);
    int rc = post_by_id(v->db, id, true, take_post, &t, err);
    if (rc == 0)
        rc = answer_missing(v, 404, err);
    else if (rc > 0)
        rc = t.kind == POST_INDEX ? show_index(v, buf_str(&t.path), err) : show(&t, id, err);
    taken_free(&t);
    return rc;
}

/* The page as it would be, and a word on what it is. Its address is not the post's. */
static int show_preview(struct taken *t, int64_t until, struct error *err) {
    struct visit *v = t->v;
    json_t *model = view_page(v, buf_str(&t->title), NULL);
    json_t *page = json_object_get(model, "page");
    int bad = json_object_set(model, "post", t->post);
    bad |= json_put_bool(page, "noindex", true);
    bad |= json_put(page, "preview", view_date(v->site, until, 0));
    return answer_private(v, t->kind == POST_PAGE ? "page" : "post", view_done(model, bad), err);
}

int post_preview(struct visit *v, int64_t id, int64_t until, struct error *err) {
    struct taken t;
    taken_init(&t, v);
    int rc = post_any_by_id(v->db, id, take_post, &t, err);
    if (rc == 0 || (rc > 0 && t.kind == POST_INDEX))
        rc = answer_missing(v, 404, err);
    else if (rc > 0)
        rc = t.live ? answer_redirect_now(v, buf_str(&t.path), err) : show_preview(&t, until, err);
    buf_clear(&v->names); /* kept by nobody */
    taken_free(&t);
    return rc;
}

int post_subpage(struct visit *v, int64_t id, int64_t number, struct error *err) {
    struct taken t;
    taken_init(&t, v);
    int rc = post_by_id(v->db, id, false, take_post, &t, err);
    if (rc > 0 && is_archive(&t))
        rc = archive_show(v, buf_str(&t.path), buf_str(&t.title), number, err);
    else if (rc >= 0)
        rc = VISIT_PASS;
    taken_free(&t);
    return rc;
}
