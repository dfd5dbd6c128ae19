#include "base/file_write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4000, PART_BYTES = 255 };

bool file_path_is_plain(const char *path) {
    if (strlen(path) > PATH_BYTES)
        return false;
    for (;;) {
        size_t n = strcspn(path, "/");
        if (n == 0 || n > PART_BYTES || (n == 1 && path[0] == '.') ||
            (n == 2 && path[0] == '.' && path[1] == '.'))
            return false;
        if (path[n] == '\0')
            return true;
        path += n + 1;
    }
}

/* The folder `name` of dirfd, made when it is not there; -1. */
static int folder_at(int dirfd, const char *name) {
    if (mkdirat(dirfd, name, 0777) != 0 && errno != EEXIST)
        return -1;
    return openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int file_create_below(int dirfd, const char *path, struct error *err) {
    char part[PART_BYTES + 1];
    if (!file_path_is_plain(path))
        return error_set(err, "%.300s: is no name that a file can have", path);
    int at = dirfd, fd = -1;
    for (const char *p = path; at >= 0;) {
        size_t n = strcspn(p, "/");
        memcpy(part, p, n);
        part[n] = '\0';
        if (p[n] == '\0') {
            fd = openat(at, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
            break;
        }
        int below = folder_at(at, part);
        int why = errno;
        if (at != dirfd)
            close(at);
        errno = why;
        at = below;
        p += n + 1;
    }
    if (fd < 0)
        error_set(err, "%.300s: cannot be written: %s", path, strerror(errno));
    if (at >= 0 && at != dirfd)
        close(at);
    return fd;
}

int file_write_all(int fd, const void *data, size_t n, struct error *err) {
    const char *p = data;
    while (n > 0) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return error_set(err, "cannot be written: %s", strerror(errno));
        p += done;
        n -= (size_t)done;
    }
    return 0;
}
