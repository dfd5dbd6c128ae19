/* Two passes over the body. The first reads the tags into a table and pairs what opens with what
 * closes (a stack of 32); the second writes. Each byte is read a bounded number of times: a tag that
 * does not end within TAG_MAX bytes is text up to where the reading stopped, and a verbatim
 * shortcode without an end is looked for once. */
#include "content/shortcode.h"

#include "content/shortcode_builtin.h"

#include <stdlib.h>
#include <string.h>

enum {
    TEXT_MAX = 64 * 1024 * 1024,
    HTML_MAX = 16 * 1024 * 1024,
    TAG_MAX = 8192,
    TAGS_MAX = 20000,
    NESTING = 32,
    WARNINGS = 100
};

#define TOKEN_OPEN "\xEF\xB7\x90" /* U+FDD0 and U+FDD1 are no characters: nobody writes them */
#define TOKEN_CLOSE "\xEF\xB7\x91"

enum use { AS_TEXT, AS_LITERAL, AS_HTML, AS_END };

struct tag {
    size_t start, end; /* of the whole in the text; a verbatim one's end is its closing tag's */
    struct slice inside;
    enum use use;
    bool closing, paired;
    struct shortcode_call *call; /* owned */
};

struct scan {
    struct shortcodes *out;
    const char *text;
    size_t n;
    bool raw_html;
    const json_t *params;
    struct tag *tags;
    size_t count, cap;
    size_t open[NESTING]; /* indexes of wrapping tags not closed yet */
    size_t depth;
    bool no_end[2]; /* no {{< or {{% closing tag of a verbatim shortcode is left */
    size_t line_at; /* where line begins, for warnings */
    size_t seen;
    int line;
    bool out_of_memory;
};

static void warn(struct scan *s, size_t at, struct slice name, const char *why) {
    struct buf text;
    json_t *w;
    int column = 1;

    for (; s->seen < at; s->seen++) {
        if (s->text[s->seen] == '\n') {
            s->line++;
            s->line_at = s->seen + 1;
        }
    }
    if (json_array_size(s->out->warnings) >= WARNINGS)
        return;
    for (size_t i = s->line_at; i < at && column < 10000; i++)
        column += ((unsigned char)s->text[i] & 0xC0U) != 0x80U;
    buf_init(&text, 512);
    (void)buf_printf(&text, "shortcode \"%.*s\": %s: it stays as text",
                     (int)(name.len < 64 ? name.len : 64), name.ptr != NULL ? name.ptr : "", why);
    w = json_object();
    if (json_put_int(w, "line", s->line) != 0 || json_put_int(w, "column", column) != 0 ||
        json_put_stringn(w, "text", buf_str(&text), text.len) != 0 ||
        json_array_append(s->out->warnings, w) != 0)
        s->out_of_memory = true;
    json_decref(w);
    buf_free(&text);
}

/* --- reading a tag --- */

static bool is_name(char c) {
    return text_is_alpha(c) || text_is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
}

