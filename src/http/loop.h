/* One http thread: a daemon of the library's, and a thread that runs it (private to the http room).
 *
 * Every listening socket has one or more of them, which all take connections from it; a connection stays with
 * the loop that took it. Their life, with that of the socket:
 *
 *   loop_start      accepting and answering
 *   loop_leave      asked to accept nobody more, which it hears when
 *   listener_shut   the socket is shut down; what it has is still answered
 *   loop_end        its thread runs out, its connections stand still; whoever waits suspended must be resumed
 *   loop_free       its connections are closed
 *   listener_close  nobody has the socket any more */
#ifndef PLATEN_HTTP_LOOP_H
#define PLATEN_HTTP_LOOP_H

#include "base/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;
struct MHD_Daemon;
struct http_server;

struct loop {
    struct http_server *server;
    struct MHD_Daemon *daemon; /* NULL: was never started */
    pthread_t thread;
    bool runs; /* the thread is there and was not joined */
    int bell;  /* eventfd: somebody wants something of the thread */
    atomic_bool rung;
    atomic_int wish;
    atomic_uint suspended; /* connections */
    /* The thread's own: */
    bool left; /* it accepts nobody more */
    int epoll; /* the library's */
    unsigned connections, limit;
    size_t progress; /* counts what happens to requests and connections */
    char apart[64];  /* the next loop's words are on other cache lines */
};

/* Answers those who connect to the listening socket fd, at most `connections` at a time, for s, whose options
 * hold. fd stays the caller's, who keeps it open until loop_free. *l stays where it is. On an error *l is such that
 * the others do nothing. The thread has the caller's signal mask, in which SIGPIPE must be blocked. */
int loop_start(struct loop *l, struct http_server *s, int fd, unsigned connections,
               struct error *err) CHECKED;
/* Puts a connection of the loop's aside, on its own thread; the caller sees to it that it is resumed once. */
void loop_suspend(struct loop *l, struct MHD_Connection *connection);
/* It goes on when the loop is next awake: loop_wake must follow, once for all that are resumed together. Any
 * thread. */
void loop_resume(struct loop *l, struct MHD_Connection *connection);
void loop_wake(struct loop *l);

/* Asks it to accept nobody more. The caller shuts the listening socket down next, for all of its loops. */
void loop_leave(struct loop *l);
/* Returns when the thread has gone, whose last request is answered; after loop_leave and listener_shut. */
void loop_end(struct loop *l);
/* Closes its connections; after loop_end. Nobody may be suspended who was not resumed. */
void loop_free(struct loop *l);

#endif
