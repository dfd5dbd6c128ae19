/* Links a program: walks the set's programs as render.c's machine would run them, with all that it
 * has but data, and writes down what is left to do. Functions here have the names of those there.
 *
 * The walk recurses where the machine has a frame. A template that is being included already, and
 * all once the program is large, stays an include of the set's own. */
#include "template/emit.h"

enum {
    WORK_MAX = 1 << 18, /* instructions walked */
    ROOMY = 1 << 14,    /* from here on nothing more is included */
    NESTING_MAX = 160,  /* calls of walk, which take about 1 KB of stack each */
    UNROLLED_ITEMS = 16,
    UNROLLED_BYTES = 8192, /* of steps and texts */
};

struct way {
    const struct program *program;
    const struct way *outer;
};

/* Where the walk is: what a frame of the machine keeps, and what is known of the place. */
struct place {
    const struct program *program;
    const struct way *way;     /* the templates that are being included */
    const struct level *level; /* the contexts */
    uint32_t includes, depth, sections;
    uint16_t indent_base, indent_count;
    int16_t override, override_count;
    bool sure;                 /* it is come to whatever the data */
    bool params;               /* inside of what authors wrote: a name may mean something else */
    const struct program *own; /* the innermost section that stays, and its program */
    const struct instruction *section;
};

struct join {
    const struct template_set *set;
    const struct fixed *fixed;
    struct emit emit;
    uint32_t work, nesting, marks;
    unsigned traits;
    bool folded;
    bool conflict; /* what is fixed is needed behind what is not: its section is to stay */
    bool failed;
    struct slice indents[INDENTS_MAX];
    struct override overrides[TEMPLATE_INCLUDE_MAX + 1];
};

static void walk(struct join *j, const struct place *p, uint32_t from, uint32_t to);

/* ---- text and indentation ---- */

static void put_indent(struct join *j, const struct place *p) {
    for (uint16_t i = p->indent_base; i < p->indent_count; i++)
        emit_text(&j->emit, j->indents[i].ptr, j->indents[i].len);
}

static void put_text(struct join *j, const struct place *p, const struct instruction *in) {
    const char *text = p->program->pool + in->text;
    size_t left = in->text_len;
    if (p->indent_base == p->indent_count) {
        emit_text(&j->emit, text, left);
        return;
    }
    bool begins = (in->flags & FLAG_LINE) != 0;
    do {
        const char *end = left > 0 ? memchr(text, '\n', left) : NULL;
        size_t n = end == NULL ? left : (size_t)(end - text) + 1;
        if (begins)
            put_indent(j, p);
        emit_text(&j->emit, text, n);
        text += n;
        left -= n;
        begins = true;
    } while (left > 0 && emit_ok(&j->emit));
}

/* For what the tag, which is of p's program, enters. */
static void set_indent(struct join *j, struct place *p, const struct instruction *in) {
    if ((in->flags & FLAG_STANDALONE) == 0) {
        p->indent_base = p->indent_count;
    } else if (in->indent_len > 0 && p->indent_count == INDENTS_MAX) {
        j->failed = true;
    } else if (in->indent_len > 0) {
        j->indents[p->indent_count++] = slice_n(p->program->pool + in->indent, in->indent_len);
    }
}

static void add_traits(struct join *j, const struct place *p, unsigned traits) {
    if (p->sure)
        j->traits |= traits;
    else if ((traits & ~j->traits) != 0)
        emit_step(&j->emit, (struct step){.op = FLAT_TRAITS, .arg = traits});
}

/* ---- values ---- */

static bool same_path(const struct program *p, const struct instruction *a, const struct program *q,
                      const struct instruction *b) {
    bool same = b != NULL && a->path_count > 0 && a->path_count == b->path_count;
    for (uint32_t i = 0; same && i < a->path_count; i++)
        same =
            strcmp(p->pool + p->parts[a->path + i].name, q->pool + q->parts[b->path + i].name) == 0;
    return same;
}

static enum fold find(struct join *j, const struct place *p, const struct instruction *in,
                      const struct value **value) {
    const struct fixed *fixed = p->params ? NULL : j->fixed;
    enum fold found = fold_find(p->level, fixed, p->program, in, value);
    j->conflict = j->conflict || found == FOLD_CONFLICT;
    j->folded = j->folded || found == FOLD_ROOT;
    return found;
}

