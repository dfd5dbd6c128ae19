#include "ingest/watch.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { FOLDERS_MAX = 8192, DEPTH_MAX = 64, ASSUME_MS = 2000, PATH_BYTES = 4096 };

#define INTEREST                                                                                   \
    (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |       \
     IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)

struct watch {
    char *dir;
    struct log *log;
    int fd; /* -1: nothing is watched */
    size_t folders;
    int64_t assume_at; /* monotonic ms of the next assumed change, when nothing is watched */
};

/* What editors write beside the file, and what the blog would not take anyway. */
static bool is_beside(const char *name) {
    size_t n = strlen(name);
    return (name[0] == '.' && strcmp(name, ".well-known") != 0) || (n > 0 && name[n - 1] == '~');
}

static void give_up(struct watch *w, const char *why) {
    log_warn(w->log, "%s: %s: it is looked at every two seconds instead", w->dir, why);
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    w->assume_at = clock_mono_ms() + ASSUME_MS;
}

/* Watches the folder and all below. -1 when nothing can be watched any more. */
static int add(struct watch *w, char *path, size_t n, int depth) {
    if (depth > DEPTH_MAX)
        return 0;
    int id = inotify_add_watch(w->fd, path, INTEREST);
    if (id < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP))
        return 0; /* it went away meanwhile, which is an event of the folder above */
    if (id < 0 || ++w->folders > FOLDERS_MAX) {
        give_up(w, id < 0 && errno == ENOSPC
                       ? "no more folders can be watched (raise fs.inotify.max_user_watches)"
                       : "it cannot be watched");
        return -1;
    }
    DIR *d = opendir(path);
    struct dirent *e;
    int rc = 0;
    while (d != NULL && rc == 0 && (e = readdir(d)) != NULL) {
        size_t len = strlen(e->d_name);
        if ((e->d_type != DT_DIR && e->d_type != DT_UNKNOWN) || is_beside(e->d_name) ||
            n + len + 2 > PATH_BYTES)
            continue;
        path[n] = '/';
        memcpy(path + n + 1, e->d_name, len + 1);
        rc = add(w, path, n + 1 + len, depth + 1);
        path[n] = '\0';
    }
    if (d != NULL)
        closedir(d);
    return rc;
}

/* Begins anew with the folder as it is. Watching one twice is no harm: it keeps its number. */
static void add_all(struct watch *w) {
    char path[PATH_BYTES];
    w->folders = 0;
    size_t n = (size_t)snprintf(path, sizeof path, "%s", w->dir);
    (void)add(w, path, n, 0);
}

int watch_open(struct watch **out, const char *dir, struct log *log, struct error *err) {
    struct watch *w = calloc(1, sizeof *w);
    if (w == NULL || strlen(dir) >= PATH_BYTES / 2 || (w->dir = strdup(dir)) == NULL) {
        free(w);
        return error_set(err, "--watch %s: out of memory, or the path is too long", dir);
    }
    w->log = log;
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_set(err, "--watch %s: %s", dir, strerror(errno));
        watch_close(w);
        return -1;
    }
    close(fd);
    if (w->fd < 0)
        give_up(w, "the machine gives no watches (fs.inotify.max_user_instances)");
    else
        add_all(w);
    *out = w;
    return 0;
}

void watch_close(struct watch *w) {
    if (w == NULL)
        return;
    if (w->fd >= 0)
        close(w->fd);
    free(w->dir);
    free(w);
}

int watch_fd(const struct watch *w) {
    return w->fd;
}

static bool assume(struct watch *w) {
    if (clock_mono_ms() < w->assume_at)
        return false;
    w->assume_at = clock_mono_ms() + ASSUME_MS;
    return true;
}

bool watch_drain(struct watch *w) {
    union {
        char bytes[16384];
        struct inotify_event align;
    } block;
    bool changed = false, folders = false;
    if (w->fd < 0)
        return assume(w);
    ssize_t n;
    while ((n = read(w->fd, block.bytes, sizeof block.bytes)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *e =
                (const struct inotify_event *)(const void *)(block.bytes + at);
            at += (ssize_t)sizeof *e + e->len;
            bool folder =
                (e->mask & (IN_ISDIR | IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF)) != 0;
            if ((e->mask & IN_IGNORED) != 0 || (e->len > 0 && is_beside(e->name)) ||
                (!folder && (e->mask & IN_CREATE) != 0)) /* its end of writing comes yet */
                continue;
            changed = true;
            folders |= folder;
        }
    }
    if (folders)
        add_all(w);
    return changed;
}
