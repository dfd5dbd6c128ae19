/* A server for tests of what asks others: it answers from a list, one connection a request, and
 * keeps what it was asked. */
#ifndef PLATEN_TESTS_FAKE_HOST_H
#define PLATEN_TESTS_FAKE_HOST_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FAKE_ASKED_MAX = 128, FAKE_BYTES = 16384 };

/* Instead of an answer's text. */
#define FAKE_HANG "hang"       /* never answers, until the asker goes */
#define FAKE_CLOSE "close"     /* hangs up */
#define FAKE_ENDLESS "endless" /* an answer that does not end */

struct fake_host {
    const char *const *answers; /* ends with NULL; the last one is given again and again */
    int listener;
    unsigned port;
    pthread_t thread;
    atomic_bool stop;
    atomic_uint count;           /* requests so far */
    atomic_uint_fast64_t sent;   /* bytes of the endless answer */
    char *asked[FAKE_ASKED_MAX]; /* head and body; readable once count is above the index */
};

static inline size_t fake_read(int fd, char *out) {
    size_t len = 0;
    for (;;) {
        ssize_t n = recv(fd, out + len, FAKE_BYTES - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        out[len] = '\0';
        const char *end = strstr(out, "\r\n\r\n");
        const char *length = strcasestr(out, "\r\nContent-Length:");
        size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
        if (end != NULL && len >= (size_t)(end + 4 - out) + body)
            break;
    }
    out[len] = '\0';
    return len;
}

static inline void fake_answer(struct fake_host *h, int fd, const char *answer) {
    static const char block[4096] = {'x'};
    if (strcmp(answer, FAKE_CLOSE) == 0)
        return;
    if (strcmp(answer, FAKE_HANG) == 0) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        while (!atomic_load(&h->stop) && poll(&p, 1, 20) == 0) {
        }
        return;
    }
    if (strcmp(answer, FAKE_ENDLESS) != 0) {
        (void)send(fd, answer, strlen(answer), MSG_NOSIGNAL);
        return;
    }
    const char *head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    ssize_t n = send(fd, head, strlen(head), MSG_NOSIGNAL);
    while (n > 0 && !atomic_load(&h->stop) && h->sent < (1u << 30)) {
        n = send(fd, block, sizeof block, MSG_NOSIGNAL);
        h->sent += n > 0 ? (uint64_t)n : 0;
    }
}

static inline void *fake_main(void *arg) {
    struct fake_host *h = arg;
    size_t next = 0;
    struct pollfd p = {.fd = h->listener, .events = POLLIN};
    while (!atomic_load(&h->stop)) {
        if (poll(&p, 1, 20) <= 0)
            continue;
        int fd = accept(h->listener, NULL, NULL);
        if (fd < 0)
            continue;
        char *text = malloc(FAKE_BYTES);
        unsigned i = atomic_load(&h->count);
        if (fake_read(fd, text) > 0 && i < FAKE_ASKED_MAX) {
            h->asked[i] = text;
            atomic_store(&h->count, i + 1);
            fake_answer(h, fd, h->answers[next]);
            if (h->answers[next + 1] != NULL)
                next++;
        } else {
            free(text);
        }
        close(fd);
    }
    return NULL;
}

/* 0 when it runs at http://127.0.0.1:port. */
static inline int fake_start(struct fake_host *h, const char *const *answers) {
    memset(h, 0, sizeof *h);
    h->answers = answers;
    h->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    if (h->listener < 0 || bind(h->listener, (struct sockaddr *)&a, n) != 0 ||
        listen(h->listener, 16) != 0 || getsockname(h->listener, (struct sockaddr *)&a, &n) != 0)
        return -1;
    h->port = ntohs(a.sin_port);
    return pthread_create(&h->thread, NULL, fake_main, h);
}

static inline void fake_stop(struct fake_host *h) {
    atomic_store(&h->stop, true);
    pthread_join(h->thread, NULL);
    close(h->listener);
    for (int i = 0; i < FAKE_ASKED_MAX; i++)
        free(h->asked[i]);
}

/* Waits until there were n requests. False when they do not come within ms. */
static inline bool fake_wait(struct fake_host *h, unsigned n, int ms) {
    for (; atomic_load(&h->count) < n && ms > 0; ms -= 5)
        poll(NULL, 0, 5);
    return atomic_load(&h->count) >= n;
}

#endif
