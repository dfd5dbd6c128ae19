/* See view.h. Every key is always set (null where there is nothing), since Mustache would look for
 * a missing one in the surroundings and find another post's. */
#include "web/view.h"

#include "base/date.h"
#include "store/address.h"
#include "web/dress.h"
#include "web/link.h"

#include <string.h>

enum { DATE_MAX = 256, DAY = 24 * 60 * 60, HTML_MAX = 32 << 20 };

json_t *view_done(json_t *o, int bad) {
    if (bad == 0)
        return o;
    json_decref(o);
    return NULL;
}

json_t *view_date(const struct snapshot *site, int64_t seconds, int offset) {
    json_t *o = json_object();
    struct buf b;
    buf_init(&b, DATE_MAX);
    int bad = date_layout(&b, site->date_format, seconds, offset);
    bad |= json_put_stringn(o, "text", buf_str(&b), b.len);
    buf_clear(&b);
    bad |= date_rfc3339(&b, seconds, offset);
    bad |= json_put_stringn(o, "iso", buf_str(&b), b.len);
    buf_free(&b);
    return view_done(o, bad);
}

/* ---- posts ---- */

/* Text of the store that is JSON; null when there is none or it cannot be read. */
static json_t *parsed(const char *text) {
    json_t *v = text == NULL ? NULL : json_loads(text, 0, NULL);
    return v != NULL ? v : json_null();
}

/* The terms of one taxonomy, with links where they have pages. */
static json_t *view_terms(const struct snapshot *site, const json_t *terms) {
    json_t *list = json_array();
    int bad = 0;
    size_t i;
    json_t *term;
    json_array_foreach(terms, i, term) {
        const char *path = json_get_string(term, "path", NULL);
        json_t *o = json_object();
        bad |= json_put_string(o, "name", json_get_string(term, "name", ""));
        bad |= json_put_string(o, "slug", json_get_string(term, "slug", ""));
        bad |= path == NULL ? json_put(o, "url", json_null()) : link_put_path(o, "url", site, path);
        bad |= json_array_append_new(list, o);
    }
    return view_done(list, bad);
}

/* The post's own authors, else the site's. */
static json_t *view_authors(const struct snapshot *site, const json_t *terms) {
    const json_t *own = json_object_get(terms, "authors");
    const json_t *author = json_object_get(site->settings, "author");
    const char *name = json_get_string(author, "name", "");
    const char *url = json_get_string(author, "url", "");
    if (json_array_size(own) > 0 || *name == '\0')
        return view_terms(site, own);
    json_t *o = json_object();
    int bad = json_put_string(o, "name", name);
    bad |= *url == '\0' ? json_put(o, "url", json_null()) : link_put_written(o, "url", site, url);
    json_t *list = json_array();
    bad |= json_array_append_new(list, o);
    return view_done(list, bad);
}

static int put_terms(json_t *o, const struct snapshot *site, const struct post *p) {
    static const char *const kinds[] = {"tags", "categories", "series"};
    json_t *terms = parsed(p->terms);
    int bad = json_put(o, "authors", view_authors(site, terms));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        bad |= json_put(o, kinds[i], view_terms(site, json_object_get(terms, kinds[i])));
    json_decref(terms);
    return bad;
}

static int put_summary(json_t *o, const struct post *p) {
    const char *text = p->summary == NULL ? "" : p->summary;
    if (!p->truncated)
        return json_put_string(o, "summary", text);
    struct buf b;
    buf_init(&b, (size_t)8 << 20);
    buf_puts(&b, text);
    buf_puts(&b, *text != '\0' ? " ..." : "...");
    int bad = buf_ok(&b) ? json_put_stringn(o, "summary", buf_str(&b), b.len) : -1;
    buf_free(&b);
    return bad;
}

/* "updated" is shown when it is another day's. */
static int put_dates(json_t *o, const struct snapshot *site, const struct post *p) {
    bool changed = p->has_date ? p->updated >= p->published + DAY : p->updated > 0;
    int bad = json_put(
        o, "date", p->has_date ? view_date(site, p->published, p->published_offset) : json_null());
    bad |= json_put(o, "updated",
                    changed ? view_date(site, p->updated, p->updated_offset) : json_null());
    return bad;
}

json_t *view_card(const struct snapshot *site, const struct post *p) {
    json_t *o = json_object();
    int bad = json_put_int(o, "id", p->id);
    bad |= json_put_string(o, "title", p->title);
    bad |= link_put_path(o, "url", site, p->permalink);
    bad |= link_put_url(o, "permalink", site, p->permalink);
    bad |= json_put_string(o, "slug", p->slug);
    bad |= json_put_string(o, "section", p->section);
    bad |= json_put_string(o, "description", p->description);
    bad |= put_summary(o, p);
    bad |= put_dates(o, site, p);
    bad |= put_terms(o, site, p);
    bad |= json_put_int(o, "words", p->words);
    bad |= json_put(o, "minutes", p->minutes > 0 ? json_integer(p->minutes) : json_null());
    return view_done(o, bad);
}

int view_collect(void *arg, const struct post *p) {
    struct view_cards *c = arg;
    return json_array_append_new(c->array, view_card(c->site, p));
}

