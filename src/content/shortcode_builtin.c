/* HTML of the built-in shortcodes. Every value of an argument is escaped for its attribute, every
 * address passes link_is_safe, and names that go into an address of a service are held to letters,
 * digits, - and _. */
#include "content/shortcode_builtin.h"

#include "content/link.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 16384 };

typedef const char *maker(struct buf *out, const struct shortcode_call *c);

/* Appends the argument of that name, or at that place when none has a name (pos < 0: none). */
static bool argument(struct buf *out, const struct shortcode_call *c, const char *key, int pos) {
    for (size_t i = 0; i < c->count; i++) {
        const struct shortcode_arg *a = &c->args[i];

        if (a->key.len > 0 ? !slice_eq(a->key, key) : (int)i != pos)
            continue;
        for (size_t k = 0; k < a->value.len; k++) {
            if (a->escapes && a->value.ptr[k] == '\\' && k + 1 < a->value.len)
                k++;
            (void)buf_putc(out, a->value.ptr[k]);
        }
        return out->len > 0;
    }
    return false;
}

/* ` name="value"` when the argument is there. */
static void attribute(struct buf *out, const struct shortcode_call *c, const char *key,
                      const char *name) {
    struct buf v;

    buf_init(&v, VALUE_MAX);
    if (argument(&v, c, key, -1)) {
        (void)buf_printf(out, " %s=\"", name);
        (void)text_html(out, buf_str(&v), v.len);
        (void)buf_putc(out, '"');
    }
    buf_free(&v);
}

/* ` name="address"`; false when the argument is missing or no safe address. */
static bool address(struct buf *out, const struct shortcode_call *c, const char *key, int pos,
                    const char *name, enum link_use use) {
    struct buf v;
    bool good;

    buf_init(&v, VALUE_MAX);
    good = argument(&v, c, key, pos) && link_is_safe(buf_str(&v), use);
    if (good) {
        (void)buf_printf(out, " %s=\"", name);
        link_attribute(out, buf_str(&v));
        (void)buf_putc(out, '"');
    }
    buf_free(&v);
    return good;
}

/* The text of an argument between before and after; nothing when it is missing. */
static bool words(struct buf *out, const struct shortcode_call *c, const char *key, int pos,
                  const char *before, const char *after) {
    struct buf v;
    bool there;

    buf_init(&v, VALUE_MAX);
    there = argument(&v, c, key, pos);
    if (there) {
        (void)buf_puts(out, before);
        (void)text_html(out, buf_str(&v), v.len);
        (void)buf_puts(out, after);
    }
    buf_free(&v);
    return there;
}

static bool is_id(const struct buf *v) {
    for (size_t i = 0; i < v->len; i++) {
        const char ch = v->data[i];
        if (!text_is_alpha(ch) && !text_is_digit(ch) && ch != '-' && ch != '_')
            return false;
    }
    return v->len > 0 && v->len <= 64;
}

/* before, the argument as an id, after; false when it is missing or no id. */
static bool id_of(struct buf *out, const struct shortcode_call *c, const char *key, int pos,
                  const char *before, const char *after) {
    struct buf v;
    bool good;

    buf_init(&v, VALUE_MAX);
    good = argument(&v, c, key, pos) && is_id(&v);
    if (good)
        (void)buf_printf(out, "%s%s%s", before, buf_str(&v), after);
    buf_free(&v);
    return good;
}

static const char *figure(struct buf *out, const struct shortcode_call *c) {
    bool linked;

    (void)buf_puts(out, "<figure");
    attribute(out, c, "class", "class");
    (void)buf_puts(out, "><a");
    linked = address(out, c, "link", -1, "href", LINK_HREF);
    if (linked)
        (void)buf_putc(out, '>');
    else
        buf_truncate(out, out->len - (out->len >= 2 ? 2 : 0));
    (void)buf_puts(out, "<img");
    if (!address(out, c, "src", 0, "src", LINK_IMAGE))
        return "it needs src, an address";
    (void)buf_puts(out, " loading=\"lazy\" decoding=\"async\"");
    attribute(out, c, "alt", "alt");
    attribute(out, c, "width", "width");
    attribute(out, c, "height", "height");
    (void)buf_puts(out, linked ? "></a>" : ">");
    (void)buf_puts(out, "<figcaption>");
    linked = words(out, c, "title", -1, "<h4>", "</h4>");
    linked = words(out, c, "caption", -1, "<p>", "</p>") || linked;
    linked = words(out, c, "attr", -1, "<p>", "</p>") || linked;
    if (linked)
        (void)buf_puts(out, "</figcaption>");
    else
        buf_truncate(out, out->len - (out->len >= 12 ? 12 : 0));
    (void)buf_puts(out, "</figure>");
    return NULL;
}

static const char *frame(struct buf *out, const struct shortcode_call *c, const char *before,
                         const char *after, const char *title) {
    if (!id_of(out, c, "id", 0, before, after))
        return "it needs the id of a video";
    if (!words(out, c, "title", -1, " title=\"", "\""))
        (void)buf_printf(out, " title=\"%s\"", title);
    (void)buf_puts(out, " width=\"560\" height=\"315\" loading=\"lazy\" allowfullscreen "
                        "referrerpolicy=\"strict-origin-when-cross-origin\"></iframe>");
    return NULL;
}

static const char *youtube(struct buf *out, const struct shortcode_call *c) {
    return frame(out, c, "<iframe src=\"https://www.youtube-nocookie.com/embed/", "\"",
                 "YouTube video");
}

static const char *vimeo(struct buf *out, const struct shortcode_call *c) {
    return frame(out, c, "<iframe src=\"https://player.vimeo.com/video/", "?dnt=1\"",
                 "Vimeo video");
}

