/* Reading files that others may change, swap or grow while we look. Nothing is decided by name and
 * then done by name: a file is opened first, and what was opened is asked what it is. O_NONBLOCK
 * keeps the open itself from waiting on a pipe that nobody writes to. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
#define OPENAT2_TRIES 16 /* EAGAIN: somebody renamed folders meanwhile */
#define CHUNK ((size_t)64 * 1024)

static int open_failed(const char *path, int code, struct error *err) {
    if (code == ELOOP) {
        return error_set(err, "%s: symbolic links are not followed", path);
    }
    if (code == EXDEV) {
        return error_set(err, "%s: the path leads out of its folder", path);
    }
    return error_set(err, "%s: %s", path, strerror(code));
}

/* Refuses what is no regular file. */
static int check_regular(int fd, const char *path, uint64_t *size, struct error *err) {
    struct stat st;
    if (fstat(fd, &st) != 0) {
        return error_set(err, "%s: %s", path, strerror(errno));
    }
    if (S_ISDIR(st.st_mode)) {
        return error_set(err, "%s: is a folder, not a file", path);
    }
    if (!S_ISREG(st.st_mode)) {
        return error_set(err, "%s: is no regular file", path);
    }
    *size = (uint64_t)st.st_size;
    return 0;
}

static int too_large(const struct buf *out, const char *path, uint64_t size, struct error *err) {
    return error_set(err, "%s: %" PRIu64 " bytes are more than the limit of %zu", path, size,
                     out->max);
}

/* One read(2) into out. Returns what read returns; 0 also stands for the end of the file when there
 * is no room left, and more than 0 in *beyond for bytes that have none. */
static ssize_t read_some(struct buf *out, int fd, size_t wanted, ssize_t *beyond) {
    size_t space = out->max - out->len;
    char probe;
    if (space == 0) {
        *beyond = read(fd, &probe, 1);
        return *beyond < 0 ? -1 : 0;
    }
    size_t n = wanted < space ? wanted : space;
    char *to = buf_room(out, n);
    if (to == NULL) {
        errno = ENOMEM;
        return -1;
    }
    ssize_t got = read(fd, to, n);
    if (got > 0) {
        buf_added(out, (size_t)got);
    }
    return got;
}

/* Reads fd to its end, whatever its length was a moment ago. On failure out is as it was. */
static int read_all(struct buf *out, int fd, const char *path, uint64_t size, struct error *err) {
    size_t before = out->len;
    if (size > out->max - out->len) {
        return too_large(out, path, size, err);
    }
    size_t wanted = (size_t)size + 1; /* one more, so that the next read finds the end */
    for (;;) {
        ssize_t beyond = 0;
        ssize_t got = read_some(out, fd, wanted, &beyond);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            int code = errno;
            buf_truncate(out, before);
            return error_set(err, "%s: %s", path, strerror(code));
        }
        if (beyond > 0) {
            uint64_t seen = out->len - before + 1;
            buf_truncate(out, before);
            return too_large(out, path, seen, err);
        }
        if (got == 0) {
            return 0;
        }
        wanted = (size_t)got < wanted ? wanted - (size_t)got : CHUNK;
    }
}

/* Takes over fd. */
static int read_and_close(struct buf *out, int fd, const char *path, struct error *err) {
    uint64_t size = 0;
    int rc = check_regular(fd, path, &size, err);
    if (rc == 0) {
        rc = read_all(out, fd, path, size, err);
    }
    close(fd);
    return rc;
}

int file_read(struct buf *out, const char *path, bool follow, struct error *err) {
    int fd = open(path, OPEN_FLAGS | (follow ? 0 : O_NOFOLLOW));
    if (fd < 0) {
        return open_failed(path, errno, err);
    }
    return read_and_close(out, fd, path, err);
}

static int openat2_beneath(int dirfd, const char *path) {
    struct open_how how = {
        .flags = OPEN_FLAGS,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long fd = -1;
    for (int i = 0; i < OPENAT2_TRIES; i++) {
        fd = syscall(SYS_openat2, dirfd, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR)) {
            break;
        }
    }
    return (int)fd;
}

/* The same for kernels and sandboxes without openat2: one folder after the other. */
static int walk_beneath(int dirfd, const char *path) {
    int at = dirfd;
    for (;;) {
        size_t n = strcspn(path, "/");
        bool last = path[n] == '\0';
        char name[NAME_MAX + 1];
        int fd = -1;
        if (n == 0 || n >= sizeof name || (n == 2 && memcmp(path, "..", 2) == 0)) {
            errno = n >= sizeof name ? ENAMETOOLONG : EXDEV;
        } else {
            memcpy(name, path, n);
            name[n] = '\0';
            fd = openat(at, name, OPEN_FLAGS | O_NOFOLLOW | (last ? 0 : O_DIRECTORY));
        }
        int code = errno;
        if (at != dirfd) {
            close(at);
        }
        errno = code;
        if (fd < 0 || last) {
            return fd;
        }
        at = fd;
        path += n + 1;
    }
}

static int open_beneath(int dirfd, const char *path) {
    int fd = openat2_beneath(dirfd, path);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        fd = walk_beneath(dirfd, path);
    }
    return fd;
}

int file_open_at(int dirfd, const char *path, uint64_t *size, struct error *err) {
    int fd = open_beneath(dirfd, path);
    if (fd < 0) {
        return open_failed(path, errno, err);
    }
    if (check_regular(fd, path, size, err) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int file_read_at(struct buf *out, int dirfd, const char *path, struct error *err) {
    int fd = open_beneath(dirfd, path);
    if (fd < 0) {
        return open_failed(path, errno, err);
    }
    return read_and_close(out, fd, path, err);
}

static int remove_one(const char *path, const struct stat *st, int what, struct FTW *at) {
    (void)st;
    (void)what;
    (void)at;
    return remove(path);
}

int file_remove_tree(const char *dir) {
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -1;
}
