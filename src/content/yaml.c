/* YAML events to a JSON tree.
 *
 * libyaml hands out events; the tree is built on an explicit stack of at most DEPTH open
 * collections, so neither nesting nor aliases ("billion laughs") can cost more than the text is
 * long. A level that is a mapping waits for a key, then for its value. Everything that would make
 * two authors read one file in two ways is refused: aliases, duplicate keys, keys that are
 * collections, a second document.
 */
#include "content/yaml.h"

#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

enum { DEPTH = 64 };

struct level {
    json_t *value; /* borrowed: the root or a parent owns it */
    char *key;     /* mapping: the key whose value is due; NULL when a key is due */
    bool text;     /* scalars in here stay text */
};

struct reader {
    const struct yaml_options *o;
    struct error *err;
    json_t *root;
    struct level stack[DEPTH];
    size_t depth;
    int line_shift; /* added to libyaml's lines, which count from 0 */
    bool done;      /* the document has ended */
};

static int fail(struct reader *r, const yaml_mark_t *m, const char *what) {
    return error_at(r->err, (int)m->line + r->line_shift, (int)m->column + 1, "%s", what);
}

/* libyaml's own complaint. A reader's complaint (bytes that no YAML may hold) has no mark. */
static int parser_fail(struct reader *r, const yaml_parser_t *p) {
    const char *what = p->problem != NULL ? p->problem : "it could not be read";
    /* What has no end is mended where it begins. */
    bool open = p->context != NULL && p->problem != NULL && strstr(what, "end of stream") != NULL;
    yaml_mark_t at = p->error == YAML_READER_ERROR ? p->mark
                     : open                        ? p->context_mark
                                                   : p->problem_mark;

    if (p->error == YAML_MEMORY_ERROR)
        return error_set(r->err, "YAML: out of memory");
    return error_at(r->err, (int)at.line + r->line_shift, (int)at.column + 1, "YAML: %s%s%s", what,
                    p->context != NULL ? " " : "", p->context != NULL ? p->context : "");
}

static bool one_of(const char *s, const char *const words[]) {
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strcmp(s, words[i]) == 0)
            return true;
    }
    return false;
}

static bool is_null(const char *s) {
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
    return one_of(s, words);
}

/* An integer of the core schema: [-+]?[0-9]+, 0o[0-7]+, 0x[0-9a-fA-F]+. NULL when s is none. */
static json_t *integer(const char *s) {
    const char *digits = s;
    const char *allowed = "0123456789";
    int base = 10;
    char *end;
    long long v;

    if (s[0] == '0' && (s[1] == 'o' || s[1] == 'x')) {
        base = s[1] == 'o' ? 8 : 16;
        allowed = s[1] == 'o' ? "01234567" : "0123456789abcdefABCDEF";
        digits = s + 2;
    } else if (s[0] == '-' || s[0] == '+') {
        digits = s + 1;
    }
    if (digits[0] == '\0' || digits[strspn(digits, allowed)] != '\0')
        return NULL;
    errno = 0;
    v = strtoll(base == 10 ? s : digits, &end, base);
    return errno == 0 && *end == '\0' ? json_integer(v) : NULL;
}

/* A float: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?. NULL when s is none. */
static json_t *real(const char *s) {
    const char *p = s + (s[0] == '-' || s[0] == '+');
    size_t whole = strspn(p, "0123456789");
    size_t fraction = 0;
    double v;

    p += whole;
    if (*p == '.') {
        fraction = strspn(p + 1, "0123456789");
        p += 1 + fraction;
    }
    if (whole + fraction == 0)
        return NULL;
    if (*p == 'e' || *p == 'E') {
        p += 1 + (p[1] == '-' || p[1] == '+');
        size_t exponent = strspn(p, "0123456789");
        if (exponent == 0)
            return NULL;
        p += exponent;
    }
    if (*p != '\0' || strpbrk(s, ".eE") == NULL)
        return NULL; /* no number, or an integer too large for integer() */
    v = strtod(s, NULL);
    return isfinite(v) ? json_real(v) : NULL;
}

/* What a plain scalar means (YAML 1.2, 10.3.2). */
static json_t *resolve(const char *s, size_t n, bool keep_text) {
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    json_t *v = NULL;

    if (is_null(s))
        return json_null();
    if (keep_text)
        return json_stringn(s, n);
    if (one_of(s, yes))
        return json_true();
    if (one_of(s, no))
        return json_false();
    if (strchr("+-.0123456789", s[0]) != NULL) {
        v = integer(s);
        if (v == NULL)
            v = real(s);
    }
    return v != NULL ? v : json_stringn(s, n);
}

static struct level *top(struct reader *r) {
    return r->depth > 0 ? &r->stack[r->depth - 1] : NULL;
}

static void note_place(struct reader *r, const char *key, const yaml_mark_t *m) {
    if (r->o->places != NULL && r->depth == 1)
        (void)json_put(r->o->places, key,
                       json_pack("[ii]", (int)m->line + r->line_shift, (int)m->column + 1));
}

