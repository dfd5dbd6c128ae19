#include "http/private.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_BLOCK = 64 * 1024 };

void response_init(struct http_response *r, const struct http_request *q) {
    memset(r, 0,
           offsetof(struct http_response, text)); /* what is behind is written before it is read */
    r->request = q;
    r->status = 200;
    buf_init(&r->body, HTTP_BODY_OUT_MAX);
}

void http_response_status(struct http_response *r, int status) {
    r->status = status;
}

/* Looked at by eight: a byte of x is zero only where (x - ones) & ~x has its highest bit. */
static bool may_have_controls(const char *s) {
    const uint64_t ones = 0x0101010101010101u;
    uint64_t word;
    memcpy(&word, s, sizeof word);
    uint64_t deletes = word ^ (0x7f * ones);
    return ((((word - 0x20 * ones) & ~word) | ((deletes - ones) & ~deletes)) & (0x80 * ones)) != 0;
}

/* Control characters could end a header and begin another. */
static bool has_controls(const char *s, size_t n) {
    size_t i = 0;
    while (n - i >= sizeof(uint64_t) && !may_have_controls(s + i))
        i += sizeof(uint64_t);
    for (; i < n; i++)
        if (((unsigned char)s[i] < 0x20 && s[i] != '\t') || s[i] == 0x7f)
            return true;
    return false;
}

/* A copy of a header's value: in r itself while there is room. */
static char *keep(struct http_response *r, const char *value, size_t n) {
    bool room = n < sizeof r->text - r->text_used;
    char *copy = room ? r->text + r->text_used : malloc(n + 1);
    if (room)
        r->text_used += n + 1;
    return copy == NULL ? NULL : memcpy(copy, value, n + 1);
}

static void drop(struct http_response *r, char *value) {
    if (value < r->text || value >= r->text + sizeof r->text)
        free(value);
}

int http_response_header(struct http_response *r, const char *name, const char *value) {
    size_t n = strlen(value);
    if (r->header_count == HTTP_HEADERS_MAX || has_controls(value, n))
        return -1;
    char *copy = keep(r, value, n);
    if (copy == NULL)
        return -1;
    struct http_header *h = &r->headers[r->header_count++];
    h->name = name;
    h->value = copy;
    return 0;
}

int http_response_replace(struct http_response *r, const char *name, const char *value) {
    for (size_t i = 0; i < r->header_count; i++)
        if (strcmp(r->headers[i].name, name) == 0) {
            char *copy = keep(r, value, strlen(value));
            if (copy == NULL)
                return -1;
            drop(r, r->headers[i].value);
            r->headers[i].value = copy;
            return 0;
        }
    return http_response_header(r, name, value);
}

/* NULL for an answer to nobody's request, as tests make them. */
static struct spares *spares_of(const struct http_response *r) {
    return r->request == NULL || r->request->server == NULL ? NULL : &r->request->server->spares;
}

struct buf *http_response_body(struct http_response *r) {
    struct spares *spares = r->body.data == NULL ? spares_of(r) : NULL;
    if (spares != NULL)
        spares_lend(spares, &r->body);
    return &r->body;
}

void http_response_static(struct http_response *r, const void *bytes, size_t n) {
    r->fixed = bytes;
    r->size = n;
}

void http_response_stream(struct http_response *r, uint64_t size,
                          ssize_t (*read)(void *arg, uint64_t offset, char *dst, size_t max),
                          void (*done)(void *arg), void *arg) {
    r->size = size;
    r->read = read;
    r->done = done;
    r->arg = arg;
}

void response_refusal(struct http_response *r, int status, const char *why) {
    r->status = status;
    http_response_header(r, "Content-Type", "text/plain; charset=utf-8");
    buf_printf(&r->body, "%d: %s\n", status, why);
}

/* What the library reads a stream through; freed by it, whatever became of the answer. */
struct stream {
    ssize_t (*read)(void *arg, uint64_t offset, char *dst, size_t max);
    void (*done)(void *arg);
    void *arg;
};

