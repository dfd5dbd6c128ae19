/* See share.h. The text of the article is not repeated: it stands on the page. */
#include "web/share.h"

#include "base/buf.h"

#include <string.h>

enum { DATA_MAX = 256 << 10, USUAL_DATA = 2000, URL_BYTES = 16384, MAX_NAMES = 50 };

/* The full URL of a link as it stands in a page. */
static void full(struct buf *out, const struct snapshot *site, const char *link) {
    if (link[0] == '/')
        buf_puts(out, link[1] != '/' ? site->origin : "https:");
    buf_puts(out, link);
}

/* Null when there is none, or when it is too long. */
static struct value image_url(struct arena *a, const struct snapshot *site, const char *image) {
    struct value url = value_null();
    struct buf b;
    buf_init(&b, URL_BYTES);
    if (image != NULL)
        full(&b, site, image);
    if (image != NULL && buf_ok(&b))
        url = value_textn(a, buf_str(&b), b.len);
    buf_free(&b);
    return url;
}

static const struct value_item *first_of(const struct value *list) {
    return value_is(list, VALUE_LIST) ? list->as.list->first : NULL;
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
static void people(struct buf *out, const struct snapshot *site, const struct value *authors) {
    size_t n = 0;
    buf_puts(out, ",\"author\":[");
    for (const struct value_item *i = first_of(authors); i != NULL && n < MAX_NAMES; i = i->next) {
        const char *url = value_get_string(&i->value, "url", "");
        struct buf b;
        buf_puts(out, n++ > 0 ? ",{\"@type\":\"Person\"" : "{\"@type\":\"Person\"");
        member(out, ",\"name\":", value_get_string(&i->value, "name", ""));
        buf_init(&b, URL_BYTES);
        if (*url != '\0')
            full(&b, site, url);
        member(out, ",\"url\":", buf_str(&b));
        buf_free(&b);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

static void keywords(struct buf *out, const struct value *tags) {
    size_t n = 0;
    buf_puts(out, ",\"keywords\":[");
    for (const struct value_item *i = first_of(tags); i != NULL && n < MAX_NAMES; i = i->next) {
        if (n++ > 0)
            buf_putc(out, ',');
        json_write_string(out, value_get_string(&i->value, "name", ""));
    }
    buf_putc(out, ']');
}

/* What is the same of every post: where it is published, and in which language. */
static void blog(struct buf *out, const struct snapshot *site) {
    member(out, ",\"inLanguage\":", json_get_string(site->settings, "language", ""));
    buf_puts(out, ",\"isPartOf\":{\"@type\":\"Blog\"");
    member(out, ",\"name\":", value_get_string(&site->view, "title", ""));
    member(out, ",\"url\":", value_get_string(&site->view, "url", ""));
    buf_putc(out, '}');
}

/* The text that write makes for the site; NULL when it is too long. */
static const char *prepared(struct snapshot *site,
                            void (*write)(struct buf *out, const struct snapshot *site)) {
    struct buf b;
    buf_init(&b, DATA_MAX);
    write(&b, site);
    const char *text = buf_ok(&b) ? arena_strdup(site->arena, buf_str(&b)) : NULL;
    buf_free(&b);
    return text;
}

static void own_people(struct buf *out, const struct snapshot *site) {
    people(out, site, &site->authors);
}

void share_prepare(struct snapshot *site) {
    site->share_blog = prepared(site, blog);
    site->share_people = prepared(site, own_people);
}

static void put_prepared(struct buf *out, const char *text) {
    if (text == NULL)
        out->failed = true;
    else
        buf_puts(out, text);
}

static void blog_posting(struct buf *out, const struct snapshot *site, const struct value *page,
                         const struct value *post, const char *image) {
    const struct value *date = value_get(post, "date"), *updated = value_get(post, "updated");
    const struct value *words = value_get(post, "words"), *authors = value_get(post, "authors");
    const char *permalink = value_get_string(post, "permalink", "");
    buf_puts(out, "{\"@context\":\"https://schema.org\",\"@type\":\"BlogPosting\"");
    member(out, ",\"headline\":", value_get_string(post, "title", ""));
    member(out, ",\"description\":", value_get_string(page, "description", ""));
    member(out, ",\"url\":", permalink);
    member(out, ",\"mainEntityOfPage\":", permalink);
    member(out, ",\"datePublished\":", value_get_string(date, "iso", ""));
    member(out, ",\"dateModified\":",
           value_get_string(value_is(updated, VALUE_OBJECT) ? updated : date, "iso", ""));
    member(out, ",\"image\":", image);
    if (value_is(authors, VALUE_LIST) && authors->as.list == site->authors.as.list)
        put_prepared(out, site->share_people);
    else
        people(out, site, authors);
    keywords(out, value_get(post, "tags"));
    buf_puts(out, ",\"wordCount\":");
    buf_put_int(out, value_is(words, VALUE_INT) ? words->as.integer : 0, 0);
    put_prepared(out, site->share_blog);
    buf_putc(out, '}');
}

struct value share_value(struct arena *a, const struct snapshot *site, const struct value *page,
                         const struct value *post, bool article) {
    struct value share = value_object(a), data = value_null();
    struct value image =
        image_url(a, site, value_get_string(value_get(post, "cover"), "src", NULL));
    value_put(share, "image", image);
    if (article) {
        struct buf b;
        buf_init(&b, DATA_MAX);
        (void)buf_room(&b, USUAL_DATA);
        blog_posting(&b, site, page, post, image.kind == VALUE_TEXT ? image.as.text : NULL);
        if (buf_ok(&b))
            data =
                value_known(value_of_buf(a, &b), 0); /* no element, no attribute: all is escaped */
        buf_free(&b);
    }
    value_put(share, "data", data);
    return share;
}
