/* From tags to instructions. One pass over the tags; `open` holds what is open around the current
 * one. Text is copied into the pool line by line, so that the white space which an argument's lines
 * share (its intrinsic indentation) can be left out; `strip` is that white space.
 *
 * A piece of text that begins a line carries FLAG_LINE, because that is where a standalone include
 * puts its indentation. A line that begins with a tag gets an empty text in front of it (`line_due`);
 * in front of a closing tag that is inside its section, as the white space there would be. Directly
 * inside a parent tag only blocks count. */
#include "template/program.h"

#include "base/value.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct opened {
    uint32_t tag;
    uint32_t code; /* its instruction */
    uint32_t lead; /* a block's leading white space as its default's first text, or NONE */
    struct slice strip;
};

struct parse {
    struct program *program;
    const char *text;
    size_t len;
    struct tags tags;
    struct buf code, pool, parts;
    struct opened open[TEMPLATE_NESTING_MAX];
    uint32_t depth;
    struct slice strip;
    bool line_due;
    uint32_t seen, line, column; /* how far lines are counted */
};

#define POOL_MAX ((size_t)8 << 20)
#define CODE_MAX ((size_t)128 << 20)

static struct instruction *code_at(const struct parse *p, uint32_t i) {
    return (struct instruction *)(void *)p->code.data + i;
}

static uint32_t code_count(const struct parse *p) {
    return (uint32_t)(p->code.len / sizeof(struct instruction));
}

/* Failures of the buffers are sticky; program_parse asks once. */
static uint32_t emit(struct parse *p, struct instruction in) {
    uint32_t at = code_count(p);
    buf_append(&p->code, &in, sizeof in);
    return at;
}

static uint32_t pool_add(struct parse *p, struct slice s) {
    uint32_t at = (uint32_t)p->pool.len;
    buf_append(&p->pool, s.ptr, s.len);
    return at;
}

static uint32_t pool_name(struct parse *p, struct slice s) {
    uint32_t at = pool_add(p, s);
    buf_putc(&p->pool, '\0');
    return at;
}

static struct slice without(struct slice s, struct slice prefix) {
    if (prefix.len > 0 && s.len >= prefix.len && memcmp(s.ptr, prefix.ptr, prefix.len) == 0) {
        return slice_n(s.ptr + prefix.len, s.len - prefix.len);
    }
    return s;
}

static bool begins_line(const struct parse *p, uint32_t at) {
    return at == 0 || p->text[at - 1] == '\n';
}

static struct slice span(const struct parse *p, uint32_t from, uint32_t to) {
    return slice_n(p->text + from, to - from);
}

static void emit_line(struct parse *p) {
    if (p->line_due) {
        emit(p, (struct instruction){.op = OP_TEXT, .flags = FLAG_LINE});
        p->line_due = false;
    }
}

/* Emits text[from, to) and notes whether what follows begins a line. */
static void emit_text(struct parse *p, uint32_t from, uint32_t to, bool tag_begins_line) {
    bool first = p->line_due || (from < to && begins_line(p, from));
    uint32_t pool = (uint32_t)p->pool.len;
    for (uint32_t at = from; at < to;) {
        const char *end = memchr(p->text + at, '\n', to - at);
        uint32_t next = end == NULL ? to : (uint32_t)(end - p->text) + 1;
        struct slice line = span(p, at, next);
        pool_add(p, begins_line(p, at) ? without(line, p->strip) : line);
        at = next;
    }
    if (from < to) {
        emit(p, (struct instruction){.op = OP_TEXT,
                                     .flags = first ? FLAG_LINE : 0,
                                     .text = pool,
                                     .text_len = (uint32_t)p->pool.len - pool});
        p->line_due = false;
    }
    p->line_due = p->line_due || tag_begins_line;
}

static void set_path(struct parse *p, struct instruction *in, struct slice name) {
    in->path = (uint32_t)(p->parts.len / sizeof(struct part));
    struct slice part;
    if (slice_eq(name, ".")) {
        return;
    }
    while (slice_next(&name, '.', &part)) {
        struct part entry = {.name = pool_name(p, part)};
        buf_append(&p->parts, &entry, sizeof entry);
        in->path_count++;
    }
}

static struct slice name_of(const struct parse *p, const struct tag *t) {
    return slice_n(p->text + t->name, t->name_len);
}

static void set_name(struct parse *p, struct instruction *in, const struct tag *t) {
    in->target = TEMPLATE_NONE;
    if (t->dynamic) {
        in->flags |= FLAG_DYNAMIC;
        set_path(p, in, name_of(p, t));
        return;
    }
    in->text = pool_name(p, name_of(p, t));
    in->text_len = t->name_len;
}

static void set_indent(struct parse *p, struct instruction *in, struct slice indent) {
    indent = without(indent, p->strip);
    in->indent = pool_add(p, indent);
    in->indent_len = (uint32_t)indent.len;
}

/* The white space before a tag that begins its line. */
static struct slice leading(const struct parse *p, const struct tag *t) {
    return span(p, tags_line_start(p->text, t->start), t->start);
}

