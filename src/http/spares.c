/* See spares.h. A piece that waits says in its own first bytes how large it is; one that is being sent says it behind
 * its content, with where it returns to. */
#include "http/spares.h"

#include <stdalign.h>
#include <stdlib.h>

struct spare {
    size_t cap;
};

struct lent {
    struct spares *to;
    char *memory;
    size_t cap;
};

/* Memory of that size is worth keeping. */
static bool suits(size_t cap) {
    return cap >= SPARE_MIN && cap <= SPARE_MAX;
}

static struct spare *take(struct spares *s) {
    for (size_t i = 0; i < SPARES; i++) {
        struct spare *waits = atomic_load_explicit(&s->slots[i], memory_order_relaxed);
        if (waits != NULL &&
            (waits = atomic_exchange_explicit(&s->slots[i], NULL, memory_order_acquire)) != NULL)
            return waits;
    }
    return NULL;
}

static void give(struct spares *s, char *memory, size_t cap) {
    struct spare *spare = (struct spare *)(void *)memory;
    bool fits = suits(cap);
    if (fits)
        spare->cap = cap;
    for (size_t i = 0; fits && i < SPARES; i++) {
        struct spare *none = NULL;
        if (atomic_load_explicit(&s->slots[i], memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong_explicit(&s->slots[i], &none, spare,
                                                    memory_order_release, memory_order_relaxed))
            return;
    }
    free(memory);
}

void spares_lend(struct spares *s, struct buf *b) {
    struct spare *spare = b->data == NULL ? take(s) : NULL;
    if (spare == NULL)
        return;
    b->cap = spare->cap;
    b->data = (char *)spare;
    b->data[0] = '\0';
}

void spares_return(struct spares *s, struct buf *b) {
    if (b->data != NULL)
        give(s, b->data, b->cap);
    *b = (struct buf){.max = b->max};
}

static void sent(void *cls) {
    const struct lent l = *(const struct lent *)cls;
    give(l.to, l.memory, l.cap);
}

struct MHD_Response *spares_response(struct spares *s, struct buf *b) {
    const size_t align = alignof(struct lent), n = b->len, cap = b->cap,
                 behind = (n + align) / align * align;
    bool room = suits(cap) && behind + sizeof(struct lent) <= cap;
    char *bytes = buf_take(b, NULL);
    if (bytes == NULL)
        return NULL;
    struct lent *l = (struct lent *)(void *)(bytes + behind);
    if (room)
        *l = (struct lent){s, bytes, cap};
    struct MHD_Response *m =
        room ? MHD_create_response_from_buffer_with_free_callback_cls(n, bytes, sent, l)
             : MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_MUST_FREE);
    if (m == NULL)
        free(bytes);
    return m;
}

void spares_free(struct spares *s) {
    for (size_t i = 0; i < SPARES; i++)
        free(atomic_exchange(&s->slots[i], NULL));
}
