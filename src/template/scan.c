/* From text to tags: finds the delimiters, names and sigils, and whether a tag has only white space
 * around it on its line. Knows nothing of nesting. Each byte is looked at a bounded number of times:
 * a tag that is never closed ends the scan, and the white space around a tag ends at its neighbour.
 * Line ends are LF and CR LF; white space on a line is space and tab. */
#include "template/program.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { DELIMITER_MAX = 16, SHOWN_MAX = 60 };

struct scan {
    struct tags *tags;
    const char *text;
    size_t len;
    struct slice open, close; /* the delimiters in force */
    struct error *err;
};

int tags_error(struct error *err, const char *text, uint32_t at, const char *fmt, ...) {
    char message[sizeof err->text];
    int line = 1;
    int column = 1;
    for (uint32_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            column++;
        }
    }
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    return error_at(err, line, column, "%s", message);
}

int tags_shown(const char *text, uint32_t at, uint32_t len) {
    uint32_t n = len < SHOWN_MAX ? len : SHOWN_MAX;
    while (n < len && n > 0 && ((unsigned char)text[at + n] & 0xC0) == 0x80) {
        n--;
    }
    return (int)n;
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

uint32_t tags_line_start(const char *text, uint32_t at) {
    while (at > 0 && is_blank(text[at - 1])) {
        at--;
    }
    return at;
}

uint32_t tags_line_next(const char *text, size_t len, uint32_t at) {
    while (at < len && is_blank(text[at])) {
        at++;
    }
    if (at + 1 < len && text[at] == '\r' && text[at + 1] == '\n') {
        return at + 2;
    }
    return at < len && text[at] == '\n' ? at + 1 : at;
}

static void look_around(const struct scan *s, struct tag *t) {
    uint32_t before = tags_line_start(s->text, t->start);
    t->clear_before = before == 0 || s->text[before - 1] == '\n';
    uint32_t after = tags_line_next(s->text, s->len, t->end);
    t->clear_after = after == s->len || (after > t->end && s->text[after - 1] == '\n');
}

static int add_tag(struct scan *s, struct tag t) {
    struct tags *tags = s->tags;
    if (tags->count == tags->cap) {
        uint32_t cap = tags->cap == 0 ? 32 : tags->cap * 2;
        struct tag *list = realloc(tags->list, cap * sizeof *list);
        if (list == NULL) {
            return error_set(s->err, "out of memory");
        }
        tags->list = list;
        tags->cap = cap;
    }
    look_around(s, &t);
    tags->list[tags->count++] = t;
    return 0;
}

static struct slice cut_word(struct slice *rest) {
    struct slice word = {rest->ptr, 0};
    while (word.len < rest->len && !text_is_space(word.ptr[word.len])) {
        word.len++;
    }
    *rest = slice_trim(slice_n(rest->ptr + word.len, rest->len - word.len));
    return word;
}

static int set_delimiters(struct scan *s, uint32_t start, struct slice body) {
    struct slice rest = slice_trim(body);
    struct slice open = cut_word(&rest);
    struct slice close = cut_word(&rest);
    if (open.len == 0 || close.len == 0 || rest.len != 0) {
        return tags_error(s->err, s->text, start,
                          "bad delimiters: write two, with a space between: {{=<%% %%>=}}");
    }
    if (open.len > DELIMITER_MAX || close.len > DELIMITER_MAX) {
        return tags_error(s->err, s->text, start, "bad delimiters: at most %d bytes each",
                          DELIMITER_MAX);
    }
    if (memchr(open.ptr, '=', open.len) != NULL || memchr(close.ptr, '=', close.len) != NULL) {
        return tags_error(s->err, s->text, start, "bad delimiters: they may not hold '='");
    }
    s->open = open;
    s->close = close;
    return 0;
}

static enum tag_kind kind_of(char sigil) {
    switch (sigil) {
    case '#':
        return TAG_SECTION;
    case '^':
        return TAG_INVERTED;
    case '/':
        return TAG_CLOSE;
    case '>':
        return TAG_PARTIAL;
    case '<':
        return TAG_PARENT;
    case '$':
        return TAG_BLOCK;
    case '!':
        return TAG_COMMENT;
    case '=':
        return TAG_DELIMITERS;
    case '{':
    case '&':
        return TAG_RAW;
    default:
        return TAG_VARIABLE;
    }
}

/* A dotted name has no empty part; "." alone is the current item. */
static bool dotted_ok(struct slice name) {
    if (slice_eq(name, ".")) {
        return true;
    }
    bool empty = true;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '.' && empty) {
            return false;
        }
        empty = name.ptr[i] == '.';
    }
    return !empty;
}

