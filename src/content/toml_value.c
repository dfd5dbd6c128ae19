/* Keys and values: strings and arrays; the words are in toml_word.c. */
#include "content/toml_private.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

/* ---- the cursor ---- */

char toml_peek(const struct toml *t) {
    return t->at < t->end ? *t->at : '\0';
}

int toml_wrong(struct toml *t, const char *fmt, ...) {
    char text[300];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return error_at(t->err, t->line, (int)(t->at - t->line_start) + 1, "%s", text);
}

bool toml_take(struct toml *t, char c) {
    if (toml_peek(t) != c || t->at >= t->end)
        return false;
    t->at++;
    return true;
}

static void next_line(struct toml *t) {
    t->at++;
    t->line++;
    t->line_start = t->at;
}

static bool is_control(char c) {
    return ((unsigned char)c < 0x20 && c != '\t') || c == 0x7f;
}

int toml_skip(struct toml *t, bool lines) {
    for (;;) {
        char c = toml_peek(t);
        if (c == ' ' || c == '\t') {
            t->at++;
        } else if (lines && c == '\n') {
            next_line(t);
        } else if (lines && c == '\r' && t->at + 1 < t->end && t->at[1] == '\n') {
            t->at++;
        } else if (lines && c == '#') {
            while (t->at < t->end && *t->at != '\n' && *t->at != '\r')
                if (is_control(*t->at++))
                    return toml_wrong(t, "a control character in a comment");
        } else {
            return 0;
        }
    }
}

static bool starts(const struct toml *t, const char *s) {
    size_t n = strlen(s);
    return (size_t)(t->end - t->at) >= n && memcmp(t->at, s, n) == 0;
}

/* ---- strings ---- */

