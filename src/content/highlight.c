#include "content/highlight.h"

#include "content/code_info.h"
#include "content/highlight_tree.h"

#include <stdlib.h>
#include <string.h>

/* A table of blocks seen, by hash; a newcomer takes the place of whoever is there. Bounded: SLOTS
 * times twice KEEP_MAX. */
enum { SLOTS = 64, KEEP_MAX = 16 * 1024 };

struct seen {
    size_t grammar;
    size_t n;
    char *code; /* n bytes, and n more of paint; NULL: free */
};

struct highlighter {
    struct highlight_tree *tree;
    int64_t budget_us;
    struct seen seen[SLOTS];
};

struct highlighter *highlighter_new(void) {
    struct highlighter *h = calloc(1, sizeof *h);

    if (h == NULL)
        return NULL;
    h->tree = highlight_tree_new();
    if (h->tree == NULL) {
        free(h);
        return NULL;
    }
    highlighter_begin(h);
    return h;
}

void highlighter_free(struct highlighter *h) {
    if (h == NULL)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        free(h->seen[i].code);
    highlight_tree_free(h->tree);
    free(h);
}

void highlighter_begin(struct highlighter *h) {
    h->budget_us = (int64_t)HIGHLIGHT_DOCUMENT_MS * 1000;
}

static struct seen *slot_of(struct highlighter *h, size_t grammar, const char *code, size_t n) {
    uint64_t hash = 0xcbf29ce484222325U ^ grammar;

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)code[i]) * 0x100000001b3U;
    return &h->seen[(hash ^ hash >> 32U) % SLOTS];
}

static void remember(struct seen *s, size_t grammar, const char *code, const uint8_t *paint,
                     size_t n) {
    char *copy = malloc(2 * n);

    if (copy == NULL)
        return;
    memcpy(copy, code, n);
    memcpy(copy + n, paint, n);
    free(s->code);
    *s = (struct seen){.grammar = grammar, .n = n, .code = copy};
}

/* How far a line is indented: by spaces, and by the marks of YAML's lists, each of which is a level. */
static size_t indent_of(const char *line, const char *end) {
    const char *p = line;

    while (p < end &&
           (*p == ' ' || *p == '\t' || ((*p == '-' || *p == '?') && p + 1 < end && p[1] == ' ')))
        p++;
    return (size_t)(p - line);
}

/* Code that opens brackets and does not close them is no code, and the parser's worst case: tables of
 * what might be grow with the depth, which no clock between its steps bounds. So is code that goes in
 * and in: a grammar that keeps the levels has room for some hundred, and one more ends the process. */
static bool is_too_deep(const char *code, size_t n) {
    size_t depth = 0;

    for (size_t i = 0; i < n && depth <= HIGHLIGHT_DEPTH; i++) {
        if ((i == 0 || code[i - 1] == '\n') && indent_of(code + i, code + n) > HIGHLIGHT_INDENT)
            return true;
        if (strchr("([{", code[i]) != NULL)
            depth++;
        else if (depth > 0 && strchr(")]}", code[i]) != NULL)
            depth--;
    }
    return depth > HIGHLIGHT_DEPTH;
}

/* A colour for every byte, or NULL for a block that stays plain. The caller frees. */
static uint8_t *paint_of(struct highlighter *h, struct slice language, const char *code, size_t n) {
    const size_t grammar = highlight_tree_find(language);
    struct seen *s = NULL;
    int64_t left;
    uint8_t *paint;

    if (h == NULL || grammar == SIZE_MAX || n == 0 || n > HIGHLIGHT_MAX || is_too_deep(code, n))
        return NULL;
    paint = calloc(n, 1);
    if (paint == NULL)
        return NULL;
    if (n <= KEEP_MAX) {
        s = slot_of(h, grammar, code, n);
        if (s->code != NULL && s->grammar == grammar && s->n == n && memcmp(s->code, code, n) == 0)
            return memcpy(paint, s->code + n, n);
    }
    left = (int64_t)HIGHLIGHT_BLOCK_MS * 1000;
    if (left > h->budget_us)
        left = h->budget_us;
    h->budget_us -= left;
    if (left <= 0 || highlight_tree_paint(h->tree, paint, grammar, code, n, &left) != 0) {
        free(paint);
        paint = NULL;
    } else if (s != NULL) {
        remember(s, grammar, code, paint, n);
    }
    h->budget_us += left;
    return paint;
}

