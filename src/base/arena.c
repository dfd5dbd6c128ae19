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
    alignas(max_align_t) unsigned char data[];
};

struct adopted {
    struct adopted *older;
    char *memory;
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

static void free_adopted(struct arena *a) {
    for (const struct adopted *d = a->adopted; d != NULL; d = d->older) {
        free(d->memory);
    }
    a->adopted = NULL;
}

void arena_free(struct arena *a) {
    if (a != NULL) {
        free_adopted(a);
        free_blocks(a->newest);
        free(a);
    }
}

void arena_reset(struct arena *a) {
    struct block *keep = a->newest;
    a->failed = false;
    free_adopted(a);
    if (keep == NULL) {
        return;
    }
    free_blocks(keep->older);
    keep->older = NULL;
    a->at = keep->data;
    a->left = keep->size;
    a->held = keep->size;
    POISON(keep->data, keep->size);
}

size_t arena_held(const struct arena *a) {
    return a->held;
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
    POISON(b->data, size);
    a->newest = b;
    a->at = b->data;
    a->left = size;
    a->held += size;
    return b;
}

void *arena_take_checked(struct arena *a, size_t n) {
    if (a == NULL) {
        return NULL;
    }
    n += n == 0;
    /* with what keeps the next piece aligned; too large a sum is below n, and refused */
    size_t held = (n + GAP + ALIGN - 1) / ALIGN * ALIGN;
    if ((held < n || n > a->left) && add_block(a, n) == NULL) {
        a->failed = true;
        return NULL;
    }
    unsigned char *p = a->at;
    size_t step = held < a->left && held >= n ? held : a->left;
    a->at += step;
    a->left -= step;
    UNPOISON(p, n);
    return p;
}

void *arena_alloc(struct arena *a, size_t n) {
    void *p = arena_take(a, n);
    return p == NULL ? NULL : memset(p, 0, n == 0 ? 1 : n);
}

char *arena_strdup(struct arena *a, const char *s) {
    return s == NULL ? NULL : arena_strndup(a, s, strlen(s));
}

char *arena_strndup(struct arena *a, const char *s, size_t n) {
    if (s == NULL || n == SIZE_MAX) {
        return NULL;
    }
    char *copy = arena_take(a, n + 1);
    if (copy != NULL) {
        memcpy(copy, s, n);
        copy[n] = '\0';
    }
    return copy;
}

char *arena_adopt(struct arena *a, char *memory, size_t n) {
    struct adopted *d = arena_alloc(a, sizeof *d);
    if (d == NULL || memory == NULL || n > a->max - a->held) {
        free(memory);
        if (a != NULL) {
            a->failed = true;
        }
        return NULL;
    }
    a->held += n;
    *d = (struct adopted){a->adopted, memory};
    a->adopted = d;
    return memory;
}

bool arena_ok(const struct arena *a) {
    return a != NULL && !a->failed;
}
