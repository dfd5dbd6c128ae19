/* posix_spawn rather than fork: it needs no copy of a large parent's page tables, and between the
 * fork and the exec it runs only code that is safe in a process with threads. */
#include "base/spawn.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 5 /* how often we look where the kernel has no pidfd */

void spawn_none(struct spawn *s) {
    *s = (struct spawn){.pid = 0, .in = -1, .out = -1, .err = -1};
}

static void close_one(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

void spawn_close(struct spawn *s) {
    if (s->in == s->out) {
        s->in = -1;
    }
    close_one(&s->in);
    close_one(&s->out);
    close_one(&s->err);
}

void spawn_close_in(struct spawn *s) {
    if (s->in >= 0 && s->in == s->out) {
        shutdown(s->in, SHUT_WR);
        s->in = -1;
    } else {
        close_one(&s->in);
    }
}

/* Moves a descriptor out of 0..2, where it would be in the way of the child's streams (a parent
 * started with closed streams gets such numbers). */
static int above_streams(int *fd) {
    if (*fd > STDERR_FILENO) {
        return 0;
    }
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    close(*fd);
    *fd = moved;
    return moved >= 0 ? 0 : -1;
}

/* The child's ends of its three streams; -1 where it has none of its own. */
struct child_ends {
    int fd[3];
};

/* One stream's pipe: the child's end in *child, ours in *ours. */
static int open_pipe(bool child_reads, int *child, int *ours) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    *child = child_reads ? ends[0] : ends[1];
    *ours = child_reads ? ends[1] : ends[0];
    return above_streams(child) == 0 && above_streams(ours) == 0 ? 0 : -1;
}

static int open_streams(struct spawn *s, struct child_ends *c, const struct spawn_options *o) {
    if (o->in == SPAWN_SOCKET) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
            return -1;
        }
        c->fd[0] = ends[0];
        s->in = ends[1];
        if (above_streams(&c->fd[0]) != 0 || above_streams(&s->in) != 0) {
            return -1;
        }
        s->out = s->in;
    }
    if (o->in == SPAWN_PIPE && open_pipe(true, &c->fd[0], &s->in) != 0) {
        return -1;
    }
    if (o->out == SPAWN_PIPE && open_pipe(false, &c->fd[1], &s->out) != 0) {
        return -1;
    }
    return o->err == SPAWN_PIPE ? open_pipe(false, &c->fd[2], &s->err) : 0;
}

/* What is to become of stream `fd` in the child. Every way ends in a descriptor that stays open
 * over the exec: posix_spawn's dup2 onto itself clears close-on-exec. */
static int add_stream(posix_spawn_file_actions_t *a, enum spawn_stream kind, int end, int fd) {
    switch (kind) {
    case SPAWN_PIPE:
    case SPAWN_SOCKET:
        return posix_spawn_file_actions_adddup2(a, end, fd);
    case SPAWN_INHERIT:
        if (fcntl(fd, F_GETFD) >= 0) {
            return posix_spawn_file_actions_adddup2(a, fd, fd);
        }
        break; /* the parent has none either */
    case SPAWN_NULL:
        break;
    }
    return posix_spawn_file_actions_addopen(a, fd, "/dev/null",
                                            fd == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0);
}

static int add_actions(posix_spawn_file_actions_t *a, const struct child_ends *c,
                       const struct spawn_options *o) {
    int out_end = o->out == SPAWN_SOCKET ? c->fd[0] : c->fd[1];
    int rc = add_stream(a, o->in, c->fd[0], STDIN_FILENO);
    if (rc == 0) {
        rc = add_stream(a, o->out, out_end, STDOUT_FILENO);
    }
    if (rc == 0) {
        rc = add_stream(a, o->err, c->fd[2], STDERR_FILENO);
    }
    if (rc == 0) {
        rc = posix_spawn_file_actions_addclosefrom_np(a, STDERR_FILENO + 1);
    }
    if (rc == 0 && o->folder != NULL) {
        rc = posix_spawn_file_actions_addchdir_np(a, o->folder);
    }
    return rc;
}

/* A process group of its own, nothing blocked, nothing ignored. */
static int set_attributes(posix_spawnattr_t *attr) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    int rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                POSIX_SPAWN_SETSIGDEF);
    if (rc == 0) {
        rc = posix_spawnattr_setpgroup(attr, 0);
    }
    if (rc == 0) {
        rc = posix_spawnattr_setsigmask(attr, &none);
    }
    return rc == 0 ? posix_spawnattr_setsigdefault(attr, &all) : rc;
}

/* posix_spawn wants char *const[] and changes neither the array nor the strings (POSIX.1-2017,
 * exec, rationale). */
static char *const *unqualified(const char *const *list) {
    union {
        const char *const *given;
        char *const *wanted;
    } u = {.given = list};
    return u.wanted;
}