/* Text between tags. */
static void put_text(struct buf *out, const char *s, size_t n) {
    size_t from = 0;

    for (size_t i = 0; i < n; i++) {
        const char *as = s[i] == '&'   ? "&amp;"
                         : s[i] == '<' ? "&lt;"
                         : s[i] == '>' ? "&gt;"
                         : s[i] == '"' ? "&quot;"
                                       : NULL;
        if (as == NULL)
            continue;
        (void)buf_append(out, s + from, i - from);
        (void)buf_puts(out, as);
        from = i + 1;
    }
    (void)buf_append(out, s + from, n - from);
}

static void put_code(struct buf *out, const char *code, const uint8_t *paint, size_t n) {
    for (size_t i = 0; paint != NULL && i < n && buf_ok(out);) {
        size_t end = i + 1;
        while (end < n && paint[end] == paint[i])
            end++;
        if (paint[i] != 0)
            (void)buf_printf(out, "<span class=\"%s\">", highlight_tree_class(paint[i]));
        put_text(out, code + i, end - i);
        if (paint[i] != 0)
            (void)buf_puts(out, "</span>");
        i = end;
    }
    if (paint == NULL)
        put_text(out, code, n);
}

/* Line by line, where lines are marked or numbered. A number is an attribute, so that it is neither
 * searched nor copied with the code. */
static void put_lines(struct buf *out, const struct code_info *info, const char *code,
                      const uint8_t *paint, size_t n) {
    unsigned line = 1;

    for (size_t i = 0; i < n && buf_ok(out); line++) {
        const char *lf = memchr(code + i, '\n', n - i);
        const size_t len = lf != NULL ? (size_t)(lf - code) + 1 - i : n - i;
        const bool marked = code_info_is_marked(info, line);
        if (marked)
            (void)buf_puts(out, "<span class=\"hl\">");
        if (info->numbers)
            (void)buf_printf(out, "<span class=\"ln\" data-n=\"%u\"></span>",
                             info->first + line - 1);
        put_code(out, code + i, paint != NULL ? paint + i : NULL, len);
        if (marked)
            (void)buf_puts(out, "</span>");
        i += len;
    }
}

void highlight_block(struct buf *out, struct highlighter *h, const char *info, const char *code) {
    const size_t n = strlen(code);
    struct code_info ci;
    uint8_t *paint;

    code_info_read(&ci, info);
    paint = paint_of(h, ci.language, code, n);
    if (ci.title.len > 0) {
        (void)buf_puts(out, "<figure class=\"code\"><figcaption>");
        (void)text_html(out, ci.title.ptr, ci.title.len);
        (void)buf_puts(out, "</figcaption>\n");
    }
    (void)buf_puts(out, paint != NULL ? "<pre class=\"highlight chroma\"><code" : "<pre><code");
    if (ci.language.len > 0) {
        (void)buf_puts(out, " class=\"language-");
        (void)text_html(out, ci.language.ptr, ci.language.len);
        (void)buf_puts(out, "\"");
    }
    (void)buf_puts(out, ">");
    if (ci.numbers || ci.marked_len > 0)
        put_lines(out, &ci, code, paint, n);
    else
        put_code(out, code, paint, n);
    (void)buf_puts(out, ci.title.len > 0 ? "</code></pre></figure>\n" : "</code></pre>\n");
    free(paint);
}