static int put_character(struct toml *t, struct buf *out, unsigned long c) {
    char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
        return toml_wrong(t, "an escape that is no character");
    if (n == 1)
        bytes[0] = (char)c;
    for (size_t i = n; n > 1 && i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    if (n > 1)
        bytes[0] = (char)((0xf00 >> n & 0xff) | c);
    return buf_append(out, bytes, n);
}

/* The escape behind a backslash. In a multi-line string it may swallow the end of the line. */
static int escape(struct toml *t, struct buf *out, bool multi) {
    static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    char c = toml_peek(t);
    const char *found = c == '\0' ? NULL : strchr(names, c);
    if (found != NULL) {
        t->at++;
        return buf_putc(out, values[found - names]);
    }
    if (c == 'u' || c == 'U') {
        unsigned long code = 0;
        t->at++;
        for (int i = 0; i < (c == 'u' ? 4 : 8); i++) {
            int digit = text_hex(toml_peek(t));
            if (digit < 0)
                return toml_wrong(t, "\\%c wants %d hex digits", c, c == 'u' ? 4 : 8);
            code = code << 4 | (unsigned long)digit;
            t->at++;
        }
        return put_character(t, out, code);
    }
    const char *from = t->at;
    while (multi && (toml_peek(t) == ' ' || toml_peek(t) == '\t'))
        t->at++;
    if (!multi || (toml_peek(t) != '\n' && !starts(t, "\r\n"))) {
        t->at = from;
        return toml_wrong(t, "an unknown escape");
    }
    for (;;) {
        if (toml_peek(t) == '\n')
            next_line(t);
        else if (toml_peek(t) == ' ' || toml_peek(t) == '\t' || starts(t, "\r\n"))
            t->at++;
        else
            return 0;
    }
}

static int multi_string(struct toml *t, struct buf *out, char quote) {
    const int opened = t->line;
    char three[4] = {quote, quote, quote, '\0'};
    t->at += 3;
    if (starts(t, "\r\n"))
        t->at++;
    if (toml_peek(t) == '\n')
        next_line(t);
    while (t->at < t->end) {
        char c = *t->at;
        if (starts(t, three)) {
            t->at += 3;
            for (int i = 0; i < 2 && toml_peek(t) == quote; i++, t->at++)
                (void)buf_putc(out, quote); /* quotes that end the text */
            return 0;
        }
        if (is_control(c) && c != '\n' && !starts(t, "\r\n"))
            return toml_wrong(t, "a control character in a string: write it as an escape");
        if (c == '\n') {
            (void)buf_putc(out, c);
            next_line(t);
        } else if (c == '\\' && quote == '"') {
            t->at++;
            if (escape(t, out, true) != 0)
                return -1;
        } else {
            if (c != '\r')
                (void)buf_putc(out, c);
            t->at++;
        }
    }
    return error_at(t->err, opened, 1, "a string that begins here has no end");
}

static int line_string(struct toml *t, struct buf *out, char quote) {
    t->at++;
    while (t->at < t->end && *t->at != '\n' && !starts(t, "\r\n")) {
        char c = *t->at;
        if (c == quote) {
            t->at++;
            return 0;
        }
        if (is_control(c))
            return toml_wrong(t, "a control character in a string: write it as an escape");
        t->at++;
        if (c == '\\' && quote == '"') {
            if (escape(t, out, false) != 0)
                return -1;
        } else {
            (void)buf_putc(out, c);
        }
    }
    return toml_wrong(t, "the string has no end");
}

static json_t *text_json(struct toml *t, const struct buf *text) {
    json_t *v = buf_ok(text) ? json_stringn(buf_str(text), text->len) : NULL;
    if (v == NULL)
        (void)toml_wrong(t, "a text that is no UTF-8, or is too long");
    return v;
}

static json_t *string_value(struct toml *t) {
    struct buf text;
    char quote = *t->at;
    char three[4] = {quote, quote, quote, '\0'};
    buf_init(&text, TEXT_MAX);
    int rc = starts(t, three) ? multi_string(t, &text, quote) : line_string(t, &text, quote);
    json_t *v = rc == 0 ? text_json(t, &text) : NULL;
    buf_free(&text);
    return v;
}

bool toml_is_bare(char c) {
    return text_is_alpha(c) || text_is_digit(c) || c == '_' || c == '-';
}

int toml_key_part(struct toml *t, struct buf *out) {
    char c = toml_peek(t);
    size_t from = out->len;
    if (c == '"' || c == '\'') {
        if (line_string(t, out, c) != 0)
            return -1;
        for (size_t i = from; i < out->len; i++)
            if (is_control(out->data[i]))
                return toml_wrong(t, "a control character in a key");
        return buf_ok(out) ? 0 : toml_wrong(t, "the key is too long");
    }
    while (toml_is_bare(toml_peek(t)))
        (void)buf_putc(out, *t->at++);
    if (!buf_ok(out))
        return toml_wrong(t, "the key is too long");
    return out->len > from ? 0 : toml_wrong(t, "a key is expected here");
}

/* ---- arrays ---- */

static int array_entries(struct toml *t, json_t *list, int depth) {
    for (;;) {
        if (toml_skip(t, true) != 0)
            return -1;
        if (toml_take(t, ']'))
            return 0;
        json_t *v = toml_value(t, depth + 1);
        if (v == NULL || json_array_append_new(list, v) != 0 || toml_skip(t, true) != 0)
            return -1;
        if (toml_take(t, ']'))
            return 0;
        if (!toml_take(t, ','))
            return toml_wrong(t, "a comma or ] is expected here");
    }
}

json_t *toml_value(struct toml *t, int depth) {
    char c = toml_peek(t);
    if (depth > TOML_DEPTH) {
        (void)toml_wrong(t, "nested deeper than %d", TOML_DEPTH);
        return NULL;
    }
    if (c == '"' || c == '\'')
        return string_value(t);
    if (c == '{')
        return toml_inline_table(t, depth);
    if (c != '[')
        return toml_word(t);
    t->at++;
    json_t *list = json_array();
    if (list != NULL && array_entries(t, list, depth) == 0)
        return list;
    json_decref(list);
    return NULL;
}
