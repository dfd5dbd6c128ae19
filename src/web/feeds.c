/* RSS 2.0 (https://www.rssboard.org/rss-specification) and Atom (RFC 4287): the newest posts of a list with
 * their full text, the terms of a taxonomy. See feed.h for the bounds, feed_json.c for the third format. */
#include "web/pages.h"

#include "base/date.h"
#include "web/feed.h"
#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

/* The member rfc822, null for a moment that is not known. */
static int put_rfc822(json_t *o, bool known, int64_t seconds, int offset) {
    struct buf b;
    if (!known)
        return json_put(o, "rfc822", json_null());
    buf_init(&b, 64);
    int bad = date_rfc822(&b, seconds, offset);
    bad |= json_put_stringn(o, "rfc822", buf_str(&b), b.len);
    buf_free(&b);
    return bad;
}

struct items {
    struct visit *v;
    json_t *array;
    size_t bytes;
};

/* The card with what only feeds show. An undated post has no time in RSS, which may leave it out,
 * and the epoch in Atom, which may not. */
static int take_post(void *arg, const struct post *p) {
    struct items *t = arg;
    json_t *o = view_card(t->v->site, p);
    int64_t changed = p->updated > p->published ? p->updated : p->published;
    int bad = feed_put_text(o, t->v, p, &t->bytes);
    if (bad == 1) {
        json_decref(o);
        return 1;
    }
    (void)visit_depends_html(t->v, visit_traits(p), false);
    bad |= feed_put_authors(o, t->v, o);
    bad |= json_put(o, "topics", feed_topics(o));
    bad |= put_rfc822(o, p->has_date, p->published, p->published_offset);
    bad |= p->has_date ? feed_put_time(o, "published", p->published, p->published_offset)
                       : json_put(o, "published", json_null());
    bad |= feed_put_time(o, "changed", changed, 0);
    return json_array_append_new(t->array, view_done(o, bad));
}

static int take_term(void *arg, const struct list *l) {
    struct items *t = arg;
    json_t *o = json_object();
    int bad = json_put_string(o, "title", l->name);
    bad |= link_put_url(o, "permalink", t->v->site, l->path);
    bad |= json_put(o, "summary", json_null());
    bad |= json_put(o, "content", json_null());
    bad |= json_put(o, "published", json_null());
    bad |= json_put(o, "updated", json_null());
    bad |= json_put(o, "authors", json_array());
    bad |= json_put(o, "topics", json_array());
    bad |= put_rfc822(o, l->updated > 0, l->updated, 0);
    bad |= feed_put_time(o, "changed", l->updated, 0);
    return json_array_append_new(t->array, view_done(o, bad));
}

/* Renders the feed around its items, which it steals. */
static int answer_xml(struct visit *v, const struct feed *f, json_t *items, struct error *err) {
    json_t *model = json_object(), *feed = json_object();
    bool atom = f->format == FEED_ATOM;
    int bad = feed_put_title(feed, v, f);
    bad |= json_put_string(feed, "name", f->name);
    bad |= link_put_url(feed, "url", v->site, f->base);
    bad |= feed_put_self(feed, "self", v, f);
    bad |= feed_put_time(feed, "updated", f->updated, 0);
    bad |= put_rfc822(feed, f->updated > 0, f->updated, 0);
    bad |= json_put(model, "feed", feed);
    bad |= json_object_set(model, "site", v->site->site);
    bad |= json_put(model, "items", items);
    bad |= feed_link_header(v, f);
    return answer_template(v, atom ? "atom" : "rss", view_done(model, bad),
                           atom ? TYPE_ATOM : TYPE_RSS, 200, err);
}

int feed_list(struct visit *v, const struct list *l, enum feed_format format, struct error *err) {
    struct feed f = {format, l->kind == LIST_HOME ? "" : l->name, l->path, l->updated};
    visit_depends_list(v, l);
    if (format == FEED_JSON)
        return feed_json_answer(v, &f, l, NULL, err);
    struct items t = {.v = v, .array = json_array()};
    if (l->id != 0 &&
        list_posts(v->db, l->id, 0, v->site->feed_size, LIST_BODIES, take_post, &t, err) < 0) {
        json_decref(t.array);
        return -1;
    }
    return answer_xml(v, &f, t.array, err);
}

int feed_taxonomy(struct visit *v, const char *plural, enum feed_format format, struct error *err) {
    char base[80];
    struct feed f = {format, view_taxonomy_title(v->site, plural), base, v->site->all.updated};
    snprintf(base, sizeof base, "/%s/", plural);
    visit_depends(v, "taxonomy:%s", plural);
    visit_depends(v, "list:all");
    if (format == FEED_JSON)
        return feed_json_answer(v, &f, NULL, plural, err);
    struct items t = {.v = v, .array = json_array()};
    if (list_all(v->db, LIST_TERM, plural, LIST_BY_NAME, FEED_MAX_TERMS, take_term, &t, err) < 0) {
        json_decref(t.array);
        return -1;
    }
    return answer_xml(v, &f, t.array, err);
}

/* ---- of the whole site ---- */

static int feed_home(struct visit *v, enum feed_format format, struct error *err) {
    struct list home = v->site->home;
    snprintf(home.path, sizeof home.path, "/");
    return feed_list(v, &home, format, err);
}

int feed_rss(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return feed_home(v, FEED_RSS, err);
}

int feed_atom(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return feed_home(v, FEED_ATOM, err);
}

int feed_json(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return feed_home(v, FEED_JSON, err);
}
