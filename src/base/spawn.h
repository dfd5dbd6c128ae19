/* Child programs: started, talked to, killed, waited for.
 *
 * A child gets exactly what is listed here and nothing else: its own process group, the given
 * environment (nothing is inherited), three standard streams, every other descriptor closed, no
 * blocked signals and default handlers. The parent's ends are close-on-exec, so one child never
 * holds another's pipe open.
 *
 * Ends never leak: a started child is ended by spawn_wait() == 0 or by spawn_stop(); both kill what
 * the child may have left in its process group. Writing to a child that is gone raises SIGPIPE: the
 * process ignores that signal, or writes to the socket with MSG_NOSIGNAL.
 *
 * spawn_start may be called from any thread; one struct spawn belongs to one thread at a time. */
#ifndef PLATEN_BASE_SPAWN_H
#define PLATEN_BASE_SPAWN_H

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

enum spawn_stream {
    SPAWN_NULL,    /* /dev/null */
    SPAWN_INHERIT, /* the parent's own stream */
    SPAWN_PIPE,    /* a pipe whose other end is in struct spawn */
    SPAWN_SOCKET   /* in and out only, both together: one stream socket pair for the two */
};

struct spawn_options {
    const char *path;        /* the program: a path, or a bare name to be found in `search` */
    const char *search;      /* folders parted by ':', as $PATH; NULL: path is taken as it is */
    const char *const *argv; /* ends with NULL; argv[0] included */
    const char *const *env;  /* "NAME=value", ends with NULL; NULL: an empty environment */
    const char *folder;      /* working directory; NULL: the parent's */
    enum spawn_stream in, out, err;
    /* Limits of the program and of all that it starts; with one, the program gets its path for argv[0],
     * and at most 64 arguments. */
    uint64_t
        max_file_bytes;  /* no file may grow past this, rounded up to 512 (RLIMIT_FSIZE); 0: none */
    uint64_t max_memory; /* bytes of data, rounded up to 1,024 (RLIMIT_DATA); 0: none */
};

struct spawn {
    pid_t pid; /* also the id of its process group; 0 when there is no child (any more) */
    int in;    /* write here, the child reads; -1 when there is none */
    int out;   /* read here what the child writes; -1 when there is none */
    int err;   /* the same for its standard error */
    /* With SPAWN_SOCKET `in` and `out` are the same descriptor. */
};

/* Starts the program. 0: *out holds the child. -1: nothing runs, *out is as spawn_none leaves it,
 * and err says why (no such program, no descriptors left). */
int spawn_start(struct spawn *out, const struct spawn_options *options, struct error *err) CHECKED;

/* Makes *s hold no child: kill, wait, close and stop are then harmless. */
void spawn_none(struct spawn *s);

/* Closes the parent's end of the child's standard input, so that the child reads the end of the
 * file. On a socket only the sending direction ends, answers can still be read. */
void spawn_close_in(struct spawn *s);

/* Closes all of the parent's ends. */
void spawn_close(struct spawn *s);

/* Sends SIGKILL to the child's whole process group. Does not wait. */
void spawn_kill(struct spawn *s);

/* Waits up to timeout_ms (0: only looks; negative: as long as it takes) for the child to end.
 * 0: it has ended; *status (unless NULL) is what waitpid(2) gives (WIFEXITED and so on), the rest
 * of its process group has been killed, pid is 0; the descriptors stay open for what is still in
 * the pipes. -1: it still runs. With no child: 0, and status 0. */
int spawn_wait(struct spawn *s, int timeout_ms, int *status) CHECKED;

/* Kills, waits and closes: after it nothing of the child is left. */
void spawn_stop(struct spawn *s);

#endif
