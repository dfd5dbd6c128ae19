/* Hugo's tags: {{< name args >}} and {{% name args %}}, a slash before the name to close, one before
 * the end to stand alone; a slash and star behind the mark and a star and slash before the end around
 * what shall be shown as it is. Arguments are "quoted", `raw` or plain, each with a name= or none. */
#include "content/shortcode_private.h"

#include <string.h>

static bool is_name(char c) {
    return text_is_alpha(c) || text_is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
}

static size_t spaces(const char *t, size_t i, size_t end) {
    const size_t most = i + SHORTCODE_TAG_MAX;
    while (i < end && i < most && text_is_space(t[i]))
        i++;
    return i;
}

static bool ends_here(const char *t, size_t i, size_t end, char mark) {
    return end >= i + 3 && t[i] == (mark == '<' ? '>' : '%') && t[i + 1] == '}' && t[i + 2] == '}';
}

/* A quoted, raw or plain value at *i. False when it does not end. */
static bool value(struct shortcode_arg *a, const char *t, size_t *i, size_t end, char mark) {
    const char quote = t[*i];
    size_t k = *i;

    if (quote == '"' || quote == '`') {
        for (k++; k < end && t[k] != quote; k++) {
            if (quote == '"' && t[k] == '\\' && k + 1 < end)
                k++;
        }
        if (k >= end)
            return false;
        a->value = slice_n(t + *i + 1, k - *i - 1);
        a->escapes = quote == '"';
        *i = k + 1;
        return true;
    }
    while (k < end && !text_is_space(t[k]) && !ends_here(t, k, end, mark) &&
           !(t[k] == '/' && ends_here(t, k + 1, end, mark)))
        k++;
    a->value = slice_n(t + *i, k - *i);
    *i = k;
    return k < end;
}

static bool one_argument(struct shortcode_call *c, const char *t, size_t *i, size_t end,
                         char mark) {
    struct shortcode_arg a = {0};
    size_t k = *i;

    while (k < end && (text_is_alpha(t[k]) || text_is_digit(t[k]) || t[k] == '_' || t[k] == '-'))
        k++;
    if (k > *i && k + 1 < end && t[k] == '=') {
        a.key = slice_n(t + *i, k - *i);
        *i = k + 1;
    }
    if (!value(&a, t, i, end, mark))
        return false;
    if (c->count < SHORTCODE_ARGS)
        c->args[c->count++] = a;
    return true;
}

/* Reads the tag at *i, behind its {{< or {{%. NULL and *i behind it, or why it is none. */
static const char *read_tag(struct shortcode_call *c, struct shortcode_tag *g, const char *t,
                            size_t *i, size_t end, char mark) {
    size_t k = spaces(t, *i, end);
    size_t name;

    if (k < end && t[k] == '/') {
        g->closing = true;
        k = spaces(t, k + 1, end);
    }
    for (name = k; k < end && is_name(t[k]) && !(t[k] == '/' && ends_here(t, k + 1, end, mark));)
        k++;
    c->name = slice_n(t + name, k - name);
    *i = k;
    if (c->name.len == 0)
        return "it has no name";
    for (;;) {
        k = spaces(t, k, end);
        if (k < end && t[k] == '/' && ends_here(t, k + 1, end, mark)) {
            c->alone = true;
            k++;
        }
        if (ends_here(t, k, end, mark))
            break;
        *i = k;
        if (k >= end || !one_argument(c, t, &k, end, mark)) {
            *i = end;
            return "it does not end";
        }
    }
    *i = k + 3;
    return NULL;
}

/* A slash and star behind the mark, a star and slash before its end: what is between is shown. */
static const char *escaped(struct shortcode_tag *g, const char *t, size_t limit, char mark) {
    const char end[] = {'*', '/', (char)(mark == '<' ? '>' : '%'), '}', '}'};
    const size_t from = g->start + 5;
    const char *p = from < limit ? memmem(t + from, limit - from, end, sizeof end) : NULL;

    if (p == NULL) {
        g->end = limit;
        g->call->name = slice_of("/*");
        return "it does not end";
    }
    g->inside = slice_n(t + from, (size_t)(p - t) - from);
    g->end = (size_t)(p - t) + sizeof end;
    g->edge = 3;
    g->use = SHORTCODE_AS_LITERAL;
    return NULL;
}

/* {{<name}} is Mustache's way to inherit. */
static bool is_mustache(const char *t, size_t n, size_t at) {
    size_t k = at + 3;

    while (k < n && k - at < 128 && is_name(t[k]))
        k++;
    return n - k >= 2 && t[k] == '}' && t[k + 1] == '}';
}

bool shortcode_is_hugo(const char *t, size_t n, size_t at) {
    return n - at > 3 && t[at] == '{' && t[at + 1] == '{' &&
           (t[at + 2] == '%' || (t[at + 2] == '<' && !is_mustache(t, n, at)));
}

const char *shortcode_read_hugo(struct shortcode_tag *g, const char *t, size_t n) {
    const size_t at = g->start;
    const size_t limit = n - at > SHORTCODE_TAG_MAX ? at + SHORTCODE_TAG_MAX : n;
    const char *why;
    size_t i = at + 3;

    g->mark = t[at + 2];
    if (limit - at > 5 && t[at + 3] == '/' && t[at + 4] == '*')
        return escaped(g, t, limit, g->mark);
    why = read_tag(g->call, g, t, &i, limit, g->mark);
    g->end = i;
    return why;
}

bool shortcode_ends_hugo(const char *t, size_t n, size_t *at, struct slice name, char mark) {
    size_t k = *at + 2;

    if (k >= n || t[k] != mark)
        return false;
    k = spaces(t, k + 1, n);
    if (k >= n || t[k] != '/')
        return false;
    k = spaces(t, k + 1, n);
    if (n - k < name.len || memcmp(t + k, name.ptr, name.len) != 0)
        return false;
    k = spaces(t, k + name.len, n);
    if (!ends_here(t, k, n, mark))
        return false;
    *at = k + 3;
    return true;
}
