/* One pass. A tag ends at the first "%}" or "}}" within TAG_MAX bytes; raw, comment and highlight reach to
 * their end tag, which is looked for once when there is none. A tag that is not understood is text, and
 * the reading goes on behind its beginning, so that no byte is read more than a bounded number of times. */
#include "content/liquid.h"

#include "content/highlight.h"
#include "content/link.h"
#include "content/liquid_value.h"
#include "content/shortcode_private.h"

#include <string.h>

enum { TAG_MAX = 2048, TAGS_MAX = 20000, INFO_MAX = 1024 };

enum block { RAW, COMMENT, HIGHLIGHT, BLOCKS };

static const char *const block_names[] = {"raw", "comment", "highlight"};
static const char *const end_names[] = {"endraw", "endcomment", "endhighlight"};

struct tag {
    size_t start, end;
    struct slice inside;      /* between the marks, trimmed */
    bool trims_before, trims; /* white space before and behind goes */
    char mark;                /* '{' or '%' */
};

struct liquid {
    struct shortcodes *out;
    const struct liquid_options *o;
    const char *text;
    size_t n;
    size_t added;
    size_t base_from, base_to; /* of site.url and site.baseurl in out->text, written last */
    bool no_end[BLOCKS];
    struct shortcode_place place;
};

/* The tag at `at` (where "{{" or "{%" stands). */
static bool read_tag(struct tag *g, const char *t, size_t n, size_t at) {
    const size_t limit = n - at > TAG_MAX ? at + TAG_MAX : n;
    const char *end;
    size_t from = at + 2;
    size_t to;

    g->mark = t[at + 1];
    end = from < limit ? memmem(t + from, limit - from, g->mark == '{' ? "}}" : "%}", 2) : NULL;
    if (end == NULL)
        return false;
    g->start = at;
    to = (size_t)(end - t);
    g->end = to + 2;
    g->trims_before = from < to && t[from] == '-';
    from += g->trims_before;
    g->trims = from < to && t[to - 1] == '-';
    to -= g->trims;
    g->inside = slice_trim(slice_n(t + from, to - from));
    return true;
}

static struct slice first_word(struct slice *rest) {
    size_t n = 0;
    struct slice word;

    while (n < rest->len && !text_is_space(rest->ptr[n]))
        n++;
    word = slice_n(rest->ptr, n);
    *rest = slice_trim(slice_n(rest->ptr + n, rest->len - n));
    return word;
}

/* The end tag of the block that g opens. */
static bool find_end(struct liquid *l, const struct tag *g, enum block kind, struct tag *end) {
    size_t i = g->end;

    while (!l->no_end[kind]) {
        const char *p = i < l->n ? memmem(l->text + i, l->n - i, "{%", 2) : NULL;
        const char *name;
        if (p == NULL)
            break;
        i = (size_t)(p - l->text) + 2;
        for (name = p + 2;
             name < l->text + l->n && name - p < 64 && (text_is_space(*name) || *name == '-');)
            name++;
        if (strncmp(name, end_names[kind], strlen(end_names[kind])) == 0 &&
            read_tag(end, l->text, l->n, i - 2) && slice_eq(end->inside, end_names[kind]))
            return true;
    }
    l->no_end[kind] = true;
    return false;
}

/* {% raw %} within highlighted code is there for Liquid only. */
static void put_code(struct buf *to, struct slice code) {
    while (code.len > 0) {
        const char *p = memmem(code.ptr, code.len, "{%", 2);
        const size_t before = p != NULL ? (size_t)(p - code.ptr) : code.len;
        struct tag g;
        size_t skip = 2;
        (void)buf_append(to, code.ptr, before);
        code = slice_n(code.ptr + before, code.len - before);
        if (p == NULL)
            return;
        if (read_tag(&g, code.ptr, code.len, 0) &&
            (slice_eq(g.inside, "raw") || slice_eq(g.inside, "endraw")))
            skip = g.end;
        else
            (void)buf_append(to, code.ptr, skip);
        code = slice_n(code.ptr + skip, code.len - skip);
    }
}

