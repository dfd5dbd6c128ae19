/* JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) of the home list, and /index.json in the
 * form that Hugo themes search in: every post with its plain text. Written entry by entry, so that
 * no more than one post is held beside the answer. */
#include "web/pages.h"

#include "base/date.h"
#include "content/plain.h"
#include "web/feed.h"
#include "web/link.h"
#include "web/view.h"

#include <string.h>

enum { INDEX_MAX_POSTS = 20000, INDEX_MAX_BYTES = 24 << 20 };

/* ---- JSON Feed ---- */

static int put_time(json_t *o, const char *key, int64_t seconds, int offset) {
    struct buf b;
    buf_init(&b, 64);
    int bad = date_rfc3339(&b, seconds, offset);
    bad |= json_put_stringn(o, key, buf_str(&b), b.len);
    buf_free(&b);
    return bad;
}

/* Authors of a card as the format has them: without empty members. */
static json_t *authors_of(const json_t *card) {
    json_t *list = json_array();
    size_t i;
    json_t *author;
    int bad = 0;
    json_array_foreach(json_object_get(card, "authors"), i, author) {
        json_t *o = json_object();
        bad |= json_put_string(o, "name", json_get_string(author, "name", ""));
        bad |= json_array_append_new(list, o);
    }
    return view_done(list, bad);
}

static json_t *names_of(const json_t *terms) {
    json_t *list = json_array();
    size_t i;
    json_t *term;
    int bad = 0;
    json_array_foreach(terms, i, term) bad |=
        json_array_append(list, json_object_get(term, "name"));
    return view_done(list, bad);
}

static json_t *item(const struct snapshot *site, struct db *db, const struct post *p) {
    json_t *card = view_card(site, p), *o = json_object();
    int bad = json_object_set(o, "id", json_object_get(card, "permalink"));
    bad |= json_object_set(o, "url", json_object_get(card, "permalink"));
    bad |= json_object_set(o, "title", json_object_get(card, "title"));
    bad |= json_object_set(o, "summary", json_object_get(card, "summary"));
    bad |= feed_put_html(o, "content_html", site, db, p);
    if (p->has_date)
        bad |= put_time(o, "date_published", p->published, p->published_offset);
    if (p->updated > 0)
        bad |= put_time(o, "date_modified", p->updated, p->updated_offset);
    bad |= json_put(o, "authors", authors_of(card));
    bad |= json_put(o, "tags", names_of(json_object_get(card, "tags")));
    json_decref(card);
    return view_done(o, bad);
}

struct writer {
    struct visit *v;
    const struct snapshot *site;
    struct db *db;
    struct buf *body;
    size_t count;
};

/* Appends v as the next entry of an array; steals v. */
static int put_entry(struct writer *w, json_t *v) {
    int rc = v == NULL ? -1 : 0;
    if (w->count++ > 0)
        buf_puts(w->body, ",\n");
    if (rc == 0)
        rc = json_write(w->body, v);
    json_decref(v);
    return rc;
}

static int take_item(void *arg, const struct post *p) {
    struct writer *w = arg;
    (void)visit_depends_html(w->v, p->html, p->html_len, false);
    return put_entry(w, item(w->site, w->db, p));
}

/* The members before "items", without the closing brace. */
static int put_head(struct buf *body, const struct snapshot *site) {
    json_t *o = json_object();
    int bad = json_put_string(o, "version", "https://jsonfeed.org/version/1.1");
    bad |= json_object_set(o, "title", json_object_get(site->site, "title"));
    bad |= link_put_url(o, "home_page_url", site, "/");
    bad |= link_put_url(o, "feed_url", site, "/feed.json");
    if (*json_get_string(site->site, "description", "") != '\0')
        bad |= json_object_set(o, "description", json_object_get(site->site, "description"));
    if (*json_get_string(site->site, "language", "") != '\0')
        bad |= json_object_set(o, "language", json_object_get(site->site, "language"));
    bad |= json_write(body, o);
    json_decref(o);
    if (bad == 0)
        buf_truncate(body, body->len - 1);
    return bad;
}

int feed_json(struct visit *v, const struct route_match *m, struct error *err) {
    struct writer w = {.v = v, .site = v->site, .db = v->db, .body = http_response_body(v->r)};
    (void)m;
    visit_depends(v, "list:home");
    if (put_head(w.body, v->site) != 0)
        return error_set(err, "the JSON feed: out of memory");
    buf_puts(w.body, ",\"items\":[\n");
    if (v->site->home.id != 0 &&
        list_posts(v->db, v->site->home.id, 0, v->site->feed_size, true, take_item, &w, err) != 0)
        return -1;
    buf_puts(w.body, "\n]}\n");
    return answer_body(v, TYPE_JSON_FEED, 200, err);
}

/* ---- /index.json ---- */

static int take_indexed(void *arg, const struct post *p) {
    struct writer *w = arg;
    struct buf text;
    if (w->body->len > INDEX_MAX_BYTES) /* the newest posts are there; a bound is a bound */
        return 1;
    buf_init(&text, FEED_BODY_MAX);
    plain_text(&text, p->html == NULL ? "" : p->html, p->html_len);
    json_t *o = json_object();
    int bad = json_put_string(o, "title", p->title);
    bad |= json_put_stringn(o, "content", buf_str(&text), text.len);
    bad |= link_put_url(o, "permalink", w->site, p->permalink);
    bad |= json_put_string(o, "summary", p->summary);
    buf_free(&text);
    return put_entry(w, view_done(o, bad));
}

int feed_index_json(struct visit *v, const struct route_match *m, struct error *err) {
    struct writer w = {.site = v->site, .db = v->db, .body = http_response_body(v->r)};
    (void)m;
    if (!json_get_bool(v->site->settings, "json_index", false))
        return VISIT_PASS;
    visit_depends(v, "list:all");
    buf_puts(w.body, "[");
    if (v->site->all.id != 0 &&
        list_posts(v->db, v->site->all.id, 0, INDEX_MAX_POSTS, true, take_indexed, &w, err) < 0)
        return -1;
    buf_puts(w.body, "]\n");
    return answer_body(v, TYPE_JSON, 200, err);
}
