/* JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), and /index.json in the
 * form that Hugo themes search in: every post with its plain text. Written entry by entry, so that
 * no more than one post is held beside the answer. */
#include "web/pages.h"

#include "content/plain.h"
#include "web/feed.h"
#include "web/link.h"
#include "web/view.h"

#include <string.h>

enum { INDEX_MAX_POSTS = 20000, INDEX_MAX_BYTES = 24 << 20 };

struct writer {
    struct visit *v;
    struct buf *body;
    size_t count, bytes;
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

/* ---- JSON Feed ---- */

/* Authors as the format has them: without empty members. */
static int put_authors(json_t *o, const struct visit *v, const json_t *card) {
    size_t i;
    json_t *author;
    int bad = feed_put_authors(o, v, card);
    json_array_foreach(json_object_get(o, "authors"), i, author) {
        if (json_is_null(json_object_get(author, "url")))
            bad |= json_object_del(author, "url");
    }
    return bad;
}

/* "content" becomes what the format calls it; a post without text has its summary as plain text. */
static int put_content(json_t *o, json_t *card) {
    json_t *html = json_object_get(card, "content");
    return json_is_string(html)
               ? json_object_set(o, "content_html", html)
               : json_object_set(o, "content_text", json_object_get(card, "summary"));
}

static int take_item(void *arg, const struct post *p) {
    struct writer *w = arg;
    const struct snapshot *site = w->v->site;
    json_t *card = view_card(site, p);
    int bad = feed_put_text(card, w->v, p, &w->bytes);
    if (bad == 1) {
        json_decref(card);
        return 1;
    }
    json_t *o = json_object();
    (void)visit_depends_html(w->v, visit_traits(p), false);
    bad |= json_object_set(o, "id", json_object_get(card, "permalink"));
    bad |= json_object_set(o, "url", json_object_get(card, "permalink"));
    bad |= json_object_set(o, "title", json_object_get(card, "title"));
    bad |= json_object_set(o, "summary", json_object_get(card, "summary"));
    bad |= put_content(o, card);
    if (p->has_date)
        bad |= feed_put_time(o, "date_published", p->published, p->published_offset);
    if (p->updated > 0)
        bad |= feed_put_time(o, "date_modified", p->updated, p->updated_offset);
    bad |= put_authors(o, w->v, card);
    bad |= json_put(o, "tags", feed_topics(card));
    json_decref(card);
    return put_entry(w, view_done(o, bad));
}

static int take_term(void *arg, const struct list *l) {
    struct writer *w = arg;
    json_t *o = json_object();
    int bad = link_put_url(o, "id", w->v->site, l->path);
    bad |= link_put_url(o, "url", w->v->site, l->path);
    bad |= json_put_string(o, "title", l->name);
    bad |= json_put_string(o, "content_text", l->name);
    if (l->updated > 0)
        bad |= feed_put_time(o, "date_modified", l->updated, 0);
    return put_entry(w, view_done(o, bad));
}

static int put_hubs(json_t *o, const struct snapshot *site) {
    json_t *list = json_array(), *hub;
    size_t i;
    int bad = 0;
    json_array_foreach(json_object_get(site->site, "hubs"), i, hub) {
        json_t *entry = json_object();
        bad |= json_put_string(entry, "type", "WebSub");
        bad |= json_object_set(entry, "url", hub);
        bad |= json_array_append_new(list, entry);
    }
    if (json_array_size(list) > 0)
        return json_put(o, "hubs", view_done(list, bad));
    json_decref(list);
    return bad;
}

/* The members before "items", without the closing brace. */
static int put_head(struct writer *w, const struct feed *f) {
    static const char *const said[] = {"description", "language"};
    const struct snapshot *site = w->v->site;
    json_t *o = json_object();
    int bad = json_put_string(o, "version", "https://jsonfeed.org/version/1.1");
    bad |= feed_put_title(o, w->v, f);
    bad |= link_put_url(o, "home_page_url", site, f->base);
    bad |= feed_put_self(o, "feed_url", w->v, f);
    for (size_t i = *f->name == '\0' ? 0 : 1; i < sizeof said / sizeof said[0]; i++)
        if (*json_get_string(site->site, said[i], "") != '\0')
            bad |= json_object_set(o, said[i], json_object_get(site->site, said[i]));
    bad |= put_hubs(o, site);
    bad |= json_write(w->body, o);
    json_decref(o);
    if (bad == 0)
        buf_truncate(w->body, w->body->len - 1);
    return bad;
}

int feed_json_answer(struct visit *v, const struct feed *f, const struct list *l,
                     const char *plural, struct error *err) {
    struct writer w = {.v = v, .body = http_response_body(v->r)};
    int rc = 0;
    if (put_head(&w, f) != 0)
        return error_set(err, "the JSON feed: out of memory");
    buf_puts(w.body, ",\"items\":[\n");
    if (l == NULL)
        rc = list_all(v->db, LIST_TERM, plural, LIST_BY_NAME, FEED_MAX_TERMS, take_term, &w, err);
    else if (l->id != 0)
        rc = list_posts(v->db, l->id, 0, v->site->feed_size, LIST_BODIES, take_item, &w, err);
    if (rc < 0)
        return -1;
    buf_puts(w.body, "\n]}\n");
    if (feed_link_header(v, f) != 0)
        return error_set(err, "the JSON feed: out of memory");
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
    bad |= link_put_url(o, "permalink", w->v->site, p->permalink);
    bad |= json_put_string(o, "summary", p->summary);
    buf_free(&text);
    return put_entry(w, view_done(o, bad));
}

int feed_index_json(struct visit *v, const struct route_match *m, struct error *err) {
    struct writer w = {.v = v, .body = http_response_body(v->r)};
    (void)m;
    if (!json_get_bool(v->site->settings, "json_index", false))
        return VISIT_PASS;
    visit_depends(v, "list:all");
    buf_puts(w.body, "[");
    if (v->site->all.id != 0 && list_posts(v->db, v->site->all.id, 0, INDEX_MAX_POSTS, LIST_BODIES,
                                           take_indexed, &w, err) < 0)
        return -1;
    buf_puts(w.body, "]\n");
    return answer_body(v, TYPE_JSON, 200, err);
}