/* Hangs value (stolen, NULL = out of memory) where the tree expects one. */
static int attach(struct reader *r, json_t *value, const yaml_mark_t *m) {
    struct level *l = top(r);
    int rc;

    if (value == NULL)
        return fail(r, m, "this value is not text");
    if (l == NULL) {
        r->root = value;
        return 0;
    }
    if (json_is_array(l->value)) {
        rc = json_array_append_new(l->value, value);
    } else {
        note_place(r, l->key, m);
        rc = json_object_set_new(l->value, l->key, value);
        free(l->key);
        l->key = NULL;
    }
    return rc == 0 ? 0 : fail(r, m, "out of memory");
}

static int take_key(struct reader *r, struct level *l, const yaml_event_t *e) {
    const char *s = (const char *)e->data.scalar.value;
    size_t n = e->data.scalar.length;
    char *key = strndup(s, n);

    if (key == NULL)
        return fail(r, &e->start_mark, "out of memory");
    if (r->o->fold_keys && r->depth == 1) {
        for (char *p = key; *p != '\0'; p++)
            *p = text_lower(*p);
    }
    if (json_object_get(l->value, key) != NULL) {
        free(key);
        return error_at(r->err, (int)e->start_mark.line + r->line_shift,
                        (int)e->start_mark.column + 1, "duplicate key \"%.100s\"", s);
    }
    l->key = key;
    return 0;
}

static bool stays_text(const struct reader *r, const struct level *l) {
    if (l == NULL || r->o->keep_text == NULL)
        return false;
    if (r->depth == 1 && l->key != NULL)
        return r->o->keep_text(l->key);
    return l->text;
}

static int scalar(struct reader *r, const yaml_event_t *e) {
    const char *s = (const char *)e->data.scalar.value;
    size_t n = e->data.scalar.length;
    struct level *l = top(r);
    const char *tag = (const char *)e->data.scalar.tag;
    bool quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;

    if (memchr(s, '\0', n) != NULL)
        return fail(r, &e->start_mark, "text may not hold a NUL character");
    if (e->data.scalar.anchor != NULL)
        return fail(r, &e->start_mark, "anchors (&name) are not read; write the value out");
    if (l != NULL && json_is_object(l->value) && l->key == NULL)
        return take_key(r, l, e);
    if (tag != NULL && (strcmp(tag, YAML_STR_TAG) == 0 || strcmp(tag, "!") == 0))
        quoted = true;
    return attach(r, quoted ? json_stringn(s, n) : resolve(s, n, stays_text(r, l)), &e->start_mark);
}

static int open_level(struct reader *r, json_t *value, const unsigned char *anchor,
                      const yaml_mark_t *m) {
    struct level *l = top(r);
    bool text = stays_text(r, l);

    if (anchor != NULL || r->depth == DEPTH || (l && json_is_object(l->value) && !l->key)) {
        json_decref(value);
        if (anchor != NULL)
            return fail(r, m, "anchors (&name) are not read; write the value out");
        return fail(r, m,
                    r->depth == DEPTH ? "nested deeper than 64 levels" : "a key must be text");
    }
    if (attach(r, value, m) != 0)
        return -1;
    r->stack[r->depth++] = (struct level){.value = value, .text = text};
    return 0;
}

static int take(struct reader *r, const yaml_event_t *e) {
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return scalar(r, e);
    case YAML_SEQUENCE_START_EVENT:
        return open_level(r, json_array(), e->data.sequence_start.anchor, &e->start_mark);
    case YAML_MAPPING_START_EVENT:
        return open_level(r, json_object(), e->data.mapping_start.anchor, &e->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        r->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return fail(r, &e->start_mark, "aliases (*name) are not read; write the value out");
    case YAML_DOCUMENT_START_EVENT:
        if (r->done)
            return fail(r, &e->start_mark, "a second document begins here; only one is read");
        return 0;
    case YAML_DOCUMENT_END_EVENT:
        r->done = true;
        return 0;
    default:
        return 0;
    }
}

static int read_all(struct reader *r, yaml_parser_t *p) {
    for (;;) {
        yaml_event_t e;
        bool end;
        int rc;

        if (yaml_parser_parse(p, &e) == 0)
            return parser_fail(r, p);
        end = e.type == YAML_STREAM_END_EVENT;
        rc = take(r, &e);
        yaml_event_delete(&e);
        if (rc != 0 || end)
            return rc;
    }
}

int yaml_read_with(json_t **out, const char *text, size_t n, const struct yaml_options *o,
                   struct error *err) {
    static const struct yaml_options defaults = {0};
    struct reader r = {.o = o != NULL ? o : &defaults, .err = err};
    yaml_parser_t p;
    int rc;

    *out = NULL;
    r.line_shift = r.o->first_line > 0 ? r.o->first_line : 1;
    if (yaml_parser_initialize(&p) == 0)
        return error_set(err, "YAML: out of memory");
    yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p, (const unsigned char *)text, n);
    rc = read_all(&r, &p);
    yaml_parser_delete(&p);
    for (size_t i = 0; i < DEPTH; i++)
        free(r.stack[i].key);
    if (rc != 0) {
        json_decref(r.root);
        return -1;
    }
    *out = r.root != NULL ? r.root : json_null();
    return 0;
}

int yaml_read(json_t **out, const char *text, size_t n, bool fold_keys, int first_line,
              struct error *err) {
    const struct yaml_options o = {.fold_keys = fold_keys, .first_line = first_line};
    return yaml_read_with(out, text, n, &o, err);
}
