/* Private to src/template: a linked program, made of an entry template and what it includes.
 *
 * join.c walks the set's programs as render.c's machine would and writes down what it would do: what
 * it includes, which argument a block takes and what goes before a line are known without data.
 * fold.c tells what a path below the fixed member is. flat.c runs the result.
 *
 * A step first appends its text, then does what its op says. What could not be linked (a dynamic
 * name, a template that is being included already) is a step, too, and runs in render.c's machine. */
#ifndef PLATEN_TEMPLATE_FLAT_H
#define PLATEN_TEMPLATE_FLAT_H

#include "template/machine.h"

enum {
    FLAT_DEPTH_MAX = 64, /* sections inside each other, marks inside each other */
    FLAT_PADDING = 32,   /* bytes behind the pool that may be read */
};

enum flat_op {
    FLAT_TEXT,     /* nothing else */
    FLAT_VARIABLE, /* path: escaped */
    FLAT_RAW,      /* path */
    FLAT_SECTION,  /* path; jump: where to go on when it is false */
    FLAT_INVERTED, /* path; jump: where to go on when it is true */
    FLAT_END,      /* of a section; arg: its body; jump: where to go on */
    FLAT_MARK,     /* arg: where to note the output's length */
    FLAT_NEWLINE, /* arg: where that is noted; a line's end unless nothing was added, or one last */
    FLAT_TRAITS,  /* arg */
    FLAT_INCLUDE, /* include */
    FLAT_DONE,
};

/* One name of a path, see value.h; lent by the set. */
struct flat_name {
    uint64_t key;
    const char *name;
    unsigned hash;
};

struct step {
    const char *text; /* in the pool */
    union {
        const struct flat_name *path; /* NULL: the current item "." */
        const struct flat_include *include;
    } of;
    uint32_t text_len;
    uint32_t jump;
    uint32_t arg; /* with a path: how many names it has */
    uint8_t op;
    bool same; /* variable, raw: its path is that of the section it stands in.
                * section: its body is one such variable and nothing else */
    bool crlf; /* newline */
};

/* An include for render.c's machine, and all that this would know there. */
struct flat_include {
    const struct program *program; /* whose instruction it is, and which */
    uint32_t at;
    uint32_t includes, depth;
    const struct value **contexts; /* NULL: the next of the items that are known only now */
    uint32_t context_count;
    uint16_t indent_base, indent_count;
    int16_t override, override_count;
    struct slice *indents;
    struct override *overrides;
};

struct flat {
    const struct template_set *set;
    struct step *code;
    char *pool;
    unsigned traits; /* of all that it enters whatever the data */
    bool folded;     /* it holds parts of the fixed value */
    struct arena *arena;
};

/* The member of the root that is the same in all data, an object; name NULL: there is none. */
struct fixed {
    const char *name;
    struct value value;
};

/* Links the entry with all it includes. NULL when memory is out, or it would be too large or too deep. Looks things up
 * in the fixed value. The set and the fixed value live longer. The caller frees with flat_free. */
struct flat *flat_join(const struct template_set *set, const struct program *entry,
                       const struct fixed *fixed);
void flat_free(struct flat *f);

/* As template_show, but without a message. */
int flat_show(const struct flat *f, const struct value *data, struct buf *out,
              unsigned *traits) CHECKED;

/* ---- fold.c, for join.c ---- */

/* A context; the root's has no outer one. */
struct level {
    const struct level *outer;
    const struct value *fixed; /* NULL: known only when it runs */
};

enum fold {
    FOLD_NO,
    FOLD_ROOT,     /* it is below the fixed member, which the root has when it runs, too */
    FOLD_LEVEL,    /* it is in a context that will not be there when it runs */
    FOLD_CONFLICT, /* the same, unless a context inside of that one has the name */
};

/* Whether the path of `in` is known now, and its value: NULL when there is none. `fixed` is NULL where its name may mean
 * something else. */
enum fold fold_find(const struct level *innermost, const struct fixed *fixed,
                    const struct program *p, const struct instruction *in,
                    const struct value **value);

/* True when an object below v has a member of that name, and when v is too deep to tell. */
bool fold_mentions(const struct value *v, const char *name);

#endif
