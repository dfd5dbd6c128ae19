/* Runs a program over data. No recursion and no allocation: what is entered (an included template, a
 * section's turn, a block) is a frame on a fixed stack, next to the stacks of contexts, of
 * indentation and of overrides. OP_END ends the innermost frame.
 *
 * Indentation: `indents[base, count)` goes before every template line that begins (FLAG_LINE). What
 * is included inside a line sees none of it; a standalone include or block adds its own.
 *
 * Overrides: each parent tag with arguments adds one entry whose `outer` is the entry that its own
 * template runs under. A block asks the chain from the outermost template inwards, so the most
 * derived wins; the argument then runs under the `outer` of the entry it came from, because it
 * belongs to that template. The context stays the one at the block. */
#include "template/machine.h"

#include <string.h>

#define DATA_MAX ((size_t)1 << 30)

static const char *pool(const struct machine *m, uint32_t at) {
    return m->program->pool + at;
}

static int push(struct machine *m, struct frame f, struct error *err) {
    if (m->depth == FRAMES_MAX) {
        return error_set(err, "%s: sections and includes are more than %d deep", m->program->file,
                         FRAMES_MAX);
    }
    f.program = m->program;
    f.indent_base = m->indent_base;
    f.indent_count = m->indent_count;
    f.override = m->override;
    f.override_count = m->override_count;
    m->frames[m->depth++] = f;
    return 0;
}

/* ---- text and indentation ---- */

static void put_indent(struct machine *m) {
    for (uint16_t i = m->indent_base; i < m->indent_count; i++) {
        buf_append(m->out, m->indents[i].ptr, m->indents[i].len);
    }
}

static void put_text(struct machine *m, const struct instruction *in) {
    const char *text = pool(m, in->text);
    size_t left = in->text_len;
    if (m->indent_base == m->indent_count) {
        buf_append(m->out, text, left);
        return;
    }
    bool begins = (in->flags & FLAG_LINE) != 0;
    do {
        const char *end = left > 0 ? memchr(text, '\n', left) : NULL;
        size_t n = end == NULL ? left : (size_t)(end - text) + 1;
        if (begins) {
            put_indent(m);
        }
        buf_append(m->out, text, n);
        text += n;
        left -= n;
        begins = true;
    } while (left > 0 && buf_ok(m->out));
}

/* What a standalone tag enters has the tag's indentation on top; any other has none. */
static int set_indent(struct machine *m, const struct instruction *in, struct error *err) {
    if ((in->flags & FLAG_STANDALONE) == 0) {
        m->indent_base = m->indent_count;
        return 0;
    }
    if (in->indent_len == 0) {
        return 0;
    }
    if (m->indent_count == INDENTS_MAX) {
        return error_set(err, "%s: indentation is more than %d deep", m->program->file,
                         INDENTS_MAX);
    }
    m->indents[m->indent_count++] = slice_n(pool(m, in->indent), in->indent_len);
    return 0;
}

static void put_raw(struct machine *m, const struct value *value) {
    m->traits |= value_traits(m->traits_of, value);
    value_write(m->out, value, false);
}

/* ---- sections ---- */

static int enter_section(struct machine *m, const struct instruction *in, struct error *err) {
    const struct value *value = contexts_find(&m->contexts, m->program, in);
    if (!value_is_true(value)) {
        m->next = in->jump;
        return 0;
    }
    struct frame f = {.kind = FRAME_SECTION, .next = in->jump};
    const struct value *item = value;
    if (value->kind == VALUE_LIST) {
        f.kind = FRAME_LIST;
        f.body = m->next;
        f.turn = value->as.list->first;
        item = &f.turn->value;
    }
    if (push(m, f, err) != 0) {
        return -1;
    }
    return contexts_push(&m->contexts, item, err);
}

/* ---- included templates ---- */