/* ---- the contents list ---- */

/* The entries of a flat outline as a tree: an entry is below the nearest one before it of a lower
 * level. {"id", "text", "nested": bool, "children": []}. */
json_t *view_toc(const char *outline) {
    json_t *flat = parsed(outline), *top = json_object(), *open[7] = {top};
    int levels[7] = {0}, depth = 0;
    int bad = json_put(top, "children", json_array());
    size_t i;
    json_t *entry;
    json_array_foreach(flat, i, entry) {
        int level = (int)json_get_int(entry, "level", 1);
        json_t *o = json_object();
        bad |= json_put_string(o, "id", json_get_string(entry, "id", ""));
        bad |= json_put_string(o, "text", json_get_string(entry, "text", ""));
        bad |= json_put_bool(o, "nested", false);
        bad |= json_put(o, "children", json_array());
        while (depth > 0 && levels[depth] >= level)
            depth--;
        bad |= json_array_append_new(json_object_get(open[depth], "children"), o);
        if (depth > 0)
            bad |= json_put_bool(open[depth], "nested", true);
        if (bad != 0)
            break;
        if (depth < 6) {
            levels[++depth] = level;
            open[depth] = o;
        }
    }
    size_t count = json_array_size(flat);
    json_decref(flat);
    if (bad == 0 && count < 2) { /* nothing to choose from */
        json_decref(top);
        return json_null();
    }
    return view_done(top, bad);
}

/* ---- the whole post ---- */

static bool wants_toc(const struct snapshot *site, const struct post *p) {
    return p->toc != NULL ? strcmp(p->toc, "1") == 0
                          : json_get_bool(site->settings, "show_toc", false);
}

/* True when the picture stands beside the post: it says so, or a file of that name is there, as in
 * Hugo a picture of the post's own folder wins over one at the root. */
static bool is_beside(struct db *db, const struct post *p, const json_t *cover, const char *image) {
    if (*image == '/' || link_has_scheme(image, strlen(image)))
        return false;
    if (json_get_bool(cover, "relative", false))
        return true;
    struct address a;
    struct buf path;
    buf_init(&path, 4096);
    buf_printf(&path, "%s%s", p->permalink, image);
    bool there = buf_ok(&path) && address_find(db, buf_str(&path), &a, NULL) == 1;
    buf_free(&path);
    return there;
}

/* "width" and "height" of the picture at o's "src"; null where they are not known. */
static int put_size(json_t *o, const struct snapshot *site, struct db *db) {
    uint32_t width = 0, height = 0;
    bool known =
        link_picture_size(site, db, slice_of(json_get_string(o, "src", "")), &width, &height);
    int bad = json_put(o, "width", known ? json_integer(width) : json_null());
    bad |= json_put(o, "height", known ? json_integer(height) : json_null());
    return bad;
}

/* {"src", "width", "height", "alt", "caption"}, null without a cover. */
json_t *view_cover(const struct snapshot *site, struct db *db, const struct post *p) {
    if (p->cover == NULL)
        return json_null();
    json_t *cover = parsed(p->cover), *o = json_null();
    const char *image = json_get_string(cover, "image", "");
    if (*image != '\0' && !json_get_bool(cover, "hidden", false)) {
        struct buf b;
        buf_init(&b, 8192);
        buf_printf(&b, "%s%s", is_beside(db, p, cover, image) ? p->permalink : "", image);
        o = json_object();
        int bad = link_put_written(o, "src", site, buf_str(&b));
        bad |= put_size(o, site, db);
        bad |= json_put_string(o, "alt", json_get_string(cover, "alt", ""));
        bad |= json_put_string(o, "caption", json_get_string(cover, "caption", ""));
        buf_free(&b);
        o = view_done(o, bad);
    }
    json_decref(cover);
    return o;
}

/* Where the file can be changed on its git host. */
static int put_edit(json_t *o, const struct snapshot *site, const struct post *p) {
    const char *edit = json_get_string(site->settings, "edit_url", "");
    if (*edit == '\0' || p->source == NULL || post_is_api(p->source))
        return json_put(o, "edit", json_null());
    struct buf b;
    buf_init(&b, 8192);
    buf_puts(&b, edit);
    if (json_get_bool(site->settings, "edit_append_path", false)) {
        bool whole = json_get_bool(site->settings, "edit_whole_path", false);
        const char *file = !whole && text_starts(p->source, "content/") ? p->source + 8 : p->source;
        if (!text_ends(edit, "/"))
            buf_putc(&b, '/');
        text_url_path(&b, file, strlen(file));
    }
    int bad = buf_ok(&b) ? link_put_written(o, "edit", site, buf_str(&b)) : -1;
    buf_free(&b);
    return bad;
}

int view_put_html(json_t *o, const struct snapshot *site, struct db *db, const struct post *p) {
    struct buf html;
    buf_init(&html, HTML_MAX);
    int bad =
        p->html == NULL ? 0 : link_files_html(&html, site, db, p->source, p->html, p->html_len);
    bad |= json_put(o, "html",
                    json_stringn_nocheck(buf_str(&html), html.len)); /* the store has UTF-8 only */
    buf_free(&html);
    return bad;
}

