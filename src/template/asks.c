/* What templates ask for: a look through all that one of them may include. */
#include "template/program.h"

#include <string.h>

struct reached {
    const struct program *todo[TEMPLATE_COUNT_MAX + 1];
    bool seen[TEMPLATE_COUNT_MAX];
    uint32_t count;
    const char *member;
};

static bool begins(const struct program *p, const struct instruction *in, const char *member) {
    return in->path_count > 0 && strcmp(p->pool + p->parts[in->path].name, member) == 0;
}

/* True when p has a name that begins with the member, or may include any template; else notes what it includes. */
static bool look_at(struct reached *r, const struct template_set *set, const struct program *p) {
    for (uint32_t i = 0; i < p->count; i++) {
        const struct instruction *in = &p->code[i];
        bool include = in->op == OP_PARTIAL || in->op == OP_PARENT;
        if ((include && (in->flags & FLAG_DYNAMIC) != 0) || begins(p, in, r->member))
            return true;
        if (include && in->target != TEMPLATE_NONE && !r->seen[in->target]) {
            r->seen[in->target] = true;
            r->todo[r->count++] = template_at(set, in->target);
        }
    }
    return false;
}

bool template_set_asks(const struct template_set *set, const char *name, const char *member) {
    struct reached r = {.member = member};
    const struct program *entry = template_entry(set, name);
    if (entry != NULL)
        r.todo[r.count++] = entry;
    while (r.count > 0)
        if (look_at(&r, set, r.todo[--r.count]))
            return true;
    return false;
}
