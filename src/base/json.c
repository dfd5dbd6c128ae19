#include "base/json.h"

#include "base/bytes.h"

#include <string.h>

const char *json_get_string(const json_t *obj, const char *key, const char *def) {
    const json_t *v = json_object_get(obj, key);
    return json_is_string(v) ? json_string_value(v) : def;
}

int64_t json_get_int(const json_t *obj, const char *key, int64_t def) {
    const json_t *v = json_object_get(obj, key);
    return json_is_integer(v) ? (int64_t)json_integer_value(v) : def;
}

bool json_get_bool(const json_t *obj, const char *key, bool def) {
    const json_t *v = json_object_get(obj, key);
    return json_is_boolean(v) ? json_is_true(v) : def;
}

int json_put(json_t *obj, const char *key, json_t *value) {
    return json_object_set_new(obj, key, value); /* refuses NULL, steals always */
}

int json_put_string(json_t *obj, const char *key, const char *value) {
    return json_put(obj, key, value == NULL ? json_null() : json_string(value));
}

int json_put_stringn(json_t *obj, const char *key, const char *value, size_t n) {
    return json_put(obj, key, value == NULL ? json_null() : json_stringn(value, n));
}

int json_put_int(json_t *obj, const char *key, int64_t value) {
    return json_put(obj, key, json_integer(value));
}

int json_put_bool(json_t *obj, const char *key, bool value) {
    return json_put(obj, key, json_boolean(value));
}

static int append(const char *text, size_t n, void *out) {
    return buf_append(out, text, n);
}

/* Where a byte of a text is one that is escaped. A byte b is one of " & only if (b & ~4) is '"', one of < > only if
 * (b | 2) is '>'; 0 is in no text, and may be behind it. */
static inline bytes16 escaped(bytes16 b) {
    return (bytes16)((b & 0xfb) == '"') | (bytes16)((b | 2) == '>') | (bytes16)(b == '\\') |
           ((bytes16)(b < 0x20) & (bytes16)(b != 0));
}

/* How many bytes of s stand as they are. */
static size_t plain_bytes(const char *s, size_t n) {
    size_t i = 0;
    for (; n - i >= sizeof(bytes16); i += sizeof(bytes16)) {
        size_t first = bytes_first(escaped(bytes_load(s + i)));
        if (first < sizeof(bytes16))
            return i + first;
    }
    if (!bytes_any(escaped(bytes_few(s + i, n - i))))
        return n;
    while (i < n && !bytes_any(escaped(bytes_few(s + i, 1))))
        i++;
    return i;
}

void json_write_string(struct buf *out, const char *text) {
    static const char digits[] = "0123456789abcdef";
    size_t n = strlen(text);
    (void)buf_putc(out, '"');
    for (;;) {
        size_t plain = plain_bytes(text, n);
        (void)buf_append(out, text, plain);
        if (plain == n)
            break;
        const unsigned char c = (unsigned char)text[plain];
        const char code[6] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
        const char quoted[2] = {'\\', (char)c};
        bool letter = c == '"' || c == '\\';
        (void)buf_append(out, letter ? quoted : code, letter ? sizeof quoted : sizeof code);
        text += plain + 1;
        n -= plain + 1;
    }
    (void)buf_putc(out, '"');
}

int json_write(struct buf *out, const json_t *v) {
    if (v == NULL ||
        json_dump_callback(v, append, out,
                           JSON_COMPACT | JSON_REAL_PRECISION(15) | JSON_ENCODE_ANY) != 0) {
        out->failed = true; /* half a value must not pass for one */
        return -1;
    }
    return 0;
}

static int load(json_t **out, const char *text, size_t n, size_t flags, struct error *err) {
    json_error_t e;
    *out = json_loadb(n > 0 ? text : "", n, flags | JSON_DECODE_ANY, &e);
    if (*out == NULL) {
        return error_at(err, e.line > 0 ? e.line : 0, e.column > 0 ? e.column : 0, "JSON: %s",
                        e.text);
    }
    return 0;
}

int json_read(json_t **out, const char *text, size_t n, struct error *err) {
    return load(out, text, n, JSON_REJECT_DUPLICATES, err);
}

int json_read_any(json_t **out, const char *text, size_t n, struct error *err) {
    return load(out, text, n, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, err);
}

/* jansson leaves a count of (size_t)-1 alone, as it does with its own constants (json_true() and their like,
 * which have that count already and are shared, so they are not touched). The depth is that of what
 * jansson parsed or copied: at most JSON_PARSER_MAX_DEPTH. */
static void set_counts(json_t *v, size_t count) {
    const char *key;
    size_t i;
    json_t *member;
    if (json_is_boolean(v) || json_is_null(v))
        return;
    json_object_foreach(v, key, member) {
        set_counts(member, count);
    }
    json_array_foreach(v, i, member) {
        set_counts(member, count);
    }
    v->refcount = count;
}

json_t *json_freeze(json_t *v) {
    json_t *copy = json_deep_copy(v);
    json_decref(v);
    if (copy != NULL)
        set_counts(copy, (size_t)-1);
    return copy;
}

void json_frozen_free(json_t *v) {
    if (v == NULL)
        return;
    set_counts(v, 1);
    json_decref(v);
}
