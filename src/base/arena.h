/* Memory for the length of one request or one document: many small pieces, freed at once.
 * Bounded by a maximum; poisoned under ASan. One thread at a time. */
#ifndef PLATEN_BASE_ARENA_H
#define PLATEN_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(size_t max); /* NULL when memory is out */
void arena_free(struct arena *a);
void arena_reset(struct arena *a);        /* forget all pieces, keep one block */
size_t arena_held(const struct arena *a); /* bytes of memory it has now */

/* n bytes, aligned for any type, zeroed; NULL when max is reached or memory is out. */
void *arena_alloc(struct arena *a, size_t n);
/* The same, not zeroed. */
void *arena_take(struct arena *a, size_t n);
char *arena_strdup(struct arena *a, const char *s); /* NULL in, NULL out */
char *arena_strndup(struct arena *a, const char *s, size_t n);

/* Takes n bytes from malloc, which are freed with the pieces. NULL when they cannot be held (they are freed then) or
 * memory is NULL: a refusal, too. */
char *arena_adopt(struct arena *a, char *memory, size_t n);

/* True when no piece was refused since it was made or reset: who takes many may ask once.
 * NULL, an arena that could not be made, has refused. */
bool arena_ok(const struct arena *a);

#endif
