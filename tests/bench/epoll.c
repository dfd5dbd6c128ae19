/* The least a server can do: one thread, one epoll, one canned answer to whatever has an empty line at its end.
 * No parsing, no routes, no dates: what is left is what the kernel costs. For make bench.
 *
 *     epoll PORT HEAD-FILE BODY-FILE
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256, CONNECTIONS = 65536 };

static char *answer;
static size_t answer_len;
static size_t left[CONNECTIONS]; /* bytes of the answer that are still to be sent, by descriptor */

static size_t append(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return 0;
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0) {
        answer = realloc(answer, answer_len + n);
        if (answer == NULL)
            exit(1);
        memcpy(answer + answer_len, block, n);
        answer_len += n;
    }
    fclose(f);
    return answer_len;
}

static int listen_on(int port) {
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    return bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 4096) == 0 ? fd : -1;
}

static void take(int epoll, int listener) {
    for (;;) {
        int one = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        if (fd >= CONNECTIONS) {
            close(fd);
            continue;
        }
        struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        left[fd] = 0;
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
    }
}

static void go_on(int epoll, int fd) {
    while (left[fd] > 0) {
        ssize_t n = send(fd, answer + (answer_len - left[fd]), left[fd], MSG_NOSIGNAL);
        if (n < 0)
            break;
        left[fd] -= (size_t)n;
    }
    if (left[fd] > 0 && errno != EAGAIN) {
        close(fd);
        return;
    }
    struct epoll_event e = {.events = left[fd] > 0 ? EPOLLOUT : EPOLLIN, .data.fd = fd};
    if (left[fd] > 0)
        epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &e);
}

static void serve(int epoll, const struct epoll_event *e) {
    char request[16384];
    int fd = e->data.fd;
    if ((e->events & EPOLLOUT) != 0) {
        struct epoll_event in = {.events = EPOLLIN, .data.fd = fd};
        go_on(epoll, fd);
        if (left[fd] == 0)
            epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &in);
        return;
    }
    ssize_t n = recv(fd, request, sizeof request, 0);
    if (n <= 0) {
        close(fd);
        return;
    }
    if (n >= 4 && memcmp(request + n - 4, "\r\n\r\n", 4) == 0) {
        left[fd] = answer_len;
        go_on(epoll, fd);
    }
}

int main(int argc, char **argv) {
    struct epoll_event events[EVENTS];
    if (argc != 4 || append(argv[2]) == 0 || append(argv[3]) == 0)
        return 2;
    int listener = listen_on(atoi(argv[1])), epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event own = {.events = EPOLLIN, .data.fd = listener};
    if (listener < 0 || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &own) != 0)
        return 1;
    for (;;) {
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++)
            if (events[i].data.fd == listener)
                take(epoll, listener);
            else
                serve(epoll, &events[i]);
    }
}
