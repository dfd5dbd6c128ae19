/* Tables: headers, dotted keys, inline tables.
 *
 * Each table carries, while it is read, a mark under a key that no text can have: how it came to be
 * decides whether it may still grow. The marks are taken out at the end. */
#include "content/toml_private.h"

#include "base/text.h"

#include <string.h>

enum { KEY_BYTES = 64 * 1024 };

#define MARK "\x01"

enum mark {
    IMPLIED, /* by a header below it, or by nothing yet: a header may define it */
    DEFINED, /* by a header of its own */
    DOTTED,  /* by a dotted key: other dotted keys may add to it */
    ITEM,    /* an entry of an array of tables */
    CLOSED,  /* an inline table */
};

static json_t *table_new(enum mark mark) {
    json_t *o = json_object();
    if (o != NULL && json_object_set_new(o, MARK, json_integer((json_int_t)mark)) != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static enum mark mark_of(const json_t *o) {
    const json_t *m = json_object_get(o, MARK);
    return m == NULL ? CLOSED : (enum mark)json_integer_value(m);
}

static void set_mark(json_t *o, enum mark mark) {
    (void)json_object_set_new(o, MARK, json_integer((json_int_t)mark));
}

/* Depth is bounded by TOML_DEPTH on every way that makes tables. */
static void strip(json_t *v) {
    const char *key;
    size_t i;
    json_t *member;
    json_object_del(v, MARK);
    json_object_foreach(v, key, member) {
        strip(member);
    }
    if (json_is_array(v)) {
        json_array_foreach(v, i, member) {
            strip(member);
        }
    }
}

/* ---- keys ---- */

/* The parts of a dotted key, one after another, each with its NUL. */
struct path {
    struct buf text;
    const char *part[TOML_DEPTH];
    size_t offset[TOML_DEPTH];
    size_t count;
};

static int read_path(struct toml *t, struct path *p) {
    p->count = 0;
    buf_clear(&p->text);
    do {
        if (toml_skip(t, false) != 0)
            return -1;
        if (p->count == TOML_DEPTH)
            return toml_wrong(t, "a key of more than %d parts", TOML_DEPTH);
        p->offset[p->count++] = p->text.len;
        if (toml_key_part(t, &p->text) != 0 || buf_putc(&p->text, '\0') != 0 ||
            toml_skip(t, false) != 0)
            return -1;
    } while (toml_take(t, '.'));
    for (size_t i = 0; i < p->count; i++)
        p->part[i] = p->text.data + p->offset[i];
    return 0;
}

static void fold_first(const struct toml *t, struct path *p) {
    if (t->o->fold_keys)
        for (char *c = p->text.data; *c != '\0'; c++)
            *c = text_lower(*c);
}

/* The table that `key` names in `in`, made with this mark when it is missing. For headers the last entry
 * of an array of tables stands for the array. */
static json_t *descend(struct toml *t, json_t *in, const char *key, enum mark mark) {
    json_t *v = json_object_get(in, key);
    if (v == NULL) {
        v = table_new(mark);
        if (v == NULL || json_object_set_new(in, key, v) != 0) {
            (void)toml_wrong(t, "out of memory, or a key that is no UTF-8");
            return NULL;
        }
        return v;
    }
    if (json_is_array(v) && mark == IMPLIED)
        v = json_array_get(v, json_array_size(v) - 1);
    bool open = json_is_object(v) && mark_of(v) != CLOSED &&
                (mark == IMPLIED || mark_of(v) == DOTTED || mark_of(v) == IMPLIED);
    if (open)
        return v;
    (void)toml_wrong(t, "\"%.80s\" is no table that can be added to here", key);
    return NULL;
}

static int note_place(struct toml *t, const char *key) {
    if (t->o->places == NULL || json_object_get(t->o->places, key) != NULL)
        return 0;
    return json_put(t->o->places, key,
                    json_pack("[i, i]", t->line, (int)(t->at - t->line_start) + 1)) == 0
               ? 0
               : toml_wrong(t, "out of memory, or a key that is no UTF-8");
}

/* ---- key = value ---- */

static int read_pair(struct toml *t, json_t *table, bool top, struct path *p, int depth) {
    if (read_path(t, p) != 0)
        return -1;
    if (top)
        fold_first(t, p);
    for (size_t i = 0; i + 1 < p->count; i++)
        if ((table = descend(t, table, p->part[i], DOTTED)) == NULL)
            return -1;
    const char *key = p->part[p->count - 1];
    if (json_object_get(table, key) != NULL)
        return toml_wrong(t, "duplicate key \"%.80s\"", key);
    if (!toml_take(t, '='))
        return toml_wrong(t, "= is expected behind the key");
    if (toml_skip(t, false) != 0 || (top && note_place(t, p->part[0]) != 0))
        return -1;
    if (top)
        t->keep_text = t->o->keep_text != NULL && t->o->keep_text(p->part[0]);
    json_t *v = toml_value(t, depth + (int)p->count);
    if (v == NULL)
        return -1;
    if (json_object_set_new(table, key, v) != 0)
        return toml_wrong(t, "out of memory, or a key that is no UTF-8");
    return 0;
}

static int inline_pairs(struct toml *t, json_t *o, struct path *p, int depth) {
    if (toml_skip(t, false) != 0)
        return -1;
    if (toml_take(t, '}'))
        return 0;
    for (;;) {
        if (read_pair(t, o, false, p, depth + 1) != 0 || toml_skip(t, false) != 0)
            return -1;
        if (toml_take(t, '}'))
            return 0;
        if (!toml_take(t, ','))
            return toml_wrong(t, "a comma or } is expected here");
    }
}

json_t *toml_inline_table(struct toml *t, int depth) {
    struct path p = {0};
    json_t *o = table_new(DOTTED);
    buf_init(&p.text, KEY_BYTES);
    t->at++;
    int rc = o == NULL ? toml_wrong(t, "out of memory") : inline_pairs(t, o, &p, depth);
    buf_free(&p.text);
    if (rc == 0) {
        set_mark(o, CLOSED);
        return o;
    }
    json_decref(o);
    return NULL;
}

/* ---- headers ---- */

/* The next entry of the array of tables at `key`. */
static json_t *add_item(struct toml *t, json_t *in, const char *key) {
    json_t *list = json_object_get(in, key);
    if (list == NULL) {
        list = json_array();
        if (list == NULL || json_object_set_new(in, key, list) != 0) {
            (void)toml_wrong(t, "out of memory, or a key that is no UTF-8");
            return NULL;
        }
    } else if (!json_is_array(list) ||
               mark_of(json_array_get(list, json_array_size(list) - 1)) != ITEM) {
        (void)toml_wrong(t, "\"%.80s\" is no array of tables", key);
        return NULL;
    }
    json_t *item = table_new(ITEM);
    if (item == NULL || json_array_append_new(list, item) != 0) {
        (void)toml_wrong(t, "out of memory");
        return NULL;
    }
    return item;
}

static json_t *define_table(struct toml *t, json_t *in, const char *key) {
    json_t *v = json_object_get(in, key);
    if (v != NULL && (!json_is_object(v) || mark_of(v) != IMPLIED)) {
        (void)toml_wrong(t, "\"%.80s\" is defined twice", key);
        return NULL;
    }
    v = descend(t, in, key, IMPLIED);
    if (v != NULL)
        set_mark(v, DEFINED);
    return v;
}

/* "[a.b]" or "[[a.b]]": the table that follows. */
static json_t *read_header(struct toml *t, json_t *root, struct path *p) {
    t->at++;
    bool item = toml_take(t, '[');
    json_t *in = root;
    if (read_path(t, p) != 0)
        return NULL;
    fold_first(t, p);
    if (note_place(t, p->part[0]) != 0)
        return NULL;
    t->keep_text = t->o->keep_text != NULL && t->o->keep_text(p->part[0]);
    for (size_t i = 0; in != NULL && i + 1 < p->count; i++)
        in = descend(t, in, p->part[i], IMPLIED);
    const char *last = p->part[p->count - 1];
    if (in != NULL)
        in = item ? add_item(t, in, last) : define_table(t, in, last);
    if (in != NULL && (!toml_take(t, ']') || (item && !toml_take(t, ']')))) {
        (void)toml_wrong(t, "] is expected here");
        return NULL;
    }
    return in;
}

/* ---- the whole ---- */

static int end_of_line(struct toml *t) {
    if (toml_skip(t, false) != 0)
        return -1;
    char c = toml_peek(t);
    bool ended = t->at >= t->end || c == '\n' || c == '#' ||
                 (c == '\r' && t->at + 1 < t->end && t->at[1] == '\n');
    return ended ? 0 : toml_wrong(t, "the line should end here");
}

static int read_all(struct toml *t, json_t *root, struct path *p) {
    json_t *table = root;
    for (;;) {
        if (toml_skip(t, true) != 0)
            return -1;
        if (t->at >= t->end)
            return 0;
        if (*t->at == '[') {
            table = read_header(t, root, p);
            if (table == NULL)
                return -1;
        } else if (read_pair(t, table, table == root, p, 0) != 0) {
            return -1;
        }
        if (end_of_line(t) != 0)
            return -1;
    }
}

int toml_read(json_t **out, const char *text, size_t n, const struct toml_options *o,
              struct error *err) {
    static const struct toml_options defaults = {0};
    struct toml t = {
        .at = text, .end = text + n, .line_start = text, .line = 1, .o = o, .err = err};
    struct path p = {0};
    if (o == NULL)
        t.o = &defaults;
    if (t.o->first_line > 0)
        t.line = t.o->first_line;
    buf_init(&p.text, KEY_BYTES);
    json_t *root = table_new(DEFINED);
    int rc = memchr(text, '\0', n) != NULL ? toml_wrong(&t, "the text holds a NUL")
             : root == NULL                ? toml_wrong(&t, "out of memory")
                                           : read_all(&t, root, &p);
    buf_free(&p.text);
    if (rc != 0) {
        json_decref(root);
        return -1;
    }
    strip(root);
    *out = root;
    return 0;
}
