/* Walks a tree in byte order of the full path, with a stack instead of recursion.
 *
 * A folder's names are read whole and sorted as git sorts a tree: a folder compares as if its name
 * ended in '/'. Then visiting names in order, and a folder's content where its name stands, yields
 * the paths in byte order without ever holding more than the names of the folders that are open.
 *
 * Each folder is opened relative to the one above it and never through a symbolic link, so nobody
 * can lead the walk out of the tree by swapping a folder for a link. A name that is gone by the
 * time we come to it is left out, as if the walk had begun later; a folder that cannot be read is
 * an error, since leaving it out would look as if its posts had been removed. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 64
#define MAX_PATH ((size_t)64 * 1024)
#define MAX_NAMES ((size_t)1 << 30)

struct name {
    size_t at; /* where it begins in the folder's names */
    size_t len;
    bool folder;
};

struct folder {
    int fd;
    struct buf names; /* one after the other, each with its NUL */
    struct buf list;  /* struct name, sorted */
    size_t count;
    size_t next;     /* the name to be visited next */
    size_t path_len; /* length of the path up to and with this folder's '/' */
};

struct walk {
    struct folder open[MAX_DEPTH + 1];
    int depth;       /* number of open folders */
    struct buf path; /* of what is visited */
    size_t seen;     /* files, links and folders met so far */
    size_t max_files;
    const char *root;
    struct error *err;
};

static int compare(const void *a, const void *b, void *names) {
    const struct name *x = a;
    const struct name *y = b;
    const char *base = names;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp(base + x->at, base + y->at, n);
    if (order != 0) {
        return order;
    }
    /* One is the beginning of the other: what follows decides, and behind a folder's name is '/'.
     */
    unsigned char cx = x->len > n ? (unsigned char)base[x->at + n] : x->folder ? '/' : 0;
    unsigned char cy = y->len > n ? (unsigned char)base[y->at + n] : y->folder ? '/' : 0;
    return (int)cx - (int)cy;
}

static int failed(const struct walk *w, const char *name, const char *why) {
    return error_set(w->err, "%s/%s%s: %s", w->root, buf_str(&w->path), name, why);
}

/* What kind of thing the name is: a DT_ value; DT_UNKNOWN for what is gone. */
static int kind_of(int fd, const struct dirent *d) {
    struct stat st;
    if (d->d_type != DT_UNKNOWN) {
        return d->d_type;
    }
    return fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (int)IFTODT(st.st_mode)
                                                                 : DT_UNKNOWN;
}

/* Takes one name into the folder's list when it is one to visit. */
static int take_name(struct walk *w, struct folder *f, const struct dirent *d) {
    bool hidden = d->d_name[0] == '.' && strcmp(d->d_name, ".well-known") != 0; /* RFC 8615 */
    int kind = hidden ? DT_UNKNOWN : kind_of(f->fd, d);
    if (kind != DT_REG && kind != DT_LNK && kind != DT_DIR) {
        return 0;
    }
    if (++w->seen > w->max_files) {
        return error_set(w->err, "%s: more than %zu files", w->root, w->max_files);
    }
    struct name n = {.at = f->names.len, .len = strlen(d->d_name), .folder = kind == DT_DIR};
    if (buf_append(&f->names, d->d_name, n.len + 1) != 0 ||
        buf_append(&f->list, &n, sizeof n) != 0) {
        return failed(w, "", "out of memory");
    }
    f->count++;
    return 0;
}

static int read_names(struct walk *w, struct folder *f) {
    int copy = fcntl(f->fd, F_DUPFD_CLOEXEC, 0); /* closedir closes it */
    DIR *dir = copy >= 0 ? fdopendir(copy) : NULL;
    if (dir == NULL) {
        int code = errno;
        if (copy >= 0) {
            close(copy);
        }
        return failed(w, "", strerror(code));
    }
    int rc = 0;
    while (rc == 0) {
        errno = 0;
        const struct dirent *d = readdir(dir);
        if (d == NULL) {
            rc = errno != 0 ? failed(w, "", strerror(errno)) : 0;
            break;
        }
        rc = take_name(w, f, d);
    }
    closedir(dir);
    if (rc == 0 && f->count > 1) {
        qsort_r(f->list.data, f->count, sizeof(struct name), compare, f->names.data);
    }
    return rc;
}

/* Opens a folder on top of the stack; takes over fd, also on failure. */
static int push(struct walk *w, int fd) {
    struct folder *f = &w->open[w->depth++];
    *f = (struct folder){.fd = fd, .path_len = w->path.len};
    buf_init(&f->names, MAX_NAMES);
    buf_init(&f->list, MAX_NAMES);
    return read_names(w, f);
}

static void pop(struct walk *w) {
    struct folder *f = &w->open[--w->depth];
    close(f->fd);
    buf_free(&f->names);
    buf_free(&f->list);
}

static int enter(struct walk *w, const struct folder *f, const char *name) {
    if (w->depth > MAX_DEPTH) {
        return failed(w, name, "folders are nested too deeply");
    }
    int fd = openat(f->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) {
        return 0; /* gone, or no folder any more */
    }
    if (fd < 0) {
        return failed(w, name, strerror(errno));
    }
    if (buf_puts(&w->path, name) != 0 || buf_putc(&w->path, '/') != 0) {
        close(fd);
        return failed(w, "", "the path is too long");
    }
    return push(w, fd);
}

static int64_t nanoseconds(struct timespec t) {
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int visit(struct walk *w, const struct folder *f, const char *name,
                 int (*fn)(void *arg, const struct file_entry *e), void *arg) {
    struct stat st;
    if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? 0 : failed(w, name, strerror(errno));
    }
    if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) {
        return 0;
    }
    if (buf_puts(&w->path, name) != 0) {
        return failed(w, "", "the path is too long");
    }
    const struct file_entry e = {
        .path = buf_str(&w->path),
        .mode = st.st_mode,
        .size = (uint64_t)st.st_size,
        .mtime_ns = nanoseconds(st.st_mtim),
        .ctime_ns = nanoseconds(st.st_ctim),
        .inode = (uint64_t)st.st_ino,
    };
    return fn(arg, &e);
}

int file_walk(const char *dir, size_t max_files, int (*fn)(void *arg, const struct file_entry *e),
              void *arg, struct error *err) {
    struct walk w = {.max_files = max_files, .root = dir, .err = err};
    buf_init(&w.path, MAX_PATH);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return error_set(err, "%s: %s", dir, strerror(errno));
    }
    int rc = push(&w, fd);
    while (rc == 0 && w.depth > 0) {
        struct folder *f = &w.open[w.depth - 1];
        buf_truncate(&w.path, f->path_len);
        if (f->next == f->count) {
            pop(&w);
            continue;
        }
        struct name n;
        memcpy(&n, f->list.data + f->next++ * sizeof n, sizeof n);
        const char *name = f->names.data + n.at;
        rc = n.folder ? enter(&w, f, name) : visit(&w, f, name, fn, arg);
    }
    while (w.depth > 0) {
        pop(&w);
    }
    buf_free(&w.path);
    return rc;
}
