/* What the formats of feeds have in common. See feed.h. */
#include "web/feed.h"

#include "base/date.h"
#include "web/link.h"
#include "web/view.h"

#include <string.h>

static const struct {
    const char *file;
    enum feed_format format;
} files[] = {{"index.xml", FEED_RSS},
             {"atom.xml", FEED_ATOM},
             {"feed.json", FEED_JSON},
             {"rss.xml", FEED_RSS},
             {"feed.xml", FEED_ATOM}};

enum { FILES = sizeof files / sizeof files[0] };

const char *feed_file(enum feed_format format) {
    for (size_t i = 0; i < FILES; i++)
        if (files[i].format == format)
            return files[i].file;
    return "";
}

enum feed_format feed_format_of(const char *path, size_t *base) {
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return FEED_NONE;
    *base = (size_t)(slash - path) + 1;
    for (size_t i = 0; i < FILES; i++)
        if (strcmp(slash + 1, files[i].file) == 0)
            return files[i].format;
    return FEED_NONE;
}

/* ---- text ---- */

/* Bytes of html once it stands in XML or JSON, at most. */
static size_t escaped_size(const char *html, size_t n) {
    size_t size = n;
    for (size_t i = 0; i < n; i++)
        size += html[i] == '"' || html[i] == '\'' || html[i] == '&' || html[i] == '<' ||
                        html[i] == '>' || (unsigned char)html[i] < ' '
                    ? 5
                    : 0;
    return size;
}

int feed_put_text(json_t *o, const struct visit *v, const struct post *p, size_t *bytes) {
    struct buf found, html;
    size_t size = 0;
    buf_init(&found, FEED_BODY_MAX);
    buf_init(&html, FEED_BODY_MAX);
    int bad = p->html == NULL ? 0
                              : link_files_html(&found, v->site, v->db, p->source, visit_traits(p),
                                                p->html, p->html_len);
    bad |= link_absolute_html(&html, v->site, p->permalink, buf_str(&found), found.len);
    bool whole = bad == 0 && buf_ok(&found) && buf_ok(&html) &&
                 (size = escaped_size(buf_str(&html), html.len)) <= FEED_BYTES_MAX;
    bool room = !whole || *bytes + size <= FEED_BYTES_MAX;
    if (whole && room)
        *bytes += size;
    int rc = !room    ? 1
             : !whole ? json_put(o, "content", json_null())
                      : json_put_stringn(o, "content", buf_str(&html), html.len);
    buf_free(&found);
    buf_free(&html);
    return rc;
}

int feed_put_time(json_t *o, const char *key, int64_t seconds, int offset) {
    struct buf b;
    buf_init(&b, 64);
    int bad = date_rfc3339(&b, seconds, offset);
    bad |= json_put_stringn(o, key, buf_str(&b), b.len);
    buf_free(&b);
    return bad;
}

/* ---- who and what of ---- */

/* A link as pages have it, as a full URL; null when there is none. */
static int put_full(json_t *o, const char *key, const struct visit *v, const char *link) {
    if (*link != '/' || link[1] == '/')
        return link_has_scheme(link, strlen(link)) ? json_put_string(o, key, link)
                                                   : json_put(o, key, json_null());
    struct buf b;
    buf_init(&b, 16384);
    buf_puts(&b, v->site->origin);
    buf_puts(&b, link);
    int bad = buf_ok(&b) ? json_put_stringn(o, key, buf_str(&b), b.len) : -1;
    buf_free(&b);
    return bad;
}

int feed_put_authors(json_t *o, const struct visit *v, const json_t *card) {
    json_t *list = json_array();
    size_t i;
    json_t *author;
    int bad = 0;
    json_array_foreach(json_object_get(card, "authors"), i, author) {
        json_t *a = json_object();
        bad |= json_put_string(a, "name", json_get_string(author, "name", ""));
        bad |= put_full(a, "url", v, json_get_string(author, "url", ""));
        bad |= json_array_append_new(list, a);
    }
    return json_put(o, "authors", view_done(list, bad));
}

static bool has_name(const json_t *list, const char *name) {
    size_t i;
    json_t *entry;
    json_array_foreach(list, i, entry) {
        if (strcmp(json_string_value(entry), name) == 0)
            return true;
    }
    return false;
}

json_t *feed_topics(const json_t *card) {
    enum { MOST = 100 };
    static const char *const kinds[] = {"tags", "categories", "series"};
    json_t *list = json_array();
    int bad = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t i;
        json_t *term;
        json_array_foreach(json_object_get(card, kinds[k]), i, term) {
            const char *name = json_get_string(term, "name", "");
            if (json_array_size(list) < MOST && !has_name(list, name))
                bad |= json_array_append(list, json_object_get(term, "name"));
        }
    }
    return view_done(list, bad);
}

/* ---- the feed itself ---- */

static int put_self(struct buf *out, const struct visit *v, const struct feed *f) {
    int bad = link_url(out, v->site, f->base);
    buf_puts(out, feed_file(f->format));
    return bad != 0 || !buf_ok(out) ? -1 : 0;
}

int feed_put_self(json_t *o, const char *key, const struct visit *v, const struct feed *f) {
    struct buf b;
    buf_init(&b, 16384);
    int bad = put_self(&b, v, f);
    bad |= json_put_stringn(o, key, buf_str(&b), b.len);
    buf_free(&b);
    return bad;
}

int feed_put_title(json_t *o, const struct visit *v, const struct feed *f) {
    struct buf b;
    buf_init(&b, 16384);
    buf_printf(&b, "%s%s%s", f->name, *f->name != '\0' ? " on " : "",
               json_get_string(v->site->site, "title", ""));
    int bad = json_put_stringn(o, "title", buf_str(&b), b.len);
    buf_free(&b);
    return bad;
}

int feed_link_header(struct visit *v, const struct feed *f) {
    struct buf b;
    size_t i;
    json_t *hub;
    const json_t *hubs = json_object_get(v->site->site, "hubs");
    if (json_array_size(hubs) == 0)
        return 0;
    buf_init(&b, 32768);
    json_array_foreach(hubs, i, hub) {
        buf_printf(&b, "<%s>; rel=\"hub\", ", json_string_value(hub));
    }
    buf_putc(&b, '<');
    int bad = put_self(&b, v, f);
    buf_puts(&b, ">; rel=\"self\"");
    if (bad == 0)
        bad = buf_ok(&b) ? http_response_header(v->r, "Link", buf_str(&b)) : -1;
    buf_free(&b);
    return bad;
}
