/* Runs a linked program. A section's turn is a frame; only objects are contexts, as nothing is looked
 * up in other items. How deep frames and marks are was settled when it was linked. */
#include "template/flat.h"

#include <stdlib.h>

enum { SHORT_MAX = 256 }; /* bytes of text that are copied without a call */

struct turn {
    const struct value *item;
    const struct value *own;       /* a section over no object and no list: its value, item */
    const struct value_item *rest; /* a section over a list: where it is */
    const struct value_object **contexts; /* the end of those around it */
};

struct run {
    const struct flat *flat;
    struct buf *out;
    struct turn *turn;               /* the innermost; the first is the root's */
    const struct value_object **end; /* of the contexts */
    uint32_t steps;
    unsigned traits;
    template_traits_fn *traits_of;
    struct turn turns[FLAT_DEPTH_MAX + 1];
    const struct value_object *contexts[FLAT_DEPTH_MAX + 1];
    size_t marks[FLAT_DEPTH_MAX];
};

/* The pool may be read, and the buffer be written, some bytes further than the text goes. Of a buffer that has failed
 * all is cut off in the end. */
static inline void put_text(struct buf *out, const char *text, size_t n) {
    size_t len = out->len;
    if (n > SHORT_MAX || n + FLAT_PADDING >= out->cap - len) {
        (void)buf_append(out, text, n);
        return;
    }
    char *to = out->data + len;
    out->len = len + n;
    memcpy(to, text, FLAT_PADDING);
    for (size_t i = FLAT_PADDING; i < n; i += FLAT_PADDING)
        memcpy(to + i, text + i, FLAT_PADDING);
    to[n] = '\0';
}

/* ---- looking up ---- */

static const struct value *find_rest(const struct value *value, const struct flat_name *name,
                                     uint32_t left) {
    for (; left > 0 && value != NULL; left--, name++)
        value = value_get_key(value, name->key, name->hash, name->name);
    return value;
}

static __attribute__((noinline)) const struct value *search(const struct run *r,
                                                            const struct step *in) {
    const struct flat_name *name = in->of.path;
    if (name == NULL)
        return r->turn->item;
    const struct value *value = NULL;
    const struct value_object *const *c = r->end;
    while (c != r->contexts && value == NULL)
        value = value_member_of(*--c, name->key, name->hash, name->name);
    return in->arg == 1 ? value : find_rest(value, name + 1, in->arg - 1);
}

/* Most paths are one short name, which the innermost context has. */
static inline const struct value *find(const struct run *r, const struct step *in) {
    const struct flat_name *name = in->of.path;
    const struct value *value = NULL;
    if (in->arg == 1 && r->end != r->contexts)
        value = value_member_quick(r->end[-1], name->key, name->hash);
    return value != NULL ? value : search(r, in);
}

/* Inside a section over a text or a number, what the section found is found again. */
static inline const struct value *find_shown(const struct run *r, const struct step *in) {
    return in->same && r->turn->own != NULL ? r->turn->own : find(r, in);
}

static inline void put_escaped(struct buf *out, const struct value *value) {
    if (value_is(value, VALUE_TEXT))
        (void)text_html(out, value->as.text, value->len);
    else
        value_write(out, value, true);
}

static void put_raw(struct run *r, const struct step *in) {
    const struct value *value = find_shown(r, in);
    r->traits |= value_traits(r->traits_of, value);
    value_write(r->out, value, false);
}

/* ---- sections ---- */

static inline void set_item(struct run *r, const struct value *item) {
    r->turn->item = item;
    if (item->kind == VALUE_OBJECT)
        *r->end++ = item->as.object;
}

static inline bool has_items(const struct value *value) {
    return value->kind == VALUE_LIST || value->kind == VALUE_OBJECT;
}

static inline void enter(struct run *r, const struct value *value) {
    struct turn *t = ++r->turn;
    t->contexts = r->end;
    t->own = NULL;
    t->rest = NULL;
    if (value->kind == VALUE_LIST) {
        t->rest = value->as.list->first;
        value = &t->rest->value;
    } else if (value->kind != VALUE_OBJECT) {
        t->own = value;
    }
    set_item(r, value);
}

/* The body is one variable, the section's own. Returns where to go on. */
static uint32_t put_body(struct run *r, const struct step *section, const struct value *value) {
    const struct step *variable = section + 1, *end = section + 2;
    put_text(r->out, variable->text, variable->text_len);
    put_escaped(r->out, value);
    put_text(r->out, end->text, end->text_len);
    return end->jump;
}

