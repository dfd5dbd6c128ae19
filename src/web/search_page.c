/* Search: a form, and what was found, 20 a page. The same bytes for everybody who asks the same. */
#include "web/pages.h"

#include "store/search.h"
#include "web/link.h"
#include "web/view.h"

#include <string.h>

enum { SEARCH_PAGE = 20, SEARCH_PAGES = 100, QUERY_MAX = 200 };

/* What the reader asked for: white space trimmed, cut at a character within QUERY_MAX bytes. A
 * malformed value counts as none. */
static void read_query(const struct visit *v, struct buf *q) {
    if (http_request_param(v->q, "q", q) != 1)
        buf_clear(q);
    struct slice s = slice_trim(slice_n(buf_str(q), q->len));
    size_t n = s.len;
    if (n > QUERY_MAX) {
        n = QUERY_MAX;
        while (n > 0 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
            n--;
    }
    if (q->len > 0) {
        memmove(q->data, s.ptr, n);
        buf_truncate(q, n);
    }
}

static int64_t read_number(const struct visit *v) {
    struct buf b;
    buf_init(&b, 16);
    int64_t n = 1;
    if (http_request_param(v->q, "page", &b) == 1)
        n = page_number(slice_n(buf_str(&b), b.len));
    buf_free(&b);
    return n < 1 ? 1 : n;
}

/* A link to page `number` of these results; null when there is none. */
static json_t *step(const struct visit *v, const char *base, const struct buf *q, int64_t number,
                    int64_t pages) {
    if (number < 1 || number > pages)
        return json_null();
    struct buf b;
    buf_init(&b, 4096);
    link_path(&b, v->site, base);
    buf_puts(&b, "?q=");
    text_url_query(&b, buf_str(q), q->len);
    if (number > 1)
        buf_printf(&b, "&page=%lld", (long long)number);
    json_t *o = json_object();
    int bad = json_put_stringn(o, "url", buf_str(&b), b.len);
    buf_free(&b);
    return view_done(o, bad);
}

static json_t *pager(const struct visit *v, const char *base, const struct buf *q, int64_t number,
                     int64_t pages) {
    if (pages < 2)
        return json_null();
    json_t *o = json_object();
    int bad = json_put_int(o, "number", number);
    bad |= json_put_int(o, "count", pages);
    bad |= json_put(o, "newer", step(v, base, q, number - 1, pages));
    bad |= json_put(o, "older", step(v, base, q, number + 1, pages));
    return view_done(o, bad);
}

/* A card with what was found in it. */
static int add_hit(void *arg, const struct search_hit *hit) {
    struct view_cards *c = arg;
    json_t *card = view_card(c->site, hit->post), *found = json_object();
    int bad = card == NULL;
    bad |= json_put_string(found, "title", hit->title);
    bad |= hit->snippet[0] == '\0' ? json_put(found, "text", json_null())
                                   : json_put_string(found, "text", hit->snippet);
    bad |= json_put(card, "found", found);
    return json_array_append_new(c->array, view_done(card, bad));
}

int search_show(struct visit *v, const char *base, const char *title, struct error *err) {
    struct buf q;
    buf_init(&q, 65536);
    read_query(v, &q);
    int64_t number = read_number(v), total = 0;
    struct view_cards cards = {.site = v->site, .array = json_array()};
    int bad = 0;
    if (q.len > 0 && number <= SEARCH_PAGES)
        bad = search_posts(v->db, buf_str(&q), (size_t)(number - 1) * SEARCH_PAGE, SEARCH_PAGE,
                           &total, add_hit, &cards, err);
    int64_t pages = (total + SEARCH_PAGE - 1) / SEARCH_PAGE;
    json_t *model = view_page(v, title == NULL ? "Search" : title, base);
    json_t *search = json_object();
    bad |= json_put_stringn(search, "q", buf_str(&q), q.len);
    bad |= json_put_bool(search, "asked", q.len > 0);
    bad |= json_put_int(search, "total", total);
    bad |= json_put_bool(search, "one", total == 1);
    bad |= link_put_path(search, "url", v->site, base);
    bad |= json_put(model, "search", search);
    bad |= json_put_bool(json_object_get(model, "page"), "noindex", q.len > 0);
    bad |= json_put(model, "posts", cards.array);
    bad |= json_put(model, "pager", pager(v, base, &q, number, pages));
    buf_free(&q);
    return answer_page(v, "search", view_done(model, bad), err);
}

int search_page(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    return search_show(v, "/search/", NULL, err);
}
