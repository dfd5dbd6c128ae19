/* What the tests of the server share: a toy application behind a real server on a free port, and raw
 * sockets towards it. Every wait is bounded: a socket that stays silent for WAIT_MS is a failure. */
#ifndef PLATEN_TEST_HTTP_FIXTURE_H
#define PLATEN_TEST_HTTP_FIXTURE_H

#include "base/clock.h"
#include "http/http.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { WAIT_MS = 8000, ANSWER_MAX = 8 << 20 };

struct toy {
    struct http_server *server;
    int port;
    atomic_int handled;  /* requests that reached the application */
    atomic_int inside;   /* requests inside the handler of /slow */
    atomic_int released; /* streams whose done() was called */
    char unix_path[108];
};

static const char canned[8192] = "the canned answer";

static ssize_t toy_read(void *arg, uint64_t offset, char *dst, size_t max) {
    (void)arg;
    for (size_t i = 0; i < max; i++)
        dst[i] = (char)('a' + (offset + i) % 26);
    return (ssize_t)max;
}

static ssize_t toy_read_fails(void *arg, uint64_t offset, char *dst, size_t max) {
    (void)arg;
    if (offset > 0)
        return -1;
    memset(dst, 'x', max < 100 ? max : 100);
    return max < 100 ? (ssize_t)max : 100;
}

static ssize_t toy_read_ends(void *arg, uint64_t offset, char *dst, size_t max) {
    return offset > 0 ? 0 : toy_read(arg, offset, dst, max < 100 ? max : 100);
}

static void toy_done(void *arg) {
    atomic_fetch_add(&((struct toy *)arg)->released, 1);
}

/* "/range": 26,000 bytes with ranges. */
static void toy_range(const struct http_request *q, struct http_response *r) {
    uint64_t first = 0, last = 0;
    struct buf *out = http_response_body(r);
    char text[96];
    int rc = http_range(q, "\"tag\"", 1662811200, 26000, &first, &last);
    if (rc < 0) {
        http_response_status(r, 416);
        http_response_header(r, "Content-Range", "bytes */26000");
        return;
    }
    if (rc == 0)
        last = 25999;
    else {
        http_response_status(r, 206);
        snprintf(text, sizeof text, "bytes %llu-%llu/26000", (unsigned long long)first,
                 (unsigned long long)last);
        http_response_header(r, "Content-Range", text);
    }
    for (uint64_t i = first; i <= last; i++)
        buf_putc(out, (char)('a' + i % 26));
}

static void toy_echo(const struct http_request *q, struct http_response *r) {
    struct slice body = http_request_body(q);
    struct buf value;
    buf_init(&value, 1000);
    int found = http_request_param(q, "q", &value);
    buf_printf(http_response_body(r), "%s %s ?%s q=%d:%s body=%zu:", http_request_method_name(q),
               http_request_path(q), http_request_query(q), found, buf_str(&value), body.len);
    buf_append(http_response_body(r), body.ptr, body.len);
    buf_free(&value);
}

static void toy_handle(void *app, const struct http_request *q, struct http_response *r) {
    struct toy *t = app;
    const char *path = http_request_path(q);
    atomic_fetch_add(&t->handled, 1);
    if (strcmp(path, "/canned") == 0) {
        http_response_header(r, "Content-Type", "text/html; charset=utf-8");
        http_response_static(r, canned, sizeof canned);
    } else if (strcmp(path, "/cond") == 0) {
        if (http_conditional(q, r, "\"v1\"", 1662811200))
            http_response_stream(r, strlen("conditional"), NULL, NULL, NULL); /* its length alone */
        else
            buf_puts(http_response_body(r), "conditional");
    } else if (strcmp(path, "/range") == 0) {
        toy_range(q, r);
    } else if (strcmp(path, "/stream") == 0) {
        http_response_stream(r, 1000000, toy_read, toy_done, t);
        (void)http_conditional(q, r, "\"s\"", 0);
    } else if (strcmp(path, "/broken-stream") == 0) {
        http_response_stream(r, 1000000, toy_read_fails, toy_done, t);
    } else if (strcmp(path, "/short-stream") == 0) {
        http_response_stream(r, 1000000, toy_read_ends, toy_done, t);
    } else if (strcmp(path, "/slow") == 0) {
        atomic_fetch_add(&t->inside, 1);
        usleep(1000000);
        buf_puts(http_response_body(r), "slow but done");
    } else if (strcmp(path, "/huge") == 0) {
        struct buf *out = http_response_body(r);
        while (buf_append(out, canned, sizeof canned) == 0)
            continue;
    } else if (strcmp(path, "/missing") == 0) {
        http_response_status(r, 404);
        buf_puts(http_response_body(r), "nothing here");
        if (http_response_header(r, "X-Bad", "a\r\nInjected: b") == 0)
            abort();
    } else if (strcmp(path, "/who") == 0) {
        buf_printf(http_response_body(r), "%s %s", http_request_client(q), http_request_id(q));
    } else {
        toy_echo(q, r);
    }
}