/* highlight's "ruby linenos mark_lines="1 3"" as it stands behind a fence. */
static void fence_info(struct buf *info, struct slice rest) {
    const struct slice language = first_word(&rest);

    (void)buf_append(info, language.ptr, language.len);
    if (buf_ok(info))
        buf_truncate(info, strcspn(buf_str(info), ",{"));
    while (rest.len > 0) {
        struct slice word;
        bool quoted;
        const char *q = memchr(rest.ptr, '"', rest.len);
        if (slice_starts(rest, "linenos"))
            (void)buf_puts(info, ",linenos");
        if ((slice_starts(rest, "mark_lines=") || slice_starts(rest, "hl_lines=")) && q != NULL) {
            rest = slice_n(q, rest.len - (size_t)(q - rest.ptr));
            if (!liquid_word(&rest, &word, &quoted))
                return;
            shortcode_ranges(info, word);
            rest = slice_trim(rest);
        } else {
            (void)first_word(&rest);
        }
    }
}

static void put_highlight(struct liquid *l, struct slice arguments, struct slice code,
                          struct slice over) {
    struct shortcodes *o = l->out;
    struct buf info, text;

    while (code.len > 0 && (*code.ptr == '\n' || *code.ptr == '\r'))
        code = slice_n(code.ptr + 1, code.len - 1);
    buf_init(&info, INFO_MAX);
    buf_init(&text, code.len + 1);
    fence_info(&info, arguments);
    put_code(&text, code);
    highlight_block(&o->html, l->o->highlighter, buf_ok(&info) ? buf_str(&info) : NULL,
                    buf_str(&text));
    buf_free(&info);
    buf_free(&text);
    shortcode_token(o,
                    l->o->raw_html && shortcode_alone(l->text, l->n, (size_t)(over.ptr - l->text),
                                                      (size_t)(over.ptr - l->text) + over.len),
                    over);
}

/* raw, comment, highlight; NULL and g->end behind the end tag. */
static const char *put_block(struct liquid *l, struct tag *g, enum block kind, struct slice rest) {
    struct tag end = {0};
    struct slice inside;

    if (!find_end(l, g, kind, &end))
        return "it is not closed";
    inside = slice_n(l->text + g->end, end.start - g->end);
    if (kind == RAW)
        (void)buf_append(&l->out->text, inside.ptr, inside.len);
    else if (kind == HIGHLIGHT)
        put_highlight(l, rest, inside, slice_n(l->text + g->start, end.end - g->start));
    g->end = end.end;
    g->trims = end.trims;
    return NULL;
}

static bool may_add(struct liquid *l, size_t n) {
    if (n > LIQUID_ADDED_MAX - l->added)
        return false;
    l->added += n;
    return true;
}

static const char *put_include(struct liquid *l, struct slice rest) {
    const struct slice name = first_word(&rest);
    char key[256];
    const json_t *file;

    if (name.len == 0 || name.len >= sizeof key)
        return "it needs the name of a file";
    memcpy(key, name.ptr, name.len);
    key[name.len] = '\0';
    file = json_object_get(l->o->includes, key);
    if (!json_is_string(file))
        return "there is no such file in _includes, or it is too large";
    if (strstr(json_string_value(file), "{{") != NULL ||
        strstr(json_string_value(file), "{%") != NULL)
        return "the file has tags of its own";
    if (!may_add(l, json_string_length(file)))
        return "too much is included";
    (void)buf_append(&l->out->text, json_string_value(file), json_string_length(file));
    return NULL;
}

/* The site's address before it is taken away: the link leads to the file wherever the site is. */
static const char *put_link(struct liquid *l, const char *form, struct slice path) {
    struct buf *to = &l->out->text;

    if (path.len > 2 && (*path.ptr == '"' || *path.ptr == '\''))
        path = slice_n(path.ptr + 1, path.len - 2);
    while (path.len > 0 && *path.ptr == '/')
        path = slice_n(path.ptr + 1, path.len - 1);
    if (path.len == 0 || memchr(path.ptr, '{', path.len) != NULL)
        return "it needs the path of a file";
    if (l->base_to == to->len && l->base_from < l->base_to)
        buf_truncate(to, l->base_from);
    link_to_file(to, form, path);
    return NULL;
}

