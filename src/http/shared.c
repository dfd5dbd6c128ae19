/* Answers that are made once and sent to many: a response of the library with its headers, counted by
 * references. It is never changed, so any number of threads may queue it at once; what is one request's own
 * (an id, "Connection: close") has no place in it, and a request that needs such gets a copy.
 *
 * The bytes lie in memory: head and body leave in one sendmsg, so a request costs that and one recv. Tried: a
 * page of 29 KB as a memfd that the library sends by sendfile; it sends the head by itself before, as a segment of
 * its own that wakes the reader, and a request cost 1.22 times the CPU. (A bare loop that says MSG_MORE with the
 * head pays 0.87 times what it pays for a send of 27 KB, which is what nginx has the better of with large pages.) */
#include "http/private.h"

#include "http/compress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER_COST = 160 }; /* bytes of memory of one header in the library, about */

static void headers_free(struct http_header *h, size_t n) {
    for (size_t i = 0; i < n; i++)
        free(h[i].value);
}

static struct http_shared *shared_make(const struct http_header *headers, size_t count,
                                       int64_t last_modified, char *bytes, size_t n) {
    struct http_shared *s = calloc(1, sizeof *s);
    if (s == NULL) {
        free(bytes);
        return NULL;
    }
    atomic_init(&s->refs, 1);
    s->last_modified = last_modified;
    s->bytes = bytes;
    s->size = n;
    s->cost = sizeof *s + n + 512;
    s->ready = MHD_create_response_from_buffer(n, bytes, MHD_RESPMEM_MUST_FREE);
    bool ok = s->ready != NULL;
    for (size_t i = 0; i < count && ok; i++) {
        char *value = strdup(headers[i].value);
        ok = value != NULL && MHD_add_response_header(s->ready, headers[i].name, value) == MHD_YES;
        s->headers[s->header_count++] = (struct http_header){headers[i].name, value};
        s->cost += HEADER_COST;
        if (ok && strcmp(headers[i].name, "ETag") == 0)
            s->etag = value;
    }
    if (ok)
        return s;
    http_shared_unref(s);
    return NULL;
}

struct http_shared *http_shared_take(struct http_response *r) {
    size_t n = r->body.len;
    bool whole =
        r->status == 200 || r->status == 304; /* which is a whole one that need not be sent */
    /* what is kept takes no more than it needs; the memory it was made in is for the next */
    char *bytes = n == 0 || !whole || !buf_ok(&r->body) ? NULL : malloc(n);
    if (bytes != NULL)
        memcpy(bytes, r->body.data, n);
    return bytes == NULL ? NULL
                         : shared_make(r->headers, r->header_count, r->last_modified, bytes, n);
}

/* "abc" becomes "abc-gzip": other bytes, another tag. */
static void tag_of(char *out, size_t max, const char *etag, const char *coding) {
    size_t n = strlen(etag);
    if (n > 1 && etag[n - 1] == '"')
        snprintf(out, max, "%.*s-%s\"", (int)(n - 1), etag, coding);
    else
        snprintf(out, max, "%s", etag);
}

static struct http_shared *code(const struct http_shared *s, enum http_coding coding,
                                enum compress_effort effort) {
    static const char *const tags[][HTTP_CODINGS] = {
        [COMPRESS_FAST] = {"", "gzip", "br"}, [COMPRESS_SMALL] = {"", "gzip12", "br11"}};
    const char *name = coding == HTTP_GZIP ? "gzip" : "br";
    struct http_header headers[HTTP_HEADERS_MAX];
    char tag[160], content[8];
    size_t n = 0, size = 0;
    if (s->header_count == HTTP_HEADERS_MAX)
        return NULL;
    char *bytes = compress_body(coding, effort, s->bytes, s->size, &size);
    if (bytes == NULL)
        return NULL;
    for (; n < s->header_count; n++) {
        headers[n] = s->headers[n];
        if (s->etag != NULL && headers[n].value == s->etag) {
            tag_of(tag, sizeof tag, s->etag, tags[effort][coding]);
            headers[n].value = tag;
        }
    }
    snprintf(content, sizeof content, "%s", name);
    headers[n++] = (struct http_header){"Content-Encoding", content};
    return shared_make(headers, n, s->last_modified, bytes, size);
}

struct http_shared *http_shared_coded(const struct http_shared *s, enum http_coding coding) {
    return code(s, coding, COMPRESS_FAST);
}

struct http_shared *http_shared_smallest(const struct http_shared *s, enum http_coding coding) {
    return code(s, coding, COMPRESS_SMALL);
}

struct http_shared *http_shared_ref(struct http_shared *s) {
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void http_shared_unref(struct http_shared *s) {
    if (s == NULL || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (s->ready != NULL)
        MHD_destroy_response(s->ready); /* and the bytes, when the last reader has them */
    else
        free(s->bytes);
    headers_free(s->headers, s->header_count);
    free(s);
}

size_t http_shared_cost(const struct http_shared *s) {
    return s->cost;
}

size_t http_shared_size(const struct http_shared *s) {
    return s->size;
}

void http_response_shared(struct http_response *r, struct http_shared *s) {
    http_shared_unref(r->shared);
    r->shared = http_shared_ref(s);
    r->status = http_unmodified(r->request, s->etag, s->last_modified) ? 304 : 200;
}
