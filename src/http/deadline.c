#include "http/deadline.h"

#include "base/clock.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum {
    LOOK_EVERY_MS = 500,
    ASK_EVERY_MS = 2000, /* the kernel, about a connection that waits: half a microsecond each */
};

/* A deadline in one word, so that it is set and compared at once: monotonic ms times two, plus IDLE
 * while the connection waits for its next request; 0 = none. */
enum { IDLE = 1 };

struct watched {
    int fd;
    size_t at; /* its place in the table */
    atomic_int_fast64_t deadline;
    /* Of the thread: the idle time (by its deadline) it asks about, when next, what had come at first. */
    int64_t asked_of, ask_at;
    uint64_t received;
    bool has_received;
};

struct deadlines {
    pthread_mutex_t lock;
    pthread_cond_t stop_asked;
    pthread_t thread;
    bool stop;
    int64_t head_ms;
    struct watched **table;
    size_t count, cap;
};

/* Bytes that ever came in on fd; false where nobody counts them. */
static bool bytes_received(uint64_t *out, int fd) {
    struct tcp_info info = {0};
    socklen_t n = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
        n < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return false;
    *out = info.tcpi_bytes_received;
    return true;
}

/* Gives a connection the deadline of a head once the next request has begun to come. */
static void look_at_idle(const struct deadlines *d, struct watched *w, int64_t idle, int64_t now) {
    uint64_t received;
    if (w->asked_of != idle) {
        w->asked_of = idle;
        w->ask_at = now + LOOK_EVERY_MS; /* a busy one is never asked about */
        w->has_received = false;
    }
    if (now < w->ask_at || !bytes_received(&received, w->fd))
        return;
    w->ask_at = now + ASK_EVERY_MS;
    if (!w->has_received) {
        w->has_received = true;
        w->received = received;
    } else if (w->received != received) {
        /* Fails when it has gone further meanwhile, as it should. */
        atomic_compare_exchange_strong(&w->deadline, &idle, (now + d->head_ms) * 2);
    }
}

static void look(struct deadlines *d, int64_t now) {
    for (size_t i = 0; i < d->count; i++) {
        struct watched *w = d->table[i];
        int64_t deadline = atomic_load_explicit(&w->deadline, memory_order_relaxed);
        if (deadline != 0 && deadline / 2 <= now)
            shutdown(w->fd, SHUT_RDWR);
        else if ((deadline & IDLE) != 0)
            look_at_idle(d, w, deadline, now);
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

int deadlines_start(struct deadlines **out, int64_t head_ms, struct error *err) {
    struct deadlines *d = calloc(1, sizeof *d);
    if (d == NULL)
        return error_set(err, "out of memory");
    d->head_ms = head_ms;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&d->lock, NULL);
    pthread_cond_init(&d->stop_asked, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&d->thread, NULL, watch, d) != 0) {
        pthread_cond_destroy(&d->stop_asked);
        pthread_mutex_destroy(&d->lock);
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

struct watched *deadline_watch(struct deadlines *d, int fd) {
    struct watched *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    w->fd = fd;
    deadline_set(w, d->head_ms);
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

static void set(struct watched *w, int64_t ms, int64_t idle) {
    int64_t deadline = ms == 0 ? 0 : (clock_mono_ms() + ms) * 2 + idle;
    if (w != NULL)
        atomic_store_explicit(&w->deadline, deadline, memory_order_relaxed);
}

void deadline_set(struct watched *w, int64_t ms) {
    set(w, ms, 0);
}

void deadline_idle(struct watched *w, int64_t idle_ms) {
    set(w, idle_ms, IDLE);
}

void deadline_head(struct deadlines *d, struct watched *w) {
    if (w != NULL && (atomic_load_explicit(&w->deadline, memory_order_relaxed) & IDLE) != 0)
        set(w, d->head_ms, 0);
}

size_t deadlines_count(struct deadlines *d) {
    pthread_mutex_lock(&d->lock);
    size_t n = d->count;
    pthread_mutex_unlock(&d->lock);
    return n;
}

void deadlines_hurry(struct deadlines *d, bool all) {
    if (d == NULL)
        return;
    pthread_mutex_lock(&d->lock);
    for (size_t i = 0; i < d->count; i++)
        if (all || atomic_load_explicit(&d->table[i]->deadline, memory_order_relaxed) != 0)
            shutdown(d->table[i]->fd, SHUT_RD);
    pthread_mutex_unlock(&d->lock);
}
