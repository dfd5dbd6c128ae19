/* See model.h. Every key is always set (null where there is nothing), since Mustache would look for
 * a missing one in the surroundings and find another post's. */
#include "web/model.h"

#include "base/date.h"
#include "web/link.h"

enum { DATE_MAX = 256, DAY = 24 * 60 * 60 };

struct value model_date(struct arena *a, const struct snapshot *site, int64_t seconds, int offset) {
    struct value o = value_object(a);
    char memory[DATE_MAX];
    struct buf b;
    const struct date d = date_at(seconds, offset);
    buf_init_on(&b, memory, sizeof memory);
    (void)date_form_put(&b, &site->date_form, &d);
    value_put(o, "text", value_textn(a, memory, b.len));
    buf_clear(&b);
    (void)date_put_rfc3339(&b, &d);
    value_put(o, "iso", value_textn(a, memory, b.len));
    return o;
}

/* ---- posts ---- */

/* The terms of one taxonomy, with links where they have pages. */
static struct value terms_of(struct arena *a, const struct snapshot *site,
                             const struct value *terms) {
    if (!value_is(terms, VALUE_LIST))
        return value_list(a);
    for (const struct value_item *i = terms->as.list->first; i != NULL; i = i->next) {
        const char *path = value_get_string(&i->value, "path", NULL);
        value_turn(i->value, "path", "url",
                   path == NULL ? value_null() : link_value_path(a, site, path));
    }
    return *terms;
}

/* A post's terms, read when a template first asks for some of them: cards show few, and most pages are lists. */
struct terms {
    struct value_later own, authors;
    struct arena *arena;
    const struct snapshot *site;
    char *text; /* JSON, NULL when it has been read */
    struct value read;
};

static struct value make_terms(const char *name, void *with) {
    struct terms *t = with;
    if (t->text != NULL)
        t->read = value_parse_here(t->arena, t->text);
    t->text = NULL;
    return terms_of(t->arena, t->site, value_get(&t->read, name));
}

/* The post's own authors, else the site's. */
static struct value make_authors(const char *name, void *with) {
    struct terms *t = with;
    struct value own = make_terms(name, with);
    return own.kind == VALUE_LIST && own.as.list->count > 0 ? own : t->site->authors;
}

/* True when nobody is named. The store writes compact JSON, of most posts with this at its end. */
static bool names_nobody(const char *terms, size_t n) {
    static const char end[] = "\"authors\":[]}";
    const size_t k = sizeof end - 1;
    return n == 0 || (n >= k && memcmp(terms + n - k, end, k) == 0) ||
           strstr(terms, "\"authors\":[{") == NULL;
}

static void put_terms(struct value o, struct arena *a, const struct snapshot *site,
                      const struct post *p, bool all) {
    const bool nobody =
        names_nobody(p->terms == NULL ? "" : p->terms, p->terms == NULL ? 0 : strlen(p->terms));
    struct terms *t = all || !nobody ? arena_take(a, sizeof *t) : NULL;
    if (nobody)
        value_put(o, "authors", site->authors);
    if (t == NULL)
        return;
    *t = (struct terms){.own = {make_terms, t},
                        .authors = {make_authors, t},
                        .arena = a,
                        .site = site,
                        .text = value_json_copy(a, p->terms)};
    if (!nobody)
        value_put_later(o, "authors", &t->authors);
    if (!all)
        return;
    value_put_later(o, "tags", &t->own);
    value_put_later(o, "categories", &t->own);
    value_put_later(o, "series", &t->own);
}

static struct value summary_of(struct arena *a, const struct post *p) {
    const char *text = p->summary == NULL ? "" : p->summary, *more = *text != '\0' ? " ..." : "...";
    const struct slice parts[] = {slice_of(text), slice_of(p->truncated ? more : "")};
    return value_join(a, parts, 2);
}

/* Shown when it is another day's. */
static struct value updated_of(struct arena *a, const struct snapshot *site, const struct post *p) {
    bool changed = p->has_date ? p->updated >= p->published + DAY : p->updated > 0;
    return changed ? model_date(a, site, p->updated, p->updated_offset) : value_null();
}

/* What every listing shows of a post. */
static struct value short_card(struct arena *a, const struct snapshot *site, const struct post *p) {
    struct value o = value_object(a);
    value_put(o, "title", value_text(a, p->title));
    value_put(o, "url", link_value_path(a, site, p->permalink));
    value_put(o, "summary", summary_of(a, p));
    value_put(o, "date",
              p->has_date ? model_date(a, site, p->published, p->published_offset) : value_null());
    value_put(o, "minutes", p->minutes > 0 ? value_int(p->minutes) : value_null());
    return o;
}