/* "html" of o as a page has it. */
static int dress(json_t *o) {
    const char *html = json_get_string(o, "html", "");
    struct buf dressed;
    buf_init(&dressed, HTML_MAX);
    int bad = dress_html(&dressed, html, strlen(html));
    bad |= json_put_stringn(o, "html", buf_str(&dressed), dressed.len);
    buf_free(&dressed);
    return bad;
}

json_t *view_post(const struct snapshot *site, struct db *db, const struct post *p) {
    json_t *o = view_card(site, p);
    int bad = view_put_html(o, site, db, p);
    bad |= dress(o);
    bad |= json_put(o, "toc", wants_toc(site, p) ? view_toc(p->outline) : json_null());
    bad |= json_put(o, "cover", view_cover(site, db, p));
    bad |= json_put(o, "params", parsed(p->params));
    bad |= put_edit(o, site, p);
    bad |= json_put(o, "history", json_null());
    bad |= json_put(o, "place", json_null());
    bad |= json_put(o, "newer", json_null());
    bad |= json_put(o, "older", json_null());
    return view_done(o, bad);
}

/* ---- lists and pages ---- */

const char *view_taxonomy_title(const struct snapshot *site, const char *plural) {
    size_t i;
    json_t *taxonomy;
    json_array_foreach(json_object_get(site->settings, "taxonomies"), i, taxonomy) {
        if (strcmp(json_get_string(taxonomy, "plural", ""), plural) == 0)
            return json_get_string(taxonomy, "title", plural);
    }
    return plural;
}

json_t *view_list(const struct snapshot *site, const struct list *l) {
    json_t *o = json_object();
    int bad = json_put_string(o, "name", l->name);
    bad |= link_put_path(o, "url", site, l->path);
    bad |= json_put_int(o, "count", l->count);
    return view_done(o, bad);
}

static json_t *view_step(const struct snapshot *site, const char *base, int64_t number) {
    struct buf b;
    buf_init(&b, 2048);
    buf_puts(&b, base);
    if (number > 1)
        buf_printf(&b, "page/%lld/", (long long)number);
    json_t *o = json_object();
    int bad = link_put_path(o, "url", site, buf_str(&b));
    buf_free(&b);
    return view_done(o, bad);
}

json_t *view_pager(const struct snapshot *site, const char *base, int64_t number, int64_t pages) {
    if (pages < 2)
        return json_null();
    json_t *o = json_object();
    int bad = json_put_int(o, "number", number);
    bad |= json_put_int(o, "count", pages);
    bad |= json_put(o, "newer", number > 1 ? view_step(site, base, number - 1) : json_null());
    bad |= json_put(o, "older", number < pages ? view_step(site, base, number + 1) : json_null());
    return view_done(o, bad);
}

/* The site's menu, with "current" where it leads to the page shown. */
static json_t *view_menu(const struct snapshot *site, const char *path) {
    json_t *list = json_array();
    struct buf here;
    buf_init(&here, 8192);
    if (path != NULL)
        link_path(&here, site, path);
    int bad = 0;
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(site->site, "menu"), i, entry) {
        const char *url = json_get_string(entry, "url", "");
        json_t *o = json_object();
        bad |= json_put_string(o, "name", json_get_string(entry, "name", ""));
        bad |= json_put_string(o, "url", url);
        bad |= json_put_bool(o, "current", path != NULL && strcmp(url, buf_str(&here)) == 0);
        bad |= json_array_append_new(list, o);
    }
    buf_free(&here);
    return view_done(list, bad);
}

/* "Name | Site", the site's own title on its home page. */
static int put_title(json_t *page, const struct snapshot *site, const char *name) {
    const char *own = json_get_string(site->site, "title", "");
    struct buf b;
    buf_init(&b, 16384);
    if (name != NULL && *name != '\0')
        buf_printf(&b, "%s | ", name);
    buf_puts(&b, own);
    int bad = json_put_stringn(page, "title", buf_str(&b), b.len);
    buf_free(&b);
    return bad | json_put_string(page, "name", name == NULL ? "" : name);
}

json_t *view_page(struct visit *v, const char *name, const char *path) {
    const struct snapshot *site = v->site;
    json_t *model = json_object(), *page = json_object();
    int bad = put_title(page, site, name);
    bad |=
        path == NULL ? json_put(page, "url", json_null()) : link_put_url(page, "url", site, path);
    bad |= json_object_set(page, "canonical", json_object_get(page, "url"));
    bad |= json_put(page, "description", json_null());
    bad |= json_put(page, "rss", json_null());
    bad |= json_put(page, "atom", json_null());
    bad |= json_put(page, "json_feed", json_null());
    bad |= json_put(page, "share", json_null());
    bad |= json_put(page, "preview", json_null());
    bad |= json_put_bool(page, "noindex", false);
    bad |= json_put(model, "page", page);
    bad |= json_object_set(model, "site", site->site);
    bad |= json_put(model, "menu", view_menu(site, path));
    return view_done(model, bad);
}
