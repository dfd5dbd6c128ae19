/* Running git: its output read as it comes, its last words kept, its whole process group ended when
 * the time is over or the server stops. */
#include "ingest/git_private.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/unicode.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 8192, STOP_LOOK_MS = 100, MEMORY_MAX_MB = 2048, ARGS_MAX = 32 };

int git_failed(struct git *g, enum git_fault fault) {
    g->fault = fault;
    return -1;
}

int git_spawn(struct git *g, struct spawn *s, const char *const *args, bool in, struct error *err) {
    const char *argv[ARGS_MAX + 2] = {"git"};
    for (size_t i = 0; i < ARGS_MAX && args[i] != NULL; i++)
        argv[i + 1] = args[i];
    struct spawn_options o = {
        .path = "git",
        .search = g->search,
        .argv = argv,
        .env = g->env,
        .folder = "/",
        .in = in ? SPAWN_PIPE : SPAWN_NULL,
        .out = SPAWN_PIPE,
        .err = in ? SPAWN_NULL : SPAWN_PIPE,
        .max_file_bytes = g->o.max_pack,
        .max_memory = (uint64_t)MEMORY_MAX_MB << 20,
    };
    if (spawn_start(s, &o, err) != 0)
        return git_failed(g, GIT_FAULT_HOST);
    return 0;
}

/* Reads what is there. False at the end. What does not fit is read and forgotten. */
static bool drain(int fd, struct buf *to) {
    char block[4096];
    ssize_t n = read(fd, block, sizeof block);
    if (n > 0 && to != NULL && to->len + (size_t)n <= to->max)
        buf_append(to, block, (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static bool is_stopped(const struct git *g) {
    return g->o.stop != NULL && atomic_load(g->o.stop);
}

/* Reads both streams to their ends. 0; -1 when the time is over or we are asked to stop. */
static int read_all(const struct git *g, struct spawn *s, struct buf *out, struct buf *words,
                    int64_t until) {
    struct pollfd p[2] = {{.fd = s->out, .events = POLLIN}, {.fd = s->err, .events = POLLIN}};
    while (p[0].fd >= 0 || p[1].fd >= 0) {
        int64_t left = until - clock_mono_ms();
        if (left <= 0 || is_stopped(g))
            return -1;
        if (poll(p, 2, left > STOP_LOOK_MS ? STOP_LOOK_MS : (int)left) <= 0)
            continue;
        if (p[0].revents != 0 && !drain(p[0].fd, out))
            p[0].fd = -1;
        if (p[1].revents != 0 && !drain(p[1].fd, words))
            p[1].fd = -1;
    }
    return 0;
}

/* The line that says why: the first "fatal:" or "error:" of git, else the last one ("remote: ..."),
 * without control characters. */
static void last_words(char *out, size_t size, const struct buf *words) {
    struct slice rest = slice_n(buf_str(words), words->len), line, best = slice_of("");
    bool fatal = false;
    while (slice_next(&rest, '\n', &line)) {
        line = slice_trim(line);
        bool says = slice_starts(line, "fatal: ") || slice_starts(line, "error: ");
        if (line.len == 0 || fatal)
            continue;
        best = line;
        fatal = says;
    }
    if (fatal)
        best = slice_n(best.ptr + 7, best.len - 7);
    unicode_line(out, size, best.ptr, best.len);
}

struct sign {
    const char *text;
    enum git_fault fault;
    const char *advice;
};

/* What git's words mean for us. Whatever is not in the list is the host's. */
static const struct sign signs[] = {
    {"died of signal 25", GIT_FAULT_LIMIT, "what the host sends is larger than --max-pack-size"},
    {"File too large", GIT_FAULT_LIMIT, "what the host sends is larger than --max-pack-size"},
    {"out of memory", GIT_FAULT_LIMIT, "what the host sends needs too much memory"},
    {"Out of memory", GIT_FAULT_LIMIT, "what the host sends needs too much memory"},
    {"fsck error", GIT_FAULT_LIMIT, "the repository holds a malformed object"},
    {"unable to update url base from redirection", GIT_FAULT_HOST,
     "the host sends us to another address, which is not followed: is the repository's URL right?"},
    {"couldn't find remote ref", GIT_FAULT_HOST, "the host has no such branch"},
    {"not allowed", GIT_FAULT_HOST, "see --git-protocols"},
    {"could not read Username", GIT_FAULT_HOST,
     "the host asks for a password: give --repo-token-file"},
    {"Authentication failed", GIT_FAULT_HOST, "the host does not take the token"},
    {"not a git repository", GIT_FAULT_CACHE, NULL},
    {"is corrupt", GIT_FAULT_CACHE, NULL},
    {"bad object", GIT_FAULT_CACHE, NULL},
    {"loose object", GIT_FAULT_CACHE, NULL},
    {"missing blob", GIT_FAULT_CACHE, NULL},
    {"missing tree", GIT_FAULT_CACHE, NULL},
    {"did not send all necessary objects", GIT_FAULT_CACHE, NULL},
};

static int explain(struct git *g, int status, const struct buf *words, struct error *err) {
    char said[300];
    last_words(said, sizeof said, words);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) {
        error_set(err, "what the host sends is larger than --max-pack-size");
        return git_failed(g, GIT_FAULT_LIMIT);
    }
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (strstr(buf_str(words), signs[i].text) == NULL)
            continue;
        if (signs[i].advice != NULL)
            error_set(err, "git: %s (%s)", said, signs[i].advice);
        else
            error_set(err, "git: %s", said);
        return git_failed(g, signs[i].fault);
    }
    error_set(err, "git: %s", *said != '\0' ? said : "it ended without a word");
    return git_failed(g, GIT_FAULT_HOST);
}

int git_run(struct git *g, const char *const *args, struct buf *out, int64_t timeout_ms,
            struct error *err) {
    struct spawn s;
    struct buf words;
    int status = 0;
    if (git_spawn(g, &s, args, false, err) != 0)
        return -1;
    g->late = false;
    int64_t until = clock_mono_ms() + timeout_ms;
    buf_init(&words, WORDS_MAX);
    int rc = read_all(g, &s, out, &words, until);
    if (rc == 0 && spawn_wait(&s, (int)(until - clock_mono_ms()), &status) != 0)
        rc = -1;
    spawn_stop(&s);
    if (rc != 0) {
        git_failed(g, GIT_FAULT_HOST);
        g->late = !is_stopped(g);
        if (is_stopped(g))
            error_set(err, "ended, because the server stops");
        else
            error_set(err, "no end after %lld s: the host is silent or too slow (--fetch-timeout)",
                      (long long)(timeout_ms / 1000));
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        rc = explain(g, status, &words, err);
    }
    buf_free(&words);
    return rc;
}
