/* See view.h. */
#include "web/view.h"

#include "web/link.h"
#include "web/model.h"

#include <string.h>

enum { HTML_MAX = 32 << 20, MODEL_MAX = 64 << 20 };

json_t *view_done(json_t *o, int bad) {
    if (bad == 0)
        return o;
    json_decref(o);
    return NULL;
}

/* v, which lies in a; the arena is freed. */
static json_t *as_json(struct arena *a, struct value v) {
    json_t *o = arena_ok(a) ? value_to_json(&v) : NULL;
    if (!arena_ok(a)) { /* what was made only now */
        json_decref(o);
        o = NULL;
    }
    arena_free(a);
    return o;
}

json_t *view_date(const struct snapshot *site, int64_t seconds, int offset) {
    struct arena *a = arena_new(MODEL_MAX);
    return as_json(a, model_date(a, site, seconds, offset));
}

json_t *view_card(const struct snapshot *site, const struct post *p) {
    struct arena *a = arena_new(MODEL_MAX);
    return as_json(a, model_card(a, site, p));
}

json_t *view_toc(const char *outline) {
    struct arena *a = arena_new(MODEL_MAX);
    return as_json(a, model_toc(a, outline));
}

json_t *view_cover(const struct snapshot *site, struct db *db, const struct post *p) {
    struct arena *a = arena_new(MODEL_MAX);
    return as_json(a, model_cover(a, site, db, p));
}

json_t *view_list(const struct snapshot *site, const struct list *l) {
    struct arena *a = arena_new(MODEL_MAX);
    return as_json(a, model_list(a, site, l));
}

json_t *view_pager(const struct snapshot *site, const char *base, int64_t number, int64_t pages) {
    struct arena *a = arena_new(MODEL_MAX);
    return as_json(a, model_pager(a, site, base, number, pages));
}

int view_put_html(json_t *o, const struct snapshot *site, struct db *db, const struct post *p) {
    struct buf html;
    buf_init(&html, HTML_MAX);
    int bad = p->html == NULL ? 0
                              : link_files_html(&html, site, db, p->source, visit_traits(p),
                                                p->html, p->html_len);
    bad |= json_put(o, "html",
                    json_stringn_nocheck(buf_str(&html), html.len)); /* the store has UTF-8 only */
    buf_free(&html);
    return bad;
}

const char *view_taxonomy_title(const struct snapshot *site, const char *plural) {
    size_t i;
    json_t *taxonomy;
    json_array_foreach(json_object_get(site->settings, "taxonomies"), i, taxonomy) {
        if (strcmp(json_get_string(taxonomy, "plural", ""), plural) == 0)
            return json_get_string(taxonomy, "title", plural);
    }
    return plural;
}

json_t *view_page(struct visit *v, const char *name, const char *path) {
    struct value page, model = model_page(v, name, path, &page),
                       menu = value_or(value_get(&model, "menu"));
    json_t *o = json_object();
    int bad = arena_ok(v->arena) ? 0 : -1;
    bad |= json_put(o, "page", value_to_json(&page));
    bad |= json_object_set(o, "site", v->site->site);
    bad |= json_put(o, "menu", value_to_json(&menu));
    return view_done(o, bad);
}
