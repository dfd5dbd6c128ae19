/* See share.h. The text of the article is not repeated: it stands on the page. */
#include "web/share.h"

#include "base/buf.h"
#include "web/link.h"

#include <string.h>

enum { DATA_MAX = 256 << 10, MAX_NAMES = 50 };

/* The full URL of a link as it stands in a page. */
static int put_full(json_t *o, const char *key, const struct snapshot *site, const char *link) {
    struct buf b;
    buf_init(&b, 16384);
    if (link[0] == '/' && link[1] != '/')
        buf_puts(&b, site->origin);
    else if (link[0] == '/')
        buf_puts(&b, "https:");
    buf_puts(&b, link);
    int bad =
        buf_ok(&b) ? json_put_stringn(o, key, buf_str(&b), b.len) : json_put(o, key, json_null());
    buf_free(&b);
    return bad;
}

/* The post's authors as Person. */
static json_t *people(const struct snapshot *site, const json_t *authors) {
    json_t *list = json_array();
    size_t i;
    json_t *author;
    int bad = 0;
    json_array_foreach(authors, i, author) {
        const char *url = json_get_string(author, "url", NULL);
        if (i >= MAX_NAMES)
            break;
        json_t *o = json_object();
        bad |= json_put_string(o, "@type", "Person");
        bad |= json_put_string(o, "name", json_get_string(author, "name", ""));
        if (url != NULL && *url != '\0')
            bad |= put_full(o, "url", site, url);
        bad |= json_array_append_new(list, o);
    }
    if (bad == 0)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *keywords(const json_t *tags) {
    json_t *list = json_array();
    size_t i;
    json_t *tag;
    json_array_foreach(tags, i, tag) {
        if (i >= MAX_NAMES || json_array_append(list, json_object_get(tag, "name")) != 0)
            break;
    }
    return list;
}

/* A member that is text, of another object, under a name of its own. */
static int put_from(json_t *o, const char *key, const json_t *from, const char *name) {
    const char *text = json_get_string(from, name, "");
    return *text == '\0' ? 0 : json_put_string(o, key, text);
}

static json_t *blog_posting(const json_t *page, const struct snapshot *site, const json_t *post,
                            const json_t *share) {
    const json_t *date = json_object_get(post, "date"), *updated = json_object_get(post, "updated");
    json_t *o = json_object(), *blog = json_object();
    int bad = json_put_string(o, "@context", "https://schema.org");
    bad |= json_put_string(o, "@type", "BlogPosting");
    bad |= put_from(o, "headline", post, "title");
    bad |= put_from(o, "description", page, "description");
    bad |= put_from(o, "url", post, "permalink");
    bad |= put_from(o, "mainEntityOfPage", post, "permalink");
    bad |= put_from(o, "datePublished", date, "iso");
    bad |= put_from(o, "dateModified", json_is_object(updated) ? updated : date, "iso");
    bad |= put_from(o, "inLanguage", site->settings, "language");
    bad |= put_from(o, "image", share, "image");
    bad |= json_put(o, "author", people(site, json_object_get(post, "authors")));
    bad |= json_put(o, "keywords", keywords(json_object_get(post, "tags")));
    bad |= json_put_int(o, "wordCount", json_get_int(post, "words", 0));
    bad |= json_put_string(blog, "@type", "Blog");
    bad |= put_from(blog, "name", site->site, "title");
    bad |= put_from(blog, "url", site->site, "url");
    bad |= json_put(o, "isPartOf", blog);
    if (bad == 0)
        return o;
    json_decref(o);
    return NULL;
}

/* JSON that may stand in a script element: no "</script" or "<!--" can come of a title. */
static int put_data(json_t *share, json_t *data) {
    struct buf json, safe;
    buf_init(&json, DATA_MAX);
    buf_init(&safe, DATA_MAX);
    int bad = data == NULL ? -1 : json_write(&json, data);
    json_decref(data);
    const char *p = buf_str(&json);
    for (size_t i = 0; i < json.len; i++) {
        if (p[i] == '<' || p[i] == '>' || p[i] == '&')
            buf_printf(&safe, "\\u%04x", (unsigned)(unsigned char)p[i]);
        else
            buf_putc(&safe, p[i]);
    }
    bool fits = bad == 0 && buf_ok(&safe);
    bad = fits ? json_put_stringn(share, "data", buf_str(&safe), safe.len)
               : json_put(share, "data", json_null());
    buf_free(&json);
    buf_free(&safe);
    return bad;
}

int share_put(json_t *model, const struct snapshot *site, const json_t *post, bool article) {
    json_t *page = json_object_get(model, "page"), *share = json_object();
    const char *image = json_get_string(json_object_get(post, "cover"), "src", NULL);
    int bad = image != NULL ? put_full(share, "image", site, image)
                            : json_put(share, "image", json_null());
    bad |= article ? put_data(share, blog_posting(page, site, post, share))
                   : json_put(share, "data", json_null());
    return bad | json_put(page, "share", share);
}
