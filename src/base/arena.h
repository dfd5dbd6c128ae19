/* Memory for the length of one request or one document: many small pieces, freed at once.
 * Bounded by a maximum; poisoned under ASan. One thread at a time. */
#ifndef PLATEN_BASE_ARENA_H
#define PLATEN_BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(size_t max); /* NULL when memory is out */
void arena_free(struct arena *a);
void arena_reset(struct arena *a); /* forget all pieces, keep one block */

/* n bytes, aligned for any type, zeroed; NULL when max is reached or memory is out. */
void *arena_alloc(struct arena *a, size_t n);
char *arena_strdup(struct arena *a, const char *s); /* NULL in, NULL out */
char *arena_strndup(struct arena *a, const char *s, size_t n);

#endif
