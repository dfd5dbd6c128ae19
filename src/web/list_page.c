/* Pages of lists: home, sections, terms, and the page of all terms of a taxonomy. */
#include "web/pages.h"

#include "web/link.h"
#include "web/model.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { MAX_TERMS = 10000 };

int64_t page_number(struct slice text) {
    int64_t n = 0;
    if (text.len == 0 || text.len > 9 || text.ptr[0] == '0')
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!text_is_digit(text.ptr[i]))
            return 0;
        n = n * 10 + (text.ptr[i] - '0');
    }
    return n;
}

/* What the _index.md of a list says of it, in the visit's arena. */
struct words {
    struct visit *v;
    struct value title, description, html;
};

static int take_words(void *arg, const struct post *p) {
    struct words *w = arg;
    struct arena *a = w->v->arena;
    w->title = value_text(a, p->title);
    w->description = value_text(a, p->description);
    (void)visit_depends_html(w->v, visit_traits(p), false);
    w->html = model_html(a, w->v->site, w->v->db, p);
    return 1;
}

static int read_words(struct words *w, struct visit *v, const struct list *l, struct error *err) {
    *w = (struct words){.v = v, .title = value_text(v->arena, l->name)};
    return l->index_post == 0 ? 0
                              : post_shown_by_id(v->db, l->index_post, false, take_words, w, err);
}

static const char *kind_name(enum list_kind kind) {
    return kind == LIST_TERM ? "term" : kind == LIST_SECTION ? "section" : "home";
}

static struct value taxonomy_of(struct arena *a, const struct snapshot *site,
                                const struct list *l) {
    if (l->kind != LIST_TERM)
        return value_null();
    char path[80];
    snprintf(path, sizeof path, "/%s/", l->taxonomy);
    struct value o = value_object(a);
    value_put(o, "name", value_text(a, view_taxonomy_title(site, l->taxonomy)));
    value_put(o, "url", link_value_path(a, site, path));
    return o;
}

/* The first page of home shows the site's own greeting. */
static struct value greeting_of(struct arena *a, const struct snapshot *site) {
    const json_t *home = json_object_get(site->settings, "home");
    const char *title = json_get_string(home, "title", "");
    const char *content = json_get_string(home, "content", "");
    if (*title == '\0' && *content == '\0')
        return value_null();
    struct value o = value_object(a);
    value_put(o, "title", value_text(a, title));
    value_put(o, "content", value_text(a, content));
    return o;
}

/* {"name", "url", "count", "home", "kind", "taxonomy": {"name", "url"}, "html", "greeting"} */
static struct value list_model(struct arena *a, const struct snapshot *site, const struct list *l,
                               const struct words *w, bool first) {
    struct value o = model_list(a, site, l);
    bool home = l->kind == LIST_HOME;
    value_put(o, "kind", value_word(kind_name(l->kind)));
    value_put(o, "home", value_bool(home));
    value_put(o, "first", value_bool(first));
    value_put(o, "html", first ? w->html : value_null());
    value_put(o, "taxonomy", taxonomy_of(a, site, l));
    value_put(o, "greeting", home && first ? greeting_of(a, site) : value_null());
    if (!home)
        value_put(o, "name", w->title);
    return o;
}

/* "Python", "Python - Page 2", "Page 2" and "" of the home list. */
static void put_name(struct buf *out, const struct words *w, bool home, int64_t number) {
    if (!home && w->title.kind == VALUE_TEXT)
        buf_append(out, w->title.as.text, w->title.len);
    if (number > 1)
        buf_printf(out, "%sPage %lld", home ? "" : " - ", (long long)number);
}

static const struct {
    const char *key;
    enum feed_format format;
} own_feeds[] = {{"rss", FEED_RSS}, {"atom", FEED_ATOM}, {"json_feed", FEED_JSON}};

enum { OWN_FEEDS = sizeof own_feeds / sizeof own_feeds[0] };