/* The white space that begins the line after the tag, which ends its own. */
static struct slice intrinsic(const struct parse *p, const struct tag *t) {
    uint32_t from = tags_line_next(p->text, p->len, t->end);
    uint32_t to = from;
    while (to < p->len && (p->text[to] == ' ' || p->text[to] == '\t')) {
        to++;
    }
    return span(p, from, to);
}

static void count_lines(struct parse *p, uint32_t to) {
    for (; p->seen < to; p->seen++) {
        if (p->text[p->seen] == '\n') {
            p->line++;
            p->column = 1;
        } else if (((unsigned char)p->text[p->seen] & 0xC0) != 0x80) {
            p->column++;
        }
    }
}

static void push(struct parse *p, uint32_t tag, uint32_t code) {
    p->open[p->depth++] = (struct opened){tag, code, TEMPLATE_NONE, p->strip};
}

static void emit_include(struct parse *p, uint32_t tag) {
    const struct tag *t = &p->tags.list[tag];
    bool parent = t->kind == TAG_PARENT;
    struct instruction in = {.op = parent ? OP_PARENT : OP_PARTIAL};
    set_name(p, &in, t);
    if (t->trim_before) {
        in.flags |= FLAG_STANDALONE;
        set_indent(p, &in, leading(p, t));
    }
    if (p->depth == 0) {
        in.flags |= FLAG_ALWAYS;
    }
    count_lines(p, t->start);
    in.line = p->line;
    in.column = p->column;
    uint32_t code = emit(p, in);
    if (parent) {
        push(p, tag, code);
    }
}

static int emit_argument(struct parse *p, uint32_t tag, struct error *err) {
    const struct tag *t = &p->tags.list[tag];
    struct instruction in = {.op = OP_ARGUMENT};
    set_name(p, &in, t);
    struct instruction *parent = code_at(p, p->open[p->depth - 1].code);
    if (parent->args == TEMPLATE_ARGS_MAX) {
        return tags_error(err, p->text, t->start, "more than %d blocks in one parent tag",
                          TEMPLATE_ARGS_MAX);
    }
    parent->args++;
    push(p, tag, emit(p, in));
    p->line_due = false;
    if (t->clear_after) {
        p->strip = intrinsic(p, t);
    }
    return 0;
}

/* A parameter. Its indentation goes before the lines of what overrides it. */
static void emit_block(struct parse *p, uint32_t tag) {
    const struct tag *t = &p->tags.list[tag];
    const struct tag *close = &p->tags.list[t->match];
    struct instruction in = {.op = OP_BLOCK};
    set_name(p, &in, t);
    if (!t->trim_before) {
        push(p, tag, emit(p, in));
        return;
    }
    in.flags |= FLAG_STANDALONE;
    set_indent(p, &in, t->clear_after ? intrinsic(p, t) : leading(p, t));
    uint32_t next = tags_line_next(p->text, p->len, close->end);
    if (close->trim_after && next > close->end && p->text[next - 1] == '\n') {
        in.flags |= FLAG_NEWLINE;
        if (next > close->end + 1 && p->text[next - 2] == '\r') {
            in.flags |= FLAG_CRLF;
        }
    }
    push(p, tag, emit(p, in));
    if (!t->trim_after) {
        struct slice lead = without(leading(p, t), p->strip);
        struct instruction text = {.op = OP_TEXT, .flags = FLAG_LINE};
        text.text = pool_add(p, lead);
        text.text_len = (uint32_t)lead.len;
        p->open[p->depth - 1].lead = emit(p, text);
    }
}

static void emit_close(struct parse *p) {
    struct opened o = p->open[--p->depth];
    const struct tag *t = &p->tags.list[o.tag];
    uint32_t body = o.code + 1;
    if (!t->argument && t->kind != TAG_PARENT) {
        emit_line(p);
    }
    if (o.lead != TEMPLATE_NONE && code_count(p) == o.lead + 1) {
        buf_truncate(&p->code, p->code.len - sizeof(struct instruction)); /* an empty default */
    }
    if (t->argument && !t->trim_after && code_count(p) > body) {
        code_at(p, o.code)->flags |= FLAG_SAME_LINE;
    }
    if (t->kind == TAG_SECTION || t->kind == TAG_BLOCK) {
        emit(p, (struct instruction){.op = OP_END});
    }
    if (t->argument || t->kind == TAG_PARENT) {
        p->line_due = false;
    }
    p->strip = o.strip;
    if (buf_ok(&p->code)) {
        code_at(p, o.code)->jump = code_count(p);
    }
}

static void emit_value(struct parse *p, uint32_t tag) {
    static const uint8_t ops[] = {[TAG_VARIABLE] = OP_VARIABLE,
                                  [TAG_RAW] = OP_RAW,
                                  [TAG_SECTION] = OP_SECTION,
                                  [TAG_INVERTED] = OP_INVERTED};
    const struct tag *t = &p->tags.list[tag];
    struct instruction in = {.op = ops[t->kind]};
    set_path(p, &in, name_of(p, t));
    uint32_t code = emit(p, in);
    if (t->kind == TAG_SECTION || t->kind == TAG_INVERTED) {
        push(p, tag, code);
    }
}

