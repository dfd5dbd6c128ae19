/* What all expansions write with: tokens into the text, warnings with their place. */
#include "content/shortcode_private.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024 * 1024, HTML_MAX = 16 * 1024 * 1024, WARNINGS = 100 };

#define TOKEN_OPEN "\xEF\xB7\x90" /* U+FDD0 and U+FDD1 are no characters: nobody writes them */
#define TOKEN_CLOSE "\xEF\xB7\x91"

void shortcode_begin(struct shortcodes *out) {
    *out = (struct shortcodes){.warnings = json_array()};
    buf_init(&out->text, TEXT_MAX);
    buf_init(&out->html, HTML_MAX);
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

void shortcode_lines(struct shortcodes *o, struct slice over) {
    for (size_t i = 0; i < over.len; i++) {
        if (over.ptr[i] == '\n')
            (void)buf_putc(&o->text, '\n');
    }
}

void shortcode_token(struct shortcodes *o, bool block, struct slice over) {
    if (end_html(o) != 0) {
        o->text.failed = true;
        return;
    }
    (void)buf_printf(&o->text, "%s" TOKEN_OPEN "%zu" TOKEN_CLOSE "%s", block ? "<!--" : "",
                     o->count - 1, block ? "-->" : "");
    shortcode_lines(o, over);
}

void shortcode_ranges(struct buf *info, struct slice s) {
    (void)buf_puts(info, ",hl_lines=");
    for (size_t i = 0; i < s.len; i++)
        (void)buf_putc(info, (char)(text_is_digit(s.ptr[i]) || s.ptr[i] == '-' ? s.ptr[i] : ' '));
}

void shortcode_warn(struct shortcodes *out, struct shortcode_place *p, size_t at, const char *what,
                    struct slice name, const char *why) {
    struct buf text;
    json_t *w;
    int column = 1;

    for (; p->seen < at; p->seen++) {
        if (p->text[p->seen] == '\n') {
            p->line++;
            p->line_at = p->seen + 1;
        }
    }
    if (json_array_size(out->warnings) >= WARNINGS)
        return;
    for (size_t i = p->line_at; i < at && column < 10000; i++)
        column += ((unsigned char)p->text[i] & 0xC0U) != 0x80U;
    buf_init(&text, 512);
    (void)buf_puts(&text, what);
    if (name.len > 0)
        (void)buf_printf(&text, " \"%.*s\"", (int)(name.len < 64 ? name.len : 64), name.ptr);
    (void)buf_printf(&text, ": %s: it stays as text", why);
    w = json_object();
    if (json_put_int(w, "line", p->line) != 0 || json_put_int(w, "column", column) != 0 ||
        json_put_stringn(w, "text", buf_str(&text), text.len) != 0 ||
        json_array_append(out->warnings, w) != 0)
        out->text.failed = true;
    json_decref(w);
    buf_free(&text);
}

bool shortcode_alone(const char *text, size_t n, size_t start, size_t end) {
    size_t i = start;
    size_t k = end;

    while (i > 0 && start - i <= 3 && text[i - 1] == ' ')
        i--;
    while (k < n && k - end < 256 && (text[k] == ' ' || text[k] == '\t'))
        k++;
    return (i == 0 || text[i - 1] == '\n') && start - i <= 3 && (k == n || text[k] == '\n');
}

int shortcode_finish(struct shortcodes *out, struct error *err) {
    if (out->warnings != NULL && buf_ok(&out->text) && buf_ok(&out->html))
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
