/* What all trees share. Paths live in one growing pool of blocks, so 100,000 files cost about 25 MB. */
#include "ingest/tree.h"

#include "base/arena.h"
#include "base/unicode.h"

#include <stdlib.h>
#include <string.h>

struct tree {
    const struct tree_kind *kind;
    void *of;
    struct tree_file *files;
    size_t count, cap;
    struct arena *paths;
    tree_note_fn *note;
    void *note_arg;
};

struct tree *tree_new(const struct tree_kind *kind, void *of, tree_note_fn *note, void *arg) {
    struct tree *t = calloc(1, sizeof *t);
    if (t == NULL) {
        kind->close(of);
        return NULL;
    }
    *t = (struct tree){.kind = kind, .of = of, .note = note, .note_arg = arg};
    t->paths = arena_new((size_t)1 << 30);
    if (t->paths == NULL) {
        tree_close(t);
        return NULL;
    }
    return t;
}

void tree_close(struct tree *t) {
    if (t == NULL)
        return;
    t->kind->close(t->of);
    arena_free(t->paths);
    free(t->files);
    free(t);
}

void tree_note(const struct tree *t, const char *path, const char *why) {
    t->note(t->note_arg, path, why);
}

static const char *fault_of(const char *path) {
    if (!unicode_valid(path, strlen(path), NULL))
        return "has a name that is no UTF-8: rename it";
    for (const char *p = path; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return "has a control character in its name: rename it";
    return NULL;
}

struct tree_file *tree_add(struct tree *t, const char *path, struct error *err) {
    const char *fault = fault_of(path);
    if (fault != NULL) {
        tree_note(t, path, fault);
        return NULL;
    }
    if (t->count == TREE_MAX_FILES) {
        error_set(err, "more than %d files: that is no blog", TREE_MAX_FILES);
        return NULL;
    }
    if (t->count == t->cap) {
        size_t cap = t->cap == 0 ? 256 : t->cap * 2;
        struct tree_file *more = realloc(t->files, cap * sizeof *more);
        if (more == NULL) {
            error_set(err, "out of memory while listing");
            return NULL;
        }
        t->files = more;
        t->cap = cap;
    }
    struct tree_file *f = &t->files[t->count];
    *f = (struct tree_file){.path = arena_strdup(t->paths, path)};
    if (f->path == NULL) {
        error_set(err, "out of memory while listing");
        return NULL;
    }
    t->count++;
    return f;
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

int tree_seal(struct tree *t, struct error *err) {
    if (t->count > 1)
        qsort(t->files, t->count, sizeof *t->files, by_path);
    for (size_t i = 1; i < t->count; i++)
        if (strcmp(t->files[i - 1].path, t->files[i].path) == 0)
            return error_set(err, "%s: stands in two of the folders: import them one by one",
                             t->files[i].path);
    return 0;
}

size_t tree_count(const struct tree *t) {
    return t->count;
}

const struct tree_file *tree_at(const struct tree *t, size_t i) {
    return &t->files[i];
}

size_t tree_index(const struct tree *t, const struct tree_file *f) {
    return (size_t)(f - t->files);
}

const struct tree_file *tree_find(const struct tree *t, const char *path) {
    struct tree_file key = {.path = path};
    if (t->count == 0)
        return NULL;
    return bsearch(&key, t->files, t->count, sizeof key, by_path);
}

int tree_read(const struct tree *t, const struct tree_file *f, struct buf *out, struct error *err) {
    return t->kind->read(t->of, f, out, err);
}

int tree_stream(const struct tree *t, const struct tree_file *f, uint64_t *size,
                struct error *err) {
    return t->kind->stream(t->of, f, size, err);
}

bool tree_broken(const struct tree *t) {
    return t->kind->broken != NULL && t->kind->broken(t->of);
}
