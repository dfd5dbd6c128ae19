/* A chain of blocks, filled from the front. The newest block is the one that is filled; a piece
 * that does not fit opens a new block, twice as large as the last, so a document of n bytes costs
 * log(n) allocations. What max bounds is the sum of the blocks. Under ASan the unused part of a
 * block is poisoned and pieces are kept 8 bytes apart, so an overrun of a piece is seen. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef PLATEN_SANITIZE
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION(p, n)
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION(p, n)
#define GAP 8
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
#define GAP 0
#endif

#define FIRST_BLOCK ((size_t)4096)
#define LARGEST_BLOCK ((size_t)1024 * 1024) /* blocks grow no further, but for a large piece */
#define ALIGN alignof(max_align_t)

struct block {
    struct block *older;
    size_t size; /* bytes of data */
    size_t used;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct block *newest;
    size_t held; /* sum of the blocks' sizes */
    size_t max;
};

struct arena *arena_new(size_t max) {
    struct arena *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->max = max;
    }
    return a;
}

static void free_blocks(struct block *b) {
    while (b != NULL) {
        struct block *older = b->older;
        UNPOISON(b->data, b->size);
        free(b);
        b = older;
    }
}

void arena_free(struct arena *a) {
    if (a != NULL) {
        free_blocks(a->newest);
        free(a);
    }
}

void arena_reset(struct arena *a) {
    struct block *keep = a->newest;
    if (keep == NULL) {
        return;
    }
    free_blocks(keep->older);
    keep->older = NULL;
    keep->used = 0;
    a->held = keep->size;
    POISON(keep->data, keep->size);
}

/* A new block with room for n bytes, in front of the others. */
static struct block *add_block(struct arena *a, size_t n) {
    size_t size = a->newest == NULL ? FIRST_BLOCK : a->newest->size * 2;
    if (size > LARGEST_BLOCK) {
        size = LARGEST_BLOCK;
    }
    size_t left = a->max - a->held;
    if (size > left) {
        size = left;
    }
    if (size < n) {
        size = n;
    }
    if (size > left || size > SIZE_MAX - sizeof(struct block)) {
        return NULL;
    }
    struct block *b = malloc(sizeof *b + size);
    if (b == NULL) {
        return NULL;
    }
    b->older = a->newest;
    b->size = size;
    b->used = 0;
    POISON(b->data, size);
    a->newest = b;
    a->held += size;
    return b;
}

/* Where the next piece of b begins. */
static size_t next_piece(const struct block *b) {
    return b->used == 0 ? 0 : (b->used + GAP + ALIGN - 1) / ALIGN * ALIGN;
}

void *arena_alloc(struct arena *a, size_t n) {
    if (n == 0) {
        n = 1;
    }
    struct block *b = a->newest;
    if (b == NULL || next_piece(b) > b->size || n > b->size - next_piece(b)) {
        b = add_block(a, n);
        if (b == NULL) {
            return NULL;
        }
    }
    unsigned char *p = b->data + next_piece(b);
    b->used = next_piece(b) + n;
    UNPOISON(p, n);
    return memset(p, 0, n);
}

char *arena_strdup(struct arena *a, const char *s) {
    return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t n) {
    if (s == NULL || n == SIZE_MAX) {
        return NULL;
    }
    char *copy = arena_alloc(a, n + 1);
    if (copy != NULL) {
        memcpy(copy, s, n);
    }
    return copy;
}
