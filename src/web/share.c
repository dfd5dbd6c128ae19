/* See share.h. The text of the article is not repeated: it stands on the page. */
#include "web/share.h"

#include "base/buf.h"
#include "web/link.h"

enum { DATA_MAX = 256 << 10, MAX_NAMES = 50 };

/* The full URL of a link as it stands in a page; null when it is too long. */
static struct value full_url(struct arena *a, const struct snapshot *site, const char *link) {
    struct buf b;
    buf_init(&b, 16384);
    if (link[0] == '/' && link[1] != '/')
        buf_puts(&b, site->origin);
    else if (link[0] == '/')
        buf_puts(&b, "https:");
    buf_puts(&b, link);
    struct value url = buf_ok(&b) ? value_textn(a, buf_str(&b), b.len) : value_null();
    buf_free(&b);
    return url;
}

static const struct value_item *first_of(const struct value *list) {
    return value_is(list, VALUE_LIST) ? list->as.list->first : NULL;
}

/* The post's authors as Person. */
static struct value people(struct arena *a, const struct snapshot *site,
                           const struct value *authors) {
    struct value list = value_list(a);
    size_t n = 0;
    for (const struct value_item *i = first_of(authors); i != NULL && n < MAX_NAMES;
         i = i->next, n++) {
        const char *url = value_get_string(&i->value, "url", "");
        struct value o = value_object(a);
        value_put(o, "@type", value_word("Person"));
        value_put(o, "name", value_or(value_get(&i->value, "name")));
        if (*url != '\0')
            value_put(o, "url", full_url(a, site, url));
        value_add(list, o);
    }
    return list;
}

static struct value keywords(struct arena *a, const struct value *tags) {
    struct value list = value_list(a);
    size_t n = 0;
    for (const struct value_item *i = first_of(tags); i != NULL && n < MAX_NAMES; i = i->next, n++)
        value_add(list, value_or(value_get(&i->value, "name")));
    return list;
}

/* A member that is text, of another object, under a name of its own. */
static void put_from(struct value o, const char *key, const struct value *from, const char *name) {
    const struct value *text = value_get(from, name);
    if (value_is(text, VALUE_TEXT) && text->len > 0)
        value_put(o, key, *text);
}

static struct value blog_posting(struct arena *a, const struct snapshot *site,
                                 const struct value *page, const struct value *post,
                                 struct value image) {
    const struct value *date = value_get(post, "date"), *updated = value_get(post, "updated");
    struct value o = value_object(a), blog = value_object(a);
    value_put(o, "@context", value_word("https://schema.org"));
    value_put(o, "@type", value_word("BlogPosting"));
    put_from(o, "headline", post, "title");
    put_from(o, "description", page, "description");
    put_from(o, "url", post, "permalink");
    put_from(o, "mainEntityOfPage", post, "permalink");
    put_from(o, "datePublished", date, "iso");
    put_from(o, "dateModified", value_is(updated, VALUE_OBJECT) ? updated : date, "iso");
    const char *language = json_get_string(site->settings, "language", "");
    if (*language != '\0')
        value_put(o, "inLanguage", value_text(a, language));
    if (image.kind == VALUE_TEXT && image.len > 0)
        value_put(o, "image", image);
    value_put(o, "author", people(a, site, value_get(post, "authors")));
    value_put(o, "keywords", keywords(a, value_get(post, "tags")));
    value_put(o, "wordCount", value_or(value_get(post, "words")));
    value_put(blog, "@type", value_word("Blog"));
    put_from(blog, "name", &site->view, "title");
    put_from(blog, "url", &site->view, "url");
    value_put(o, "isPartOf", blog);
    return o;
}

/* As text; null when it is too long. */
static struct value written(struct arena *a, struct value data) {
    struct buf json;
    buf_init(&json, DATA_MAX);
    if (value_write_json(&json, &data) == 0)
        return value_of_buf(a, &json);
    buf_free(&json);
    return value_null();
}

struct value share_value(struct arena *a, const struct snapshot *site, const struct value *page,
                         const struct value *post, bool article) {
    const char *image = value_get_string(value_get(post, "cover"), "src", NULL);
    struct value share = value_object(a);
    struct value url = image != NULL ? full_url(a, site, image) : value_null();
    value_put(share, "image", url);
    value_put(share, "data",
              article ? written(a, blog_posting(a, site, page, post, url)) : value_null());
    return share;
}