static const struct program *included(const struct machine *m, const struct instruction *in) {
    if ((in->flags & FLAG_DYNAMIC) == 0) {
        return in->target == TEMPLATE_NONE ? NULL : template_at(m->set, in->target);
    }
    const struct value *name = contexts_find(&m->contexts, m->program, in);
    return value_is(name, VALUE_TEXT) ? template_find(m->set, name->as.text) : NULL;
}

static int enter_include(struct machine *m, const struct instruction *in, struct error *err) {
    const struct program *target = included(m, in);
    uint32_t first = m->next;
    if (in->op == OP_PARENT) {
        m->next = in->jump;
    }
    if (target == NULL) {
        return 0;
    }
    if (m->includes == TEMPLATE_INCLUDE_MAX) {
        return error_set(err, "%s:%u:%u: templates include each other more than %d deep (here %s)",
                         m->program->file, in->line, in->column, TEMPLATE_INCLUDE_MAX,
                         target->name);
    }
    if (push(m, (struct frame){.kind = FRAME_INCLUDE, .next = m->next}, err) != 0 ||
        set_indent(m, in, err) != 0) {
        return -1;
    }
    if (in->args > 0) {
        m->overrides[m->override_count] =
            (struct override){m->program, first, in->args, m->override};
        m->override = m->override_count++;
    }
    m->includes++;
    m->traits |= target->traits;
    m->program = target;
    m->next = 0;
    return 0;
}

/* ---- blocks ---- */

const struct instruction *override_argument(const struct override *o, const char *name,
                                            uint32_t len) {
    const struct instruction *found = NULL;
    uint32_t at = o->first;
    for (uint16_t i = 0; i < o->count; i++) {
        const struct instruction *in = &o->program->code[at];
        if (in->text_len == len && memcmp(o->program->pool + in->text, name, len) == 0) {
            found = in;
        }
        at = in->jump;
    }
    return found;
}

static int enter_block(struct machine *m, const struct instruction *in, struct error *err) {
    struct frame f = {
        .kind = FRAME_BLOCK, .next = in->jump, .flags = in->flags, .written = m->out->len};
    const struct instruction *argument = NULL;
    const struct override *from = NULL;
    for (int16_t i = m->override; i != NO_OVERRIDE; i = m->overrides[i].outer) {
        const struct override *o = &m->overrides[i];
        const struct instruction *a = override_argument(o, pool(m, in->text), in->text_len);
        m->steps += o->count;
        if (a != NULL) {
            argument = a;
            from = o;
        }
    }
    if (push(m, f, err) != 0) {
        return -1;
    }
    if (argument == NULL) {
        return 0;
    }
    if (set_indent(m, in, err) != 0) {
        return -1;
    }
    if ((in->flags & FLAG_STANDALONE) != 0 && (argument->flags & FLAG_SAME_LINE) != 0) {
        put_indent(m);
    }
    m->program = from->program;
    m->next = (uint32_t)(argument - from->program->code) + 1;
    m->override = from->outer;
    return 0;
}

/* A standalone block took the end of its line; it is put back when its content has none. */
static void end_block(struct machine *m, const struct frame *f) {
    const struct buf *out = m->out;
    if ((f->flags & FLAG_NEWLINE) != 0 && out->len > f->written &&
        out->data[out->len - 1] != '\n') {
        buf_puts(m->out, (f->flags & FLAG_CRLF) != 0 ? "\r\n" : "\n");
    }
}

/* ---- the machine ---- */

/* Ends the innermost frame, or begins the next turn of a list. */
static void end_frame(struct machine *m) {
    struct frame *f = &m->frames[m->depth - 1];
    if (f->kind == FRAME_LIST && f->turn->next != NULL) {
        f->turn = f->turn->next;
        contexts_replace(&m->contexts, &f->turn->value);
        m->next = f->body;
        return;
    }
    if (f->kind == FRAME_LIST || f->kind == FRAME_SECTION) {
        contexts_pop(&m->contexts);
    } else if (f->kind == FRAME_INCLUDE) {
        m->includes--;
    } else {
        end_block(m, f);
    }
    m->program = f->program;
    m->next = f->next;
    m->indent_base = f->indent_base;
    m->indent_count = f->indent_count;
    m->override = f->override;
    m->override_count = f->override_count;
    m->depth--;
}

