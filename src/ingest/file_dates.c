#include "ingest/file_dates.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/spawn.h"
#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LOG_MS = 15000, LOG_BYTES_MAX = 512 << 20, STEP = 64 * 1024 };

struct span {
    int64_t first, last; /* 0: not met */
};

struct file_dates {
    const struct tree *tree;
    const char *const *folders;
    size_t folder_count;
    int64_t commit_time;
    struct log *log;
    struct span
        *spans; /* one for each file of the tree, in its order; NULL before the first question */
    bool asked;
};

struct file_dates *file_dates_new(const struct tree *tree, const char *const *folders, size_t count,
                                  int64_t commit_time, struct log *log) {
    struct file_dates *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    *d = (struct file_dates){.tree = tree,
                             .folders = folders,
                             .folder_count = folders == NULL ? 0 : count,
                             .commit_time = commit_time,
                             .log = log};
    return d;
}

void file_dates_free(struct file_dates *d) {
    if (d != NULL)
        free(d->spans);
    free(d);
}

/* ---- the history ---- */

/* What git prints, taken apart as it comes: "\1TIME" begins a commit, any other word is a path. */
struct reading {
    struct file_dates *d;
    unsigned root;
    int64_t time;
    struct buf word;
};

static void take_word(struct reading *r) {
    const char *word = buf_str(&r->word);
    int64_t time;
    while (*word == '\n')
        word++;
    if (*word == '\1') {
        r->time = text_int(&time, word + 1, 1, INT64_MAX / 2) == 0 ? time : 0;
    } else if (*word != '\0' && r->time > 0 && buf_ok(&r->word)) {
        const struct tree_file *f = tree_find(r->d->tree, word);
        if (f != NULL && f->root == r->root) {
            struct span *s = &r->d->spans[tree_index(r->d->tree, f)];
            if (s->first == 0 || r->time < s->first)
                s->first = r->time;
            if (r->time > s->last)
                s->last = r->time;
        }
    }
    buf_free(&r->word);
    buf_init(&r->word, PATH_BYTES);
}

static void take(struct reading *r, const char *bytes, size_t n) {
    for (const char *end = bytes + n; bytes < end;) {
        const char *zero = memchr(bytes, '\0', (size_t)(end - bytes));
        buf_append(&r->word, bytes, (size_t)((zero == NULL ? end : zero) - bytes));
        if (zero == NULL)
            return;
        take_word(r);
        bytes = zero + 1;
    }
}

/* False when the time is over or git says more than anybody's history holds. */
static bool read_log(struct reading *r, int fd) {
    char *step = malloc(STEP);
    int64_t end = clock_mono_ms() + LOG_MS;
    size_t total = 0;
    bool whole = false;
    while (step != NULL && total < LOG_BYTES_MAX) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = end - clock_mono_ms();
        if (left <= 0 || (poll(&p, 1, (int)left) < 0 && errno != EINTR))
            break;
        if (p.revents == 0)
            continue;
        ssize_t n = read(fd, step, STEP);
        if (n < 0 && errno == EINTR)
            continue;
        whole = n == 0;
        if (n <= 0)
            break;
        total += (size_t)n;
        take(r, step, (size_t)n);
    }
    take_word(r);
    free(step);
    return whole;
}

/* A folder's own settings must not make git run anything: signatures are not looked at, no monitor is asked. */
static int start_log(struct spawn *s, const char *folder, struct error *err) {
    const char *argv[] = {"git",
                          "-c",
                          "log.showSignature=false",
                          "-c",
                          "core.fsmonitor=false",
                          "-c",
                          "core.quotePath=false",
                          "log",
                          "--no-ext-diff",
                          "--no-textconv",
                          "--no-renames",
                          "--no-decorate",
                          "--name-only",
                          "--relative",
                          "-z",
                          "--format=%x01%at",
                          "--",
                          ".",
                          NULL};
    static const char *const env[] = {"GIT_CONFIG_NOSYSTEM=1",
                                      "GIT_CONFIG_GLOBAL=/dev/null",
                                      "GIT_TERMINAL_PROMPT=0",
                                      "GIT_OPTIONAL_LOCKS=0",
                                      "GIT_NO_LAZY_FETCH=1",
                                      "LC_ALL=C",
                                      "HOME=/",
                                      NULL};
    const char *path = getenv("PATH");
    struct spawn_options o = {.path = "git",
                              .search = path != NULL ? path : "/usr/bin:/bin",
                              .argv = argv,
                              .env = env,
                              .folder = folder,
                              .in = SPAWN_NULL,
                              .out = SPAWN_PIPE,
                              .err = SPAWN_NULL};
    return spawn_start(s, &o, err);
}

/* True when the folder, or one above it, is a git work tree. */
static bool is_work_tree(const char *folder) {
    char real[PATH_MAX], git[PATH_MAX + 8];
    if (realpath(folder, real) == NULL)
        return false;
    for (;;) {
        snprintf(git, sizeof git, "%s/.git", strcmp(real, "/") == 0 ? "" : real);
        if (access(git, F_OK) == 0)
            return true;
        char *slash = strrchr(real, '/');
        if (slash == NULL || real[1] == '\0')
            return false;
        slash[slash == real] = '\0';
    }
}

static void read_folder(struct file_dates *d, unsigned root) {
    struct reading r = {.d = d, .root = root};
    struct spawn s;
    struct error err = {0};
    if (!is_work_tree(d->folders[root]))
        return;
    if (start_log(&s, d->folders[root], &err) != 0) {
        log_warn(d->log, "the history of %s cannot be read: %s", d->folders[root], err.text);
        return;
    }
    buf_init(&r.word, PATH_BYTES);
    if (!read_log(&r, s.out))
        log_warn(d->log, "the history of %s is too long: only its newest part was read",
                 d->folders[root]);
    buf_free(&r.word);
    spawn_stop(&s);
}

static void ask(struct file_dates *d) {
    d->asked = true;
    if (d->folder_count == 0)
        return;
    d->spans = calloc(tree_count(d->tree) + 1, sizeof *d->spans);
    for (size_t i = 0; d->spans != NULL && i < d->folder_count; i++)
        read_folder(d, (unsigned)i);
}

/* ---- the file itself ---- */

/* A folder's stamp begins with the time of the last change, in nanoseconds. */
static int64_t time_of_stamp(const char *stamp) {
    char *end;
    unsigned long long ns = strtoull(stamp, &end, 16);
    return end > stamp && *end == '.' ? (int64_t)(ns / 1000000000ULL) : 0;
}

bool file_dates_of(struct file_dates *d, const char *path, int64_t *first, int64_t *last,
                   bool *git) {
    const struct tree_file *f = d == NULL ? NULL : tree_find(d->tree, path);
    *git = false;
    if (f == NULL)
        return false;
    if (!d->asked)
        ask(d);
    if (d->spans != NULL && d->spans[tree_index(d->tree, f)].first > 0) {
        *first = d->spans[tree_index(d->tree, f)].first;
        *last = d->spans[tree_index(d->tree, f)].last;
        *git = true;
        return true;
    }
    *first = *last = d->folder_count > 0 ? time_of_stamp(f->stamp) : d->commit_time;
    return *first > 0;
}
