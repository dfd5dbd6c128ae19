/* Private to src/template: the machine that runs a set's own programs (render.c), for what runs linked
 * ones (flat.c) and comes to an include that could not be linked. */
#ifndef PLATEN_TEMPLATE_MACHINE_H
#define PLATEN_TEMPLATE_MACHINE_H

#include "template/program.h"
#include "template/value.h"

enum {
    FRAMES_MAX = 1024,
    INDENTS_MAX = 256,
    STEPS_MAX = 1 << 26,
};
#define NO_OVERRIDE (-1)

enum frame_kind { FRAME_INCLUDE, FRAME_SECTION, FRAME_LIST, FRAME_BLOCK };

struct frame {
    const struct program *program; /* where to go on afterwards */
    uint32_t next;
    uint32_t body;                 /* list: its first instruction */
    const struct value_item *turn; /* list: where it is */
    size_t written;                /* block: length of the output before it */
    uint16_t indent_base, indent_count;
    int16_t override, override_count;
    uint8_t kind;
    uint8_t flags; /* block: of its instruction */
};

struct override {
    const struct program *program;
    uint32_t first; /* the first OP_ARGUMENT */
    uint16_t count;
    int16_t outer;
};

struct machine {
    const struct template_set *set;
    struct buf *out;
    const struct program *program;
    uint32_t next;
    uint32_t steps;
    template_traits_fn *traits_of;
    unsigned traits;
    uint32_t depth, includes;
    uint16_t indent_base, indent_count;
    int16_t override, override_count;
    struct contexts contexts;
    struct frame frames[FRAMES_MAX];
    struct slice indents[INDENTS_MAX];
    struct override overrides[TEMPLATE_INCLUDE_MAX + 1];
};

/* The argument of that name in one parent tag; of two the last. NULL: none. */
const struct instruction *override_argument(const struct override *o, const char *name,
                                            uint32_t len);

/* Runs the include `in`, which is m->program's and stands before m->next, to its end. All of *m but the parts of its
 * stacks above their tops is set. Errors as template_show; out is left as it then is. */
int machine_include(struct machine *m, const struct instruction *in, struct error *err) CHECKED;

#endif
