/* Files of the site (pictures beside posts, downloads), streamed from the store in blocks.
 *
 * A stream takes a reader for each block and gives it back: a slow client holds a block of memory
 * and no connection of the pool, or 64 slow downloads would stop the site. The rows of a file are
 * keyed by its content, so a publication that replaces it meanwhile leaves the stream its own bytes
 * or ends it early, never a mixture.
 *
 * HTML and SVG can hold script: they are shown in a sandbox of their own origin. */
#include "web/pages.h"

#include "base/log.h"
#include "store/media.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stream {
    struct store *store;
    struct log *log;
    struct media media;
    uint64_t first; /* where in the file the body begins */
    uint64_t size;  /* bytes of the body */
};

static ssize_t stream_read(void *arg, uint64_t offset, char *dst, size_t max) {
    struct stream *s = arg;
    struct error err = {0};
    if (offset >= s->size)
        return 0;
    if (max > s->size - offset)
        max = (size_t)(s->size - offset);
    struct db *db = store_reader(s->store, &err);
    if (db == NULL) {
        log_error(s->log, "a file is cut: %s", err.text);
        return -1;
    }
    ssize_t n = media_read(db, &s->media, s->first + offset, dst, max, &err);
    store_reader_done(s->store, db);
    if (n < 0)
        log_error(s->log, "a file is cut: %s", err.text);
    return n;
}

static bool may_hold_script(const char *type) {
    return text_starts(type, "text/html") || text_starts(type, "image/svg") ||
           text_starts(type, "application/xhtml") || text_starts(type, "text/xml") ||
           text_starts(type, "application/xml");
}

static void put_headers(struct visit *v, const struct media *m) {
    (void)http_response_header(v->r, "Content-Type", m->type);
    (void)http_response_header(v->r, "Cache-Control", "public, max-age=0, must-revalidate");
    (void)http_response_header(v->r, "Accept-Ranges", "bytes");
    (void)http_response_header(v->r, "Content-Security-Policy",
                               may_hold_script(m->type)
                                   ? "default-src 'none'; style-src 'self' 'unsafe-inline'; "
                                     "img-src 'self' data:; font-src 'self'; media-src 'self'; "
                                     "frame-ancestors 'self'; sandbox"
                                   : "default-src 'none'; img-src 'self'; media-src 'self'; "
                                     "object-src 'self'; style-src 'unsafe-inline'; "
                                     "frame-ancestors 'self'");
    answer_policy(v);
}

/* Status and Content-Range of what the request asks for. False: 416, without a body. */
static bool choose_range(struct visit *v, struct stream *s, const char *etag) {
    uint64_t first = 0, last = 0, size = s->media.size;
    char text[96];
    int range = http_range(v->q, etag, s->media.updated, size, &first, &last);
    if (range == 0) {
        s->size = size;
        return true;
    }
    if (range < 0) {
        http_response_status(v->r, 416);
        snprintf(text, sizeof text, "bytes */%" PRIu64, size);
    } else {
        http_response_status(v->r, 206);
        snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first, last, size);
        s->first = first;
        s->size = last - first + 1;
    }
    (void)http_response_header(v->r, "Content-Range", text);
    return range > 0;
}

int media_serve(struct visit *v, int64_t id, struct error *err) {
    struct media m;
    int found = media_by_id(v->db, id, &m, err);
    if (found != 1)
        return found < 0 ? -1 : VISIT_PASS;
    char etag[64];
    snprintf(etag, sizeof etag, "\"%s\"", m.oid);
    put_headers(v, &m);
    if (http_conditional(v->q, v->r, etag, m.updated)) {
        http_response_stream(v->r, m.size, NULL, NULL,
                             NULL); /* a 304 says the length it would have had */
        return VISIT_DONE;
    }
    struct stream *s = calloc(1, sizeof *s);
    if (s == NULL)
        return error_set(err, "a file's stream: out of memory");
    *s = (struct stream){.store = visit_store(v), .log = visit_log(v), .media = m};
    if (choose_range(v, s, etag))
        http_response_stream(v->r, s->size, stream_read, free, s);
    else
        free(s);
    return VISIT_DONE;
}
