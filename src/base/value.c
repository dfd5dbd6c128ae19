/* See value.h. */
#include "base/value.h"

struct value value_text(struct arena *a, const char *s) {
    return s == NULL ? value_null() : value_textn(a, s, strlen(s));
}

struct value value_textn(struct arena *a, const char *s, size_t n) {
    return value_lent(arena_strndup(a, s, n), n);
}

struct value value_join(struct arena *a, const struct slice *parts, size_t n) {
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    char *text = arena_take(a, len + 1), *at = text;
    if (text == NULL)
        return value_null();
    for (size_t i = 0; i < n; i++)
        at = mempcpy(at, parts[i].ptr, parts[i].len);
    *at = '\0';
    return value_lent(text, len);
}

struct value value_of_buf(struct arena *a, struct buf *b) {
    size_t n = 0, held = b->cap;
    char *text = buf_take(b, &n);
    buf_free(b);
    return value_lent(arena_adopt(a, text, held), n);
}

struct value value_list(struct arena *a) {
    struct value_list *list = arena_take(a, sizeof *list);
    if (list == NULL)
        return value_null();
    *list = (struct value_list){.arena = a};
    return (struct value){.kind = VALUE_LIST, .as.list = list};
}

void value_add(struct value list, struct value v) {
    struct value_list *l = list.kind == VALUE_LIST ? list.as.list : NULL;
    struct value_item *item = l == NULL ? NULL : arena_take(l->arena, sizeof *item);
    if (item == NULL)
        return;
    *item = (struct value_item){.value = v};
    if (l->last == NULL)
        l->first = item;
    else
        l->last->next = item;
    l->last = item;
    l->count++;
}

const struct value *value_settled(struct value_member *m) {
    const struct value_later *later = m->value.kind == VALUE_LATER ? m->value.as.later : NULL;
    if (later != NULL) {
        m->value = value_null(); /* for who asks for it while it is made */
        m->value = later->make(m->name, later->with);
    }
    return &m->value;
}

const struct value *value_in_chain(struct value_member *m, uint64_t key, const char *name) {
    while (m != NULL && (m->key != key || strcmp(m->name, name) != 0))
        m = m->next;
    return m == NULL ? NULL : value_settled(m);
}

void value_turn(struct value object, const char *old, const char *name, struct value v) {
    uint64_t key = value_key(old);
    const struct value *found = value_get(&object, old);
    if (found == NULL) {
        value_put(object, name, v);
        return;
    }
    struct value_object *o = object.as.object;
    struct value_member **at = &o->chains[value_hash(key) % VALUE_CHAINS];
    while (&(*at)->value != found)
        at = &(*at)->next;
    struct value_member *m = *at;
    *at = m->next;
    key = value_key(name);
    struct value_member **chain = &o->chains[value_hash(key) % VALUE_CHAINS];
    *m = (struct value_member){key, name, v, m->older, *chain};
    o->there |= UINT64_C(1) << value_hash(key);
    *chain = m;
}
