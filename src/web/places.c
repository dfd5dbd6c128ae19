/* See places.h. A slot by the name's hash holds one section: it is complete before it is shown, and stays. Another one
 * that meets it there is read each time, so the memory has a bound however many sections there are. */
#include "web/places.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 64 };

struct places {
    _Atomic(struct list *) slots[SLOTS];
};

struct places *places_new(void) {
    return calloc(1, sizeof(struct places));
}

void places_free(struct places *p) {
    for (size_t i = 0; p != NULL && i < SLOTS; i++)
        free(atomic_load(&p->slots[i]));
    free(p);
}

static size_t slot_of(const char *slug) {
    uint32_t hash = 0;
    for (; *slug != '\0'; slug++)
        hash = hash * 31 + (unsigned char)*slug;
    return (hash ^ hash >> 7) % SLOTS;
}

static void keep(_Atomic(struct list *) *slot, const struct list *l) {
    struct list *copy = malloc(sizeof *copy), *none = NULL;
    if (copy == NULL)
        return;
    *copy = *l;
    if (!atomic_compare_exchange_strong(slot, &none, copy))
        free(copy);
}

int places_find(struct list *out, struct places *p, struct db *db, const char *slug,
                struct error *err) {
    _Atomic(struct list *) *slot = &p->slots[slot_of(slug)];
    const struct list *there = atomic_load_explicit(slot, memory_order_acquire);
    if (there != NULL && strcmp(there->slug, slug) == 0) {
        *out = *there;
        return 1;
    }
    int found = list_find(db, LIST_SECTION, "", slug, out, err);
    if (found == 1 && there == NULL)
        keep(slot, out);
    return found;
}
