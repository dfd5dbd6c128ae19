/* Why the threads are ours and not the library's: it takes at most 128 events a call of epoll_wait, and when it
 * got just as many it asks for more before it serves anybody, with the timeout of the first time. 128 connections
 * that all wait for an answer then stand still until a 129th says something, or for a minute. So where there are
 * enough connections for that it is never left to wait: it is run with a timeout of zero, and we sleep in its
 * place when it has nothing left. That is a call more, and another one to see that there is nothing left, which
 * costs 3 % where 16 connections keep it busy. So with few connections it waits by itself, and with many
 * nobody sleeps behind a round in which something happened.
 *
 * What wakes the thread: connections, the library's timeouts, and others of our threads, who ring a bell, because
 * a library without threads is not woken when a connection is resumed. Inside the library no bell is heard, so it
 * does not wait there when somebody is suspended. That it shall leave it hears there from its listening socket, at
 * which the library does not look when it has as many connections as it may. */
#include "http/loop.h"

#include "http/private.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    CONNECTION_MEMORY = 12 * 1024,
    FEW = 100, /* connections: with the listening socket and what resumes, well below 128 events */
};

enum { WISH_SERVE, WISH_LEAVE, WISH_END };

/* From 1.0 the library itself refuses what hides a line in a line (folding, bare CR or LF) when asked to be
 * strict; before, strictness catches none of it and the guard does it all. */
#if MHD_VERSION >= 0x01000000
#define STRICTNESS MHD_OPTION_CLIENT_DISCIPLINE_LVL, 1,
#else
#define STRICTNESS
#endif

static void library_says(void *cls, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
static void library_says(void *cls, const char *fmt, va_list args) {
    struct loop *l = cls;
    char line[512];
    vsnprintf(line, sizeof line, fmt, args);
    line[strcspn(line, "\n")] = '\0';
    log_debug(l->server->o.log, "microhttpd: %s", line);
}

/* ---- the thread ---- */

/* Milliseconds until the library wants to run though nothing comes, as poll takes them. */
static int patience(struct MHD_Daemon *daemon) {
#if MHD_VERSION >= 0x01000000
    return MHD_get_timeout_i(daemon);
#else
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(daemon, &ms) != MHD_YES)
        return -1;
    return ms < INT_MAX ? (int)ms : INT_MAX;
#endif
}

/* Until the library has something to do, or the bell rings. What the bell was rung for is seen after this. */
static void sleep_a_while(struct loop *l) {
    int ms = patience(l->daemon);
    struct pollfd fds[] = {{.fd = l->epoll, .events = POLLIN}, {.fd = l->bell, .events = POLLIN}};
    uint64_t ignored;
    if (ms != 0 && poll(fds, 2, ms) > 0 && fds[1].revents != 0) {
        (void)!read(l->bell, &ignored, sizeof ignored);
        atomic_store(&l->rung, false);
    }
}

static bool may_wait_inside(const struct loop *l) {
    return !l->left && l->connections < l->limit && l->connections < FEW &&
           atomic_load(&l->suspended) == 0;
}

static void serve(struct loop *l) {
    if (may_wait_inside(l)) {
        MHD_run_wait(l->daemon, -1);
        return;
    }
    size_t before = l->progress;
    MHD_run(l->daemon);
    if (l->progress == before)
        sleep_a_while(l);
}

/* On the loop's own thread: called from another one, the library and that one may both take the socket out of its
 * set of events, and who comes second ends the process. */
static void leave(struct loop *l) {
    MHD_quiesce_daemon(l->daemon);
    l->left = true;
}

static void *run(void *arg) {
    struct loop *l = arg;
    for (;;) {
        int wish = atomic_load(&l->wish);
        if (wish != WISH_SERVE && !l->left)
            leave(l);
        if (wish == WISH_END)
            return NULL;
        serve(l);
    }
}

/* ---- what others want of it ---- */

void loop_wake(struct loop *l) {
    uint64_t one = 1;
    if (!atomic_exchange(&l->rung, true))
        (void)!write(l->bell, &one, sizeof one);
}

static void ask(struct loop *l, int wish) {
    atomic_store(&l->wish, wish);
    loop_wake(l);
}

void loop_suspend(struct loop *l, struct MHD_Connection *connection) {
    atomic_fetch_add(&l->suspended, 1);
    MHD_suspend_connection(connection);
}

/* In this order: who sees nobody suspended has the library find the one that was resumed. */
void loop_resume(struct loop *l, struct MHD_Connection *connection) {
    MHD_resume_connection(connection);
    atomic_fetch_sub(&l->suspended, 1);
}

/* ---- its life ---- */

/* The library's timeout is for readers that stop reading; the others are the watchdog's. */
static unsigned longest_timeout(const struct http_options *o) {
    unsigned most = o->idle_timeout_s;
    if (o->head_timeout_s > most)
        most = o->head_timeout_s;
    return o->body_timeout_s > most ? o->body_timeout_s : most;
}

static struct MHD_Daemon *start_daemon(struct loop *l, int fd) {
    return MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, exchange_part,
        l, MHD_OPTION_EXTERNAL_LOGGER, library_says, l, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_CONNECTION_LIMIT, l->limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, longest_timeout(&l->server->o), MHD_OPTION_URI_LOG_CALLBACK,
        exchange_target, l, MHD_OPTION_UNESCAPE_CALLBACK, exchange_unescape, l,
        MHD_OPTION_NOTIFY_COMPLETED, exchange_completed, l, MHD_OPTION_NOTIFY_CONNECTION,
        exchange_connection, l, STRICTNESS MHD_OPTION_END);
}

static int epoll_of(struct MHD_Daemon *daemon) {
    return MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

int loop_start(struct loop *l, struct http_server *s, int fd, unsigned connections,
               struct error *err) {
    *l = (struct loop){.server = s, .limit = connections};
    l->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->bell >= 0)
        l->daemon = start_daemon(l, fd);
    if (l->daemon != NULL)
        l->epoll = epoll_of(l->daemon);
    l->runs = l->daemon != NULL && pthread_create(&l->thread, NULL, run, l) == 0;
    if (l->runs)
        return 0;
    loop_free(l);
    return error_set(err, "the http threads could not be started");
}

void loop_leave(struct loop *l) {
    if (l->runs)
        ask(l, WISH_LEAVE);
}

void loop_end(struct loop *l) {
    if (!l->runs)
        return;
    ask(l, WISH_END);
    pthread_join(l->thread, NULL);
    l->runs = false;
}

void loop_free(struct loop *l) {
    if (l->daemon != NULL) {
        MHD_quiesce_daemon(l->daemon); /* or it would close the socket that is not its own */
        MHD_stop_daemon(l->daemon);
    }
    if (l->server != NULL && l->bell >= 0)
        close(l->bell);
    *l = (struct loop){.bell = -1};
}
