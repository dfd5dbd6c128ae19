#include "http/linger.h"

#include "base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINGER_MAX = 256,
    SILENCE_MS = 2000,
    WHOLE_MS = 10000,
    TICK_MS = 500,
    BLOCK = 64 * 1024,
    BLOCKS_AT_ONCE = 16, /* then the others have their turn */
    WAKE = LINGER_MAX,   /* in place of an index: the thread is asked to look around */
};

struct lingering {
    int fd; /* -1: the place is free */
    int64_t until;
    int64_t silent_until;
};

struct linger_set {
    pthread_mutex_t lock; /* of everything below */
    pthread_t thread;
    int epoll, wake;
    bool stop;
    unsigned count;
    struct lingering table[LINGER_MAX];
    char block[BLOCK]; /* what is forgotten */
};

static void let_go(struct linger_set *l, struct lingering *c) {
    /* Its owner may still have the socket open, and then closing alone leaves it in the epoll set. */
    epoll_ctl(l->epoll, EPOLL_CTL_DEL, c->fd, NULL);
    close(c->fd);
    c->fd = -1;
    l->count--;
}

/* Reads what is there; true when the client has ended. */
static bool drained(int fd, char *block) {
    for (int i = 0; i < BLOCKS_AT_ONCE; i++) {
        ssize_t n = recv(fd, block, BLOCK, MSG_DONTWAIT);
        if (n <= 0)
            return n == 0; /* an error comes back as the end, or with the deadline */
    }
    return false;
}

static void look(struct linger_set *l, const struct epoll_event *events, int n) {
    int64_t now = clock_mono_ms();
    for (int i = 0; i < n; i++) {
        uint32_t at = events[i].data.u32;
        if (at == WAKE) {
            uint64_t ignored;
            (void)!read(l->wake, &ignored, sizeof ignored);
        } else if (l->table[at].fd >= 0) {
            l->table[at].silent_until = now + SILENCE_MS;
            if (drained(l->table[at].fd, l->block) || (events[i].events & EPOLLERR) != 0)
                let_go(l, &l->table[at]);
        }
    }
    for (size_t i = 0; l->count > 0 && i < LINGER_MAX; i++) {
        struct lingering *c = &l->table[i];
        if (c->fd >= 0 && (c->until <= now || c->silent_until <= now))
            let_go(l, c);
    }
}

static void *drain_all(void *arg) {
    struct linger_set *l = arg;
    struct epoll_event events[64];
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        int timeout = l->count > 0 ? TICK_MS : -1;
        pthread_mutex_unlock(&l->lock);
        int n = epoll_wait(l->epoll, events, sizeof events / sizeof events[0], timeout);
        pthread_mutex_lock(&l->lock);
        look(l, events, n);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void wake(struct linger_set *l) {
    uint64_t one = 1;
    (void)!write(l->wake, &one, sizeof one);
}

static void set_free(struct linger_set *l) {
    for (size_t i = 0; i < LINGER_MAX; i++)
        if (l->table[i].fd >= 0)
            close(l->table[i].fd);
    if (l->wake >= 0)
        close(l->wake);
    if (l->epoll >= 0)
        close(l->epoll);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

int linger_start(struct linger_set **out, struct error *err) {
    struct linger_set *l = calloc(1, sizeof *l);
    if (l == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < LINGER_MAX; i++)
        l->table[i].fd = -1;
    pthread_mutex_init(&l->lock, NULL);
    l->epoll = epoll_create1(EPOLL_CLOEXEC);
    l->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = WAKE};
    if (l->epoll < 0 || l->wake < 0 || epoll_ctl(l->epoll, EPOLL_CTL_ADD, l->wake, &event) != 0 ||
        pthread_create(&l->thread, NULL, drain_all, l) != 0) {
        set_free(l);
        return error_set(err, "a thread for closing connections could not be started");
    }
    *out = l;
    return 0;
}

void linger_stop(struct linger_set *l) {
    if (l == NULL)
        return;
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_mutex_unlock(&l->lock);
    wake(l);
    pthread_join(l->thread, NULL);
    set_free(l);
}

static void take(struct linger_set *l, int fd) {
    for (uint32_t i = 0; l->count < LINGER_MAX && i < LINGER_MAX; i++) {
        struct lingering *c = &l->table[i];
        if (c->fd >= 0)
            continue;
        struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.u32 = i};
        int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (own < 0)
            return;
        if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, own, &event) != 0) {
            close(own);
            return;
        }
        int64_t now = clock_mono_ms();
        *c = (struct lingering){own, now + WHOLE_MS, now + SILENCE_MS};
        l->count++;
        return;
    }
}

void linger_add(struct linger_set *l, int fd) {
    pthread_mutex_lock(&l->lock);
    take(l, fd);
    pthread_mutex_unlock(&l->lock);
    wake(l);
}
