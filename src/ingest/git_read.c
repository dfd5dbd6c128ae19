/* Objects of the bare repository through `git cat-file --batch`: a name and a line feed go in; "OID TYPE
 * SIZE", a line feed, the bytes and a line feed come out. */
#include "ingest/git_private.h"

#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MS = 30000, BLOCK = 64 * 1024 };

struct git_reader {
    pthread_mutex_t lock;
    struct git *git;
    struct spawn child;
    bool dead; /* its answers cannot be trusted any more */
    size_t at, end;
    char block[BLOCK];
};

int git_reader_open(struct git_reader **out, struct git *g, struct error *err) {
    static const char *const args[] = {"cat-file", "--batch", NULL};
    struct git_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return error_set(err, "out of memory");
    r->git = g;
    if (git_spawn(g, &r->child, args, true, err) != 0) {
        free(r);
        return -1;
    }
    pthread_mutex_init(&r->lock, NULL);
    *out = r;
    return 0;
}

void git_reader_close(struct git_reader *r) {
    if (r == NULL)
        return;
    spawn_stop(&r->child);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

bool git_reader_dead(struct git_reader *r) {
    pthread_mutex_lock(&r->lock);
    bool dead = r->dead;
    pthread_mutex_unlock(&r->lock);
    return dead;
}

/* The server stops: nothing is wrong with the repository. */
static int stopped(struct git_reader *r, struct error *err) {
    r->dead = true;
    return error_set(err, "ended, because the server stops");
}

static int broken(struct git_reader *r, struct error *err) {
    r->dead = true;
    git_failed(r->git, GIT_FAULT_CACHE);
    return error_set(err, "git cat-file gave no proper answer");
}

/* Makes bytes available in the block. */
static int fill(struct git_reader *r, struct error *err) {
    struct pollfd p = {.fd = r->child.out, .events = POLLIN};
    int64_t until = clock_mono_ms() + ANSWER_MS;
    for (;;) {
        int64_t left = until - clock_mono_ms();
        if (r->git->o.stop != NULL && atomic_load(r->git->o.stop))
            return stopped(r, err);
        if (left <= 0)
            return broken(r, err);
        if (poll(&p, 1, left > 100 ? 100 : (int)left) <= 0)
            continue;
        ssize_t n = read(r->child.out, r->block, BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return broken(r, err);
        r->at = 0;
        r->end = (size_t)n;
        return 0;
    }
}

static int read_line(struct git_reader *r, char *line, size_t size, struct error *err) {
    size_t n = 0;
    for (;;) {
        if (r->at == r->end && fill(r, err) != 0)
            return -1;
        char c = r->block[r->at++];
        if (c == '\n')
            break;
        if (n + 1 >= size)
            return broken(r, err);
        line[n++] = c;
    }
    line[n] = '\0';
    return 0;
}

static int write_all(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t wrote = write(fd, bytes, n);
        if (wrote < 0 && errno != EINTR)
            return -1;
        if (wrote > 0) {
            bytes += wrote;
            n -= (size_t)wrote;
        }
    }
    return 0;
}

static int put(const struct git_sink *to, const char *bytes, size_t n) {
    return to->buf != NULL ? buf_append(to->buf, bytes, n) : write_all(to->fd, bytes, n);
}

/* The object's bytes and the line feed behind them. What cannot be kept is still read, so that the
 * next answer is found. */
static int read_bytes(struct git_reader *r, const char *name, uint64_t size,
                      const struct git_sink *to, struct error *err) {
    uint64_t room = to->buf != NULL ? to->buf->max - to->buf->len : to->max;
    bool kept = size <= room, failed = false;
    for (uint64_t left = size; left > 0;) {
        if (r->at == r->end && fill(r, err) != 0)
            return -1;
        size_t n = r->end - r->at;
        if (n > left)
            n = (size_t)left;
        if (kept && !failed)
            failed = put(to, r->block + r->at, n) != 0;
        r->at += n;
        left -= n;
    }
    char none[2];
    if (read_line(r, none, sizeof none, err) != 0)
        return -1;
    if (!kept)
        return error_set(err, "is %llu bytes long, at most %llu are taken",
                         (unsigned long long)size, (unsigned long long)room);
    return failed ? error_set(err, "%s: cannot be kept: %s", name, strerror(errno)) : 0;
}

/* "OID TYPE SIZE" */
static int read_head(struct git_object *out, const char *line) {
    struct slice rest = slice_of(line), oid, type, size;
    char *end;
    if (!slice_next(&rest, ' ', &oid) || !slice_next(&rest, ' ', &type) ||
        !slice_next(&rest, ' ', &size) || oid.len >= sizeof out->oid ||
        type.len >= sizeof out->type || size.len == 0 || !text_is_digit(*size.ptr))
        return -1;
    snprintf(out->oid, sizeof out->oid, "%.*s", (int)oid.len, oid.ptr);
    snprintf(out->type, sizeof out->type, "%.*s", (int)type.len, type.ptr);
    out->size = strtoull(size.ptr, &end, 10);
    return *end == '\0' ? 0 : -1;
}

static int ask(struct git_reader *r, const char *name, struct git_object *out,
               const struct git_sink *to, struct error *err) {
    char line[512];
    int n = snprintf(line, sizeof line, "%s\n", name);
    if (r->dead)
        return error_set(err, "git cat-file has ended");
    if (n < 0 || (size_t)n >= sizeof line || write_all(r->child.in, line, (size_t)n) != 0 ||
        read_line(r, line, sizeof line, err) != 0)
        return broken(r, err);
    if (text_ends(line, " missing") || text_ends(line, " ambiguous"))
        return 0;
    if (strcspn(line, " ") == 64)
        return error_set(err, "the repository uses SHA-256 object ids, which are not taken yet");
    if (read_head(out, line) != 0)
        return broken(r, err);
    uint64_t size = out->size;
    return read_bytes(r, name, size, to, err) == 0 ? 1 : -1;
}

int git_reader_get(struct git_reader *r, const char *name, struct git_object *out,
                   const struct git_sink *to, struct error *err) {
    pthread_mutex_lock(&r->lock);
    int rc = ask(r, name, out, to, err);
    pthread_mutex_unlock(&r->lock);
    return rc;
}
