/* One stream for many readers (see http_hub in http.h).
 *
 * What is sent goes into a ring that all readers read at their own pace; a reader is an offset into what was
 * ever sent. Who has read everything is suspended: no thread and no descriptor of epoll's is busy with it. A
 * send resumes all of them at once, under the lock: whoever wakes early waits there until the last one is
 * marked, so that the library, which looks through all its suspended connections when it is told of a resumed
 * one, finds them together. A reader so slow that the ring has gone past it is let go: it comes back and
 * says what it has.
 *
 * A suspended connection is looked at by nobody: it cannot go away while it waits, and must be resumed before its
 * daemon is stopped. */
#include "http/loop.h"
#include "http/private.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { RING = 256 * 1024, BLOCK = 256 };

struct hub_reader {
    struct http_hub *hub;
    struct MHD_Connection *connection;
    struct loop *loop; /* its own */
    uint64_t at;
    char *first; /* what it alone is told before */
    size_t first_len, first_sent;
    struct hub_reader *next, *previous; /* of those that wait */
    bool waiting;
};

struct http_hub {
    pthread_mutex_t lock;
    struct hub_reader *waiting;
    size_t readers, most;
    uint64_t sent; /* bytes ever */
    bool closed;
    struct http_hub *next; /* of the server's */
    struct http_server *server;
    char ring[RING];
};

int http_hub_new(struct http_hub **out, size_t most, struct error *err) {
    struct http_hub *h = malloc(sizeof *h);
    if (h == NULL)
        return error_set(err, "out of memory");
    memset(h, 0, offsetof(struct http_hub, ring));
    pthread_mutex_init(&h->lock, NULL);
    h->most = most;
    *out = h;
    return 0;
}

void http_hub_free(struct http_hub *h) {
    if (h == NULL)
        return;
    pthread_mutex_destroy(&h->lock);
    free(h);
}

/* ---- with the lock held ---- */

static void wait_for_more(struct hub_reader *r) {
    struct http_hub *h = r->hub;
    r->waiting = true;
    r->previous = NULL;
    r->next = h->waiting;
    if (h->waiting != NULL)
        h->waiting->previous = r;
    h->waiting = r;
    loop_suspend(r->loop, r->connection);
}

static void wake_all(struct http_hub *h) {
    struct hub_reader *all = h->waiting;
    h->waiting = NULL;
    for (struct hub_reader *r = all; r != NULL; r = r->next) {
        r->waiting = false;
        loop_resume(r->loop, r->connection);
    }
    for (struct hub_reader *r = all; r != NULL; r = r->next)
        loop_wake(r->loop);
}

static size_t take_first(struct hub_reader *r, char *dst, size_t max) {
    size_t n = r->first_len - r->first_sent;
    n = n < max ? n : max;
    memcpy(dst, r->first + r->first_sent, n);
    r->first_sent += n;
    if (r->first_sent == r->first_len) {
        free(r->first);
        r->first = NULL;
    }
    return n;
}

static size_t take_sent(struct hub_reader *r, char *dst, size_t max) {
    struct http_hub *h = r->hub;
    size_t from = (size_t)(r->at % RING), n = (size_t)(h->sent - r->at);
    n = n < max ? n : max;
    n = n < RING - from ? n : RING - from;
    memcpy(dst, h->ring + from, n);
    r->at += n;
    return n;
}

/* ---- what the library calls ---- */

static ssize_t reader_read(void *cls, uint64_t at, char *dst, size_t max) {
    struct hub_reader *r = cls;
    struct http_hub *h = r->hub;
    ssize_t n = 0;
    (void)at;
    pthread_mutex_lock(&h->lock);
    if (r->first != NULL)
        n = (ssize_t)take_first(r, dst, max);
    else if (h->sent - r->at > RING)
        n = MHD_CONTENT_READER_END_OF_STREAM;
    else if (r->at < h->sent)
        n = (ssize_t)take_sent(r, dst, max);
    else if (h->closed)
        n = MHD_CONTENT_READER_END_OF_STREAM;
    else
        wait_for_more(r);
    pthread_mutex_unlock(&h->lock);
    return n;
}

static void reader_free(void *cls) {
    struct hub_reader *r = cls;
    struct http_hub *h = r->hub;
    pthread_mutex_lock(&h->lock);
    if (r->waiting) {
        if (r->previous != NULL)
            r->previous->next = r->next;
        else
            h->waiting = r->next;
        if (r->next != NULL)
            r->next->previous = r->previous;
    }
    h->readers--;
    pthread_mutex_unlock(&h->lock);
    free(r->first);
    free(r);
}

struct MHD_Response *hub_response(struct hub_reader *r) {
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, reader_read, r, reader_free);
}

void hub_reader_free(struct hub_reader *r) {
    reader_free(r);
}

/* ---- what the application calls ---- */

uint64_t http_hub_position(struct http_hub *h) {
    pthread_mutex_lock(&h->lock);
    uint64_t at = h->sent;
    pthread_mutex_unlock(&h->lock);
    return at;
}

size_t http_hub_readers(struct http_hub *h) {
    pthread_mutex_lock(&h->lock);
    size_t n = h->readers;
    pthread_mutex_unlock(&h->lock);
    return n;
}

/* The server ends its hubs' streams when it stops, whoever else forgot. */
static void belong(struct http_hub *h, struct http_server *s) {
    if (h->server != NULL)
        return;
    h->server = s;
    pthread_mutex_lock(&s->pauses_lock);
    h->next = s->hubs;
    s->hubs = h;
    pthread_mutex_unlock(&s->pauses_lock);
}

int http_hub_join(struct http_hub *h, struct http_response *r, uint64_t position, const char *first,
                  size_t n) {
    struct hub_reader *reader = calloc(1, sizeof *reader);
    char *copy = malloc(n + 1);
    if (reader == NULL || copy == NULL) {
        free(reader);
        free(copy);
        return -1;
    }
    memcpy(copy, first, n);
    *reader = (struct hub_reader){.hub = h,
                                  .connection = r->request->connection,
                                  .loop = r->request->loop,
                                  .at = position,
                                  .first = copy,
                                  .first_len = n};
    pthread_mutex_lock(&h->lock);
    bool full = h->closed || h->readers >= h->most;
    if (!full) {
        h->readers++;
        belong(h, r->request->server);
    }
    pthread_mutex_unlock(&h->lock);
    if (full || n == 0) {
        free(copy);
        reader->first = NULL;
    }
    if (full) {
        free(reader);
        return 1;
    }
    r->reader = reader;
    return 0;
}

void http_hub_send(struct http_hub *h, const char *bytes, size_t n) {
    pthread_mutex_lock(&h->lock);
    while (n > 0) {
        size_t from = (size_t)(h->sent % RING), part = n < RING - from ? n : RING - from;
        memcpy(h->ring + from, bytes, part);
        h->sent += part;
        bytes += part;
        n -= part;
    }
    wake_all(h);
    pthread_mutex_unlock(&h->lock);
}

void http_hub_close(struct http_hub *h) {
    pthread_mutex_lock(&h->lock);
    h->closed = true;
    wake_all(h);
    pthread_mutex_unlock(&h->lock);
}

void hubs_close(struct http_server *s) {
    pthread_mutex_lock(&s->pauses_lock);
    struct http_hub *h = s->hubs;
    pthread_mutex_unlock(&s->pauses_lock);
    for (; h != NULL; h = h->next)
        http_hub_close(h);
}
