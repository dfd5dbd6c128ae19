#include "ingest/known.h"

#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

struct loading {
    struct known *known;
    size_t cap;
};

static int add(void *arg, const struct source *s) {
    struct loading *l = arg;
    struct known *k = l->known;
    if (post_is_api(s->path))
        return 0;
    if (k->count == l->cap) {
        size_t cap = l->cap == 0 ? 256 : l->cap * 2;
        struct source *more = realloc(k->sources, cap * sizeof *more);
        if (more == NULL)
            return -2;
        k->sources = more;
        l->cap = cap;
    }
    struct source *copy = &k->sources[k->count];
    *copy = *s;
    copy->path = arena_strdup(k->arena, s->path);
    copy->oid = arena_strdup(k->arena, s->oid);
    copy->stamp = arena_strdup(k->arena, s->stamp);
    copy->error = arena_strdup(k->arena, s->error);
    if (copy->path == NULL || copy->oid == NULL || copy->stamp == NULL)
        return -2;
    k->count++;
    return 0;
}

int known_load(struct known *out, struct db *db, struct error *err) {
    *out = (struct known){.arena = arena_new((size_t)1 << 30)};
    if (out->arena == NULL)
        return error_set(err, "out of memory");
    struct loading l = {.known = out};
    int rc = source_all(db, add, &l, err);
    if (rc == -2)
        rc = error_set(err, "out of memory while reading what is known");
    if (rc != 0)
        known_free(out);
    return rc;
}

void known_free(struct known *k) {
    arena_free(k->arena);
    free(k->sources);
    *k = (struct known){0};
}

const struct source *known_find(const struct known *k, const char *path) {
    size_t low = 0, high = k->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = strcmp(k->sources[mid].path, path);
        if (c == 0)
            return &k->sources[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