static int emit_tag(struct parse *p, uint32_t tag, struct error *err) {
    const struct tag *t = &p->tags.list[tag];
    if (t->argument) {
        return emit_argument(p, tag, err);
    }
    if (t->kind == TAG_CLOSE) {
        emit_close(p);
        return 0;
    }
    if (t->kind == TAG_COMMENT || t->kind == TAG_DELIMITERS) {
        return 0;
    }
    emit_line(p);
    if (t->kind == TAG_PARTIAL || t->kind == TAG_PARENT) {
        emit_include(p, tag);
    } else if (t->kind == TAG_BLOCK) {
        emit_block(p, tag);
    } else {
        emit_value(p, tag);
    }
    return buf_ok(&p->code) ? 0 : error_set(err, "out of memory");
}

static bool inside_parent(const struct parse *p) {
    return p->depth > 0 && p->tags.list[p->open[p->depth - 1].tag].kind == TAG_PARENT;
}

static int emit_all(struct parse *p, struct error *err) {
    uint32_t from = 0;
    for (uint32_t i = 0; i < p->tags.count; i++) {
        const struct tag *t = &p->tags.list[i];
        bool ignored = inside_parent(p);
        if (ignored && !t->argument && t->kind != TAG_CLOSE) {
            i = t->match == TEMPLATE_NONE ? i : t->match; /* with all that is in it */
            continue;
        }
        if (!ignored) {
            uint32_t to = t->trim_before ? tags_line_start(p->text, t->start) : t->start;
            emit_text(p, from, to, !t->trim_before && begins_line(p, to));
        }
        from = t->trim_after ? tags_line_next(p->text, p->len, t->end) : t->end;
        if (emit_tag(p, i, err) != 0) {
            return -1;
        }
    }
    emit_text(p, from, (uint32_t)p->len, false);
    emit(p, (struct instruction){.op = OP_END});
    return 0;
}

static int finish(struct parse *p, const char *name, const char *file, struct error *err) {
    struct program *out = p->program;
    out->count = code_count(p);
    buf_putc(&p->pool, '\0');
    out->code = (struct instruction *)(void *)buf_take(&p->code, NULL);
    out->pool = buf_take(&p->pool, NULL);
    size_t parts = p->parts.len / sizeof(struct part);
    out->parts = (struct part *)(void *)buf_take(&p->parts, NULL);
    out->name = strdup(name);
    out->file = strdup(file);
    if (!out->code || !out->pool || !out->parts || !out->name || !out->file) {
        return error_set(err, "out of memory");
    }
    for (size_t i = 0; i < parts; i++) {
        out->parts[i].key = value_key(out->pool + out->parts[i].name);
        out->parts[i].hash = value_hash(out->parts[i].key);
    }
    return 0;
}

static int parse(struct program *out, const char *name, const char *file, const char *text,
                 size_t len, struct error *err) {
    struct parse *p = calloc(1, sizeof *p);
    if (p == NULL) {
        return error_set(err, "out of memory");
    }
    p->program = out;
    p->text = text;
    p->len = len;
    p->line = p->column = 1;
    buf_init(&p->code, CODE_MAX);
    buf_init(&p->pool, POOL_MAX);
    buf_init(&p->parts, POOL_MAX);
    int rc = tags_scan(&p->tags, text, len, err);
    rc = rc != 0 ? rc : tags_nest(&p->tags, text, err);
    rc = rc != 0 ? rc : emit_all(p, err);
    rc = rc != 0 ? rc : finish(p, name, file, err);
    buf_free(&p->code);
    buf_free(&p->pool);
    buf_free(&p->parts);
    free(p->tags.list);
    free(p);
    return rc;
}

int program_parse(struct program **out, const char *name, const char *file, const char *text,
                  size_t len, struct error *err) {
    struct error local = {0};
    err = err != NULL ? err : &local;
    err->line = err->column = 0;
    *out = NULL;
    if (len > TEMPLATE_TEXT_MAX) {
        return error_set(err, "%s: %zu bytes are more than the limit of %zu", file, len,
                         TEMPLATE_TEXT_MAX);
    }
    struct program *program = calloc(1, sizeof *program);
    if (program == NULL) {
        return error_set(err, "%s: out of memory", file);
    }
    if (parse(program, name, file, text, len, err) != 0) {
        program_free(program);
        return err->line > 0 ? error_prefix(err, "%s:%d:%d", file, err->line, err->column)
                             : error_prefix(err, "%s", file);
    }
    *out = program;
    return 0;
}

void program_free(struct program *p) {
    if (p == NULL) {
        return;
    }
    free(p->name);
    free(p->file);
    free(p->code);
    free(p->pool);
    free(p->parts);
    free(p);
}