static ssize_t stream_read(void *cls, uint64_t at, char *dst, size_t max) {
    struct stream *s = cls;
    ssize_t n = s->read(s->arg, at, dst, max);
    return n > 0    ? n
           : n == 0 ? MHD_CONTENT_READER_END_OF_STREAM
                    : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void stream_free(void *cls) {
    struct stream *s = cls;
    if (s->done != NULL)
        s->done(s->arg);
    free(s);
}

static struct MHD_Response *make_stream(struct http_response *r) {
    struct stream *s = malloc(sizeof *s);
    if (s == NULL)
        return NULL;
    *s = (struct stream){r->read, r->done, r->arg};
    r->done = NULL;
    struct MHD_Response *m =
        MHD_create_response_from_callback(r->size, STREAM_BLOCK, stream_read, s, stream_free);
    if (m == NULL)
        stream_free(s);
    return m;
}

static struct MHD_Response *make_buffer(struct http_response *r) {
    return r->body.len == 0
               ? MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT)
               : spares_response(&r->request->server->spares, &r->body);
}

static ssize_t no_bytes(void *cls, uint64_t at, char *dst, size_t max) {
    (void)cls, (void)at, (void)dst, (void)max;
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* A 304 sends no body but says the length of the real one: with Content-Length: 0 clients stall or take
 * what they have stored for empty. The reader is never called. */
static struct MHD_Response *make_not_modified(const struct http_response *r) {
    uint64_t size = r->body.len > 0 ? r->body.len : r->size;
    return MHD_create_response_from_callback(size, 1, no_bytes, NULL, NULL);
}

static struct MHD_Response *make_endless(struct http_response *r) {
    struct MHD_Response *m = hub_response(r->reader);
    if (m != NULL)
        r->reader = NULL;
    return m;
}

static struct MHD_Response *make(struct http_response *r) {
    if (r->reader != NULL)
        return make_endless(r);
    if (r->status == 304)
        return make_not_modified(r);
    if (r->read != NULL)
        return make_stream(r);
    if (r->fixed != NULL)
        return MHD_create_response_from_buffer((size_t)r->size, (void *)(uintptr_t)r->fixed,
                                               MHD_RESPMEM_PERSISTENT);
    return make_buffer(r);
}

void response_release(struct http_response *r) {
    for (size_t i = 0; i < r->header_count; i++)
        drop(r, r->headers[i].value);
    struct spares *spares = spares_of(r);
    if (spares != NULL)
        spares_return(spares, &r->body);
    buf_free(&r->body);
    if (r->done != NULL)
        r->done(r->arg);
    if (r->reader != NULL)
        hub_reader_free(r->reader);
    http_shared_unref(r->shared);
}

static bool closes(const struct http_request *q) {
    return q->refusal != 0 || q->last ||
           atomic_load_explicit(&q->server->draining, memory_order_relaxed);
}

/* A 304 is the real response with another status: the library sends its head alone. */
static enum MHD_Result queue_shared(struct http_response *r, struct MHD_Connection *connection) {
    struct http_request *q = (struct http_request *)(uintptr_t)r->request;
    const struct http_shared *s = r->shared;
    q->sent = r->status == 304 ? 0 : s->size;
    q->status = r->status;
    if (!closes(q))
        return MHD_queue_response(connection, (unsigned)r->status, s->ready);
    struct MHD_Response *m =
        MHD_create_response_from_buffer(s->size, s->bytes, MHD_RESPMEM_MUST_COPY);
    if (m == NULL)
        return MHD_NO;
    for (size_t i = 0; i < s->header_count; i++)
        MHD_add_response_header(m, s->headers[i].name, s->headers[i].value);
    MHD_add_response_header(m, "Connection", "close");
    enum MHD_Result rc = MHD_queue_response(connection, (unsigned)r->status, m);
    MHD_destroy_response(m);
    return rc;
}

enum MHD_Result response_queue(struct http_response *r, struct MHD_Connection *connection) {
    struct http_request *q = (struct http_request *)(uintptr_t)r->request;
    if (r->shared != NULL) {
        enum MHD_Result sent = queue_shared(r, connection);
        response_release(r);
        return sent;
    }
    q->sent = r->status == 304 ? 0 : r->read != NULL || r->fixed != NULL ? r->size : r->body.len;
    q->status = r->status;
    struct MHD_Response *m = make(r);
    enum MHD_Result rc = MHD_NO;
    if (m != NULL) {
        for (size_t i = 0; i < r->header_count; i++)
            MHD_add_response_header(m, r->headers[i].name, r->headers[i].value);
        if (r->status >= 400 || (q->method != HTTP_GET && q->method != HTTP_HEAD))
            MHD_add_response_header(m, "X-Request-Id", q->id);
        if (closes(q))
            MHD_add_response_header(m, "Connection", "close");
        rc = MHD_queue_response(connection, (unsigned)r->status, m);
        MHD_destroy_response(m);
    }
    response_release(r);
    return rc;
}
