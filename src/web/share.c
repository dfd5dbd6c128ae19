/* See share.h. The text of the article is not repeated: it stands on the page. */
#include "web/share.h"

#include "base/buf.h"

#include <string.h>

enum { DATA_MAX = 256 << 10, URL_BYTES = 16384, MAX_NAMES = 50 };

/* The full URL of a link as it stands in a page. */
static void full(struct buf *out, const struct snapshot *site, const char *link) {
    if (link[0] == '/')
        buf_puts(out, link[1] != '/' ? site->origin : "https:");
    buf_puts(out, link);
}

static int put_image(json_t *share, const struct snapshot *site, const char *image) {
    struct buf b;
    buf_init(&b, URL_BYTES);
    if (image != NULL)
        full(&b, site, image);
    int bad = image != NULL && buf_ok(&b) ? json_put_stringn(share, "image", buf_str(&b), b.len)
                                          : json_put(share, "image", json_null());
    buf_free(&b);
    return bad;
}

/* ---- JSON-LD, written as it goes ---- */

/* A member that is text; none for no text. `before` is what stands before its value: `,"name":`. */
static void member(struct buf *out, const char *before, const char *text) {
    if (text == NULL || *text == '\0')
        return;
    buf_puts(out, before);
    json_write_string(out, text);
}

/* The post's authors as Person. */
static void people(struct buf *out, const struct snapshot *site, const json_t *authors) {
    size_t i;
    json_t *author;
    buf_puts(out, ",\"author\":[");
    json_array_foreach(authors, i, author) {
        const char *url = json_get_string(author, "url", "");
        struct buf b;
        if (i >= MAX_NAMES)
            break;
        buf_puts(out, i > 0 ? ",{\"@type\":\"Person\"" : "{\"@type\":\"Person\"");
        member(out, ",\"name\":", json_get_string(author, "name", ""));
        buf_init(&b, URL_BYTES);
        if (*url != '\0')
            full(&b, site, url);
        member(out, ",\"url\":", buf_str(&b));
        buf_free(&b);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

static void keywords(struct buf *out, const json_t *tags) {
    size_t i;
    json_t *tag;
    buf_puts(out, ",\"keywords\":[");
    json_array_foreach(tags, i, tag) {
        if (i >= MAX_NAMES)
            break;
        if (i > 0)
            buf_putc(out, ',');
        json_write_string(out, json_get_string(tag, "name", ""));
    }
    buf_putc(out, ']');
}

static void blog_posting(struct buf *out, const json_t *page, const struct snapshot *site,
                         const json_t *post, const char *image) {
    const json_t *date = json_object_get(post, "date"), *updated = json_object_get(post, "updated");
    const char *permalink = json_get_string(post, "permalink", "");
    buf_puts(out, "{\"@context\":\"https://schema.org\",\"@type\":\"BlogPosting\"");
    member(out, ",\"headline\":", json_get_string(post, "title", ""));
    member(out, ",\"description\":", json_get_string(page, "description", ""));
    member(out, ",\"url\":", permalink);
    member(out, ",\"mainEntityOfPage\":", permalink);
    member(out, ",\"datePublished\":", json_get_string(date, "iso", ""));
    member(out, ",\"dateModified\":",
           json_get_string(json_is_object(updated) ? updated : date, "iso", ""));
    member(out, ",\"inLanguage\":", json_get_string(site->settings, "language", ""));
    member(out, ",\"image\":", image);
    people(out, site, json_object_get(post, "authors"));
    keywords(out, json_object_get(post, "tags"));
    buf_printf(out, ",\"wordCount\":%lld", (long long)json_get_int(post, "words", 0));
    buf_puts(out, ",\"isPartOf\":{\"@type\":\"Blog\"");
    member(out, ",\"name\":", json_get_string(site->site, "title", ""));
    member(out, ",\"url\":", json_get_string(site->site, "url", ""));
    buf_puts(out, "}}");
}

int share_put(json_t *model, const struct snapshot *site, const json_t *post, bool article) {
    json_t *page = json_object_get(model, "page"), *share = json_object();
    int bad = put_image(share, site, json_get_string(json_object_get(post, "cover"), "src", NULL));
    struct buf data;
    buf_init(&data, DATA_MAX);
    if (article)
        blog_posting(&data, page, site, post, json_get_string(share, "image", NULL));
    bad |= article && buf_ok(&data) ? json_put_stringn(share, "data", buf_str(&data), data.len)
                                    : json_put(share, "data", json_null());
    buf_free(&data);
    return bad | json_put(page, "share", share);
}