static size_t spaces(const char *t, size_t i, size_t end) {
    while (i < end && text_is_space(t[i]))
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
static const char *read_tag(struct shortcode_call *c, struct tag *g, const char *t, size_t *i,
                            size_t end, char mark) {
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
        if (k < end && t[k] == '/' && ends_here(t, k + 1, end, mark))
            k++;
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

/* --- the first pass --- */

static struct tag *add_tag(struct scan *s) {
    if (s->count == s->cap) {
        const size_t cap = s->cap > 0 ? s->cap * 2 : 64;
        struct tag *more = realloc(s->tags, cap * sizeof *more);
        if (more == NULL)
            return NULL;
        s->tags = more;
        s->cap = cap;
    }
    s->tags[s->count] = (struct tag){0};
    return &s->tags[s->count++];
}

/* The closing tag of the verbatim shortcode g: g then reaches to its end. */
static bool find_end(struct scan *s, struct tag *g, struct slice name, char mark) {
    bool *none = &s->no_end[mark == '%'];
    size_t i = g->end;

    while (!*none && i + 4 < s->n) {
        const char *p = memmem(s->text + i, s->n - i, "{{", 2);
        size_t k;
        if (p == NULL)
            break;
        i = (size_t)(p - s->text) + 2;
        if (i >= s->n || s->text[i] != mark)
            continue;
        k = spaces(s->text, i + 1, s->n);
        if (k >= s->n || s->text[k] != '/')
            continue;
        k = spaces(s->text, k + 1, s->n);
        if (s->n - k < name.len || memcmp(s->text + k, name.ptr, name.len) != 0)
            continue;
        k = spaces(s->text, k + name.len, s->n);
        if (!ends_here(s->text, k, s->n, mark))
            continue;
        g->inside = slice_n(s->text + g->end, i - 2 - g->end);
        g->end = k + 3;
        return true;
    }
    *none = true;
    return false;
}

/* Pairs a closing tag with what it closes; false when it closes nothing. */
static bool close_one(struct scan *s, struct slice name) {
    for (size_t d = s->depth; d > 0; d--) {
        struct tag *o = &s->tags[s->open[d - 1]];
        if (o->call->name.len == name.len && memcmp(o->call->name.ptr, name.ptr, name.len) == 0) {
            o->paired = true;
            s->depth = d - 1;
            return true;
        }
    }
    return false;
}

static const char *place(struct scan *s, struct tag *g, char mark) {
    const enum shortcode_kind kind = shortcode_kind(g->call->name);

    if (kind == SHORTCODE_UNKNOWN)
        return "it is unknown";
    if (g->closing) {
        if (kind != SHORTCODE_WRAP || !close_one(s, g->call->name))
            return "it closes nothing";
        g->use = AS_END;
        return NULL;
    }
    g->use = AS_HTML;
    if (kind == SHORTCODE_WRAP) {
        if (s->depth == NESTING)
            return "it is nested too deep";
        s->open[s->depth++] = s->count - 1;
    } else if (kind == SHORTCODE_VERBATIM && !find_end(s, g, g->call->name, mark)) {
        return "it is not closed";
    }
    return NULL;
}

/* A slash and star behind the mark, a star and slash before its end: what is between is shown. */
static bool escaped(struct scan *s, struct tag *g, size_t limit, char mark) {
    const char end[] = {'*', '/', (char)(mark == '<' ? '>' : '%'), '}', '}'};
    const size_t from = g->start + 5;
    const char *p = from < limit ? memmem(s->text + from, limit - from, end, sizeof end) : NULL;

    if (p == NULL)
        return false;
    g->inside = slice_n(s->text + from, (size_t)(p - s->text) - from);
    g->end = (size_t)(p - s->text) + sizeof end;
    g->use = AS_LITERAL;
    return true;
}

/* The tag at `at`; where to go on. */
static size_t take_tag(struct scan *s, size_t at) {
    const size_t limit = s->n - at > TAG_MAX ? at + TAG_MAX : s->n;
    const char mark = s->text[at + 2];
    struct tag *g = add_tag(s);
    const char *why;
    size_t i = at + 3;

    if (g == NULL || (g->call = calloc(1, sizeof *g->call)) == NULL) {
        s->out_of_memory = true;
        return s->n;
    }
    g->start = at;
    if (limit - at > 5 && s->text[at + 3] == '/' && s->text[at + 4] == '*') {
        if (escaped(s, g, limit, mark))
            return g->end;
        warn(s, at, slice_of("/*"), "it does not end");
        g->end = limit;
        return limit;
    }
    why = read_tag(g->call, g, s->text, &i, limit, mark);
    g->end = i;
    if (why == NULL)
        why = place(s, g, mark);
    g->call->inside = g->inside;
    g->call->params = s->params;
    g->call->raw_html = s->raw_html;
    if (why != NULL) {
        g->use = AS_TEXT;
        warn(s, at, g->call->name, why);
    }
    return g->end;
}

static void read_all(struct scan *s) {
    size_t i = 0;

    while (i + 3 < s->n && s->count < TAGS_MAX) {
        const char *p = memmem(s->text + i, s->n - i, "{{", 2);
        if (p == NULL)
            return;
        i = (size_t)(p - s->text);
        if (i + 3 < s->n && (p[2] == '<' || p[2] == '%'))
            i = take_tag(s, i);
        else
            i++;
    }
    if (s->count >= TAGS_MAX)
        warn(s, i, slice_of(""), "there are too many");
}

/* --- the second pass --- */

/* Whether the tag has its line for itself, so that it may be a block of its own. */
static bool alone(const struct scan *s, const struct tag *g) {
    size_t i = g->start;
    size_t k = g->end;

    while (i > 0 && g->start - i <= 3 && s->text[i - 1] == ' ')
        i--;
    while (k < s->n && k - g->end < 256 && (s->text[k] == ' ' || s->text[k] == '\t'))
        k++;
    return (i == 0 || s->text[i - 1] == '\n') && g->start - i <= 3 &&
           (k == s->n || s->text[k] == '\n');
}

static int end_html(struct shortcodes *o) {
    if ((o->count & (o->count + 1)) == 0) { /* 0, 1, 3, 7: room for twice as many */
        size_t *more = realloc(o->ends, (o->count + 1) * 2 * sizeof *more);
        if (more == NULL)
            return -1;
        o->ends = more;
    }
    o->ends[o->count++] = o->html.len;
    return 0;
}

static void write_tag(struct scan *s, const struct tag *g) {
    struct shortcodes *o = s->out;
    const bool block = s->raw_html && alone(s, g);
    const char *why = shortcode_html(&o->html, g->call, g->use == AS_END);

    if (why != NULL) {
        warn(s, g->start, g->call->name, why);
        (void)buf_append(&o->text, s->text + g->start, g->end - g->start);
        return;
    }
    if (end_html(o) != 0)
        s->out_of_memory = true;
    (void)buf_printf(&o->text, "%s" TOKEN_OPEN "%zu" TOKEN_CLOSE "%s", block ? "<!--" : "",
                     o->count - 1, block ? "-->" : "");
    for (size_t i = g->start; i < g->end; i++) {
        if (s->text[i] == '\n')
            (void)buf_putc(&o->text, '\n');
    }
}

static void write_all(struct scan *s) {
    size_t done = 0;

    s->seen = s->line_at = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct tag *g = &s->tags[i];
        (void)buf_append(&s->out->text, s->text + done, g->start - done);
        done = g->end;
        if (g->use == AS_LITERAL) {
            (void)buf_append(&s->out->text, s->text + g->start, 3);
            (void)buf_append(&s->out->text, g->inside.ptr, g->inside.len);
            (void)buf_append(&s->out->text, s->text + g->end - 3, 3);
        } else if (g->use == AS_TEXT) {
            (void)buf_append(&s->out->text, s->text + g->start, g->end - g->start);
        } else {
            write_tag(s, g);
        }
    }
    (void)buf_append(&s->out->text, s->text + done, s->n - done);
}

/* An opening tag that nothing closes is text. */
static void unpaired(struct scan *s) {
    for (size_t i = 0; i < s->count; i++) {
        struct tag *g = &s->tags[i];
        if (g->use == AS_HTML && !g->paired && shortcode_kind(g->call->name) == SHORTCODE_WRAP) {
            g->use = AS_TEXT;
            warn(s, g->start, g->call->name, "it is not closed");
        }
    }
}

int shortcode_expand(struct shortcodes *out, const char *text, size_t n, int first_line,
                     bool raw_html, const json_t *params, struct error *err) {
    struct scan s = {.out = out,
                     .text = text,
                     .n = n,
                     .raw_html = raw_html,
                     .params = params,
                     .line = first_line};

    *out = (struct shortcodes){.warnings = json_array()};
    buf_init(&out->text, TEXT_MAX);
    buf_init(&out->html, HTML_MAX);
    if (n > 0)
        read_all(&s);
    s.seen = s.line_at = 0;
    s.line = first_line;
    unpaired(&s);
    s.line = first_line;
    write_all(&s);
    for (size_t i = 0; i < s.count; i++)
        free(s.tags[i].call);
    free(s.tags);
    if (out->warnings != NULL && !s.out_of_memory && buf_ok(&out->text) && buf_ok(&out->html))
        return 0;
    shortcode_free(out);
    return error_set(err, "shortcodes: memory is out or they write more than %d MB",
                     HTML_MAX / 1024 / 1024);
}

void shortcode_free(struct shortcodes *s) {
    buf_free(&s->text);
    buf_free(&s->html);
    free(s->ends);
    json_decref(s->warnings);
    *s = (struct shortcodes){0};
}
