/* Zola's tags (getzola.org, content/shortcodes): {{ name(key=value, ...) }}, {% name(...) %} with a body up to
 * {% end %}, and both with a slash and star within the braces for what shall be shown. Anything else in
 * double braces is text: a name without parentheses calls nothing. */
#include "content/shortcode_private.h"

#include <string.h>

static bool is_word(char c) {
    return text_is_alpha(c) || text_is_digit(c) || c == '_';
}

static size_t spaces(const char *t, size_t i, size_t end) {
    const size_t most = i + 256;
    while (i < end && i < most && text_is_space(t[i]))
        i++;
    return i;
}

static size_t word(const char *t, size_t i, size_t end) {
    const size_t most = i + 256;
    while (i < end && i < most && is_word(t[i]))
        i++;
    return i;
}

/* "{%" and white space may have a hyphen between (Tera's trimming). */
static size_t behind_mark(const char *t, size_t n, size_t at) {
    const size_t i = at + 2;
    return spaces(t, i < n && t[i] == '-' ? i + 1 : i, n);
}

static size_t end_mark(const char *t, size_t i, size_t end, char mark) {
    if (i < end && t[i] == '-')
        i++;
    return i + 2 <= end && t[i] == (mark == '{' ? '}' : '%') && t[i + 1] == '}' ? i + 2 : 0;
}

bool shortcode_is_zola(const char *t, size_t n, size_t at) {
    size_t i, k;

    if (n - at < 6 || t[at] != '{' || (t[at + 1] != '{' && t[at + 1] != '%'))
        return false;
    if (t[at + 2] == '/' && t[at + 3] == '*')
        return true;
    i = behind_mark(t, n, at);
    k = word(t, i, n);
    if (k == i || text_is_digit(t[i]))
        return false;
    if (t[at + 1] == '%' && slice_eq(slice_n(t + i, k - i), "end"))
        return end_mark(t, spaces(t, k, n), n, '%') > 0;
    return k < n && t[k] == '(';
}

static const char *escaped(struct shortcode_tag *g, const char *t, size_t limit) {
    const char end[] = {'*', '/', (char)(g->mark == '{' ? '}' : '%'), '}'};
    const size_t from = g->start + 4;
    const char *p = memmem(t + from, limit - from, end, sizeof end);

    if (p == NULL) {
        g->end = limit;
        g->call->name = slice_of("/*");
        return "it does not end";
    }
    g->inside = slice_n(t + from, (size_t)(p - t) - from);
    g->end = (size_t)(p - t) + sizeof end;
    g->edge = 2;
    g->use = SHORTCODE_AS_LITERAL;
    return NULL;
}

/* A quoted value, a list or a plain one. False when it does not end. */
static bool value(struct shortcode_arg *a, const char *t, size_t *i, size_t end) {
    const char quote = *i < end ? t[*i] : '\0';
    size_t k = *i;

    if (quote == '"' || quote == '\'' || quote == '`' || quote == '[') {
        const char *stop = memchr(t + k + 1, quote == '[' ? ']' : quote, end - k - 1);
        if (stop == NULL)
            return false;
        a->value = slice_n(t + k + 1, (size_t)(stop - t) - k - 1);
        *i = (size_t)(stop - t) + 1;
        return true;
    }
    while (k < end && (is_word(t[k]) || strchr("+-.", t[k]) != NULL) && t[k] != '\0')
        k++;
    a->value = slice_n(t + *i, k - *i);
    *i = k;
    return a->value.len > 0;
}

/* The arguments at *i, behind the parenthesis; *i behind the closing one. */
static bool arguments(struct shortcode_call *c, const char *t, size_t *i, size_t end) {
    for (;;) {
        struct shortcode_arg a = {0};
        size_t k = spaces(t, *i, end);
        if (k < end && t[k] == ')') {
            *i = k + 1;
            return true;
        }
        *i = k;
        k = word(t, k, end);
        a.key = slice_n(t + *i, k - *i);
        k = spaces(t, k, end);
        if (a.key.len == 0 || k >= end || t[k] != '=')
            return false;
        k = spaces(t, k + 1, end);
        if (!value(&a, t, &k, end))
            return false;
        if (c->count < SHORTCODE_ARGS)
            c->args[c->count++] = a;
        *i = spaces(t, k, end);
        if (*i < end && t[*i] == ',')
            ++*i;
        else if (*i >= end || t[*i] != ')')
            return false;
    }
}

const char *shortcode_read_zola(struct shortcode_tag *g, const char *t, size_t n) {
    const size_t at = g->start;
    const size_t limit = n - at > SHORTCODE_TAG_MAX ? at + SHORTCODE_TAG_MAX : n;
    size_t i = behind_mark(t, limit, at);
    size_t k = word(t, i, limit);
    size_t end;

    g->mark = t[at + 1];
    if (t[at + 2] == '/')
        return escaped(g, t, limit);
    g->call->name = slice_n(t + i, k - i);
    g->end = k;
    i = spaces(t, k, limit);
    if (g->mark == '%' && slice_eq(g->call->name, "end") && end_mark(t, i, limit, '%') > 0) {
        g->call->name = slice_n(t + k, 0);
        g->closing = true;
        g->end = end_mark(t, i, limit, '%');
        return NULL;
    }
    i = k + 1;
    if (!arguments(g->call, t, &i, limit))
        return "its arguments are not understood";
    end = end_mark(t, spaces(t, i, limit), limit, g->mark);
    if (end == 0)
        return "it does not end";
    g->end = end;
    return NULL;
}