static int step(struct machine *m, const struct instruction *in, struct error *err) {
    switch ((enum op)in->op) {
    case OP_TEXT:
        put_text(m, in);
        return 0;
    case OP_VARIABLE:
        value_write(m->out, contexts_find(&m->contexts, m->program, in), true);
        return 0;
    case OP_RAW:
        put_raw(m, contexts_find(&m->contexts, m->program, in));
        return 0;
    case OP_SECTION:
        return enter_section(m, in, err);
    case OP_INVERTED:
        if (value_is_true(contexts_find(&m->contexts, m->program, in))) {
            m->next = in->jump;
        }
        return 0;
    case OP_PARTIAL:
    case OP_PARENT:
        return enter_include(m, in, err);
    case OP_BLOCK:
        return enter_block(m, in, err);
    case OP_ARGUMENT: /* never reached: its parent jumps over it */
    case OP_END:
        break;
    }
    end_frame(m);
    return 0;
}

/* Until what was entered at that depth ends. */
static int run(struct machine *m, uint32_t depth, struct error *err) {
    for (;;) {
        const struct instruction *in = &m->program->code[m->next++];
        if (in->op == OP_END && m->depth == depth) {
            return 0;
        }
        m->steps += 1 + (uint32_t)(m->contexts.count >> 4); /* lookups in deep stacks cost more */
        if (m->steps > STEPS_MAX) {
            return error_set(err, "%s: more than %d steps: templates multiply each other",
                             m->program->file, STEPS_MAX);
        }
        if (step(m, in, err) != 0) {
            return -1;
        }
        if (!buf_ok(m->out)) {
            return error_set(err, "%s: the result is larger than the limit of %zu bytes",
                             m->program->file, m->out->max);
        }
    }
}

int machine_include(struct machine *m, const struct instruction *in, struct error *err) {
    uint32_t depth = m->depth;
    if (enter_include(m, in, err) != 0) {
        return -1;
    }
    return m->depth == depth ? 0 : run(m, depth + 1, err);
}

int template_show(const struct template_set *set, const char *name, const struct value *data,
                  struct buf *out, unsigned *traits, struct error *err) {
    const struct program *program = template_entry(set, name);
    if (program == NULL) {
        return error_set(err, "no template \"%s\"", name);
    }
    struct machine m; /* the stacks above their tops are not read, so not cleared */
    m.set = set;
    m.out = out;
    m.program = program;
    m.next = m.steps = m.depth = m.includes = 0;
    m.indent_base = m.indent_count = 0;
    m.override = NO_OVERRIDE;
    m.override_count = 0;
    m.traits_of = template_traits_of(set);
    m.traits = program->traits;
    m.contexts.count = 0;
    size_t before = out->len;
    bool ok_before = buf_ok(out);
    int rc = contexts_push(&m.contexts, data, err);
    if (rc == 0) {
        rc = run(&m, 0, err);
    }
    if (rc != 0) {
        buf_truncate(out, before);
        out->failed = !ok_before;
    }
    if (traits != NULL) {
        *traits = m.traits;
    }
    return rc;
}

int template_render(const struct template_set *set, const char *name, const json_t *data,
                    struct buf *out, struct error *err) {
    struct arena *arena = arena_new(DATA_MAX);
    if (arena == NULL) {
        return error_set(err, "out of memory");
    }
    struct value copy = value_of_json(arena, data);
    int rc = arena_ok(arena) ? template_show(set, name, &copy, out, NULL, err)
                             : error_set(err, "the data is too large, or memory is out");
    arena_free(arena);
    return rc;
}
