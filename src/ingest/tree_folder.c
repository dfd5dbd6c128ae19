/* A tree of folders. */
#include "ingest/tree.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Time stamps of file systems are as coarse as the kernel's tick (at most 10 ms): a file that is read
 * within that time of its last change may change once more without a new stamp. So the reader waits
 * until the stamp is that old; the first fresh file pays for all. */
#define TICK_NS 12000000LL

struct folders {
    int dirs[TREE_MAX_ROOTS];
    size_t roots;
};

struct listing {
    struct tree *tree;
    int64_t began_ns;
    unsigned root;
    struct error err;
};

static void wait_for_stamp(const struct tree_file *f) {
    int64_t left = f->ctime_ns + TICK_NS - clock_now_ms() * 1000000;
    if (f->stamp[0] == '\0' || left <= 0 || left > 2 * TICK_NS)
        return;
    struct timespec pause = {.tv_nsec = left};
    nanosleep(&pause, NULL);
}

static int folder_read(const void *of, const struct tree_file *f, struct buf *out,
                       struct error *err) {
    const struct folders *folders = of;
    wait_for_stamp(f);
    return file_read_at(out, folders->dirs[f->root], f->path, err);
}

static int folder_stream(const void *of, const struct tree_file *f, uint64_t *size,
                         struct error *err) {
    const struct folders *folders = of;
    wait_for_stamp(f);
    return file_open_at(folders->dirs[f->root], f->path, size, err);
}

static void folder_close(void *of) {
    struct folders *folders = of;
    for (size_t i = 0; i < folders->roots; i++)
        close(folders->dirs[i]);
    free(folders);
}

static const struct tree_kind folder_kind = {folder_read, folder_stream, folder_close, NULL};

static int add_entry(void *arg, const struct file_entry *e) {
    struct listing *l = arg;
    if (S_ISLNK(e->mode)) {
        tree_note(l->tree, e->path, "is a symbolic link: not followed");
        return 0;
    }
    struct tree_file *f = tree_add(l->tree, e->path, &l->err);
    if (f == NULL)
        return l->err.text[0] == '\0' ? 0 : -2;
    f->size = e->size;
    f->root = l->root;
    f->ctime_ns = e->ctime_ns;
    if (e->ctime_ns < l->began_ns + TICK_NS)
        snprintf(f->stamp, sizeof f->stamp, "%llx.%llx.%llx.%llx", (unsigned long long)e->mtime_ns,
                 (unsigned long long)e->ctime_ns, (unsigned long long)e->size,
                 (unsigned long long)e->inode);
    return 0;
}

static int list_folder(struct listing *l, struct folders *folders, const char *folder,
                       struct error *err) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == ENOTDIR)
        return error_set(err, "%s: is no folder: give the folder that holds the posts", folder);
    if (fd < 0)
        return error_set(err, "%s: %s", folder, strerror(errno));
    folders->dirs[folders->roots] = fd;
    l->root = (unsigned)folders->roots++;
    int rc = file_walk(folder, TREE_MAX_FILES, add_entry, l, err);
    return rc == -2 ? error_set(err, "%s: %s", folder, l->err.text) : rc;
}

int tree_open(struct tree **out, const char *const *folders, size_t count, tree_note_fn *note,
              void *arg, struct error *err) {
    if (count > TREE_MAX_ROOTS)
        return error_set(err, "at most %d folders are taken at once", TREE_MAX_ROOTS);
    struct folders *of = calloc(1, sizeof *of);
    struct tree *t = of == NULL ? NULL : tree_new(&folder_kind, of, note, arg);
    if (t == NULL)
        return error_set(err, "out of memory");
    struct listing l = {.tree = t, .began_ns = clock_now_ms() * 1000000};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = list_folder(&l, of, folders[i], err);
    if (rc == 0)
        rc = tree_seal(t, err);
    if (rc != 0) {
        tree_close(t);
        return -1;
    }
    *out = t;
    return 0;
}
