/* One http thread: a daemon of the library's, and a thread that runs it (private to the http room).
 *
 * Every listening socket has one or more of them, which all take connections from it; a connection stays with
 * the loop that took it. A loop is started, leaves its listener when nobody new shall come, goes on to serve
 * those that it has, ends, and is freed:
 *
 *   loop_start    accepting and answering
 *   loop_leave    accepts nobody more
 *   loop_end      its thread runs out, its connections stand still; whatever waits suspended must be resumed
 *   loop_free     its connections are closed
 *
 * The library is never left to wait by itself: see loop.c. */
#ifndef PLATEN_HTTP_LOOP_H
#define PLATEN_HTTP_LOOP_H

#include "base/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct MHD_Daemon;
struct http_server;

struct loop {
    struct http_server *server;
    struct MHD_Daemon *daemon; /* NULL: was never started */
    pthread_t thread;
    bool runs;        /* the thread is there and was not joined */
    int bell;         /* eventfd: somebody wants something else of the thread */
    atomic_int wish;  /* what that is */
    atomic_bool left; /* it accepts nobody more */
    size_t progress;  /* counts what happens to requests and connections; the thread's own */
    char apart[64];   /* so that the next loop's words are on other cache lines */
};

/* Answers those who connect to the listening socket fd, at most `connections` at a time, for s, whose options
 * hold. fd stays the caller's, who keeps it open, or something harmless under its number, until loop_free. *l
 * stays where it is. On an error *l is such that loop_end and loop_free do nothing. The thread has the caller's
 * signal mask, in which SIGPIPE must be blocked. */
int loop_start(struct loop *l, struct http_server *s, int fd, unsigned connections,
               struct error *err) CHECKED;
/* Asks it to accept nobody more. It does so as soon as no request is in the middle of being answered: then
 * l->left. Any thread. */
void loop_leave(struct loop *l);
/* Returns when the thread has gone; its last request is answered before. */
void loop_end(struct loop *l);
/* Closes its connections; after loop_end. Nothing may be suspended without having been resumed. */
void loop_free(struct loop *l);

#endif
