#include "http/listen.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int refused(const char *address, struct error *err) {
    if (errno == EADDRINUSE)
        return error_set(
            err, "%s: the address is in use: is another platen running? --listen takes another one",
            address);
    if (errno == EACCES)
        return error_set(err, "%s: permission denied: ports below 1024 need CAP_NET_BIND_SERVICE",
                         address);
    return error_set(err, "%s: %s", address, strerror(errno));
}

/* ---- Unix sockets ---- */

static bool somebody_listens(const struct sockaddr_un *a) {
    int fd =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); /* its queue may be full */
    if (fd < 0)
        return true;
    bool yes = connect(fd, (const struct sockaddr *)(const void *)a, sizeof *a) == 0 ||
               errno != ECONNREFUSED;
    close(fd);
    return yes;
}

/* Removes a socket file that a dead server left. */
static int clear_stale(const struct sockaddr_un *a, struct error *err) {
    struct stat st;
    if (lstat(a->sun_path, &st) != 0)
        return 0;
    if (!S_ISSOCK(st.st_mode))
        return error_set(err, "unix:%s: a file that is no socket is in the way", a->sun_path);
    if (somebody_listens(a))
        return error_set(err, "unix:%s: another server listens there", a->sun_path);
    return unlink(a->sun_path) == 0 ? 0
                                    : error_set(err, "unix:%s: %s", a->sun_path, strerror(errno));
}

static int open_unix(struct listener *l, const char *path, struct error *err) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (*path == '\0' || strlen(path) >= sizeof a.sun_path)
        return error_set(err, "unix:%s: the path must be 1 to %zu bytes long", path,
                         sizeof a.sun_path - 1);
    memcpy(a.sun_path, path, strlen(path) + 1);
    if (clear_stale(&a, err) != 0)
        return -1;
    l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->fd < 0 || bind(l->fd, (const struct sockaddr *)(const void *)&a, sizeof a) != 0) {
        error_set(err, "unix:%s: %s", path, strerror(errno));
        listener_close(l);
        return -1;
    }
    l->socket_path = strdup(path);
    snprintf(l->address, sizeof l->address, "unix:%s", path);
    if (l->socket_path == NULL || chmod(path, 0660) != 0 || listen(l->fd, SOMAXCONN) != 0) {
        error_set(err, "unix:%s: %s", path, strerror(errno));
        listener_close(l);
        return -1;
    }
    return 0;
}

/* ---- TCP ---- */

/* Splits "host:port", "[v6]:port", "*:port". */
static int split(char *host, size_t n, const char **port, const char *address, struct error *err) {
    const char *colon = strrchr(address, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - address);
    bool bracketed = len > 2 && address[0] == '[' && address[len - 1] == ']';
    int64_t number;
    if (colon == NULL || len == 0 || len >= n || text_int(&number, colon + 1, 0, 65535) != 0 ||
        (!bracketed && memchr(address, ':', len) != NULL))
        return error_set(
            err, "\"%s\" is no address: 127.0.0.1:8080, [::1]:8080, *:8080 or unix:/path", address);
    snprintf(host, n, "%.*s", (int)(bracketed ? len - 2 : len), address + bracketed);
    *port = colon + 1;
    return 0;
}

static void name_bound(struct listener *l, const char *host) {
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    char port[16] = "?";
    if (getsockname(l->fd, (struct sockaddr *)&a, &n) == 0)
        getnameinfo((struct sockaddr *)&a, n, NULL, 0, port, sizeof port, NI_NUMERICSERV);
    bool v6 = strchr(host, ':') != NULL;
    bool any = strcmp(host, "*") == 0;
    snprintf(l->address, sizeof l->address, "http://%s%s%s:%s", v6 ? "[" : "",
             any ? "localhost" : host, v6 ? "]" : "", port);
}

static int bind_to(struct listener *l, const struct addrinfo *a, bool dual) {
    int one = 1, zero = 0;
    l->fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return -1;
    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (a->ai_family == AF_INET6)
        setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, dual ? &zero : &one, sizeof one);
    if (bind(l->fd, a->ai_addr, a->ai_addrlen) == 0 && listen(l->fd, SOMAXCONN) == 0)
        return 0;
    int why = errno;
    close(l->fd);
    l->fd = -1;
    errno = why;
    return -1;
}

static int open_tcp(struct listener *l, const char *address, struct error *err) {
    char host[256];
    const char *port = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    if (split(host, sizeof host, &port, address, err) != 0)
        return -1;
    bool any = strcmp(host, "*") == 0;
    int rc = getaddrinfo(any ? "::" : host, port, &hints, &found);
    if (rc != 0 && any)
        rc = getaddrinfo("0.0.0.0", port, &hints, &found);
    if (rc != 0)
        return error_set(err, "%s: %s", address, gai_strerror(rc));
    rc = bind_to(l, found, any);
    if (rc != 0 && any && errno == EAFNOSUPPORT) {
        /* No IPv6 on this machine: the same for IPv4 alone. */
        freeaddrinfo(found);
        found = NULL;
        if (getaddrinfo("0.0.0.0", port, &hints, &found) == 0)
            rc = bind_to(l, found, false);
    }
    if (found != NULL)
        freeaddrinfo(found);
    if (rc != 0)
        return refused(address, err);
    name_bound(l, host);
    return 0;
}

int listener_open(struct listener *out, const char *address, struct error *err) {
    *out = (struct listener){.fd = -1};
    if (text_starts(address, "unix:"))
        return open_unix(out, address + strlen("unix:"), err);
    return open_tcp(out, address, err);
}

void listener_shut(struct listener *l) {
    if (l->fd >= 0)
        shutdown(l->fd, SHUT_RDWR);
    if (l->socket_path != NULL)
        unlink(l->socket_path);
    free(l->socket_path);
    l->socket_path = NULL;
}

void listener_close(struct listener *l) {
    listener_shut(l);
    if (l->fd >= 0)
        close(l->fd);
    *l = (struct listener){.fd = -1};
}
