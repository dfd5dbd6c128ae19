/* See emit.h. */
#include "template/emit.h"

#include <stdlib.h>

#define CODE_MAX ((size_t)2 << 20)
#define POOL_MAX ((size_t)4 << 20)
#define ARENA_MAX ((size_t)8 << 20)

int emit_init(struct emit *e) {
    *e = (struct emit){.arena = arena_new(ARENA_MAX)};
    buf_init(&e->code, CODE_MAX);
    buf_init(&e->pool, POOL_MAX);
    return e->arena == NULL ? -1 : 0;
}

void emit_free(struct emit *e) {
    buf_free(&e->code);
    buf_free(&e->pool);
    arena_free(e->arena);
}

bool emit_ok(const struct emit *e) {
    return buf_ok(&e->code) && buf_ok(&e->pool) && arena_ok(e->arena);
}

static struct step *step_at(const struct emit *e, uint32_t i) {
    return (struct step *)(void *)e->code.data + i;
}

static uint32_t count(const struct emit *e) {
    return (uint32_t)(e->code.len / sizeof(struct step));
}

void emit_text(struct emit *e, const char *text, size_t n) {
    buf_append(&e->pool, text, n);
}

uint32_t emit_step(struct emit *e, struct step s) {
    uint32_t at = count(e);
    s.text_len = (uint32_t)e->pool.len - e->text;
    e->text = (uint32_t)e->pool.len;
    buf_append(&e->code, &s, sizeof s);
    return at;
}

uint32_t emit_label(struct emit *e) {
    if (e->pool.len > e->text)
        emit_step(e, (struct step){.op = FLAT_TEXT});
    return count(e);
}

void emit_jump(struct emit *e, uint32_t from, uint32_t to) {
    if (from < count(e))
        step_at(e, from)->jump = to;
}

uint32_t emit_end(struct emit *e, uint32_t start) {
    uint32_t end = emit_step(e, (struct step){.op = FLAT_END, .arg = start + 1});
    emit_jump(e, start, end + 1);
    emit_jump(e, end, end + 1);
    if (emit_ok(e) && end == start + 2) {
        const struct step *body = step_at(e, start + 1);
        step_at(e, start)->same = body->op == FLAT_VARIABLE && body->same;
    }
    return end;
}

void *emit_copy(struct emit *e, const void *bytes, size_t n) {
    void *copy = n == 0 ? NULL : arena_take(e->arena, n);
    if (copy != NULL)
        memcpy(copy, bytes, n);
    return copy;
}

void emit_path(struct emit *e, struct step *s, const struct program *p,
               const struct instruction *in) {
    s->arg = in->path_count;
    struct flat_name *path =
        in->path_count == 0 ? NULL : arena_take(e->arena, in->path_count * sizeof *path);
    for (uint32_t i = 0; path != NULL && i < in->path_count; i++) {
        const struct part *part = &p->parts[in->path + i];
        path[i] = (struct flat_name){part->key, p->pool + part->name, part->hash};
    }
    s->of.path = path;
}

struct emitted emit_state(const struct emit *e) {
    return (struct emitted){e->code.len, e->pool.len, e->text};
}

void emit_undo(struct emit *e, struct emitted to) {
    buf_truncate(&e->code, to.code);
    buf_truncate(&e->pool, to.pool);
    e->text = to.text;
}

bool emit_drop(struct emit *e, uint32_t at) {
    if (!emit_ok(e) || count(e) != at + 1)
        return false;
    e->text -= step_at(e, at)->text_len;
    buf_truncate(&e->code, at * sizeof(struct step));
    return true;
}

struct flat *emit_done(struct emit *e) {
    static const char padding[FLAT_PADDING];
    struct flat *f = calloc(1, sizeof *f);
    emit_step(e, (struct step){.op = FLAT_DONE});
    uint32_t steps = count(e);
    emit_text(e, padding, sizeof padding);
    if (f == NULL || !emit_ok(e)) {
        free(f);
        return NULL;
    }
    f->code = (struct step *)(void *)buf_take(&e->code, NULL);
    f->pool = buf_take(&e->pool, NULL);
    f->arena = e->arena;
    e->arena = NULL;
    if (f->code == NULL || f->pool == NULL) {
        flat_free(f);
        return NULL;
    }
    const char *text = f->pool;
    for (uint32_t i = 0; i < steps; i++) { /* each begins where the one before it ends */
        f->code[i].text = text;
        text += f->code[i].text_len;
    }
    return f;
}
