/* The server: listening sockets, and behind each the threads that take from it (loop.h), started together and
 * stopped so that whoever asked before the end is answered. What happens to a request is exchange.c's.
 *
 * What was tried, on two cores with the load from the same machine (medians of three; a kept post of 11 KB):
 *  - Threads 1, 2, 4, 8: 97,500, 92,400, 83,300, 70,900 requests/s over 16 connections, 54,500, 56,600, 48,700, 43,800
 *    over 5,000. One a core: the generator had the other one, which elsewhere is ours. (The library's threads; with
 *    ours 1, 2, 4 are 98,800, 97,600, 95,600 over 16 and 62,300, 63,300, 63,900 over 1,000, medians of five.)
 *  - Connection memory of 4, 8, 12, 16, 32 KB: the same speed within the noise; 37, 56, 76, 95, 173 MB with 5,000
 *    connections. Request and response headers share it: a cookie of 7 KB is refused (431) up to 12 KB, and 10,000
 *    readers of a stream go beyond 150 MB from 16 KB on. So 12.
 *  - A backlog of 16, 128, 511, 4,096 (SOMAXCONN) when 3,000 connect at once: many never answered, all answered in
 *    1.6 to 2.4 s, in 1.2 to 2.1 s, in 0.3 s; what overflows waits a second for its next try. */
#include "http/private.h"

#include "base/clock.h"
#include "http/deadline.h"
#include "http/linger.h"
#include "http/listen.h"
#include "http/loop.h"
#include "http/proxy.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum {
    DEFAULT_CONNECTIONS = 10000,
    FILES_BESIDES = 320,  /* descriptors: those that linger, the store's, the log's */
    LAST_ANSWER_MS = 250, /* when stopping */
};

static int64_t ms(unsigned seconds) {
    return (int64_t)seconds * 1000;
}

/* ---- start and stop ---- */

static void set_defaults(struct http_options *o) {
    struct rlimit files = {0};
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (o->threads == 0)
        o->threads = cpus < 1 ? 1 : (unsigned)cpus;
    if (o->max_connections == 0)
        o->max_connections = DEFAULT_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
        (void)getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur > FILES_BESIDES && o->max_connections > files.rlim_cur - FILES_BESIDES)
        o->max_connections = (unsigned)(files.rlim_cur - FILES_BESIDES);
    if (o->head_timeout_s == 0)
        o->head_timeout_s = 10;
    if (o->body_timeout_s == 0)
        o->body_timeout_s = 30;
    if (o->idle_timeout_s == 0)
        o->idle_timeout_s = 60;
    if (o->body_budget == 0)
        o->body_budget = (uint64_t)64 << 20;
}

/* The loops of one listener, who share its part of the connections. */
static int start_loops(struct http_server *s, size_t i, struct error *err) {
    unsigned threads = s->o.threads, connections = s->o.max_connections / (unsigned)s->count;
    if (connections < threads)
        connections = threads;
    for (unsigned t = 0; t < threads; t++) {
        unsigned share = connections / threads + (t < connections % threads);
        struct error why = {0};
        if (loop_start(&s->loops[i * threads + t], s, s->listeners[i].fd, share, &why) != 0)
            return error_set(err, "%s: %s", s->listeners[i].address, why.text);
    }
    return 0;
}

static int start_all(struct http_server *s, struct error *err) {
    static const char *const none[] = {NULL};
    const char *const *proxies = s->o.trusted_proxies != NULL ? s->o.trusted_proxies : none;
    if (proxy_list_new(&s->proxies, proxies, err) != 0)
        return -1;
    for (size_t i = 0; i < s->count; i++)
        if (listener_open(&s->listeners[i], s->o.listen[i], err) != 0)
            return -1;
    if (deadlines_start(&s->deadlines, ms(s->o.head_timeout_s), err) != 0 ||
        linger_start(&s->linger, err) != 0)
        return -1;
    for (size_t i = 0; i < s->count; i++)
        if (start_loops(s, i, err) != 0)
            return -1;
    return 0;
}

