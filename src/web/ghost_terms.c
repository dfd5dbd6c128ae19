/* Tags and authors as Ghost shows them: terms of the taxonomies of those names. */
#include "web/ghost.h"

#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

/* What is known of a term. */
struct term {
    enum query_from from;
    const char *name, *slug, *url; /* url as in a page; NULL: none */
    const char *website;
    enum ghost_kind kind;
    int64_t id, count;
    struct buf about; /* the description of its own page */
};

static const char *const tag_nulls[] = {
    "feature_image",       "og_image",      "og_title",
    "og_description",      "twitter_image", "twitter_title",
    "twitter_description", "meta_title",    "codeinjection_head",
    "codeinjection_foot",  "canonical_url", "accent_color",
};
static const char *const author_nulls[] = {
    "profile_image", "cover_image", "location", "facebook",  "twitter",  "threads",    "bluesky",
    "mastodon",      "tiktok",      "youtube",  "instagram", "linkedin", "meta_title",
};

static int take_about(void *arg, const struct post *p) {
    struct buf *about = arg;
    return buf_puts(about, p->description != NULL ? p->description : "");
}

static int put_common(json_t *o, const struct ghost *g, const struct term *t, bool asked) {
    const struct ghost *by = asked ? g : NULL; /* fields are the named thing's only */
    char id[GHOST_ID_SIZE];
    int bad = 0;
    ghost_id_write(id, t->kind, t->id);
    if (by == NULL || ghost_wants(by, "id"))
        bad |= json_put_string(o, "id", id);
    if (by == NULL || ghost_wants(by, "name"))
        bad |= json_put_string(o, "name", t->name);
    if (by == NULL || ghost_wants(by, "slug"))
        bad |= json_put_string(o, "slug", t->slug);
    if (by == NULL || ghost_wants(by, "url"))
        bad |= ghost_put_url(o, "url", g->v->site, t->url);
    return bad;
}

static int put_texts(json_t *o, const struct ghost *g, const struct term *t, bool asked) {
    const char *about = t->about.len > 0 ? buf_str(&t->about) : NULL;
    const char *own = t->from == QUERY_TAGS ? "description" : "bio";
    const struct ghost *by = asked ? g : NULL;
    int bad = 0;
    if (by == NULL || ghost_wants(by, own))
        bad |= json_put_string(o, own, about);
    if (by == NULL || ghost_wants(by, "meta_description"))
        bad |= json_put_string(o, "meta_description", about);
    if (t->from == QUERY_TAGS && (by == NULL || ghost_wants(by, "visibility")))
        bad |= json_put_string(o, "visibility", "public");
    if (t->from == QUERY_AUTHORS && (by == NULL || ghost_wants(by, "website")))
        bad |= ghost_put_url(o, "website", g->v->site, t->website);
    return bad;
}

static int put_count(json_t *o, const struct term *t) {
    json_t *count = json_object();
    int bad = json_put_int(count, "posts", t->count);
    return json_put(o, "count", count) | bad;
}

static json_t *view_term(const struct ghost *g, const struct term *t, bool asked) {
    const struct ghost *by = asked ? g : NULL;
    json_t *o = json_object();
    int bad = put_common(o, g, t, asked);
    bad |= put_texts(o, g, t, asked);
    if (t->from == QUERY_TAGS)
        bad |= ghost_put_nulls(o, by, tag_nulls, sizeof tag_nulls / sizeof tag_nulls[0]);
    else
        bad |= ghost_put_nulls(o, by, author_nulls, sizeof author_nulls / sizeof author_nulls[0]);
    if (asked && (g->include & GHOST_WITH_COUNT) != 0)
        bad |= put_count(o, t);
    return view_done(o, bad);
}

static json_t *view_list_term(struct ghost *g, struct term *t, const struct list *l, bool asked,
                              struct error *err) {
    const struct snapshot *site = g->v->site;
    bool house = t->from == QUERY_AUTHORS && l->id == g->author_id;
    int64_t pages = 0;
    struct buf url;
    buf_init(&url, 8192);
    buf_init(&t->about, 65536);
    int bad = link_url(&url, site, l->path);
    if (l->index_post != 0)
        bad |= post_by_id(g->v->db, l->index_post, false, take_about, &t->about, err) < 0;
    t->name = l->name;
    t->slug = l->slug;
    t->url = buf_str(&url);
    t->website = house ? g->author_url : NULL;
    t->kind = GHOST_LIST;
    t->id = l->id;
    t->count = l->count + (house ? g->author_unsigned : 0);
    if (asked && (g->include & GHOST_WITH_COUNT) != 0) {
        bad |= query_pages_in(g->v->db, l->id, &pages, err);
        t->count -= pages;
    }
    json_t *o = bad == 0 ? view_term(g, t, asked) : NULL;
    buf_free(&url);
    buf_free(&t->about);
    return o;
}

