/* HTML of the built-in shortcodes. Every value of an argument is escaped for its attribute, every
 * address passes link_is_safe, and names that go into an address of a service are held to letters,
 * digits, - and _. */
#include "content/shortcode_private.h"

#include "content/highlight.h"
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

/* A link to the video's own page: nothing is asked of others before the reader follows it. */
static const char *video_link(struct buf *out, const struct shortcode_call *c, const char *before,
                              const char *words_of_it) {
    (void)buf_puts(out, "<a class=\"video\" href=\"");
    if (!id_of(out, c, "id", 0, before, "\">"))
        return "it needs the id of a video";
    (void)words(out, c, "title", -1, "", ": ");
    (void)buf_printf(out, "%s</a>", words_of_it);
    return NULL;
}

static const char *youtube(struct buf *out, const struct shortcode_call *c) {
    return video_link(out, c, "https://www.youtube.com/watch?v=", "Video on YouTube");
}

static const char *vimeo(struct buf *out, const struct shortcode_call *c) {
    return video_link(out, c, "https://vimeo.com/", "Video on Vimeo");
}

static const char *streamable(struct buf *out, const struct shortcode_call *c) {
    return video_link(out, c, "https://streamable.com/", "Video on Streamable");
}

/* Zola's, which has an address where Hugo's has two parts. */
static const char *gist_url(struct buf *out, const struct shortcode_call *c) {
    (void)buf_puts(out, "<a");
    if (!address(out, c, "url", -1, "href", LINK_HREF))
        return "it needs url, the address of a gist";
    if (!words(out, c, "file", -1, ">Gist: ", "</a>"))
        (void)buf_puts(out, ">Gist</a>");
    return NULL;
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

/* "linenos=table,hl_lines=3 6-8" (Hugo's, commas between; commas within quotes are none) as it stands
 * behind a fence. */
static void fence_options(struct buf *info, const char *options) {
    struct slice rest = slice_of(options);
    struct slice one;

    while (slice_next(&rest, ',', &one)) {
        one = slice_trim(one);
        if (slice_starts(one, "hl_lines=")) {
            shortcode_ranges(info, slice_n(one.ptr + 9, one.len - 9));
        } else if (slice_starts(one, "linenos=") && !slice_eq(one, "linenos=false")) {
            (void)buf_puts(info, ",linenos");
        } else if (slice_starts(one, "linenostart=")) {
            (void)buf_puts(info, ",linenostart=");
            for (size_t i = 12; i < one.len && text_is_digit(one.ptr[i]); i++)
                (void)buf_putc(info, one.ptr[i]);
        }
    }
}

static const char *highlight(struct buf *out, const struct shortcode_call *c) {
    struct slice code = c->inside;
    struct buf info, options, text;

    while (code.len > 0 && (*code.ptr == '\n' || *code.ptr == '\r'))
        code = slice_n(code.ptr + 1, code.len - 1);
    buf_init(&info, VALUE_MAX);
    buf_init(&options, VALUE_MAX);
    buf_init(&text, code.len + 1);
    (void)argument(&info, c, "lang", 0);
    if (buf_ok(&info))
        buf_truncate(&info, strcspn(buf_str(&info), " \t\n,{"));
    if (argument(&options, c, "options", 1))
        fence_options(&info, buf_str(&options));
    (void)buf_append(&text, code.ptr, code.len);
    highlight_block(out, c->o->highlighter, buf_ok(&info) ? buf_str(&info) : NULL, buf_str(&text));
    buf_free(&info);
    buf_free(&options);
    buf_free(&text);
    return NULL;
}

/* A file of the tree: ingest finds it and puts a relative address in place (ingest/refs.h). */
static const char *ref(struct buf *out, const struct shortcode_call *c) {
    struct buf v;
    const char *why = NULL;

    buf_init(&v, VALUE_MAX);
    if (!argument(&v, c, "path", 0))
        why = "it needs the path of a file";
    else
        link_to_file(out, *buf_str(&v) == '#' ? "" : "@ref/", slice_n(buf_str(&v), v.len));
    buf_free(&v);
    return why;
}

static const char *rawhtml(struct buf *out, const struct shortcode_call *c) {
    if (!c->o->raw_html)
        return "raw HTML is not allowed here";
    (void)buf_append(out, c->inside.ptr, c->inside.len);
    return NULL;
}

/* The member of that name, "a.b" one of a's; names are as written or in lower case. */
static const json_t *member(const json_t *of, struct buf *name) {
    struct slice rest = slice_n(buf_str(name), name->len);
    struct slice part;
    const json_t *v = of;

    while (v != NULL && slice_next(&rest, '.', &part)) {
        char key[128];
        const json_t *found;
        size_t n = part.len < sizeof key - 1 ? part.len : sizeof key - 1;
        memcpy(key, part.ptr, n);
        key[n] = '\0';
        found = json_object_get(v, key);
        for (size_t i = 0; found == NULL && i < n; i++)
            key[i] = text_lower(key[i]);
        v = found != NULL ? found : json_object_get(v, key);
    }
    return v;
}

static const char *param(struct buf *out, const struct shortcode_call *c) {
    const json_t *v = NULL;
    struct buf key;
    bool done = true;

    buf_init(&key, 256);
    if (argument(&key, c, "name", 0)) {
        v = member(c->o->params, &key);
        v = v != NULL ? v : member(c->o->site_params, &key);
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
    return done ? NULL : "neither the front matter nor the site has such a parameter";
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

struct builtin {
    const char *name;
    enum shortcode_kind kind;
    maker *make;
};

static const struct builtin hugos[] = {
    {"figure", SHORTCODE_VOID, figure},
    {"youtube", SHORTCODE_VOID, youtube},
    {"vimeo", SHORTCODE_VOID, vimeo},
    {"gist", SHORTCODE_VOID, gist},
    {"x", SHORTCODE_VOID, post_on_x},
    {"param", SHORTCODE_VOID, param},
    {"tweet", SHORTCODE_VOID, post_on_x},
    {"twitter", SHORTCODE_VOID, post_on_x},
    {"inTextImg", SHORTCODE_VOID, in_text_img},
    {"audio", SHORTCODE_VOID, audio},
    {"video", SHORTCODE_VOID, video},
    {"details", SHORTCODE_WRAP, details},
    {"collapse", SHORTCODE_WRAP, details},
    {"highlight", SHORTCODE_VERBATIM, highlight},
    {"rawhtml", SHORTCODE_VERBATIM, rawhtml},
    {"ref", SHORTCODE_LINK, ref},
    {"relref", SHORTCODE_LINK, ref},
};

static const struct builtin zolas[] = {
    {"youtube", SHORTCODE_VOID, youtube},
    {"vimeo", SHORTCODE_VOID, vimeo},
    {"streamable", SHORTCODE_VOID, streamable},
    {"gist", SHORTCODE_VOID, gist_url},
};

static const struct builtin *find(struct slice name, bool zola) {
    const struct builtin *const all = zola ? zolas : hugos;
    const size_t n = zola ? sizeof zolas / sizeof zolas[0] : sizeof hugos / sizeof hugos[0];

    for (size_t i = 0; i < n; i++) {
        if (slice_eq(name, all[i].name))
            return &all[i];
    }
    return NULL;
}

enum shortcode_kind shortcode_kind(struct slice name, bool zola) {
    const struct builtin *b = find(name, zola);
    return b != NULL ? b->kind : SHORTCODE_UNKNOWN;
}

const char *shortcode_html(struct buf *out, const struct shortcode_call *c, bool closing) {
    const size_t before = out->len;
    const struct builtin *b = find(c->name, c->o->dialect == SHORTCODE_ZOLA);
    const char *why = "it is unknown";

    if (closing) {
        (void)buf_puts(out, "</details>");
        return NULL;
    }
    if (b != NULL)
        why = b->make(out, c);
    if (why != NULL)
        buf_truncate(out, before);
    else if (c->alone && b->kind == SHORTCODE_WRAP)
        (void)buf_puts(out, "</details>");
    return why;
}
