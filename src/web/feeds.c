/* RSS and Atom: the newest posts of a list with their full text, the terms of a taxonomy. The site's
 * feed_size says how many. Relative links in the text are made absolute: a feed is read elsewhere. */
#include "web/pages.h"

#include "base/date.h"
#include "web/feed.h"
#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

/* Set member key to a time in the form a feed wants, "" when there is none. */
typedef int date_fn(struct buf *out, int64_t seconds, int offset);

static int put_time(json_t *o, const char *key, date_fn *form, int64_t seconds, int offset) {
    struct buf b;
    buf_init(&b, 64);
    int bad = form(&b, seconds, offset);
    bad |= json_put_stringn(o, key, buf_str(&b), b.len);
    buf_free(&b);
    return bad;
}

/* The card with what only feeds show. An undated post has no time in RSS, which may leave it out,
 * and the epoch in Atom, which may not. */
static json_t *feed_item(const struct snapshot *site, struct db *db, const struct post *p) {
    json_t *o = view_card(site, p);
    int64_t changed = p->updated > p->published ? p->updated : p->published;
    int bad = feed_put_html(o, "content", site, db, p);
    bad |= p->has_date ? put_time(o, "rfc822", date_rfc822, p->published, p->published_offset)
                       : json_put(o, "rfc822", json_null());
    bad |= p->has_date ? put_time(o, "published", date_rfc3339, p->published, p->published_offset)
                       : json_put(o, "published", json_null());
    bad |= put_time(o, "changed", date_rfc3339, changed, 0);
    return view_done(o, bad);
}

int feed_put_html(json_t *o, const char *key, const struct snapshot *site, struct db *db,
                  const struct post *p) {
    struct buf found, html;
    buf_init(&found, FEED_BODY_MAX);
    buf_init(&html, FEED_BODY_MAX);
    int bad =
        p->html == NULL ? 0 : link_files_html(&found, site, db, p->source, p->html, p->html_len);
    bad |= link_absolute_html(&html, site, p->permalink, buf_str(&found), found.len);
    bad |= json_put_stringn(o, key, buf_str(&html), html.len);
    buf_free(&found);
    buf_free(&html);
    return bad;
}

struct items {
    struct visit *v;
    const struct snapshot *site;
    struct db *db;
    json_t *array;
};

static int take_post(void *arg, const struct post *p) {
    struct items *t = arg;
    (void)visit_depends_html(t->v, p->html, p->html_len, false);
    return json_array_append_new(t->array, feed_item(t->site, t->db, p));
}

static int take_term(void *arg, const struct list *l) {
    struct items *t = arg;
    json_t *o = json_object();
    int bad = json_put_string(o, "title", l->name);
    bad |= link_put_url(o, "permalink", t->site, l->path);
    bad |= json_put(o, "summary", json_null());
    bad |= json_put(o, "content", json_null());
    bad |= json_put(o, "authors", json_array());
    bad |= json_put(o, "tags", json_array());
    bad |= put_time(o, "rfc822", date_rfc822, l->updated, 0);
    return json_array_append_new(t->array, view_done(o, bad));
}

/* "feed": {"title", "name", "description", "url", "self", "updated", "rfc822"} around the items.
 * Steals items. base is the path of the list's page. */
static json_t *feed_model(const struct snapshot *site, const char *name, const char *base,
                          const char *self, int64_t updated, json_t *items) {
    const char *own = json_get_string(site->site, "title", "");
    json_t *model = json_object(), *feed = json_object();
    struct buf b;
    buf_init(&b, 16384);
    buf_printf(&b, "%s%s%s", name, *name != '\0' ? " on " : "", own);
    int bad = json_put_stringn(feed, "title", buf_str(&b), b.len);
    buf_free(&b);
    bad |= json_put_string(feed, "name", name);
    bad |= link_put_url(feed, "url", site, base);
    bad |= link_put_url(feed, "self", site, self);
    bad |= put_time(feed, "updated", date_rfc3339, updated, 0);
    bad |= updated > 0 ? put_time(feed, "rfc822", date_rfc822, updated, 0)
                       : json_put(feed, "rfc822", json_null());
    bad |= json_put(model, "feed", feed);
    bad |= json_object_set(model, "site", site->site);
    bad |= json_put(model, "items", items);
    return view_done(model, bad);
}

static int answer_list(struct visit *v, const struct list *l, const char *self, const char *name,
                       const char *template, const char *type, struct error *err) {
    struct items t = {.v = v, .site = v->site, .db = v->db, .array = json_array()};
    visit_depends_list(v, l);
    if (l->id != 0 &&
        list_posts(v->db, l->id, 0, v->site->feed_size, true, take_post, &t, err) != 0) {
        json_decref(t.array);
        return -1;
    }
    json_t *model = feed_model(v->site, name, l->path, self, l->updated, t.array);
    return answer_template(v, template, model, type, 200, err);
}

int feed_list(struct visit *v, const struct list *l, struct error *err) {
    char self[640];
    snprintf(self, sizeof self, "%sindex.xml", l->path);
    return answer_list(v, l, self, l->kind == LIST_HOME ? "" : l->name, "rss", TYPE_RSS, err);
}

static struct list home_of(const struct visit *v) {
    struct list home = v->site->home;
    snprintf(home.path, sizeof home.path, "/");
    return home;
}

int feed_rss(struct visit *v, const struct route_match *m, struct error *err) {
    struct list home = home_of(v);
    (void)m;
    return feed_list(v, &home, err);
}

int feed_atom(struct visit *v, const struct route_match *m, struct error *err) {
    struct list home = home_of(v);
    (void)m;
    return answer_list(v, &home, "/atom.xml", "", "atom", TYPE_ATOM, err);
}

int feed_taxonomy(struct visit *v, const char *plural, struct error *err) {
    struct items t = {.site = v->site, .db = v->db, .array = json_array()};
    char base[80], self[96];
    visit_depends(v, "taxonomy:%s", plural);
    visit_depends(v, "list:all");
    snprintf(base, sizeof base, "/%s/", plural);
    snprintf(self, sizeof self, "/%s/index.xml", plural);
    if (list_all(v->db, LIST_TERM, plural, LIST_BY_NAME, FEED_MAX_TERMS, take_term, &t, err) != 0) {
        json_decref(t.array);
        return -1;
    }
    json_t *model = feed_model(v->site, view_taxonomy_title(v->site, plural), base, self,
                               v->site->all.updated, t.array);
    return answer_template(v, "rss", model, TYPE_RSS, 200, err);
}