/* From here on whoever connects is refused. */
static void close_doors(struct http_server *s) {
    for (size_t i = 0; i < s->loop_count; i++)
        loop_leave(&s->loops[i]);
    for (size_t i = 0; s->listeners != NULL && i < s->count; i++)
        listener_shut(&s->listeners[i]);
}

/* Whoever still waits is resumed when no loop runs any more, so that nobody can begin to wait behind it. */
static void server_free(struct http_server *s) {
    close_doors(s);
    deadlines_hurry(s->deadlines, true); /* an event for every loop, whatever it waits for */
    for (size_t i = 0; i < s->loop_count; i++)
        loop_end(&s->loops[i]);
    hubs_close(s);
    pauses_end(s);
    for (size_t i = 0; i < s->loop_count; i++)
        loop_free(&s->loops[i]);
    linger_stop(s->linger);
    proxy_list_free(s->proxies);
    deadlines_stop(s->deadlines);
    for (size_t i = 0; s->listeners != NULL && i < s->count; i++)
        listener_close(&s->listeners[i]);
    spares_free(&s->spares); /* the loops, and with them all that is sent, are gone */
    pthread_mutex_destroy(&s->pauses_lock);
    free(s->loops);
    free(s->listeners);
    free(s);
}

static int make_room(struct http_server *s, struct error *err) {
    while (s->o.listen[s->count] != NULL)
        s->count++;
    s->listeners = calloc(s->count + 1, sizeof *s->listeners);
    s->loops = calloc(s->count * s->o.threads + 1, sizeof *s->loops);
    for (size_t i = 0; s->listeners != NULL && i < s->count; i++)
        s->listeners[i].fd = -1;
    if (s->listeners == NULL || s->loops == NULL)
        return error_set(err, "out of memory");
    s->loop_count = s->count * s->o.threads;
    return 0;
}

int http_server_start(struct http_server **out, const struct http_options *o, struct error *err) {
    struct http_server *s = calloc(1, sizeof *s);
    if (s == NULL)
        return error_set(err, "out of memory");
    s->o = *o;
    pthread_mutex_init(&s->pauses_lock, NULL);
    set_defaults(&s->o);
    if (getrandom(&s->seed, sizeof s->seed, 0) != (ssize_t)sizeof s->seed)
        s->seed = (uint64_t)clock_mono_us();
    /* Signals are the main thread's business: every thread started here has them blocked. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = make_room(s, err) == 0 ? start_all(s, err) : -1;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        server_free(s);
        return -1;
    }
    *out = s;
    return 0;
}

const char *http_server_address(const struct http_server *s, size_t i) {
    return i < s->count ? s->listeners[i].address : NULL;
}

static void pause_a_little(void) {
    struct timespec pause = {.tv_nsec = 5000000};
    nanosleep(&pause, NULL);
}

/* Waits until nothing runs, at most to the end. Readers who are in the middle of asking for one thing after
 * another are told to close with their next answer, for which they get LAST_ANSWER_MS. */
static void wait_for_running(struct http_server *s, int64_t end) {
    int64_t last_answer = clock_mono_ms() + LAST_ANSWER_MS;
    while (clock_mono_ms() < end) {
        if (deadlines_count(s->deadlines) == 0 ||
            (atomic_load(&s->running) == 0 && clock_mono_ms() >= last_answer))
            return;
        pause_a_little();
    }
}

/* Ends the connections that wait; what a reader said before it could know of that is answered. */
static void close_idle(struct http_server *s) {
    int64_t end = clock_mono_ms() + LAST_ANSWER_MS;
    deadlines_hurry(s->deadlines, false);
    while (deadlines_count(s->deadlines) > 0 && clock_mono_ms() < end)
        pause_a_little();
}

size_t http_server_stop(struct http_server *s, unsigned grace_s) {
    if (s == NULL)
        return 0;
    atomic_store(&s->draining, true);
    close_doors(s);
    hubs_close(s);
    wait_for_running(s, clock_mono_ms() + ms(grace_s));
    size_t cut = atomic_load(&s->running);
    pauses_end(s);
    close_idle(s);
    server_free(s);
    return cut;
}