static const char *gist(struct buf *out, const struct shortcode_call *c) {
    if (!id_of(out, c, "user", 0, "<a href=\"https://gist.github.com/", "/") ||
        !id_of(out, c, "id", 1, "", "\">"))
        return "it needs a user and the id of a gist";
    if (!words(out, c, "file", 2, "Gist: ", "</a>"))
        (void)buf_puts(out, "Gist</a>");
    return NULL;
}

static const char *post_on_x(struct buf *out, const struct shortcode_call *c) {
    if (!id_of(out, c, "user", 0, "<a href=\"https://x.com/", "/status/") ||
        !id_of(out, c, "id", 1, "", "\">"))
        return "it needs user and id";
    (void)id_of(out, c, "user", 0, "@", " on X</a>");
    return NULL;
}

static const char *highlight(struct buf *out, const struct shortcode_call *c) {
    struct slice code = c->inside;

    while (code.len > 0 && (*code.ptr == '\n' || *code.ptr == '\r'))
        code = slice_n(code.ptr + 1, code.len - 1);
    (void)buf_puts(out, "<pre><code");
    (void)words(out, c, "lang", 0, " class=\"language-", "\"");
    (void)buf_putc(out, '>');
    (void)text_html(out, code.ptr, code.len);
    (void)buf_puts(out, "</code></pre>");
    return NULL;
}

static const char *rawhtml(struct buf *out, const struct shortcode_call *c) {
    if (!c->raw_html)
        return "raw HTML is not allowed here";
    (void)buf_append(out, c->inside.ptr, c->inside.len);
    return NULL;
}

static const char *param(struct buf *out, const struct shortcode_call *c) {
    const json_t *v;
    struct buf key;
    bool done = true;

    buf_init(&key, 256);
    v = argument(&key, c, "name", 0) ? json_object_get(c->params, buf_str(&key)) : NULL;
    for (size_t i = 0; v == NULL && i < key.len; i++) {
        key.data[i] = text_lower(key.data[i]); /* keys of params are lower-case */
        if (i + 1 == key.len)
            v = json_object_get(c->params, buf_str(&key));
    }
    buf_free(&key);
    if (json_is_string(v))
        (void)text_html(out, json_string_value(v), json_string_length(v));
    else if (json_is_integer(v))
        (void)buf_printf(out, "%lld", (long long)json_integer_value(v));
    else if (json_is_boolean(v))
        (void)buf_puts(out, json_is_true(v) ? "true" : "false");
    else
        done = false;
    return done ? NULL : "the front matter has no such parameter";
}

static const char *details(struct buf *out, const struct shortcode_call *c) {
    struct buf open;

    buf_init(&open, VALUE_MAX);
    (void)buf_puts(out, argument(&open, c, "open", -1) && strcmp(buf_str(&open), "true") == 0
                            ? "<details open"
                            : "<details");
    buf_free(&open);
    attribute(out, c, "class", "class");
    (void)buf_putc(out, '>');
    if (!words(out, c, "summary", 0, "<summary>", "</summary>"))
        (void)buf_puts(out, "<summary>Details</summary>");
    return NULL;
}

static const char *in_text_img(struct buf *out, const struct shortcode_call *c) {
    (void)buf_puts(out, "<img class=\"in-text\"");
    if (!address(out, c, "url", 0, "src", LINK_IMAGE))
        return "it needs url, an address";
    attribute(out, c, "height", "height");
    attribute(out, c, "alt", "alt");
    (void)buf_puts(out, " loading=\"lazy\" decoding=\"async\">");
    return NULL;
}

static const char *audio(struct buf *out, const struct shortcode_call *c) {
    (void)buf_puts(out, "<audio controls preload=\"none\"");
    if (!address(out, c, "src", 0, "src", LINK_HREF))
        return "it needs src, an address";
    (void)buf_puts(out, "></audio>");
    return NULL;
}

static const char *video(struct buf *out, const struct shortcode_call *c) {
    (void)buf_puts(out, "<video controls preload=\"none\"");
    if (!address(out, c, "src", 0, "src", LINK_HREF))
        return "it needs src, an address";
    (void)address(out, c, "poster", -1, "poster", LINK_IMAGE);
    (void)buf_puts(out, "></video>");
    return NULL;
}

static const struct {
    const char *name;
    enum shortcode_kind kind;
    maker *make;
} builtins[] = {
    {"figure", SHORTCODE_VOID, figure},         {"youtube", SHORTCODE_VOID, youtube},
    {"vimeo", SHORTCODE_VOID, vimeo},           {"gist", SHORTCODE_VOID, gist},
    {"x", SHORTCODE_VOID, post_on_x},           {"param", SHORTCODE_VOID, param},
    {"inTextImg", SHORTCODE_VOID, in_text_img}, {"audio", SHORTCODE_VOID, audio},
    {"video", SHORTCODE_VOID, video},           {"details", SHORTCODE_WRAP, details},
    {"collapse", SHORTCODE_WRAP, details},      {"highlight", SHORTCODE_VERBATIM, highlight},
    {"rawhtml", SHORTCODE_VERBATIM, rawhtml},
};

enum shortcode_kind shortcode_kind(struct slice name) {
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (slice_eq(name, builtins[i].name))
            return builtins[i].kind;
    }
    return SHORTCODE_UNKNOWN;
}

const char *shortcode_html(struct buf *out, const struct shortcode_call *c, bool closing) {
    const size_t before = out->len;
    const char *why = "it is unknown";

    if (closing) {
        (void)buf_puts(out, "</details>");
        return NULL;
    }
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (slice_eq(c->name, builtins[i].name))
            why = builtins[i].make(out, c);
    }
    if (why != NULL)
        buf_truncate(out, before);
    return why;
}
