/* Private to src/template: finding values in the stack of contexts, and printing them. */
#ifndef PLATEN_TEMPLATE_VALUE_H
#define PLATEN_TEMPLATE_VALUE_H

#include "base/text.h"
#include "base/value.h"
#include "template/program.h"

enum { CONTEXTS_MAX = 1025 };

/* The innermost item is the last. */
struct contexts {
    size_t count;
    const struct value *items[CONTEXTS_MAX];
};

int contexts_push(struct contexts *c, const struct value *item, struct error *err) CHECKED;
void contexts_pop(struct contexts *c);
/* Puts item in the place of the innermost one. */
void contexts_replace(struct contexts *c, const struct value *item);

/* The value an instruction's path names, or NULL: its first name is looked up from the innermost
 * item outwards, the others only in what that found. */
const struct value *contexts_find(const struct contexts *c, const struct program *p,
                                  const struct instruction *in);

/* False: NULL, null, false, "" and []. */
static inline bool value_is_true(const struct value *value) {
    switch (value == NULL ? VALUE_NULL : value->kind) {
    case VALUE_NULL:
        return false;
    case VALUE_BOOL:
        return value->as.truth;
    case VALUE_TEXT:
        return value->len > 0;
    case VALUE_LIST:
        return value->as.list->count > 0;
    case VALUE_INT:
    case VALUE_REAL:
    case VALUE_OBJECT:
    case VALUE_LATER:
        break;
    }
    return true;
}

/* The traits of a raw value: those that whoever made it tells, else fn's. fn may be NULL. */
static inline unsigned value_traits(template_traits_fn *fn, const struct value *v) {
    if (fn == NULL || !value_is(v, VALUE_TEXT))
        return 0;
    return v->known ? v->traits : fn(v->as.text, v->len);
}

/* Appends a text, number, true or false; anything else prints nothing. A failure stays in out. */
void value_write(struct buf *out, const struct value *value, bool escape);

#endif