static bool is_fixed(struct join *j, const struct place *p, const struct instruction *in,
                     const struct value **value) {
    enum fold found = find(j, p, in, value);
    return found == FOLD_ROOT || found == FOLD_LEVEL;
}

static void put_value(struct join *j, const struct place *p, const struct instruction *in) {
    const struct value *value = NULL;
    bool raw = in->op == OP_RAW;
    if (is_fixed(j, p, in, &value)) {
        if (raw)
            add_traits(j, p, value_traits(template_traits_of(j->set), value));
        value_write(&j->emit.pool, value, !raw);
        return;
    }
    struct step s = {.op = raw ? FLAT_RAW : FLAT_VARIABLE};
    s.same = same_path(p->program, in, p->own, p->section);
    emit_path(&j->emit, &s, p->program, in);
    emit_step(&j->emit, s);
}

/* ---- sections ---- */

static bool has_params(const struct program *p, const struct instruction *in) {
    for (uint32_t i = 0; i < in->path_count; i++)
        if (strcmp(p->pool + p->parts[in->path + i].name, "params") == 0)
            return true;
    return false;
}

static uint32_t start_at(struct join *j, const struct place *p, const struct instruction *in,
                         enum flat_op op) {
    struct step s = {.op = (uint8_t)op};
    emit_path(&j->emit, &s, p->program, in);
    return emit_step(&j->emit, s);
}

/* An inverted section behind a section over the same is where that goes on when it is false. Returns where the walk
 * goes on, which is up to `to`. */
static uint32_t keep_section(struct join *j, const struct place *p, uint32_t at, uint32_t to) {
    const struct instruction *in = &p->program->code[at];
    const struct instruction *behind = &p->program->code[in->jump];
    struct level level = {p->level, NULL};
    struct place inside = *p;
    inside.level = &level;
    inside.depth++;
    inside.sections++;
    inside.sure = false;
    inside.params = p->params || has_params(p->program, in);
    inside.own = p->program;
    inside.section = in;
    uint32_t start = start_at(j, p, in, FLAT_SECTION);
    walk(j, &inside, at + 1, in->jump - 1);
    uint32_t end = emit_end(&j->emit, start);
    if (in->jump >= to || behind->op != OP_INVERTED ||
        !same_path(p->program, in, p->program, behind))
        return in->jump;
    struct place other = *p;
    other.sure = false;
    walk(j, &other, in->jump + 1, behind->jump);
    emit_jump(&j->emit, end, emit_label(&j->emit));
    return behind->jump;
}

static void walk_item(struct join *j, const struct place *p, uint32_t at,
                      const struct value *item) {
    struct level level = {p->level, item};
    struct place inside = *p;
    inside.level = &level;
    inside.depth++;
    walk(j, &inside, at + 1, p->program->code[at].jump - 1);
}

/* The body for each item of a true value. False, and nothing was written, when that cannot be done or would be long. */
static bool unroll(struct join *j, const struct place *p, uint32_t at, const struct value *value) {
    if (value->kind == VALUE_LIST && value->as.list->count > UNROLLED_ITEMS)
        return false;
    struct emitted before = emit_state(&j->emit);
    unsigned traits = j->traits;
    bool conflict = j->conflict;
    j->conflict = false;
    if (value->kind != VALUE_LIST) {
        walk_item(j, p, at, value);
    } else {
        for (const struct value_item *i = value->as.list->first; i != NULL; i = i->next)
            walk_item(j, p, at, &i->value);
    }
    struct emitted now = emit_state(&j->emit);
    bool done = !j->conflict && (value->kind != VALUE_LIST ||
                                 now.code - before.code + now.pool - before.pool <= UNROLLED_BYTES);
    j->conflict = conflict;
    if (!done) {
        emit_undo(&j->emit, before);
        j->traits = traits;
    }
    return done;
}

