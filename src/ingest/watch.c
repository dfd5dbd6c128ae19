#include "ingest/watch.h"

#include "base/clock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FOLDERS_MAX = 8192,
    DEPTH_MAX = 64,
    ASSUME_MS = 2000, /* between two looks of a machine that gives no watches */
    LINKED_MS = 1000, /* a new file that nobody writes within this is a link to a finished one */
    BLOCKS_MAX = 64,  /* read in one go: more than the kernel's queue holds */
    PATH_BYTES = 4096
};

#define INTEREST                                                                                   \
    (IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |            \
     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

enum state {
    WATCHED,
    LOST,    /* the folder is gone: looked for every ASSUME_MS */
    ASSUMING /* the machine gives no watches: a change is assumed every ASSUME_MS */
};

struct watch {
    char *dir;
    struct log *log;
    enum state state;
    int fd; /* -1 unless WATCHED */
    size_t folders;
    dev_t dev; /* the folder that is watched, so that another one in its place is noticed */
    ino_t ino;
    int64_t next_at;    /* monotonic ms, unless WATCHED: when something is done again */
    int64_t created_at; /* monotonic ms of a file that came and was not written yet; 0: none */
};

/* What editors write beside the file, and what the blog would not take anyway. */
static bool is_beside(const char *name) {
    size_t n = strlen(name);
    return (name[0] == '.' && strcmp(name, ".well-known") != 0) || (n > 0 && name[n - 1] == '~');
}

static void unwatch(struct watch *w, enum state state) {
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    w->state = state;
    w->next_at = clock_mono_ms() + ASSUME_MS;
}

static void give_up(struct watch *w, const char *why) {
    log_warn(w->log, "%s: %s: it is looked at every two seconds instead", w->dir, why);
    unwatch(w, ASSUMING);
}

static int refused(struct watch *w, int why) {
    if (why == ENOSPC)
        give_up(w, "no more folders can be watched: raise fs.inotify.max_user_watches");
    else
        give_up(w, strerror(why));
    return -1;
}

/* Watches the folder and all below. A folder that goes away meanwhile, or may not be read, is left
 * out: its coming back is an event of the one above. -1 when nothing can be watched any more. */
static int add(struct watch *w, char *path, size_t n, int depth) {
    if (depth > DEPTH_MAX)
        return 0;
    int id = inotify_add_watch(w->fd, path, depth == 0 ? INTEREST : INTEREST | IN_DONT_FOLLOW);
    if (id < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP))
        return 0;
    if (id < 0)
        return refused(w, errno);
    if (++w->folders > FOLDERS_MAX) {
        give_up(w, "more than 8192 folders are not watched");
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

static bool is_in_place(const struct watch *w) {
    struct stat st;
    return stat(w->dir, &st) == 0 && st.st_dev == w->dev && st.st_ino == w->ino;
}

static void lose(struct watch *w, bool was_lost) {
    if (!was_lost)
        log_warn(w->log, "%s: the watched folder is gone: it is looked for", w->dir);
    unwatch(w, LOST);
}

/* Begins anew with the tree as it is. What a folder that was moved out would still report goes with
 * the old descriptor, and nothing is missed: who reads the tree does so after this. */
static void watch_all(struct watch *w) {
    char path[PATH_BYTES];
    struct stat st;
    bool was_lost = w->state == LOST;
    unwatch(w, LOST);
    if (stat(w->dir, &st) != 0 || !S_ISDIR(st.st_mode)) {
        lose(w, was_lost);
        return;
    }
    w->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (w->fd < 0) {
        give_up(w, "the machine gives no watches: raise fs.inotify.max_user_instances");
        return;
    }
    w->state = WATCHED;
    w->folders = 0;
    w->dev = st.st_dev;
    w->ino = st.st_ino;
    size_t n = (size_t)snprintf(path, sizeof path, "%s", w->dir);
    if (add(w, path, n, 0) != 0)
        return;
    if (w->folders == 0) /* it went between the two calls, or may not be read any more */
        lose(w, was_lost);
    else if (was_lost)
        log_info(w->log, "%s: the watched folder is back", w->dir);
}

int watch_open(struct watch **out, const char *dir, struct log *log, struct error *err) {
    struct watch *w = calloc(1, sizeof *w);
    if (w == NULL || strlen(dir) >= PATH_BYTES / 2 || (w->dir = strdup(dir)) == NULL) {
        free(w);
        return error_set(err, "--watch %s: out of memory, or the path is too long", dir);
    }
    w->log = log;
    w->fd = -1;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_set(err, "--watch %s: %s", dir, strerror(errno));
        watch_close(w);
        return -1;
    }
    close(fd);
    watch_all(w);
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

/* True every ASSUME_MS. */
static bool is_time(struct watch *w) {
    int64_t now = clock_mono_ms();
    if (now < w->next_at)
        return false;
    w->next_at = now + ASSUME_MS;
    return true;
}

/* Takes one event into account. */
static void notice(struct watch *w, const struct inotify_event *e, bool *changed, bool *folders) {
    bool folder =
        (e->mask & (IN_ISDIR | IN_Q_OVERFLOW | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0;
    if ((e->mask & IN_IGNORED) != 0 || (e->len > 0 && is_beside(e->name)))
        return;
    if (folder)
        *folders = true;
    else if ((e->mask & IN_ATTRIB) != 0)
        return;
    else if ((e->mask & IN_CREATE) != 0) /* the end of its writing comes yet, if it is written */
        w->created_at = clock_mono_ms();
    else
        *changed = true;
}

static void read_events(struct watch *w, bool *changed, bool *folders) {
    union {
        char bytes[16384];
        struct inotify_event align;
    } block;
    ssize_t n;
    for (int i = 0; i < BLOCKS_MAX && (n = read(w->fd, block.bytes, sizeof block.bytes)) > 0; i++)
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *e =
                (const struct inotify_event *)(const void *)(block.bytes + at);
            notice(w, e, changed, folders);
            at += (ssize_t)(sizeof *e + e->len);
        }
}

bool watch_drain(struct watch *w) {
    bool changed = false, folders = false;
    if (w->state == ASSUMING)
        return is_time(w);
    if (w->state == LOST) {
        if (!is_time(w))
            return false;
        watch_all(w);
        return w->state != LOST;
    }
    read_events(w, &changed, &folders);
    if (folders || !is_in_place(w)) {
        watch_all(w);
        changed = true;
    }
    if (w->created_at != 0 && clock_mono_ms() - w->created_at >= LINKED_MS)
        changed = true;
    if (changed)
        w->created_at = 0;
    return changed;
}
