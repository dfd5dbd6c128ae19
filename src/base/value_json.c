/* JSON into trees and back: see value.h. The parser is for what we wrote ourselves and read on every
 * page; what others wrote goes through json_read, which has messages. It takes JSON as RFC 8259 has it,
 * but for the UTF-8 of texts, which it does not look at. */
#include "base/value.h"

#include "base/bytes.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>

/* ---- from jansson ---- */

static struct value copied(struct arena *a, const json_t *v, int depth);

static struct value copied_list(struct arena *a, const json_t *v, int depth) {
    struct value list = value_list(a);
    size_t i;
    json_t *item;
    json_array_foreach(v, i, item) {
        value_add(list, copied(a, item, depth));
    }
    return list;
}

static struct value copied_object(struct arena *a, const json_t *v, int depth) {
    struct value object = value_object(a);
    const char *name;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)v, name, member) {
        const char *own = arena_strdup(a, name);
        if (own != NULL)
            value_put(object, own, copied(a, member, depth));
    }
    return object;
}

static struct value copied(struct arena *a, const json_t *v, int depth) {
    if (v == NULL || depth == VALUE_DEPTH_MAX)
        return value_null();
    switch (json_typeof(v)) {
    case JSON_OBJECT:
        return copied_object(a, v, depth + 1);
    case JSON_ARRAY:
        return copied_list(a, v, depth + 1);
    case JSON_STRING:
        return value_textn(a, json_string_value(v), json_string_length(v));
    case JSON_INTEGER:
        return value_int(json_integer_value(v));
    case JSON_REAL:
        return value_real(json_real_value(v));
    case JSON_TRUE:
    case JSON_FALSE:
        return value_bool(json_is_true(v));
    case JSON_NULL:
        break;
    }
    return value_null();
}

struct value value_of_json(struct arena *a, const json_t *v) {
    return copied(a, v, 0);
}

/* ---- to jansson ---- */

static json_t *made(const struct value *v, int depth);