static uint32_t enter_section(struct join *j, const struct place *p, uint32_t at, uint32_t to) {
    const struct instruction *in = &p->program->code[at];
    const struct value *value = NULL;
    enum fold found = find(j, p, in, &value);
    if ((found == FOLD_ROOT || found == FOLD_LEVEL) &&
        (!value_is_true(value) || unroll(j, p, at, value)))
        return in->jump;
    if (found == FOLD_LEVEL)
        j->conflict = true; /* it cannot stay: it would not find its value */
    return keep_section(j, p, at, to);
}

static void enter_inverted(struct join *j, const struct place *p, uint32_t at) {
    const struct instruction *in = &p->program->code[at];
    const struct value *value = NULL;
    if (is_fixed(j, p, in, &value)) {
        if (!value_is_true(value))
            walk(j, p, at + 1, in->jump);
        return;
    }
    struct place inside = *p;
    inside.sure = false;
    uint32_t start = start_at(j, p, in, FLAT_INVERTED);
    walk(j, &inside, at + 1, in->jump);
    emit_jump(&j->emit, start, emit_label(&j->emit));
}

/* ---- included templates ---- */

static bool on_the_way(const struct place *p, const struct program *target) {
    for (const struct way *w = p->way; w != NULL; w = w->outer)
        if (w->program == target)
            return true;
    return false;
}

/* Which contexts render.c would have here. */
static void copy_contexts(struct join *j, const struct place *p, struct flat_include *i) {
    for (const struct level *l = p->level; l != NULL; l = l->outer)
        i->context_count++;
    i->contexts = arena_alloc(j->emit.arena, i->context_count * sizeof(void *));
    uint32_t at = i->context_count;
    for (const struct level *l = p->level; i->contexts != NULL && l != NULL; l = l->outer)
        i->contexts[--at] = l->fixed;
}

static void keep_include(struct join *j, const struct place *p, uint32_t at) {
    struct flat_include i = {
        .program = p->program,
        .at = at,
        .includes = p->includes,
        .depth = p->depth,
        .indent_base = p->indent_base,
        .indent_count = p->indent_count,
        .override = p->override,
        .override_count = p->override_count,
    };
    i.indents = emit_copy(&j->emit, j->indents, p->indent_count * sizeof *j->indents);
    i.overrides =
        emit_copy(&j->emit, j->overrides, (size_t)p->override_count * sizeof *j->overrides);
    copy_contexts(j, p, &i);
    struct step s = {.op = FLAT_INCLUDE};
    s.of.include = emit_copy(&j->emit, &i, sizeof i);
    emit_step(&j->emit, s);
}

static void enter_include(struct join *j, const struct place *p, uint32_t at) {
    const struct instruction *in = &p->program->code[at];
    bool dynamic = (in->flags & FLAG_DYNAMIC) != 0;
    if (!dynamic && in->target == TEMPLATE_NONE)
        return;
    const struct program *target = dynamic ? NULL : template_at(j->set, in->target);
    if (dynamic || on_the_way(p, target) || j->work > ROOMY ||
        p->includes == TEMPLATE_INCLUDE_MAX) {
        keep_include(j, p, at);
        return;
    }
    struct way way = {target, p->way};
    struct place inside = *p;
    set_indent(j, &inside, in);
    inside.program = target;
    inside.way = &way;
    inside.includes++;
    inside.depth++;
    if (in->args > 0) {
        j->overrides[p->override_count] =
            (struct override){p->program, at + 1, in->args, p->override};
        inside.override = inside.override_count++;
    }
    add_traits(j, p, target->traits);
    walk(j, &inside, 0, target->count - 1);
}

/* ---- blocks ---- */

static void enter_argument(struct join *j, const struct place *p, const struct instruction *in,
                           const struct override *from, const struct instruction *argument) {
    struct place inside = *p;
    set_indent(j, &inside, in);
    if ((in->flags & FLAG_STANDALONE) != 0 && (argument->flags & FLAG_SAME_LINE) != 0)
        put_indent(j, &inside);
    inside.program = from->program;
    inside.override = from->outer;
    walk(j, &inside, (uint32_t)(argument - from->program->code) + 1, argument->jump - 1);
}