/* Returns 0 or an errno value. */
static int run(pid_t *pid, const char *path, const struct child_ends *c,
               const struct spawn_options *o) {
    static const char *const nothing[] = {NULL};
    posix_spawn_file_actions_t actions;
    int rc = posix_spawn_file_actions_init(&actions);
    if (rc != 0) {
        return rc;
    }
    posix_spawnattr_t attr;
    rc = posix_spawnattr_init(&attr);
    if (rc != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return rc;
    }
    rc = add_actions(&actions, c, o);
    if (rc == 0) {
        rc = set_attributes(&attr);
    }
    if (rc == 0) {
        const char *const *env = o->env != NULL ? o->env : nothing;
        rc = posix_spawn(pid, path, &actions, &attr, unqualified(o->argv), unqualified(env));
    }
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* Finds the bare name o->path in o->search. An empty folder name means nothing here (for a shell it
 * would be the working directory). */
static int find_program(char *out, size_t size, const struct spawn_options *o, struct error *err) {
    if (o->search == NULL || strchr(o->path, '/') != NULL) {
        int n = snprintf(out, size, "%s", o->path);
        return n >= 0 && (size_t)n < size ? 0 : error_set(err, "%s: the path is too long", o->path);
    }
    const char *at = o->search;
    for (;;) {
        size_t n = strcspn(at, ":");
        if (n > 0 && n < size) {
            int wrote = snprintf(out, size, "%.*s/%s", (int)n, at, o->path);
            if (wrote > 0 && (size_t)wrote < size && access(out, X_OK) == 0) {
                return 0;
            }
        }
        if (at[n] == '\0') {
            return error_set(err, "%s: no such program in %s: install it", o->path, o->search);
        }
        at += n + 1;
    }
}

enum { LIMITED_ARGS = 64, BLOCK_BYTES = 512 };

/* A shell that sets the limits and becomes the program: a limit that came from outside, after the start,
 * would not hold for what the program has started by then. POSIX counts files in blocks of 512 bytes,
 * and memory every shell in KiB. */
static int run_limited(pid_t *pid, const char *path, const struct child_ends *c,
                       const struct spawn_options *o) {
    static const char script[] =
        "[ $1 = 0 ] || ulimit -f $1; [ $2 = 0 ] || ulimit -d $2; shift 2; exec \"$@\"";
    const char *argv[LIMITED_ARGS + 8] = {"sh", "-c", script, "sh"};
    char file[32], memory[32], program[PATH_MAX];
    size_t n = 0;
    snprintf(file, sizeof file, "%llu",
             (unsigned long long)((o->max_file_bytes + BLOCK_BYTES - 1) / BLOCK_BYTES));
    snprintf(memory, sizeof memory, "%llu", (unsigned long long)((o->max_memory + 1023) / 1024));
    if (realpath(path, program) == NULL)
        return errno;
    argv[4] = file;
    argv[5] = memory;
    argv[6] = program;
    for (size_t i = 1; o->argv[0] != NULL && o->argv[i] != NULL; i++) {
        if (++n > LIMITED_ARGS)
            return E2BIG;
        argv[6 + i] = o->argv[i];
    }
    struct spawn_options through = *o;
    through.argv = argv;
    return run(pid, "/bin/sh", c, &through);
}

int spawn_start(struct spawn *out, const struct spawn_options *options, struct error *err) {
    spawn_none(out);
    if ((options->in == SPAWN_SOCKET) != (options->out == SPAWN_SOCKET) ||
        options->err == SPAWN_SOCKET) {
        return error_set(err, "%s: a socket is for standard input and output together",
                         options->path);
    }
    char path[PATH_MAX];
    if (find_program(path, sizeof path, options, err) != 0) {
        return -1;
    }
    struct child_ends c = {{-1, -1, -1}};
    int rc = open_streams(out, &c, options) == 0 ? 0 : errno;
    if (rc == 0) {
        bool limited = options->max_file_bytes > 0 || options->max_memory > 0;
        rc =
            limited ? run_limited(&out->pid, path, &c, options) : run(&out->pid, path, &c, options);
    }
    for (int i = 0; i < 3; i++) {
        close_one(&c.fd[i]);
    }
    if (rc != 0) {
        spawn_close(out);
        spawn_none(out);
        return error_set(err, "%s: it cannot be started: %s", path, strerror(rc));
    }
    return 0;
}

void spawn_kill(struct spawn *s) {
    if (s->pid > 0) {
        kill(-s->pid, SIGKILL);
    }
}

/* True once the child has ended; it is left unreaped, so that its pid and group cannot be somebody
 * else's yet. */
static bool has_ended(pid_t pid) {
    for (;;) {
        siginfo_t info = {.si_pid = 0};
        if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
            return info.si_pid == pid;
        }
        if (errno != EINTR) {
            return true; /* ECHILD: somebody ignores SIGCHLD, nothing is left to wait for */
        }
    }
}

/* Sleeps until the child ends, the deadline (negative: none) passes or a signal comes. */
static void sleep_until_end(int pidfd, int64_t deadline) {
    int64_t left = deadline < 0 ? 60000 : deadline - clock_mono_ms();
    if (left > 60000) {
        left = 60000;
    }
    struct pollfd p = {.fd = pidfd, .events = POLLIN};
    if (pidfd < 0 && left > POLL_MS) {
        left = POLL_MS;
    }
    if (left > 0) {
        poll(&p, pidfd >= 0 ? 1 : 0, (int)left);
    }
}

int spawn_wait(struct spawn *s, int timeout_ms, int *status) {
    int result = 0;
    if (s->pid <= 0) {
        if (status != NULL) {
            *status = 0;
        }
        return 0;
    }
    int64_t deadline = timeout_ms < 0 ? -1 : clock_mono_ms() + timeout_ms;
    bool ended = has_ended(s->pid);
    if (!ended && timeout_ms != 0) {
        int pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0); /* close-on-exec by itself */
        do {
            sleep_until_end(pidfd, deadline);
            ended = has_ended(s->pid);
        } while (!ended && (deadline < 0 || clock_mono_ms() < deadline));
        close_one(&pidfd);
    }
    if (!ended) {
        return -1;
    }
    spawn_kill(s);
    while (waitpid(s->pid, &result, 0) < 0 && errno == EINTR) {
    }
    s->pid = 0;
    if (status != NULL) {
        *status = result;
    }
    return 0;
}

void spawn_stop(struct spawn *s) {
    spawn_kill(s);
    int rc = spawn_wait(s, -1, NULL);
    (void)rc;
    spawn_close(s);
}
