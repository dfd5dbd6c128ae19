/* What the page of one post shows of it: see model.h. */
#include "web/model.h"

#include "content/html_marks.h"
#include "store/address.h"
#include "web/dress.h"
#include "web/link.h"

enum { HTML_MAX = 32 << 20, SPARE = 1024, LEVELS = 7 };

/* ---- the contents list ---- */

/* The entries of a flat outline as a tree: an entry is below the nearest one before it of a lower
 * level. {"id", "text", "nested": bool, "children": []}. */
struct value model_toc(struct arena *a, const char *outline) {
    struct value flat = value_parse(a, outline), top = value_object(a);
    struct value open[LEVELS] = {top}, below[LEVELS] = {value_list(a)};
    int64_t levels[LEVELS] = {0};
    int depth = 0;
    if (flat.kind != VALUE_LIST || flat.as.list->count < 2) /* nothing to choose from */
        return value_null();
    value_put(top, "children", below[0]);
    for (const struct value_item *i = flat.as.list->first; i != NULL; i = i->next) {
        const struct value *level = value_get(&i->value, "level");
        struct value o = value_object(a), children = value_list(a);
        value_put(o, "id", value_text(a, value_get_string(&i->value, "id", "")));
        value_put(o, "text", value_text(a, value_get_string(&i->value, "text", "")));
        value_put(o, "nested", value_bool(false));
        value_put(o, "children", children);
        int64_t at = value_is(level, VALUE_INT) ? level->as.integer : 1;
        while (depth > 0 && levels[depth] >= at)
            depth--;
        value_add(below[depth], o);
        if (depth > 0)
            value_put(open[depth], "nested", value_bool(true));
        if (depth < LEVELS - 1) {
            levels[++depth] = at;
            open[depth] = o;
            below[depth] = children;
        }
    }
    return top;
}

static bool wants_toc(const struct snapshot *site, const struct post *p) {
    return p->toc != NULL ? strcmp(p->toc, "1") == 0 : site->show_toc;
}

/* ---- the picture ---- */

/* True when the picture stands beside the post: it says so, or a file of that name is there, as in
 * Hugo a picture of the post's own folder wins over one at the root. */
static bool is_beside(struct db *db, const struct post *p, const struct value *cover,
                      const char *image) {
    const struct value *relative = value_get(cover, "relative");
    if (*image == '/' || link_has_scheme(image, strlen(image)))
        return false;
    if (value_is(relative, VALUE_BOOL) && relative->as.truth)
        return true;
    struct address found;
    struct buf path;
    buf_init(&path, 4096);
    buf_puts(&path, p->permalink);
    buf_puts(&path, image);
    bool there = buf_ok(&path) && address_find(db, buf_str(&path), &found, NULL) == 1;
    buf_free(&path);
    return there;
}

struct value model_cover(struct arena *a, const struct snapshot *site, struct db *db,
                         const struct post *p) {
    struct value cover = value_parse(a, p->cover);
    const char *image = value_get_string(&cover, "image", "");
    const struct value *hidden = value_get(&cover, "hidden");
    if (*image == '\0' || (value_is(hidden, VALUE_BOOL) && hidden->as.truth))
        return value_null();
    struct buf b;
    buf_init(&b, 8192);
    buf_puts(&b, is_beside(db, p, &cover, image) ? p->permalink : "");
    buf_puts(&b, image);
    struct value o = value_object(a), src = link_value_written(a, site, buf_str(&b));
    buf_free(&b);
    uint32_t width = 0, height = 0;
    bool known = src.kind == VALUE_TEXT &&
                 link_picture_size(site, db, slice_n(src.as.text, src.len), &width, &height);
    value_put(o, "src", src);
    value_put(o, "width", known ? value_int(width) : value_null());
    value_put(o, "height", known ? value_int(height) : value_null());
    value_put(o, "alt", value_text(a, value_get_string(&cover, "alt", "")));
    value_put(o, "caption", value_text(a, value_get_string(&cover, "caption", "")));
    return o;
}

/* ---- the whole post ---- */

/* Where the file can be changed on its git host. */
static struct value edit_link(struct arena *a, const struct snapshot *site, const struct post *p) {
    const char *edit = json_get_string(site->settings, "edit_url", "");
    if (*edit == '\0' || p->source == NULL || post_is_api(p->source))
        return value_null();
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
    struct value link = buf_ok(&b) ? link_value_written(a, site, buf_str(&b)) : value_null();
    buf_free(&b);
    return link;
}

struct value model_html(struct arena *a, const struct snapshot *site, struct db *db,
                        const struct post *p) {
    struct buf html;
    buf_init(&html, HTML_MAX);
    if (p->html != NULL &&
        link_files_html(&html, site, db, p->source, visit_traits(p), p->html, p->html_len) != 0)
        html.failed = true;
    return value_of_buf(a, &html);
}

/* html with what pages add to it. Usually there is little to add: then it is written where it stays. */
static struct value dress(struct arena *a, const char *html, size_t n, const char *marks) {
    char *memory = arena_take(a, n + SPARE);
    struct buf b;
    if (memory == NULL)
        return value_null();
    buf_init_on(&b, memory, n + SPARE);
    if (dress_html(&b, html, n, marks) == 0)
        return value_lent(memory, b.len);
    buf_init(&b, HTML_MAX);
    (void)dress_html(&b, html, n, marks);
    return value_of_buf(a, &b);
}

/* The HTML as a page has it. */
static struct value dressed(struct arena *a, const struct snapshot *site, struct db *db,
                            const struct post *p, unsigned traits) {
    if ((traits & (HTML_RELATIVE | HTML_PICTURES)) != 0) {
        struct value led = model_html(a, site, db, p);
        return led.kind == VALUE_TEXT ? dress(a, led.as.text, led.len, NULL) : led;
    }
    /* what dresses it has none of the policy's traits */
    return value_known(dress(a, p->html == NULL ? "" : p->html, p->html_len, p->marks),
                       traits & HTML_POLICY);
}

struct value model_post(struct arena *a, const struct snapshot *site, struct db *db,
                        const struct post *p, unsigned traits) {
    struct value o = model_card(a, site, p);
    value_put(o, "html", dressed(a, site, db, p, traits));
    value_put(o, "toc", wants_toc(site, p) ? model_toc(a, p->outline) : value_null());
    value_put(o, "cover", model_cover(a, site, db, p));
    value_put(o, "params", value_parse(a, p->params));
    value_put(o, "edit", edit_link(a, site, p));
    value_put(o, "history", value_null());
    value_put(o, "place", value_null());
    value_put(o, "related", value_null());
    value_put(o, "newer", value_null());
    value_put(o, "older", value_null());
    return o;
}