static void enter_content(struct join *j, const struct place *p, const struct instruction *in) {
    const struct instruction *argument = NULL;
    const struct override *from = NULL;
    for (int16_t i = p->override; i != NO_OVERRIDE; i = j->overrides[i].outer) {
        const struct override *o = &j->overrides[i];
        const struct instruction *a =
            override_argument(o, p->program->pool + in->text, in->text_len);
        j->work += o->count;
        if (a != NULL) {
            argument = a;
            from = o;
        }
    }
    if (argument != NULL)
        enter_argument(j, p, in, from, argument);
    else
        walk(j, p, (uint32_t)(in - p->program->code) + 1, in->jump - 1);
}

/* Whether the content ends with a line's end is often known now: it ends with text. */
static void enter_block(struct join *j, const struct place *p, const struct instruction *in) {
    struct place inside = *p;
    inside.depth++;
    if ((in->flags & FLAG_NEWLINE) == 0) {
        enter_content(j, &inside, in);
        return;
    }
    const char *newline = (in->flags & FLAG_CRLF) != 0 ? "\r\n" : "\n";
    uint32_t mark = j->marks++;
    uint32_t start = emit_step(&j->emit, (struct step){.op = FLAT_MARK, .arg = mark});
    j->failed = j->failed || j->marks > FLAT_DEPTH_MAX;
    enter_content(j, &inside, in);
    j->marks--;
    const struct buf *pool = &j->emit.pool;
    bool text = pool->len > j->emit.text;
    bool newline_last = text && pool->data[pool->len - 1] == '\n';
    bool dropped = emit_drop(&j->emit, start);
    if (!text && !dropped)
        emit_step(&j->emit,
                  (struct step){.op = FLAT_NEWLINE, .arg = mark, .crlf = newline[1] != 0});
    else if (text && !newline_last)
        emit_text(&j->emit, newline, strlen(newline));
}

/* ---- the walk ---- */

/* One instruction; returns the number of the next. */
static uint32_t walk_one(struct join *j, const struct place *p, uint32_t at, uint32_t to) {
    const struct instruction *in = &p->program->code[at];
    switch ((enum op)in->op) {
    case OP_TEXT:
        put_text(j, p, in);
        break;
    case OP_VARIABLE:
    case OP_RAW:
        put_value(j, p, in);
        break;
    case OP_SECTION:
        return enter_section(j, p, at, to);
    case OP_INVERTED:
        enter_inverted(j, p, at);
        return in->jump;
    case OP_PARTIAL:
        enter_include(j, p, at);
        break;
    case OP_PARENT:
        enter_include(j, p, at);
        return in->jump;
    case OP_BLOCK:
        enter_block(j, p, in);
        return in->jump;
    case OP_ARGUMENT: /* never come to: its parent leads behind it, and `to` is before each end */
    case OP_END:
        j->failed = true;
        break;
    }
    return at + 1;
}

static void walk(struct join *j, const struct place *p, uint32_t from, uint32_t to) {
    if (++j->nesting > NESTING_MAX || p->sections > FLAT_DEPTH_MAX)
        j->failed = true;
    for (uint32_t at = from; at < to && !j->failed;) {
        at = walk_one(j, p, at, to);
        if (++j->work > WORK_MAX || !emit_ok(&j->emit))
            j->failed = true;
    }
    j->nesting--;
}

struct flat *flat_join(const struct template_set *set, const struct program *entry,
                       const struct fixed *fixed) {
    struct join j;
    j.set = set;
    j.fixed = fixed;
    j.work = j.nesting = j.marks = 0;
    j.traits = entry->traits;
    j.folded = j.conflict = j.failed = false;
    struct level root = {NULL, NULL};
    struct way way = {entry, NULL};
    struct place place = {
        .program = entry, .way = &way, .level = &root, .override = NO_OVERRIDE, .sure = true};
    struct flat *f = NULL;
    if (emit_init(&j.emit) == 0) {
        walk(&j, &place, 0, entry->count - 1);
        f = j.failed ? NULL : emit_done(&j.emit);
    }
    if (f != NULL) {
        f->set = set;
        f->traits = j.traits;
        f->folded = j.folded;
    }
    emit_free(&j.emit);
    return f;
}
