/* Trees of values: what templates show. A tree lives in an arena and dies with it; nothing is
 * counted and nothing is freed one by one, so a page's model costs little more than its bytes.
 *
 * A value is small and handed by value; lists and objects point at what lies in the arena. Text is
 * bytes with a length (UTF-8 by agreement) and a NUL behind them, either copied into the arena or lent by somebody who
 * lives longer. Where memory is out, null stands in a value's place and putting into it does
 * nothing: builders ask arena_ok once, at the end.
 *
 * A member may be made later: when it is first looked up. What no template asks for costs nothing then.
 *
 * A member's name is lent, too (mostly a literal), at least one byte long. Its key is its first
 * eight bytes as a number, which a compiler works out for a literal: most members are found by
 * comparing that alone, in one of a few short chains that the key's hash tells. Any thread, one tree in one thread
 * at a time while it is built. */
#ifndef PLATEN_BASE_VALUE_H
#define PLATEN_BASE_VALUE_H

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum __attribute__((packed)) value_kind {
    VALUE_NULL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_REAL,
    VALUE_TEXT,
    VALUE_LIST,
    VALUE_OBJECT,
    VALUE_LATER, /* of a member that nobody has looked up: never handed out */
};

struct value {
    enum value_kind kind;
    bool known;      /* of text: who made it says its traits, and nobody needs to look */
    uint16_t traits; /* template/template.h */
    uint32_t len;    /* of text: bytes */
    union {
        bool truth;
        int64_t integer;
        double real;
        const char *text; /* ends with a NUL, which is not counted */
        struct value_list *list;
        struct value_object *object;
        const struct value_later *later;
    } as;
};

struct value_item {
    struct value value;
    const struct value_item *next; /* NULL: the last */
};

struct value_list {
    struct arena *arena;
    const struct value_item *first; /* NULL: empty */
    struct value_item *last;
    size_t count;
};

/* Makes the member `name` from `with` on its first look-up. Called once a member, by the thread that looks it up, which
 * asks arena_ok afterwards as builders do. */
typedef struct value value_make(const char *name, void *with);

struct value_later {
    value_make *make;
    void *with; /* lives as long as the tree */
};

struct value_member {
    uint64_t key;
    const char *name;
    struct value value;
    struct value_member *older; /* of the whole object */
    struct value_member *next;  /* of its chain, an older one */
};

enum { VALUE_CHAINS = 8 };

struct value_object {
    struct arena *arena;
    struct value_member *newest;
    uint64_t there; /* a bit for each member's hash: most lookups are for what is elsewhere */
    struct value_member *chains[VALUE_CHAINS];
};

/* ---- making ---- */

static inline struct value value_null(void) {
    return (struct value){.kind = VALUE_NULL};
}

static inline struct value value_bool(bool truth) {
    return (struct value){.kind = VALUE_BOOL, .as.truth = truth};
}

static inline struct value value_int(int64_t n) {
    return (struct value){.kind = VALUE_INT, .as.integer = n};
}

static inline struct value value_real(double n) {
    return (struct value){.kind = VALUE_REAL, .as.real = n};
}

/* Text that is lent, with a NUL behind it, and must live as long as the tree. NULL, and more than
 * 4 GB, is null. */
static inline struct value value_lent(const char *s, size_t n) {
    if (s == NULL || n > UINT32_MAX)
        return value_null();
    return (struct value){.kind = VALUE_TEXT, .len = (uint32_t)n, .as.text = s};
}
/* A literal. */
static inline struct value value_word(const char *s) {
    return value_lent(s, strlen(s));
}
/* The same text, whose traits are these. */
static inline struct value value_known(struct value text, unsigned traits) {
    text.known = true;
    text.traits = (uint16_t)traits;
    return text;
}
/* Text that is copied. NULL is null. */
struct value value_text(struct arena *a, const char *s);
struct value value_textn(struct arena *a, const char *s, size_t n);
/* n texts as one. */
struct value value_join(struct arena *a, const struct slice *parts, size_t n);
/* Text that a buffer holds, which is empty afterwards. Null, and the arena has refused, when it failed. */
struct value value_of_buf(struct arena *a, struct buf *b);

struct value value_list(struct arena *a);
void value_add(struct value list, struct value v);

/* ---- members ---- */

static inline uint64_t value_key(const char *name) {
    uint64_t key = 0;
    size_t n = strlen(name);
    memcpy(&key, name, n < sizeof key ? n : sizeof key);
    return le64toh(key);
}

