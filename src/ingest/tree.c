/* See tree.h. Paths live in one growing pool of blocks, so 100,000 files cost about 20 MB. */
#include "ingest/tree.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "base/unicode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TREE_MAX_FILES = 1000000 };

/* Time stamps of file systems are as coarse as the kernel's tick (at most 10 ms): a file that is read
 * within that time of its last change may change once more without a new stamp. So the reader waits
 * until the stamp is that old; the first fresh file pays for all. */
#define TICK_NS 12000000LL

struct tree {
    struct tree_file *files;
    size_t count, cap;
    struct arena *paths;
    int dirs[TREE_MAX_ROOTS];
    size_t roots;
    int64_t listed_ns;
    unsigned root; /* while listing */
    tree_note_fn *note;
    void *note_arg;
};

static int tree_add(void *arg, const struct file_entry *e) {
    struct tree *t = arg;
    if (S_ISLNK(e->mode)) {
        t->note(t->note_arg, e->path, "is a symbolic link: not followed");
        return 0;
    }
    if (!unicode_valid(e->path, strlen(e->path), NULL)) {
        t->note(t->note_arg, e->path, "has a name that is no UTF-8: rename it");
        return 0;
    }
    for (const char *p = e->path; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) {
            t->note(t->note_arg, e->path, "has a control character in its name: rename it");
            return 0;
        }
    }
    if (t->count == t->cap) {
        size_t cap = t->cap == 0 ? 256 : t->cap * 2;
        struct tree_file *more = realloc(t->files, cap * sizeof *more);
        if (more == NULL)
            return -2;
        t->files = more;
        t->cap = cap;
    }
    struct tree_file *f = &t->files[t->count];
    *f = (struct tree_file){
        .size = e->size, .root = t->root, .path = arena_strdup(t->paths, e->path)};
    if (f->path == NULL)
        return -2;
    f->ctime_ns = e->ctime_ns;
    if (e->ctime_ns < t->listed_ns + TICK_NS)
        snprintf(f->stamp, sizeof f->stamp, "%llx.%llx.%llx.%llx", (unsigned long long)e->mtime_ns,
                 (unsigned long long)e->ctime_ns, (unsigned long long)e->size,
                 (unsigned long long)e->inode);
    t->count++;
    return 0;
}

static int by_path(const void *a, const void *b) {
    return strcmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

static int list_folder(struct tree *t, const char *folder, struct error *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOTDIR)
        return error_set(err, "%s: is no folder: give the folder that holds the posts", folder);
    if (fd < 0 && (strstr(folder, "://") != NULL || text_starts(folder, "git@")))
        return error_set(err, "%s: a git URL cannot be imported yet: clone it and give the folder",
                         folder);
    if (fd < 0)
        return error_set(err, "%s: %s", folder, strerror(errno));
    t->dirs[t->roots++] = fd;
    t->root = (unsigned)(t->roots - 1);
    int rc = file_walk(folder, TREE_MAX_FILES, tree_add, t, err);
    return rc == -2 ? error_set(err, "%s: out of memory while listing", folder) : rc;
}

int tree_open(struct tree **out, const char *const *folders, size_t count, tree_note_fn *note,
              void *arg, struct error *err) {
    if (count > TREE_MAX_ROOTS)
        return error_set(err, "at most %d folders are taken at once", TREE_MAX_ROOTS);
    struct tree *t = calloc(1, sizeof *t);
    if (t == NULL)
        return error_set(err, "out of memory");
    t->paths = arena_new((size_t)1 << 30);
    t->note = note;
    t->note_arg = arg;
    t->listed_ns = clock_now_ms() * 1000000;
    int rc = t->paths == NULL ? error_set(err, "out of memory") : 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = list_folder(t, folders[i], err);
    if (rc == 0 && count > 1 && t->count > 1)
        qsort(t->files, t->count, sizeof *t->files, by_path);
    for (size_t i = 1; rc == 0 && i < t->count; i++)
        if (strcmp(t->files[i - 1].path, t->files[i].path) == 0)
            rc = error_set(err, "%s: stands in two of the folders: import them one by one",
                           t->files[i].path);
    if (rc != 0) {
        tree_close(t);
        return -1;
    }
    *out = t;
    return 0;
}

void tree_close(struct tree *t) {
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->roots; i++)
        close(t->dirs[i]);
    arena_free(t->paths);
    free(t->files);
    free(t);
}

size_t tree_count(const struct tree *t) {
    return t->count;
}

const struct tree_file *tree_at(const struct tree *t, size_t i) {
    return &t->files[i];
}

const struct tree_file *tree_find(const struct tree *t, const char *path) {
    struct tree_file key = {.path = path};
    if (t->count == 0)
        return NULL;
    return bsearch(&key, t->files, t->count, sizeof key, by_path);
}

static void wait_for_stamp(const struct tree_file *f) {
    int64_t left = f->ctime_ns + TICK_NS - clock_now_ms() * 1000000;
    if (f->stamp[0] == '\0' || left <= 0 || left > 2 * TICK_NS)
        return;
    struct timespec pause = {.tv_nsec = left};
    nanosleep(&pause, NULL);
}

int tree_read(const struct tree *t, const struct tree_file *f, struct buf *out, struct error *err) {
    wait_for_stamp(f);
    return file_read_at(out, t->dirs[f->root], f->path, err);
}

int tree_stream(const struct tree *t, const struct tree_file *f, uint64_t *size,
                struct error *err) {
    wait_for_stamp(f);
    return file_open_at(t->dirs[f->root], f->path, size, err);
}
