/* Memory for the length of one request or one document: many small pieces, freed at once.
 * Bounded by a maximum; poisoned under ASan. One thread at a time. */
#ifndef PLATEN_BASE_ARENA_H
#define PLATEN_BASE_ARENA_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

/* What callers see of it only so that taking a piece costs a few instructions. */
struct arena {
    unsigned char *at; /* where the next piece begins */
    size_t left;       /* bytes from there to the end of the newest block */
    struct block *newest;
    struct adopted *adopted; /* the list lies in the blocks */
    size_t held;             /* sum of the blocks' sizes */
    size_t max;
    bool failed;
};

struct arena *arena_new(size_t max); /* NULL when memory is out */
void arena_free(struct arena *a);
void arena_reset(struct arena *a);        /* forget all pieces, keep one block */
size_t arena_held(const struct arena *a); /* bytes of memory it has now */

/* n bytes, aligned for any type, zeroed; NULL when max is reached or memory is out. */
void *arena_alloc(struct arena *a, size_t n);
void *arena_take_checked(struct arena *a, size_t n);

/* The same, not zeroed. */
static inline void *arena_take(struct arena *a, size_t n) {
#ifndef PLATEN_SANITIZE
    const size_t align = alignof(max_align_t), held = (n + align - 1) / align * align;
    if (a != NULL && n > 0 && held >= n && held <= a->left) {
        unsigned char *p = a->at;
        a->at += held;
        a->left -= held;
        return p;
    }
#endif
    return arena_take_checked(a, n);
}

char *arena_strdup(struct arena *a, const char *s); /* NULL in, NULL out */
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* Takes n bytes from malloc, which are freed with the pieces. NULL when they cannot be held (they are freed then) or
 * memory is NULL: a refusal, too. */
char *arena_adopt(struct arena *a, char *memory, size_t n);

/* True when no piece was refused since it was made or reset: who takes many may ask once.
 * NULL, an arena that could not be made, has refused. */
bool arena_ok(const struct arena *a);

#endif
