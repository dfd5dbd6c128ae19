#include "content/liquid_value.h"

#include <string.h>

enum { VALUE_MAX = 256 * 1024 };

static void skip_space(struct slice *s) {
    while (s->len > 0 && text_is_space(*s->ptr))
        *s = slice_n(s->ptr + 1, s->len - 1);
}

static bool skip(struct slice *s, char c) {
    skip_space(s);
    if (s->len == 0 || *s->ptr != c)
        return false;
    *s = slice_n(s->ptr + 1, s->len - 1);
    return true;
}

bool liquid_word(struct slice *rest, struct slice *word, bool *quoted) {
    size_t n = 0;

    skip_space(rest);
    if (rest->len == 0)
        return false;
    *quoted = *rest->ptr == '"' || *rest->ptr == '\'';
    if (*quoted) {
        const char *end = memchr(rest->ptr + 1, *rest->ptr, rest->len - 1);
        if (end == NULL)
            return false;
        n = (size_t)(end - rest->ptr) + 1;
        *word = slice_n(rest->ptr + 1, n - 2);
    } else {
        while (n < rest->len && !text_is_space(rest->ptr[n]) && rest->ptr[n] != '|')
            n++;
        *word = slice_n(rest->ptr, n);
    }
    *rest = slice_n(rest->ptr + n, rest->len - n);
    return n > 0;
}

static bool put(struct buf *out, const json_t *v) {
    if (json_is_string(v))
        (void)buf_append(out, json_string_value(v), json_string_length(v));
    else if (json_is_integer(v))
        (void)buf_printf(out, "%lld", (long long)json_integer_value(v));
    else if (json_is_boolean(v))
        (void)buf_puts(out, json_is_true(v) ? "true" : "false");
    else
        return false;
    return true;
}

/* As Ruby writes a time: 2024-05-06 00:00:00 +0000. */
static bool put_date(struct buf *out, const json_t *d) {
    const int offset = (int)json_get_int(d, "offset", 0);
    const int minutes = offset < 0 ? -offset : offset;

    if (!json_is_object(d))
        return false;
    (void)buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d %c%02d%02d",
                     (int)json_get_int(d, "year", 0), (int)json_get_int(d, "month", 0),
                     (int)json_get_int(d, "day", 0), (int)json_get_int(d, "hour", 0),
                     (int)json_get_int(d, "minute", 0), (int)json_get_int(d, "second", 0),
                     offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return true;
}

/* a.b.c below v. */
static const json_t *below(const json_t *v, struct slice name) {
    struct slice part;

    while (v != NULL && slice_next(&name, '.', &part)) {
        char key[128];
        if (part.len >= sizeof key)
            return NULL;
        memcpy(key, part.ptr, part.len);
        key[part.len] = '\0';
        v = json_object_get(v, key);
    }
    return v;
}

static bool variable(struct buf *out, struct slice name, const struct liquid_options *o) {
    const json_t *v = NULL;

    if (slice_starts(name, "site.")) {
        const struct slice key = slice_n(name.ptr + 5, name.len - 5);
        v = below(o->site, key);
        return put(out, v != NULL ? v : below(o->params, key));
    }
    if (slice_starts(name, "page.")) {
        const struct slice key = slice_n(name.ptr + 5, name.len - 5);
        if (slice_eq(key, "date"))
            return put_date(out, json_object_get(o->page, "date"));
        v = below(o->page, key);
        return put(out, v != NULL ? v : below(json_object_get(o->page, "params"), key));
    }
    return false;
}

/* A string or a variable at the beginning of *rest. */
static bool operand(struct buf *out, struct slice *rest, const struct liquid_options *o) {
    struct slice word;
    bool quoted;

    if (!liquid_word(rest, &word, &quoted))
        return false;
    if (!quoted)
        return variable(out, word, o);
    (void)buf_append(out, word.ptr, word.len);
    return true;
}

static bool is_absolute(const char *s) {
    const size_t n = strcspn(s, ":/?#");
    return s[n] == ':' || text_starts(s, "//");
}

/* The path below the site's, as relative_url has it. */
static void rooted(struct buf *out, const char *path, const char *before,
                   const struct liquid_options *o) {
    if (!is_absolute(path)) {
        (void)buf_puts(out, before);
        (void)buf_puts(out, json_get_string(o->site, "baseurl", ""));
        (void)buf_puts(out, *path == '/' ? "" : "/");
    }
    (void)buf_puts(out, path);
}

/* Applies the filter at the beginning of *rest to value, giving out. */
static const char *filter(struct buf *out, struct buf *value, struct slice *rest,
                          const struct liquid_options *o) {
    struct slice name;
    size_t n = 0;

    skip_space(rest);
    while (n < rest->len && (text_is_alpha(rest->ptr[n]) || rest->ptr[n] == '_'))
        n++;
    name = slice_n(rest->ptr, n);
    *rest = slice_n(rest->ptr + n, rest->len - n);
    if (slice_eq(name, "relative_url")) {
        rooted(out, buf_str(value), "", o);
    } else if (slice_eq(name, "absolute_url")) {
        rooted(out, buf_str(value), json_get_string(o->site, "url", ""), o);
    } else if (slice_eq(name, "escape") || slice_eq(name, "xml_escape")) {
        (void)text_html(out, buf_str(value), value->len);
    } else if (slice_eq(name, "strip")) {
        const struct slice s = slice_trim(slice_n(buf_str(value), value->len));
        (void)buf_append(out, s.ptr, s.len);
    } else if (slice_eq(name, "prepend") && skip(rest, ':')) {
        if (!operand(out, rest, o))
            return "its value is not known";
        (void)buf_append(out, buf_str(value), value->len);
    } else if (slice_eq(name, "append") && skip(rest, ':')) {
        (void)buf_append(out, buf_str(value), value->len);
        if (!operand(out, rest, o))
            return "its value is not known";
    } else {
        return "it has a filter that is not understood";
    }
    return NULL;
}

const char *liquid_value(struct buf *out, struct slice e, const struct liquid_options *o) {
    struct buf value, next;
    const char *why = NULL;

    buf_init(&value, VALUE_MAX);
    buf_init(&next, VALUE_MAX);
    if (!operand(&value, &e, o))
        why = "its value is not known";
    while (why == NULL && skip(&e, '|')) {
        why = filter(&next, &value, &e, o);
        if (why == NULL) {
            const struct buf swap = value;
            value = next;
            next = swap;
            buf_clear(&next);
        }
    }
    skip_space(&e);
    if (why == NULL && e.len > 0)
        why = "it is not understood";
    if (why == NULL && !buf_ok(&value))
        why = "its value is too long";
    if (why == NULL)
        (void)buf_append(out, buf_str(&value), value.len);
    buf_free(&value);
    buf_free(&next);
    return why;
}