/* True when the body is to run again, for a list's next item. */
static inline bool again(struct run *r) {
    struct turn *t = r->turn;
    r->end = t->contexts;
    if (t->rest == NULL || t->rest->next == NULL) {
        r->turn -= t != r->turns; /* the root's has no end */
        return false;
    }
    t->rest = t->rest->next;
    set_item(r, &t->rest->value);
    return true;
}

static void put_newline(struct run *r, const struct step *in) {
    const struct buf *out = r->out;
    if (out->len > r->marks[in->arg] && out->data[out->len - 1] != '\n')
        buf_puts(r->out, in->crlf ? "\r\n" : "\n");
}

/* ---- includes ---- */

/* The contexts as render.c would have them there. */
static int set_contexts(struct machine *m, const struct run *r, const struct flat_include *i) {
    const struct turn *t = r->turns;
    m->contexts.count = 0;
    for (uint32_t c = 0; c < i->context_count; c++) {
        const struct value *item = i->contexts[c];
        if (item == NULL && t <= r->turn)
            item = (t++)->item;
        if (contexts_push(&m->contexts, item, NULL) != 0)
            return -1;
    }
    return 0;
}

/* Apart, because the machine is large. */
static __attribute__((noinline)) int include(struct run *r, const struct flat_include *i) {
    struct machine m;
    m.set = r->flat->set;
    m.out = r->out;
    m.program = i->program;
    m.next = i->at + 1;
    m.steps = r->steps;
    m.traits_of = r->traits_of;
    m.traits = 0;
    m.depth = i->depth;
    m.includes = i->includes;
    m.indent_base = i->indent_base;
    m.indent_count = i->indent_count;
    m.override = i->override;
    m.override_count = i->override_count;
    for (uint16_t n = 0; n < i->indent_count; n++)
        m.indents[n] = i->indents[n];
    for (int16_t n = 0; n < i->override_count; n++)
        m.overrides[n] = i->overrides[n];
    if (set_contexts(&m, r, i) != 0 || machine_include(&m, &i->program->code[i->at], NULL) != 0)
        return -1;
    r->steps = m.steps;
    r->traits |= m.traits;
    return 0;
}

/* ---- the whole ---- */

static int run(struct run *r) {
    const struct step *const code = r->flat->code;
    struct buf *const out = r->out;
    for (const struct step *next = code;;) {
        const struct step *in = next++;
        const struct value *value = NULL;
        if (in->text_len > 0)
            put_text(out, in->text, in->text_len);
        switch ((enum flat_op)in->op) {
        case FLAT_TEXT:
            break;
        case FLAT_VARIABLE:
            put_escaped(out, find_shown(r, in));
            break;
        case FLAT_RAW:
            put_raw(r, in);
            break;
        case FLAT_SECTION:
            value = find(r, in);
            if (!value_is_true(value))
                next = code + in->jump;
            else if (!in->same || has_items(value))
                enter(r, value);
            else
                next = code + put_body(r, in, value);
            break;
        case FLAT_INVERTED:
            value = find(r, in);
            if (value_is_true(value))
                next = code + in->jump;
            break;
        case FLAT_END: /* asks for the bounds, because only sections make a program run long */
            next = code + in->arg;
            r->steps += (uint32_t)(in - next) + 1;
            if (!again(r))
                next = code + in->jump;
            if (r->steps > STEPS_MAX || !buf_ok(out))
                return -1;
            break;
        case FLAT_MARK:
            r->marks[in->arg] = out->len;
            break;
        case FLAT_NEWLINE:
            put_newline(r, in);
            break;
        case FLAT_TRAITS:
            r->traits |= in->arg;
            break;
        case FLAT_INCLUDE:
            if (include(r, in->of.include) != 0)
                return -1;
            break;
        case FLAT_DONE:
            return buf_ok(out) ? 0 : -1;
        }
    }
}

int flat_show(const struct flat *f, const struct value *data, struct buf *out, unsigned *traits) {
    struct run r; /* the stacks above their tops are not read, so not cleared */
    r.flat = f;
    r.out = out;
    r.turns[0] = (struct turn){.contexts = r.contexts};
    r.turn = r.turns;
    r.end = r.contexts;
    r.steps = 0;
    r.traits = f->traits;
    r.traits_of = template_traits_of(f->set);
    set_item(&r, data);
    size_t before = out->len;
    bool ok_before = buf_ok(out);
    if (run(&r) != 0) {
        buf_truncate(out, before);
        out->failed = !ok_before;
        return -1;
    }
    if (traits != NULL)
        *traits = r.traits;
    return 0;
}

void flat_free(struct flat *f) {
    if (f == NULL)
        return;
    free(f->code);
    free(f->pool);
    arena_free(f->arena);
    free(f);
}
