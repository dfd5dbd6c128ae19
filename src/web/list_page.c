/* Pages of lists: home, sections, terms, and the page of all terms of a taxonomy. */
#include "web/pages.h"

#include "web/link.h"
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

/* What the _index.md of a list says of it. */
struct words {
    struct buf title;
    json_t *description, *html; /* new values, NULL when memory is out */
    const struct visit *v;
};

static int take_words(void *arg, const struct post *p) {
    struct words *w = arg;
    buf_clear(&w->title);
    buf_puts(&w->title, p->title);
    json_decref(w->description);
    json_decref(w->html);
    w->description = p->description == NULL ? json_null() : json_string(p->description);
    json_t *o = json_object();
    w->html = view_put_html(o, w->v->site, w->v->db, p) == 0
                  ? json_incref(json_object_get(o, "html"))
                  : NULL;
    json_decref(o);
    return 1;
}

static int read_words(struct words *w, struct visit *v, const struct list *l, struct error *err) {
    w->v = v;
    buf_init(&w->title, 16384);
    buf_puts(&w->title, l->name);
    w->description = json_null();
    w->html = json_null();
    return l->index_post == 0 ? 0 : post_by_id(v->db, l->index_post, true, take_words, w, err);
}

static const char *kind_name(enum list_kind kind) {
    return kind == LIST_TERM ? "term" : kind == LIST_SECTION ? "section" : "home";
}

/* {"name", "url", "count", "home", "term", "section", "kind", "taxonomy": {"name", "url"}, "html"} */
static json_t *list_model(const struct snapshot *site, const struct list *l, bool first) {
    json_t *o = view_list(site, l);
    int bad = json_put_string(o, "kind", kind_name(l->kind));
    bad |= json_put_bool(o, "home", l->kind == LIST_HOME);
    bad |= json_put_bool(o, "first", first);
    bad |= json_put(o, "html", json_null());
    bad |= json_put(o, "taxonomy", json_null());
    if (l->kind == LIST_TERM) {
        char path[80];
        snprintf(path, sizeof path, "/%s/", l->taxonomy);
        json_t *t = json_object();
        bad |= json_put_string(t, "name", view_taxonomy_title(site, l->taxonomy));
        bad |= link_put_path(t, "url", site, path);
        bad |= json_put(o, "taxonomy", t);
    }
    return view_done(o, bad);
}

/* The first page of home shows the site's own greeting. */
static int put_greeting(json_t *list, const struct snapshot *site, bool shown) {
    const json_t *home = json_object_get(site->settings, "home");
    const char *title = json_get_string(home, "title", "");
    const char *content = json_get_string(home, "content", "");
    if (!shown || (*title == '\0' && *content == '\0'))
        return json_put(list, "greeting", json_null());
    json_t *o = json_object();
    int bad = json_put_string(o, "title", title);
    bad |= json_put_string(o, "content", content);
    return json_put(list, "greeting", o) | bad;
}

/* "Python", "Python - Page 2", "Page 2" and "" of the home list. */
static void put_name(struct buf *out, const struct words *w, bool home, int64_t number) {
    if (!home)
        buf_append(out, buf_str(&w->title), w->title.len);
    if (number > 1)
        buf_printf(out, "%sPage %lld", home ? "" : " - ", (long long)number);
}

/* The list's own feeds. */
static int put_feeds(json_t *page, const struct snapshot *site, const char *base) {
    static const struct {
        const char *key;
        enum feed_format format;
    } feeds[] = {{"rss", FEED_RSS}, {"atom", FEED_ATOM}, {"json_feed", FEED_JSON}};
    struct buf path;
    int bad = 0;
    buf_init(&path, 1024);
    for (size_t i = 0; i < sizeof feeds / sizeof feeds[0]; i++) {
        buf_clear(&path);
        buf_printf(&path, "%s%s", base, feed_file(feeds[i].format));
        bad |= link_put_path(page, feeds[i].key, site, buf_str(&path));
    }
    buf_free(&path);
    return bad;
}

/* The model without its posts. NULL with err when it cannot be made. */
static json_t *list_head(struct visit *v, const struct list *l, int64_t number, struct error *err) {
    struct words w;
    struct buf name, path;
    bool home = l->kind == LIST_HOME;
    buf_init(&name, 20480);
    buf_init(&path, 1024);
    buf_puts(&path, l->path);
    if (number > 1)
        buf_printf(&path, "page/%lld/", (long long)number);
    int bad = read_words(&w, v, l, err) < 0;
    put_name(&name, &w, home, number);
    json_t *model = view_page(v, buf_str(&name), buf_str(&path));
    json_t *page = json_object_get(model, "page"), *list = list_model(v->site, l, number == 1);
    if (home)
        bad |= json_object_set(page, "description", json_object_get(v->site->site, "description"));
    else
        bad |= json_put_string(list, "name", buf_str(&w.title));
    if (json_is_string(w.description))
        bad |= json_object_set(page, "description", w.description);
    if (number == 1)
        bad |= json_object_set(list, "html", w.html);
    bad |= put_greeting(list, v->site, home && number == 1);
    if (!home)
        bad |= put_feeds(page, v->site, l->path);
    bad |= json_put(model, "list", list);
    json_decref(w.description);
    json_decref(w.html);
    buf_free(&w.title);
    buf_free(&name);
    buf_free(&path);
    return view_done(model, bad);
}

int list_page(struct visit *v, const struct list *l, int64_t number, struct error *err) {
    const struct snapshot *site = v->site;
    int64_t size = site->page_size;
    int64_t pages = l->count == 0 ? 1 : (l->count + size - 1) / size;
    if (number < 1 || number > pages)
        return answer_missing(v, 404, err);
    visit_depends_list(v, l);
    struct view_cards cards = {.site = site, .array = json_array()};
    json_t *model = list_head(v, l, number, err);
    int bad = model == NULL;
    if (bad == 0 && l->id != 0)
        bad = list_posts(v->db, l->id, (number - 1) * size, size, false, view_collect, &cards, err);
    bad |= json_put_bool(model, "empty", json_array_size(cards.array) == 0);
    bad |= json_put(model, "posts", cards.array);
    bad |= json_put(model, "pager", view_pager(site, l->path, number, pages));
    return answer_page(v, "list", view_done(model, bad), err);
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
    char path[80];
    visit_depends(v, "taxonomy:%s", plural);
    snprintf(path, sizeof path, "/%s/", plural);
    int bad = list_all(v->db, LIST_TERM, plural, LIST_BY_NAME, MAX_TERMS, take_term, &t, err);
    json_t *model = view_page(v, view_taxonomy_title(v->site, plural), path);
    bad |= json_put_bool(model, "empty", json_array_size(t.array) == 0);
    bad |= json_put(model, "terms", t.array);
    bad |= put_feeds(json_object_get(model, "page"), v->site, path);
    return answer_page(v, "taxonomy", view_done(model, bad), err);
}
