/* See related.h. */
#include "web/related.h"

#include "web/link.h"
#include "web/model.h"

#include <stdlib.h>
#include <string.h>

enum { SERIES_SHOWN = 8 };

/* The list of a term that few posts have: 1, else 0. */
static int few(struct visit *v, const char *taxonomy, const char *slug, struct list *l,
               struct error *err) {
    int found = list_find(v->db, LIST_TERM, taxonomy, slug, l, err);
    if (found < 0)
        return -1;
    if (found > 0 && l->count > LIST_FEW) {
        visit_depends(v, "few:%s:%s", taxonomy, slug);
        return 0;
    }
    visit_depends(v, "list:%s:%s", taxonomy, slug);
    return found;
}

/* What a value says that is the very word false. */
static bool is_false(const struct value *v) {
    return value_is(v, VALUE_BOOL) && !v->as.truth;
}

static bool is_off(const struct visit *v, const struct value *post) {
    const json_t *site = json_object_get(v->site->site, "params");
    const struct value *own = value_get(post, "params");
    return json_is_false(json_object_get(site, "related")) || is_false(value_get(own, "related"));
}

static const struct value_item *first(const struct value *list) {
    return value_is(list, VALUE_LIST) ? list->as.list->first : NULL;
}

/* ---- what stands around ---- */

static struct value link_to(const struct visit *v, const struct post_link *l) {
    struct value o = value_object(v->arena);
    value_put(o, "title", value_word(l->title));
    value_put(o, "url", link_value_path(v->arena, v->site, l->path));
    return o;
}

static struct value related_post(const struct visit *v, const struct post_link *l) {
    struct value o = link_to(v, l);
    value_put(o, "date",
              l->has_date ? model_date(v->arena, v->site, l->published, l->offset) : value_null());
    return o;
}

void around_put(const struct visit *v, struct value post, const char *text) {
    char *at = arena_strdup(v->arena, text);
    struct value posts = value_list(v->arena), o = value_object(v->arena);
    struct post_link l;
    while (at != NULL && post_link_next(&l, &at)) {
        if (l.kind == POST_LINK_RELATED)
            value_add(posts, related_post(v, &l));
        else
            value_put(post, l.kind == POST_LINK_NEWER ? "newer" : "older", link_to(v, &l));
    }
    value_put(o, "posts", posts);
    if (posts.kind == VALUE_LIST && posts.as.list->count > 0 && !is_off(v, &post))
        value_put(post, "related", o);
}

/* ---- series ---- */

struct part {
    int64_t id, order, published;
    char *path, *title;
};

struct parts {
    struct part list[LIST_FEW];
    size_t count;
};

/* A part without a number is behind all that have one. */
static int64_t order_of(const struct post *p) {
    int64_t order = p->weight > 0 ? p->weight : INT64_MAX;
    if (p->params != NULL && strstr(p->params, "\"series_order\"") != NULL) {
        json_t *params = json_loads(p->params, 0, NULL);
        order = json_get_int(params, "series_order", order);
        json_decref(params);
    }
    return order;
}

static int take_part(void *arg, const struct post *p) {
    struct parts *all = arg;
    if (all->count == LIST_FEW)
        return 0;
    struct part one = {p->id, order_of(p), p->published, strdup(p->permalink), strdup(p->title)};
    all->list[all->count++] = one;
    return one.path != NULL && one.title != NULL ? 0 : -1;
}

static int in_order(const void *a, const void *b) {
    const struct part *x = a, *y = b;
    if (x->order != y->order)
        return x->order < y->order ? -1 : 1;
    if (x->published != y->published)
        return x->published < y->published ? -1 : 1;
    return strcmp(x->path, y->path);
}

static struct value view_part(const struct visit *v, const struct parts *all, size_t i,
                              size_t here) {
    if (i >= all->count)
        return value_null();
    struct value o = value_object(v->arena);
    value_put(o, "title", value_text(v->arena, all->list[i].title));
    value_put(o, "url", link_value_path(v->arena, v->site, all->list[i].path));
    value_put(o, "current", value_bool(i == here));
    return o;
}

static void put_parts(const struct visit *v, struct value series, struct parts *all, int64_t id) {
    size_t here = 0;
    struct value list = value_list(v->arena), parts = value_object(v->arena);
    qsort(all->list, all->count, sizeof all->list[0], in_order);
    while (here + 1 < all->count && all->list[here].id != id)
        here++;
    for (size_t i = 0; i < all->count; i++)
        value_add(list, view_part(v, all, i, here));
    value_put(series, "number", value_int((int64_t)here + 1));
    value_put(series, "total", value_int((int64_t)all->count));
    value_put(series, "before", here > 0 ? view_part(v, all, here - 1, here) : value_null());
    value_put(series, "after", view_part(v, all, here + 1, here));
    value_put(parts, "list", list);
    value_put(series, "parts", parts);
}

static int put_series(struct visit *v, struct value series, int64_t id, struct error *err) {
    struct list l;
    value_put(series, "parts", value_null());
    int found = few(v, "series", value_get_string(&series, "slug", ""), &l, err);
    if (found <= 0 || l.count < 2)
        return found < 0 ? -1 : 0;
    struct parts *all = calloc(1, sizeof *all);
    if (all == NULL)
        return error_set(err, "out of memory");
    int rc = list_posts(v->db, l.id, 0, LIST_FEW, LIST_CARDS, take_part, all, err);
    if (rc == 0)
        put_parts(v, series, all, id);
    for (size_t i = 0; i < all->count; i++) {
        free(all->list[i].path);
        free(all->list[i].title);
    }
    free(all);
    return rc;
}

int series_put(struct visit *v, struct value post, int64_t id, struct error *err) {
    size_t shown = 0;
    for (const struct value_item *i = first(value_get(&post, "series")); i != NULL; i = i->next)
        if (shown++ < SERIES_SHOWN && put_series(v, i->value, id, err) != 0)
            return -1;
    return 0;
}