/* From 0 to 63. */
static inline unsigned value_hash(uint64_t key) {
    return (unsigned)(key * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

static inline struct value value_object(struct arena *a) {
    struct value_object *object = arena_take(a, sizeof *object);
    if (object == NULL)
        return value_null();
    *object = (struct value_object){.arena = a};
    return (struct value){.kind = VALUE_OBJECT, .as.object = object};
}
static inline void value_put_key(struct value object, uint64_t key, unsigned hash, const char *name,
                                 struct value v) {
    struct value_object *o = object.kind == VALUE_OBJECT ? object.as.object : NULL;
    struct value_member *m = o == NULL ? NULL : arena_take(o->arena, sizeof *m);
    if (m == NULL)
        return;
    struct value_member **chain = &o->chains[hash % VALUE_CHAINS];
    *m = (struct value_member){key, name, v, o->newest, *chain};
    o->there |= UINT64_C(1) << hash;
    o->newest = m;
    *chain = m;
}
/* What the member is, made now when that was to be later. */
const struct value *value_settled(struct value_member *m);
/* The newest member of a chain with a name longer than its key, settled; NULL when there is none. */
const struct value *value_in_chain(struct value_member *m, uint64_t key, const char *name);

/* The newest member of that name, settled; NULL when there is none. key and hash are the name's. */
static inline const struct value *value_member_of(const struct value_object *o, uint64_t key,
                                                  unsigned hash, const char *name) {
    if ((o->there >> hash & 1) == 0)
        return NULL;
    struct value_member *m = o->chains[hash % VALUE_CHAINS];
    if (key >> 56 != 0)
        return value_in_chain(m, key, name);
    while (m != NULL && m->key != key)
        m = m->next;
    if (m == NULL)
        return NULL;
    return m->value.kind == VALUE_LATER ? value_settled(m) : &m->value;
}

/* The same for who asks often: NULL, too, when it takes more than a look, value_member_of tells then. */
static inline const struct value *value_member_quick(const struct value_object *o, uint64_t key,
                                                     unsigned hash) {
    const struct value_member *m = o->chains[hash % VALUE_CHAINS];
    while (m != NULL && m->key != key)
        m = m->next;
    return m == NULL || key >> 56 != 0 || m->value.kind == VALUE_LATER ? NULL : &m->value;
}

static inline const struct value *value_get_key(const struct value *object, uint64_t key,
                                                unsigned hash, const char *name) {
    return object == NULL || object->kind != VALUE_OBJECT
               ? NULL
               : value_member_of(object->as.object, key, hash, name);
}

/* A second member of a name hides the first. */
static inline void value_put(struct value object, const char *name, struct value v) {
    uint64_t key = value_key(name);
    value_put_key(object, key, value_hash(key), name, v);
}

/* The member will be what l->make makes of it. l lives as long as the tree. A tree with such members belongs to one
 * thread, for looking things up, too. */
static inline void value_put_later(struct value object, const char *name,
                                   const struct value_later *l) {
    value_put(object, name, (struct value){.kind = VALUE_LATER, .as.later = l});
}

/* Puts v in the place of the member `old`, under another name; as value_put when there is none. */
void value_turn(struct value object, const char *old, const char *name, struct value v);

/* NULL when there is none, and when it is no object. */
static inline const struct value *value_get(const struct value *object, const char *name) {
    uint64_t key = value_key(name);
    return value_get_key(object, key, value_hash(key), name);
}

static inline bool value_is(const struct value *v, enum value_kind kind) {
    return v != NULL && v->kind == kind;
}

/* *v, or null for NULL. */
static inline struct value value_or(const struct value *v) {
    return v == NULL ? value_null() : *v;
}

/* The member's text, lent; def when it is none. */
static inline const char *value_get_string(const struct value *object, const char *name,
                                           const char *def) {
    const struct value *v = value_get(object, name);
    return value_is(v, VALUE_TEXT) ? v->as.text : def;
}

/* ---- JSON ---- */

enum { VALUE_DEPTH_MAX = 2048 };

/* A copy of v, names and all. Deeper than VALUE_DEPTH_MAX is null. NULL is null. */
struct value value_of_json(struct arena *a, const json_t *v);

/* The same as JSON, a new value, with what was to be made later; NULL when memory is out or a text is no UTF-8. */
json_t *value_to_json(const struct value *v) CHECKED;

/* Parses JSON that we wrote ourselves (what the store keeps of a post): compact text. What is no
 * JSON is null. NULL is null. */
struct value value_parse(struct arena *a, const char *text);
/* The same of a copy that value_json_copy made: it is written over, and lives as long as the tree. */
struct value value_parse_here(struct arena *a, char *text);
/* A copy of text, which ends with a NUL, with so much behind it that the parser may look at sixteen bytes at a time. NULL
 * for NULL, and where memory is out. */
char *value_json_copy(struct arena *a, const char *text);

#endif