/* The list's own feeds. */
static void put_feeds(struct value page, struct visit *v, const char *base) {
    char path[640];
    for (size_t i = 0; i < OWN_FEEDS; i++) {
        snprintf(path, sizeof path, "%s%s", base, feed_file(own_feeds[i].format));
        value_put(page, own_feeds[i].key, link_value_path(v->arena, v->site, path));
    }
}

/* The model without its posts. 0, or -1 with err. */
static int list_head(struct value *model, struct visit *v, const struct list *l, int64_t number,
                     struct error *err) {
    struct words w;
    struct value page;
    struct buf name, path;
    bool home = l->kind == LIST_HOME;
    buf_init(&name, 20480);
    buf_init(&path, 1024);
    buf_puts(&path, l->path);
    if (number > 1)
        buf_printf(&path, "page/%lld/", (long long)number);
    int rc = read_words(&w, v, l, err) < 0 ? -1 : 0;
    put_name(&name, &w, home, number);
    *model = model_page(v, buf_str(&name), buf_str(&path), &page);
    value_put(*model, "list", list_model(v->arena, v->site, l, &w, number == 1));
    if (w.description.kind == VALUE_TEXT)
        value_put(page, "description", w.description);
    else if (home)
        value_put(page, "description", value_or(value_get(&v->site->view, "description")));
    if (!home)
        put_feeds(page, v, l->path);
    buf_free(&name);
    buf_free(&path);
    return rc;
}

int list_page(struct visit *v, const struct list *l, int64_t number, struct error *err) {
    const struct snapshot *site = v->site;
    int64_t size = site->page_size;
    int64_t pages = l->count == 0 ? 1 : (l->count + size - 1) / size;
    if (number < 1 || number > pages)
        return answer_missing(v, 404, err);
    visit_depends_list(v, l);
    struct value model;
    struct model_cards cards = {v->arena, site, value_list(v->arena), site->theme->short_cards};
    if (list_head(&model, v, l, number, err) != 0 ||
        (l->id != 0 &&
         list_posts(v->db, l->id, (number - 1) * size, size,
                    cards.shortened ? LIST_SHORT : LIST_LINES, model_collect, &cards, err) != 0))
        return -1;
    bool empty = cards.list.kind != VALUE_LIST || cards.list.as.list->count == 0;
    value_put(model, "empty", value_bool(empty));
    value_put(model, "posts", cards.list);
    value_put(model, "pager", model_pager(v->arena, site, l->path, number, pages));
    return answer_show(v, "list", model, err);
}

int home_page(struct visit *v, const struct route_match *m, struct error *err) {
    struct list home = v->site->home;
    snprintf(home.path, sizeof home.path, "/");
    if (m->count == 0)
        return list_page(v, &home, 1, err);
    int64_t number = page_number(m->param[0]);
    if (number == 1)
        return answer_redirect(v, "/", true, err);
    return list_page(v, &home, number, err);
}

/* ---- all terms ---- */

struct terms {
    const struct snapshot *site;
    json_t *array;
};

static int take_term(void *arg, const struct list *l) {
    struct terms *t = arg;
    return json_array_append_new(t->array, view_list(t->site, l));
}

int taxonomy_page(struct visit *v, const char *plural, struct error *err) {
    struct terms t = {.site = v->site, .array = json_array()};
    char path[80], feed[96];
    visit_depends(v, "taxonomy:%s", plural);
    snprintf(path, sizeof path, "/%s/", plural);
    int bad = list_all(v->db, LIST_TERM, plural, LIST_BY_NAME, MAX_TERMS, take_term, &t, err);
    json_t *model = view_page(v, view_taxonomy_title(v->site, plural), path);
    bad |= json_put_bool(model, "empty", json_array_size(t.array) == 0);
    bad |= json_put(model, "terms", t.array);
    for (size_t i = 0; i < OWN_FEEDS; i++) {
        snprintf(feed, sizeof feed, "%s%s", path, feed_file(own_feeds[i].format));
        bad |= link_put_path(json_object_get(model, "page"), own_feeds[i].key, v->site, feed);
    }
    return answer_page(v, "taxonomy", view_done(model, bad), err);
}