static const char *put_gist(struct liquid *l, struct slice rest, struct slice over) {
    const struct slice id = first_word(&rest);
    struct shortcodes *o = l->out;

    for (size_t i = 0; i < id.len; i++)
        if (!text_is_alpha(id.ptr[i]) && !text_is_digit(id.ptr[i]) &&
            strchr("-_/", id.ptr[i]) == NULL)
            return "it needs the id of a gist";
    if (id.len == 0 || id.len > 128)
        return "it needs the id of a gist";
    (void)buf_printf(&o->html, "<a href=\"https://gist.github.com/%.*s\">Gist", (int)id.len,
                     id.ptr);
    if (rest.len > 0) {
        (void)buf_puts(&o->html, ": ");
        (void)text_html(&o->html, rest.ptr, rest.len);
    }
    (void)buf_puts(&o->html, "</a>");
    shortcode_token(o, false, over);
    return NULL;
}

static const char *put_tag(struct liquid *l, struct tag *g) {
    struct slice rest = g->inside;
    const struct slice name = first_word(&rest);

    for (enum block b = RAW; b < BLOCKS; b++)
        if (slice_eq(name, block_names[b]))
            return put_block(l, g, b, rest);
    if (slice_eq(name, "include"))
        return put_include(l, rest);
    if (slice_eq(name, "link"))
        return put_link(l, "@/", rest);
    if (slice_eq(name, "post_url"))
        return put_link(l, "@post/", rest);
    if (slice_eq(name, "gist"))
        return put_gist(l, rest, slice_n(l->text + g->start, g->end - g->start));
    return "it is unknown";
}

static const char *put_value(struct liquid *l, const struct tag *g) {
    struct buf *to = &l->out->text;
    const size_t before = to->len;
    struct buf value;
    const char *why;

    buf_init(&value, LIQUID_ADDED_MAX);
    why = liquid_value(&value, g->inside, l->o);
    if (why == NULL && !may_add(l, value.len))
        why = "too much is written";
    if (why == NULL)
        (void)buf_append(to, buf_str(&value), value.len);
    buf_free(&value);
    if (why == NULL && (slice_eq(g->inside, "site.baseurl") || slice_eq(g->inside, "site.url"))) {
        if (l->base_to != before)
            l->base_from = before;
        l->base_to = to->len;
    }
    return why;
}

/* White space that ends at `before` in the output goes. */
static void trim_before(struct buf *to, size_t before) {
    size_t from = before;

    if (before > to->len)
        return;
    while (from > 0 && text_is_space(to->data[from - 1]))
        from--;
    memmove(to->data + from, to->data + before, to->len - before);
    buf_truncate(to, to->len - (before - from));
}

/* The tag at `at`; where to go on. */
static size_t take_tag(struct liquid *l, size_t at) {
    struct buf *to = &l->out->text;
    const size_t before = to->len;
    struct tag g;
    const char *why;

    if (!read_tag(&g, l->text, l->n, at)) {
        (void)buf_append(to, l->text + at, 2);
        return at + 2;
    }
    why = g.mark == '%' ? put_tag(l, &g) : put_value(l, &g);
    if (why != NULL) {
        (void)buf_append(to, l->text + at, 2);
        shortcode_warn(l->out, &l->place, at, g.mark == '%' ? "tag" : "value", g.inside, why);
        return at + 2;
    }
    if (g.trims_before && buf_ok(to) && to->data != NULL) {
        trim_before(to, before);
        l->base_to = 0;
    }
    while (g.trims && g.end < l->n && text_is_space(l->text[g.end]))
        g.end++;
    return g.end;
}

int liquid_expand(struct shortcodes *out, const char *text, size_t n,
                  const struct liquid_options *o, struct error *err) {
    struct liquid l = {
        .out = out, .o = o, .text = text, .n = n, .place = {.text = text, .line = o->first_line}};
    size_t i = 0;
    size_t tags = 0;

    shortcode_begin(out);
    while (i < n) {
        const char *p = tags < TAGS_MAX ? memchr(text + i, '{', n - i) : NULL;
        const size_t to = p != NULL ? (size_t)(p - text) : n;
        (void)buf_append(&out->text, text + i, to - i);
        i = to;
        if (i >= n)
            break;
        if (i + 1 < n && (text[i + 1] == '{' || text[i + 1] == '%')) {
            i = take_tag(&l, i);
            tags++;
        } else {
            (void)buf_putc(&out->text, '{');
            i++;
        }
    }
    return shortcode_finish(out, err);
}
