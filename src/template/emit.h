/* Private to src/template: writing down a linked program, step by step, for join.c.
 *
 * Text gathers in the pool until a step takes it. Failures are sticky: memory is out, or the program
 * grew too large; emit_ok tells. */
#ifndef PLATEN_TEMPLATE_EMIT_H
#define PLATEN_TEMPLATE_EMIT_H

#include "template/flat.h"

struct emit {
    struct buf code, pool;
    struct arena *arena; /* paths and includes */
    uint32_t text;       /* where in the pool the text that no step has taken begins */
};

/* How far it was written, to go back to. */
struct emitted {
    size_t code, pool;
    uint32_t text;
};

/* 0, or -1 when memory is out. The caller frees with emit_free, also then. */
int emit_init(struct emit *e) CHECKED;
void emit_free(struct emit *e);
bool emit_ok(const struct emit *e);

void emit_text(struct emit *e, const char *text, size_t n);
/* Adds a step, which takes the text before it, and returns its number. */
uint32_t emit_step(struct emit *e, struct step s);
/* Where a step may lead: the next one's number, once the text before it has a step. */
uint32_t emit_label(struct emit *e);
void emit_jump(struct emit *e, uint32_t from, uint32_t to);
/* Ends the section that began with step `start`, and goes on behind. Returns the end's number. */
uint32_t emit_end(struct emit *e, uint32_t start);

/* The path of an instruction of p, in the step. */
void emit_path(struct emit *e, struct step *s, const struct program *p,
               const struct instruction *in);
/* n bytes that live as long as the program, NULL for none and when memory is out. */
void *emit_copy(struct emit *e, const void *bytes, size_t n);

struct emitted emit_state(const struct emit *e);
/* Forgets what came after that. No step from before it may lead behind it. */
void emit_undo(struct emit *e, struct emitted to);
/* When nothing but text came after step `at`: takes the step away, and its text goes on in that one. */
bool emit_drop(struct emit *e, uint32_t at);

/* The program, to which the memory goes over. NULL when anything failed. */
struct flat *emit_done(struct emit *e);

#endif
