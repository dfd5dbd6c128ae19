/* What is known of a path before there is data. Names are looked up from the innermost context
 * outwards; a context whose item is fixed tells for certain whether it has the name, any other does
 * not. Only the fixed member itself is found through those: template_pack_open's caller promises
 * that nothing hides it. */
#include "template/flat.h"

enum { DEPTH_MAX = 64 };

static const struct value *member(const struct value *v, const struct program *p,
                                  const struct part *part) {
    return value_get_key(v, part->key, part->hash, p->pool + part->name);
}

/* The value of the path's first name. */
static enum fold find_first(const struct level *l, const struct fixed *fixed,
                            const struct program *p, const struct part *part,
                            const struct value **value) {
    bool hidden = false;
    for (; l != NULL; l = l->outer) {
        *value = l->fixed == NULL ? NULL : member(l->fixed, p, part);
        if (*value != NULL)
            return hidden ? FOLD_CONFLICT : FOLD_LEVEL;
        hidden = hidden || l->fixed == NULL;
    }
    if (fixed == NULL || fixed->name == NULL || strcmp(fixed->name, p->pool + part->name) != 0)
        return FOLD_NO;
    *value = &fixed->value;
    return FOLD_ROOT;
}

enum fold fold_find(const struct level *innermost, const struct fixed *fixed,
                    const struct program *p, const struct instruction *in,
                    const struct value **value) {
    *value = innermost->fixed;
    if (in->path_count == 0)
        return *value != NULL ? FOLD_LEVEL : FOLD_NO;
    const struct part *part = p->parts + in->path;
    enum fold found = find_first(innermost, fixed, p, part, value);
    for (uint32_t i = 1; i < in->path_count && *value != NULL; i++)
        *value = member(*value, p, part + i);
    return found;
}

static bool mentions(const struct value *v, const char *name, int depth) {
    if (depth == DEPTH_MAX)
        return true;
    if (v->kind == VALUE_LIST) {
        for (const struct value_item *i = v->as.list->first; i != NULL; i = i->next)
            if (mentions(&i->value, name, depth + 1))
                return true;
    }
    struct value_member *m = v->kind == VALUE_OBJECT ? v->as.object->newest : NULL;
    for (; m != NULL; m = m->older)
        if (strcmp(m->name, name) == 0 || mentions(value_settled(m), name, depth + 1))
            return true;
    return false;
}

bool fold_mentions(const struct value *v, const char *name) {
    return mentions(v, name, 0);
}