static json_t *made_list(const struct value_list *l, int depth) {
    json_t *list = json_array();
    for (const struct value_item *i = l->first; i != NULL; i = i->next) {
        if (json_array_append_new(list, made(&i->value, depth)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

/* In the order in which they were put; of two members of a name the newer is the last to be set. */
static json_t *made_object(const struct value_object *o, int depth) {
    size_t n = 0;
    for (const struct value_member *m = o->newest; m != NULL; m = m->older)
        n++;
    struct value_member **order = calloc(n + 1, sizeof(void *));
    json_t *object = order == NULL ? NULL : json_object();
    int bad = 0;
    if (object != NULL) {
        size_t at = n;
        for (struct value_member *m = o->newest; m != NULL; m = m->older)
            order[--at] = m;
        for (; bad == 0 && at < n; at++)
            bad =
                json_object_set_new(object, order[at]->name, made(value_settled(order[at]), depth));
    }
    free(order);
    if (bad == 0)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *made(const struct value *v, int depth) {
    if (depth == VALUE_DEPTH_MAX)
        return json_null();
    switch (v->kind) {
    case VALUE_NULL:
    case VALUE_LATER:
        break;
    case VALUE_BOOL:
        return json_boolean(v->as.truth);
    case VALUE_INT:
        return json_integer(v->as.integer);
    case VALUE_REAL:
        return json_real(v->as.real);
    case VALUE_TEXT:
        return json_stringn(v->as.text, v->len);
    case VALUE_LIST:
        return made_list(v->as.list, depth + 1);
    case VALUE_OBJECT:
        return made_object(v->as.object, depth + 1);
    }
    return json_null();
}

json_t *value_to_json(const struct value *v) {
    return made(v, 0);
}

/* ---- parsing ---- */

enum { DEPTH_MAX = 64, SMALL = 18 };

/* Works in a copy of the text, where strings stay: a NUL takes the place of the quotation mark behind them. */
struct parser {
    struct arena *arena;
    char *at;
    bool bad;
};

static struct value parse_any(struct parser *p, int depth);

static struct value wrong(struct parser *p) {
    p->bad = true;
    return value_null();
}

static inline void skip_space(struct parser *p) {
    while ((unsigned char)*p->at <= ' ' &&
           (*p->at == ' ' || *p->at == '\n' || *p->at == '\t' || *p->at == '\r'))
        p->at++;
}

/* True when c comes next, which is taken then. */
static inline bool take(struct parser *p, char c) {
    if (*p->at != c) /* the store's JSON has no space */
        skip_space(p);
    if (*p->at != c)
        return false;
    p->at++;
    return true;
}

static int hex4(const char *s) {
    int n = 0;
    for (int i = 0; i < 4; i++) {
        int digit = text_hex(s[i]);
        if (digit < 0)
            return -1;
        n = n * 16 + digit;
    }
    return n;
}

/* The code point behind "\u", a surrogate pair as one; -1 when it is none. */
static int32_t parse_code(struct parser *p) {
    int high = hex4(p->at);
    if (high < 0)
        return -1;
    p->at += 4;
    if (high < 0xd800 || high > 0xdfff)
        return high;
    int low = high < 0xdc00 && p->at[0] == '\\' && p->at[1] == 'u' ? hex4(p->at + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return -1;
    p->at += 6;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static char *put_code(char *to, int32_t c) {
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 63));
        *to++ = (char)(0x80 | (c >> 6 & 63));
        *to++ = (char)(0x80 | (c & 63));
    }
    return to;
}

/* What the escape at p->at, behind its backslash, stands for. NULL when it is none. */
static char *put_escape(struct parser *p, char *to) {
    static const char names[] = "\"\\/bfnrt", stand_for[] = "\"\\/\b\f\n\r\t";
    char c = *p->at;
    const char *known = c == '\0' ? NULL : strchr(names, c);
    if (known != NULL) {
        p->at++;
        *to++ = stand_for[known - names];
        return to;
    }
    if (c != 'u')
        return NULL;
    p->at++;
    int32_t code = parse_code(p);
    return code <= 0 ? NULL : put_code(to, code);
}

/* What is left of a string from p->at, behind a first escape; `to` is where it is written, which is never ahead of
 * what is read. The end of the text, NULL when there is none. */
static char *parse_escaped(struct parser *p, char *to) {
    while (to != NULL && *p->at != '"' && *p->at != '\0') {
        if (*p->at != '\\') {
            *to++ = *p->at++;
        } else {
            p->at++;
            to = put_escape(p, to);
        }
    }
    return to != NULL && *p->at == '"' ? to : NULL;
}

/* Not 0 where a string ends or has more to it. */
static inline bytes16 ends_of(bytes16 b) {
    return (bytes16)((b == '"') | (b == '\\') | (b == '\0'));
}

/* Behind the first quotation mark. What is behind the text may be looked at: see value_parse_here. */
static char *parse_string(struct parser *p, size_t *len) {
    char *text = p->at, *end = text;
    size_t n;
    while ((n = bytes_first(ends_of(bytes_load(end)))) == sizeof(bytes16))
        end += sizeof(bytes16);
    end += n;
    p->at = end;
    if (*end != '"')
        end = parse_escaped(p, end);
    if (end == NULL) {
        wrong(p);
        return NULL;
    }
    *len = (size_t)(end - text);
    *end = '\0';
    p->at++; /* end may be before it */
    return text;
}

/* A whole number of n bytes, its sign among them, which no int64_t is too small for. */
static struct value parse_small(struct parser *p, size_t n) {
    int64_t sum = 0;
    bool negative = *p->at == '-';
    for (size_t i = negative; i < n; i++)
        sum = sum * 10 + (p->at[i] - '0');
    p->at += n;
    return value_int(negative ? -sum : sum);
}

static struct value parse_number(struct parser *p) {
    size_t whole = *p->at == '-';
    while (text_is_digit(p->at[whole]))
        whole++;
    char *end = NULL;
    errno = 0;
    if (whole == 0 || !text_is_digit(p->at[whole - 1]))
        return wrong(p);
    if (p->at[whole] != '.' && p->at[whole] != 'e' && p->at[whole] != 'E') {
        if (whole <= SMALL)
            return parse_small(p, whole);
        long long n = strtoll(p->at, &end, 10);
        p->at = end;
        return errno == 0 ? value_int(n) : wrong(p);
    }
    double real = strtod(p->at, &end);
    p->at = end;
    return errno == 0 ? value_real(real) : wrong(p);
}

static struct value parse_list(struct parser *p, int depth) {
    struct value list = value_list(p->arena);
    if (take(p, ']'))
        return list;
    do {
        value_add(list, parse_any(p, depth));
    } while (!p->bad && take(p, ','));
    return !p->bad && take(p, ']') ? list : wrong(p);
}

/* value_key of a name whose length is known. */
static uint64_t key_of(const char *name, size_t len) {
    uint64_t key;
    memcpy(&key, name, sizeof key);
    key = le64toh(key);
    return len >= sizeof key ? key : key & ((UINT64_C(1) << 8 * len) - 1);
}

static struct value parse_object(struct parser *p, int depth) {
    struct value object = value_object(p->arena);
    if (take(p, '}'))
        return object;
    do {
        size_t len;
        const char *name = take(p, '"') ? parse_string(p, &len) : NULL;
        if (name == NULL || !take(p, ':'))
            return wrong(p);
        const uint64_t key = key_of(name, len);
        value_put_key(object, key, value_hash(key), name, parse_any(p, depth));
    } while (!p->bad && take(p, ','));
    return !p->bad && take(p, '}') ? object : wrong(p);
}

static struct value parse_word(struct parser *p) {
    static const struct {
        char text[8];
        struct value value;
    } words[] = {{"null", {.kind = VALUE_NULL}},
                 {"true", {.kind = VALUE_BOOL, .as.truth = true}},
                 {"false", {.kind = VALUE_BOOL, .as.truth = false}}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (text_starts(p->at, words[i].text)) {
            p->at += strlen(words[i].text);
            return words[i].value;
        }
    }
    return wrong(p);
}

static struct value parse_any(struct parser *p, int depth) {
    if (depth == DEPTH_MAX)
        return wrong(p);
    skip_space(p);
    if (*p->at == '"') {
        size_t len = 0;
        p->at++;
        const char *text = parse_string(p, &len);
        return value_lent(text, len);
    }
    if (*p->at == '{' || *p->at == '[')
        return *p->at++ == '{' ? parse_object(p, depth + 1) : parse_list(p, depth + 1);
    return *p->at == '-' || text_is_digit(*p->at) ? parse_number(p) : parse_word(p);
}

struct value value_parse_here(struct arena *a, char *text) {
    struct parser p = {.arena = a, .at = text};
    if (text == NULL)
        return value_null();
    struct value v = parse_any(&p, 0);
    skip_space(&p);
    return p.bad || *p.at != '\0' ? value_null() : v;
}

char *value_json_copy(struct arena *a, const char *text) {
    size_t n = text == NULL ? 0 : strlen(text);
    char *copy = text == NULL ? NULL : arena_take(a, n + sizeof(bytes16));
    if (copy == NULL)
        return NULL;
    memset(mempcpy(copy, text, n), 0, sizeof(bytes16));
    return copy;
}

struct value value_parse(struct arena *a, const char *text) {
    return value_parse_here(a, value_json_copy(a, text));
}
