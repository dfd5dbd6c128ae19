/* Trees as JSON text: see value.h. */
#include "base/value.h"

#include <stdio.h>

enum { DEPTH_MAX = 64, RUN = 64 };

/* What a byte is written as: itself (0), an escape of one letter, or 'u' and four digits. */
static const unsigned char escapes[256] = {
    [0 ... 7] = 'u', ['\b'] = 'b', ['\t'] = 't',      ['\n'] = 'n', [11] = 'u',
    ['\f'] = 'f',    ['\r'] = 'r', [14 ... 31] = 'u', ['"'] = '"',  ['&'] = 'u',
    ['<'] = 'u',     ['>'] = 'u',  ['\\'] = '\\',
};

/* How many bytes of s certainly stand as they are, looked at by eight. A byte of x is zero only where
 * (x - ones) & ~x has its highest bit. */
static size_t plain_bytes(const char *s, size_t n) {
    const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
    size_t i = 0;
    for (uint64_t word; n - i >= sizeof word; i += sizeof word) {
        memcpy(&word, s + i, sizeof word);
        uint64_t quote = (word & ~(4 * ones)) ^ ('"' * ones); /* and & */
        uint64_t angle = (word | 2 * ones) ^ ('>' * ones), back = word ^ ('\\' * ones);
        uint64_t any = ((quote - ones) & ~quote) | ((angle - ones) & ~angle) |
                       ((back - ones) & ~back) | ((word - 0x20 * ones) & ~word);
        if ((any & tops) != 0)
            break;
    }
    return i;
}

static void write_text(struct buf *out, const char *s, size_t n) {
    static const char digits[] = "0123456789abcdef";
    size_t from = 0, looked = 0;
    buf_putc(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (i == looked) {
            i += plain_bytes(s + i, n - i);
            looked = i + sizeof(uint64_t);
            if (i == n)
                break;
        }
        unsigned char c = (unsigned char)s[i], e = escapes[c];
        if (e == 0)
            continue;
        const char code[6] = {'\\', (char)e, '0', '0', digits[c >> 4], digits[c & 15]};
        buf_append(out, s + from, i - from);
        buf_append(out, code, e == 'u' ? 6 : 2);
        from = i + 1;
    }
    buf_append(out, s + from, n - from);
    buf_putc(out, '"');
}

static void write_any(struct buf *out, const struct value *v, int depth);

static void write_list(struct buf *out, const struct value_list *l, int depth) {
    buf_putc(out, '[');
    for (const struct value_item *i = l->first; i != NULL; i = i->next) {
        if (i != l->first)
            buf_putc(out, ',');
        write_any(out, &i->value, depth);
    }
    buf_putc(out, ']');
}

/* Members are chained from the newest: those before m first, RUN at a time. */
static void write_members(struct buf *out, const struct value *object, const struct value_member *m,
                          int depth) {
    const struct value_member *run[RUN];
    size_t n = 0;
    for (; m != NULL && n < RUN; m = m->older)
        run[n++] = m;
    if (m != NULL && depth < DEPTH_MAX)
        write_members(out, object, m, depth + 1);
    while (n-- > 0) {
        const struct value_member *one = run[n];
        if (value_get_key(object, one->key, one->name) != &one->value)
            continue; /* hidden by a newer one */
        if (out->len > 0 && out->data[out->len - 1] != '{')
            buf_putc(out, ',');
        write_text(out, one->name, strlen(one->name));
        buf_putc(out, ':');
        write_any(out, &one->value, depth);
    }
}

static void write_real(struct buf *out, double real) {
    char text[40];
    snprintf(text, sizeof text, "%.15g", real);
    buf_puts(out, text);
    if (strpbrk(text, ".e") == NULL)
        buf_puts(out, ".0");
}

static void write_any(struct buf *out, const struct value *v, int depth) {
    switch (depth < DEPTH_MAX ? v->kind : VALUE_NULL) {
    case VALUE_NULL:
        break;
    case VALUE_BOOL:
        buf_puts(out, v->as.truth ? "true" : "false");
        return;
    case VALUE_INT:
        buf_put_int(out, v->as.integer, 0);
        return;
    case VALUE_REAL:
        write_real(out, v->as.real);
        return;
    case VALUE_TEXT:
        write_text(out, v->as.text, v->len);
        return;
    case VALUE_LIST:
        write_list(out, v->as.list, depth + 1);
        return;
    case VALUE_OBJECT:
        buf_putc(out, '{');
        write_members(out, v, v->as.object->newest, depth + 1);
        buf_putc(out, '}');
        return;
    }
    buf_puts(out, "null");
}

int value_write_json(struct buf *out, const struct value *v) {
    write_any(out, v, 0);
    return buf_ok(out) ? 0 : -1;
}