/* An author that is no list: the site's own, or one that posts name. */
static json_t *view_author(struct ghost *g, int64_t id, const char *slug, const char *name,
                           bool asked) {
    const char *home = json_get_string(g->v->site->site, "url", "");
    struct term t = {.from = QUERY_AUTHORS, .kind = GHOST_LIST, .id = id, .slug = slug};
    bool house = id == 0;
    t.name = name;
    t.website = house ? g->author_url : NULL;
    t.url = house && *g->author_url != '\0' ? g->author_url : home;
    for (size_t i = 0; i < g->author_count; i++)
        if (g->authors[i].id == id)
            t.count = g->authors[i].count;
    return view_term(g, &t, asked);
}

static json_t *view_house(struct ghost *g, bool asked, struct error *err) {
    struct term t = {.from = QUERY_AUTHORS};
    struct list l;
    if (g->author_name == NULL)
        return json_null();
    if (g->author_id == 0)
        return view_author(g, 0, g->author_slug, g->author_name, asked);
    int found = list_by_id(g->v->db, g->author_id, &l, err);
    return found == 1 ? view_list_term(g, &t, &l, asked, err) : NULL;
}

/* One of those that posts name. */
static json_t *view_named(struct ghost *g, int64_t id, bool asked) {
    for (size_t i = 0; i < g->author_count; i++)
        if (g->authors[i].id == id)
            return view_author(g, id, g->authors[i].slug, g->authors[i].name, asked);
    return json_null();
}

json_t *ghost_term(struct ghost *g, enum query_from from, int64_t id, bool asked,
                   struct error *err) {
    struct term t = {.from = from};
    struct list l;
    if (id <= 0)
        return from != QUERY_AUTHORS ? json_null()
               : id == 0             ? view_house(g, asked, err)
                                     : view_named(g, id, asked);
    int found = list_by_id(g->v->db, id, &l, err);
    if (found < 0)
        return NULL;
    const char *taxonomy = from == QUERY_TAGS ? "tags" : "authors";
    if (found == 0 || l.kind != LIST_TERM || l.count == 0 || strcmp(l.taxonomy, taxonomy) != 0)
        return json_null();
    return view_list_term(g, &t, &l, asked, err);
}

/* One of a post's terms, from its card: of the list it is, where there is one. */
static json_t *view_card_term(struct ghost *g, enum query_from from, const json_t *entry,
                              struct error *err) {
    const char *slug = json_get_string(entry, "slug", "");
    struct term t = {.from = from, .kind = GHOST_LIST};
    struct list l;
    bool house = from == QUERY_AUTHORS && (*slug == '\0' || strcmp(slug, g->author_slug) == 0);
    if (house || *slug == '\0')
        return house ? view_house(g, false, err) : json_null();
    int found =
        list_find(g->v->db, LIST_TERM, from == QUERY_TAGS ? "tags" : "authors", slug, &l, err);
    if (found < 0)
        return NULL;
    if (found == 1)
        return view_list_term(g, &t, &l, false, err);
    t.name = json_get_string(entry, "name", slug);
    t.slug = slug;
    t.url = json_get_string(entry, "url", json_get_string(g->v->site->site, "url", ""));
    t.id = ghost_hash(slug);
    return view_term(g, &t, false);
}

json_t *ghost_terms(struct ghost *g, enum query_from from, const json_t *terms, struct error *err) {
    json_t *list = json_array(), *entry;
    int bad = list == NULL;
    size_t i;
    json_array_foreach(terms, i, entry) {
        json_t *o = bad == 0 ? view_card_term(g, from, entry, err) : NULL;
        if (o != NULL && json_is_null(o))
            json_decref(o);
        else
            bad |= json_array_append_new(list, o);
    }
    return view_done(list, bad);
}