static inline struct http_options toy_options(void) {
    static const char *const local[] = {"127.0.0.1:0", NULL};
    return (struct http_options){
        .listen = local,
        .threads = 2,
        .max_connections = 2000,
        .head_timeout_s = 10,
        .body_timeout_s = 10,
        .idle_timeout_s = 10,
        .max_body = 1 << 20,
        .body_budget = 3 << 20,
        .access_log_fd = -1,
    };
}

static inline void toy_start_with(struct toy *t, struct http_options o) {
    struct error err = {0};
    memset(t, 0, sizeof *t);
    o.handle = toy_handle;
    o.app = t;
    if (http_server_start(&t->server, &o, &err) != 0)
        fail_msg("%s", err.text);
    const char *address = http_server_address(t->server, 0);
    const char *colon = strrchr(address, ':');
    if (strncmp(address, "http:", 5) == 0)
        t->port = atoi(colon + 1);
    else
        snprintf(t->unix_path, sizeof t->unix_path, "%s", address + 5);
}

static inline void toy_start(struct toy *t) {
    toy_start_with(t, toy_options());
}

static inline void toy_stop(struct toy *t) {
    assert_int_equal(http_server_stop(t->server, 5), 0);
}

/* ---- raw sockets ---- */

static inline int dial(const struct toy *t) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)t->port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static inline int dial_unix(const char *path) {
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) == 0)
        return fd;
    close(fd);
    return -1;
}

/* False when the peer has gone. */
static inline bool say(int fd, const char *bytes, size_t n) {
    while (n > 0) {
        ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        bytes += k;
        n -= (size_t)k;
    }
    return true;
}

static inline bool says(int fd, const char *text) {
    return say(fd, text, strlen(text));
}

/* Reads what comes within ms; 0 = nothing more (closed), -1 = silence or an error. */
static inline ssize_t hear(int fd, char *dst, size_t max, int ms) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, ms) != 1)
        return -1;
    ssize_t n = recv(fd, dst, max, 0);
    return n < 0 ? 0 : n; /* reset: gone as well */
}

/* Everything until the server closes, NUL-terminated; the caller frees. Fails when it does not. */
static inline char *hear_all(int fd) {
    char *all = calloc(1, ANSWER_MAX + 1);
    size_t len = 0;
    for (;;) {
        ssize_t n = hear(fd, all + len, ANSWER_MAX - len, WAIT_MS);
        if (n == 0)
            return all;
        if (n < 0)
            fail_msg("the connection stayed open after: %.300s", all);
        len += (size_t)n;
    }
}

struct answer {
    int status;
    char *head;
    char *body;
    size_t length;
};

static inline void answer_free(struct answer *a) {
    free(a->head);
    free(a->body);
}

static inline void hear_head(int fd, struct answer *a) {
    size_t len = 0;
    a->head = calloc(1, 65536);
    while (strstr(a->head, "\r\n\r\n") == NULL) {
        if (len >= 65535 || hear(fd, a->head + len, 1, WAIT_MS) != 1)
            fail_msg("no answer, after: %s", a->head);
        len++;
    }
    a->status = atoi(a->head + strlen("HTTP/1.1 "));
}

static inline const char *header_of(const struct answer *a, const char *name) {
    static _Thread_local char value[4096];
    char line[128];
    snprintf(line, sizeof line, "\r\n%s: ", name);
    const char *at = strcasestr(a->head, line);
    if (at == NULL)
        return NULL;
    at += strlen(line);
    snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
    return value;
}

/* One answer by its Content-Length; bodyless ones (HEAD, 1xx, 204, 304) without a body. */
static inline struct answer hear_answer(int fd, bool bodyless) {
    struct answer a = {0};
    hear_head(fd, &a);
    const char *length = header_of(&a, "Content-Length");
    bool none = bodyless || a.status < 200 || a.status == 204 || a.status == 304;
    a.length = none || length == NULL ? 0 : (size_t)strtoull(length, NULL, 10);
    a.body = calloc(1, a.length + 1);
    for (size_t got = 0; got < a.length;) {
        ssize_t n = hear(fd, a.body + got, a.length - got, WAIT_MS);
        if (n <= 0)
            fail_msg("the body ended after %zu of %zu bytes", got, a.length);
        got += (size_t)n;
    }
    return a;
}

/* One request, one answer, on an open connection. */
static inline struct answer ask(int fd, const char *request) {
    assert_true(says(fd, request));
    return hear_answer(fd, strncmp(request, "HEAD", 4) == 0);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: test\r\n\r\n"

/* The connection still works: asks for something and gets it. */
static inline void still_works(int fd) {
    struct answer a = ask(fd, GET("/alive"));
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "/alive"));
    answer_free(&a);
}

#endif
