#include "http/private.h"

#include "base/clock.h"
#include "http/proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
    const char *name;
    enum http_method method;
} methods[] = {
    {"GET", HTTP_GET},     {"HEAD", HTTP_HEAD},     {"POST", HTTP_POST},       {"PUT", HTTP_PUT},
    {"PATCH", HTTP_PATCH}, {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS},
};

static enum http_method method_of(const char *name) {
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strcmp(methods[i].name, name) == 0)
            return methods[i].method;
    return HTTP_OTHER;
}

/* A header that stands several times counts as one list: its end is in the last of them. */
static enum MHD_Result keep_forwarded(void *cls, enum MHD_ValueKind kind, const char *name,
                                      const char *value) {
    const char **last = cls;
    (void)kind;
    if (value != NULL && strcasecmp(name, "X-Forwarded-For") == 0)
        *last = value;
    return MHD_YES;
}

/* Who is at the other end of the connection. */
static void name_peer(char *out, size_t n, struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = info == NULL ? NULL : info->client_addr;
    snprintf(out, n, "unix");
    if (a != NULL && a->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, out,
                  (socklen_t)n);
    if (a != NULL && a->sa_family == AF_INET6) {
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, out,
                  (socklen_t)n);
        if (text_starts(out, "::ffff:") && strchr(out, '.') != NULL)
            memmove(out, out + 7, strlen(out + 7) + 1);
    }
}

/* The peer, or whom it speaks for. When somebody wants to know: printing it cost a fourth of what is ours of a
 * page that is kept. */
static void name_client(struct http_request *r) {
    const struct proxy_list *proxies = r->server->proxies;
    const char *forwarded = NULL;
    name_peer(r->client, sizeof r->client, r->connection);
    if (!proxy_trusted(proxies, r->client))
        return;
    MHD_get_connection_values(r->connection, MHD_HEADER_KIND, keep_forwarded, &forwarded);
    proxy_client(proxies, forwarded, r->client, sizeof r->client);
}

/* An id given by a proxy on this machine is kept, so that its log and ours can be joined. */
static bool take_given_id(struct http_request *r) {
    const char *given = http_request_header(r, "X-Request-Id");
    size_t n = given == NULL ? 0 : strlen(given);
    if (n == 0 || n > HTTP_ID_MAX)
        return false;
    char peer[sizeof r->client];
    name_peer(peer, sizeof peer, r->connection);
    if (strcmp(peer, "unix") != 0 && !text_starts(peer, "127.") && strcmp(peer, "::1") != 0 &&
        !proxy_trusted(r->server->proxies, peer))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!text_is_alpha(given[i]) && !text_is_digit(given[i]) && given[i] != '-' &&
            given[i] != '_')
            return false;
    memcpy(r->id, given, n + 1);
    return true;
}

static void make_id(struct http_request *r) {
    uint64_t x = r->server->seed + atomic_fetch_add(&r->server->sequence, 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
    for (int i = 15; i >= 0;
         i--, x >>= 4) /* every request has one: printing it cost a tenth of a cached answer */
        r->id[i] = "0123456789abcdef"[x & 15];
    r->id[16] = '\0';
}

void request_open(struct http_request *r, const char *method, const char *version) {
    r->started = true;
    r->began_us = clock_mono_us();
    r->method_name = method;
    r->method = method_of(method);
    r->version = version;
    if (!take_given_id(r))
        make_id(r);
}

void request_free(struct http_request *r) {
    if (r == NULL)
        return;
    pause_over(r);
    if (r->state_free != NULL)
        r->state_free(r->state);
    atomic_fetch_sub(&r->server->budget, r->budget);
    if (r->spool >= 0)
        close(r->spool);
    buf_free(&r->body);
    buf_free(&r->path);
    free(r->target);
    free(r);
}

enum http_method http_request_method(const struct http_request *r) {
    return r->method;
}

const char *http_request_method_name(const struct http_request *r) {
    return r->method_name;
}

const char *http_request_path(const struct http_request *r) {
    return buf_str(&r->path);
}

const char *http_request_query(const struct http_request *r) {
    return r->query;
}

int http_request_param(const struct http_request *r, const char *name, struct buf *out) {
    struct slice rest = slice_of(r->query);
    struct slice pair;
    size_t len = strlen(name);
    while (slice_next(&rest, '&', &pair)) {
        const char *eq = memchr(pair.ptr, '=', pair.len);
        size_t key = eq == NULL ? pair.len : (size_t)(eq - pair.ptr);
        if (key != len || memcmp(pair.ptr, name, len) != 0)
            continue;
        if (eq == NULL)
            return 1;
        return text_url_decode(out, eq + 1, pair.len - key - 1, true) == 0 ? 1 : -1;
    }
    return 0;
}

const char *http_request_header(const struct http_request *r, const char *name) {
    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

struct slice http_request_body(const struct http_request *r) {
    return slice_n(buf_str(&r->body), r->body.len);
}

int http_request_spool(const struct http_request *r, uint64_t *size) {
    *size = r->body_seen;
    return r->spool;
}

const char *http_request_id(const struct http_request *r) {
    return r->id;
}

const char *http_request_client(const struct http_request *r) {
    if (*r->client == '\0')
        name_client((struct http_request *)(uintptr_t)r);
    return r->client;
}