static int check_name(const struct scan *s, const struct tag *t, struct slice name) {
    if (name.len == 0) {
        return tags_error(s->err, s->text, t->start, "the tag has no name");
    }
    uint32_t at = (uint32_t)(name.ptr - s->text);
    for (size_t i = 0; i < name.len; i++) {
        if (text_is_space(name.ptr[i]) || name.ptr[i] == '\0') {
            return tags_error(s->err, s->text, t->start, "the name \"%.*s\" holds white space",
                              tags_shown(s->text, at, (uint32_t)i), name.ptr);
        }
    }
    bool path = t->kind == TAG_VARIABLE || t->kind == TAG_RAW || t->kind == TAG_SECTION ||
                t->kind == TAG_INVERTED || t->dynamic;
    if (path && !dotted_ok(name)) {
        return tags_error(s->err, s->text, t->start, "the name \"%.*s\" has an empty part",
                          tags_shown(s->text, at, (uint32_t)name.len), name.ptr);
    }
    return 0;
}

static int read_name(struct scan *s, struct tag *t, struct slice body) {
    struct slice name = slice_trim(body);
    bool template = t->kind == TAG_PARTIAL || t->kind == TAG_PARENT || t->kind == TAG_CLOSE;
    if (template && name.len > 0 && name.ptr[0] == '*') {
        t->dynamic = true;
        name = slice_trim(slice_n(name.ptr + 1, name.len - 1));
    }
    if (check_name(s, t, name) != 0) {
        return -1;
    }
    t->name = (uint32_t)(name.ptr - s->text);
    t->name_len = (uint32_t)name.len;
    return 0;
}

/* Reads the tag whose opening delimiter is at s->text[start]; *pos moves behind it. */
static int read_tag(struct scan *s, uint32_t start, size_t *pos) {
    size_t from = start + s->open.len;
    char first = '\0'; /* the sigil may have white space before it */
    size_t sigil = from;
    while (sigil < s->len && text_is_space(s->text[sigil])) {
        sigil++;
    }
    if (sigil < s->len) {
        first = s->text[sigil];
    }
    struct tag t = {.kind = (uint8_t)kind_of(first), .start = start, .match = TEMPLATE_NONE};
    if (t.kind != TAG_VARIABLE) {
        from = sigil + 1;
    }
    char ending[DELIMITER_MAX + 2];
    size_t n = 0;
    if (first == '{' || first == '=') {
        ending[n++] = first == '{' ? '}' : '=';
    }
    memcpy(ending + n, s->close.ptr, s->close.len);
    n += s->close.len;
    const char *end = from < s->len ? memmem(s->text + from, s->len - from, ending, n) : NULL;
    if (end == NULL) {
        return tags_error(s->err, s->text, start, "the tag is never closed: \"%.*s\" is missing",
                          (int)n, ending);
    }
    struct slice body = slice_n(s->text + from, (size_t)(end - (s->text + from)));
    *pos = (size_t)(end - s->text) + n;
    t.end = (uint32_t)*pos;
    int rc = 0;
    if (t.kind == TAG_DELIMITERS) {
        rc = set_delimiters(s, start, body);
    } else if (t.kind != TAG_COMMENT) {
        rc = read_name(s, &t, body);
    }
    return rc != 0 ? -1 : add_tag(s, t);
}

int tags_scan(struct tags *tags, const char *text, size_t len, struct error *err) {
    struct scan s = {tags, text, len, slice_of("{{"), slice_of("}}"), err};
    size_t pos = 0;
    while (pos < len) {
        const char *at = memmem(text + pos, len - pos, s.open.ptr, s.open.len);
        if (at == NULL) {
            break;
        }
        if (read_tag(&s, (uint32_t)(at - text), &pos) != 0) {
            return -1;
        }
    }
    return 0;
}