struct value model_card(struct arena *a, const struct snapshot *site, const struct post *p) {
    struct value o = short_card(a, site, p);
    put_terms(o, a, site, p, true);
    value_put(o, "id", value_int(p->id));
    value_put(o, "permalink", link_value_url(a, site, p->permalink));
    value_put(o, "slug", value_text(a, p->slug));
    value_put(o, "section", value_text(a, p->section));
    value_put(o, "description", value_text(a, p->description));
    value_put(o, "updated", updated_of(a, site, p));
    value_put(o, "words", value_int(p->words));
    return o;
}

int model_collect(void *arg, const struct post *p) {
    struct model_cards *c = arg;
    struct value card =
        c->shortened ? short_card(c->arena, c->site, p) : model_card(c->arena, c->site, p);
    if (c->shortened)
        put_terms(card, c->arena, c->site, p, false);
    value_add(c->list, card);
    return arena_ok(c->arena) ? 0 : -1;
}

/* ---- lists and pages ---- */

struct value model_list(struct arena *a, const struct snapshot *site, const struct list *l) {
    struct value o = value_object(a);
    value_put(o, "name", value_text(a, l->name));
    value_put(o, "url", link_value_path(a, site, l->path));
    value_put(o, "count", value_int(l->count));
    return o;
}

static struct value step_to(struct arena *a, const struct snapshot *site, const char *base,
                            int64_t number) {
    struct buf b;
    buf_init(&b, 2048);
    buf_puts(&b, base);
    if (number > 1)
        buf_printf(&b, "page/%lld/", (long long)number);
    struct value o = value_object(a);
    value_put(o, "url", link_value_path(a, site, buf_str(&b)));
    buf_free(&b);
    return o;
}

struct value model_pager(struct arena *a, const struct snapshot *site, const char *base,
                         int64_t number, int64_t pages) {
    if (pages < 2)
        return value_null();
    struct value o = value_object(a);
    value_put(o, "number", value_int(number));
    value_put(o, "count", value_int(pages));
    value_put(o, "newer", number > 1 ? step_to(a, site, base, number - 1) : value_null());
    value_put(o, "older", number < pages ? step_to(a, site, base, number + 1) : value_null());
    return o;
}

/* The site's menu, with "current" where it leads to the page shown at url (NULL: none). */
static struct value menu_of(struct arena *a, const struct snapshot *site, const char *url) {
    bool any = false;
    const struct value_item *i = site->menu.as.list->first;
    for (; url != NULL && !any && i != NULL; i = i->next)
        any = strcmp(value_get_string(&i->value, "url", ""), url) == 0;
    return any ? snapshot_menu(a, site, url) : site->menu;
}

/* "Name | Site", the site's own title on its home page. */
static struct value title_of(struct arena *a, const struct snapshot *site, const char *name) {
    const bool named = name != NULL && *name != '\0';
    const struct slice parts[] = {slice_of(named ? name : ""), slice_of(named ? " | " : ""),
                                  slice_of(value_get_string(&site->view, "title", ""))};
    return value_join(a, parts, 3);
}

struct value model_page(struct visit *v, const char *name, const char *path, struct value *page) {
    struct arena *a = v->arena;
    const struct snapshot *site = v->site;
    struct value model = value_object(a);
    struct value link = path == NULL ? value_null() : link_value_path(a, site, path);
    *page = value_object(a);
    value_put(*page, "title", title_of(a, site, name));
    value_put(*page, "name", value_text(a, name == NULL ? "" : name));
    value_put(*page, "url", path == NULL ? value_null() : link_value_url(a, site, path));
    value_put(*page, "canonical", path == NULL ? value_null() : link_value_url(a, site, path));
    value_put(*page, "description", value_null());
    value_put(*page, "rss", value_null());
    value_put(*page, "atom", value_null());
    value_put(*page, "json_feed", value_null());
    value_put(*page, "share", value_null());
    value_put(*page, "preview", value_null());
    value_put(*page, "noindex", value_bool(false));
    value_put(model, "page", *page);
    value_put(model, "site", site->view);
    value_put(model, "menu", menu_of(a, site, link.kind == VALUE_TEXT ? link.as.text : NULL));
    return model;
}
