#include "http/deadline.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { LOOK_EVERY_MS = 500 };

struct watched {
    int fd;
    size_t at;                 /* its place in the table */
    atomic_int_fast64_t until; /* monotonic ms; 0 = none */
    bool used;                 /* a request was answered; only the connection's thread asks */
};

struct deadlines {
    pthread_mutex_t lock;
    pthread_cond_t stop_asked;
    pthread_t thread;
    bool stop;
    struct watched **table;
    size_t count, cap;
};

static void look(struct deadlines *d, int64_t now) {
    for (size_t i = 0; i < d->count; i++) {
        int64_t until = atomic_load_explicit(&d->table[i]->until, memory_order_relaxed);
        if (until != 0 && until <= now)
            shutdown(d->table[i]->fd, SHUT_RDWR);
    }
}

static void *watch(void *arg) {
    struct deadlines *d = arg;
    pthread_mutex_lock(&d->lock);
    while (!d->stop) {
        struct timespec next;
        clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_nsec += LOOK_EVERY_MS * 1000000L;
        next.tv_sec += next.tv_nsec / 1000000000L;
        next.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&d->stop_asked, &d->lock, &next);
        look(d, clock_mono_ms());
    }
    pthread_mutex_unlock(&d->lock);
    return NULL;
}

int deadlines_start(struct deadlines **out, struct error *err) {
    struct deadlines *d = calloc(1, sizeof *d);
    if (d == NULL)
        return error_set(err, "out of memory");
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->stop_asked, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&d->thread, NULL, watch, d) != 0) {
        free(d);
        return error_set(err, "a thread for deadlines could not be started");
    }
    *out = d;
    return 0;
}

void deadlines_stop(struct deadlines *d) {
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->lock);
    d->stop = true;
    pthread_cond_signal(&d->stop_asked);
    pthread_mutex_unlock(&d->lock);
    pthread_join(d->thread, NULL);
    for (size_t i = 0; i < d->count; i++)
        free(d->table[i]);
    free(d->table);
    pthread_cond_destroy(&d->stop_asked);
    pthread_mutex_destroy(&d->lock);
    free(d);
}

struct watched *deadline_watch(struct deadlines *d, int fd, int64_t ms) {
    struct watched *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->fd = fd;
    deadline_set(w, ms);
    pthread_mutex_lock(&d->lock);
    if (d->count == d->cap) {
        size_t cap = d->cap == 0 ? 64 : d->cap * 2;
        struct watched **more = realloc(d->table, cap * sizeof(struct watched *));
        if (more == NULL) {
            pthread_mutex_unlock(&d->lock);
            free(w);
            return NULL;
        }
        d->table = more;
        d->cap = cap;
    }
    w->at = d->count;
    d->table[d->count++] = w;
    pthread_mutex_unlock(&d->lock);
    return w;
}

void deadline_forget(struct deadlines *d, struct watched *w) {
    if (w == NULL)
        return;
    pthread_mutex_lock(&d->lock);
    d->table[w->at] = d->table[--d->count];
    d->table[w->at]->at = w->at;
    pthread_mutex_unlock(&d->lock);
    free(w);
}

void deadline_set(struct watched *w, int64_t ms) {
    if (w != NULL)
        atomic_store_explicit(&w->until, ms == 0 ? 0 : clock_mono_ms() + ms, memory_order_relaxed);
}

void deadline_idle(struct watched *w, int64_t idle_ms) {
    if (w != NULL)
        w->used = true;
    deadline_set(w, idle_ms);
}

void deadline_head(struct watched *w, int64_t ms) {
    if (w != NULL && w->used)
        deadline_set(w, ms);
}

void deadlines_hurry(struct deadlines *d) {
    pthread_mutex_lock(&d->lock);
    look(d, INT64_MAX);
    pthread_mutex_unlock(&d->lock);
}
