/* The HTTP server, as the rest of the house sees it. libmicrohttpd stays behind this header.
 *
 * The application gives one handler. It is called on an http thread with a complete request (body
 * included, bounded) that has passed the guard, and fills in the response. Requests that the guard
 * refuses (see guard.c) never reach it: 400 and the connection is closed.
 */
#ifndef PLATEN_HTTP_HTTP_H
#define PLATEN_HTTP_HTTP_H

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER
};

struct http_request; /* opaque; lives until the handler returns */

enum http_method http_request_method(
    const struct http_request
        *r); /* HEAD is answered like GET by the handler; the server drops the body */
const char *http_request_method_name(const struct http_request *r);
/* The decoded path ("/tags/c++/"), valid UTF-8, always starting with '/', without "//", "." and
 * ".." segments (a target that has them, encoded slashes or NULs is answered 400 or 404 before the
 * handler). Percent-decoding is done per segment: "%2F" is refused. */
const char *http_request_path(const struct http_request *r);
/* The raw query without '?' ("" when none). */
const char *http_request_query(const struct http_request *r);
/* Decoded value of the first query parameter `name` appended to out: 1 found, 0 not there, -1
 * malformed. */
int http_request_param(const struct http_request *r, const char *name, struct buf *out);
/* A request header, NULL when absent; names are case-insensitive. */
const char *http_request_header(const struct http_request *r, const char *name);
struct slice http_request_body(const struct http_request *r);
/* The file that a spooled body is in, read from its begin with pread; -1 when there is none. Closed with the
 * request: who needs it longer has a duplicate. */
int http_request_spool(const struct http_request *r, uint64_t *size);
const char *
http_request_id(const struct http_request *r); /* 16 hex digits; made here or taken from a valid
                                                  X-Request-Id of a loopback or trusted peer */
const char *http_request_client(
    const struct http_request *r); /* address of who asks as text, "unix" for Unix sockets; behind a
                                      trusted proxy, whom it names */

/* Answering later. In the handler, http_pause puts the request aside: nothing is sent when the handler
 * returns, no thread waits, and after http_resume (any thread, exactly once, also while the handler
 * still runs) the handler is called again, with `state` then. state_free is called when the request
 * is over. NULL when memory is out: then answer now. A server that is stopped calls the handler again
 * by itself once its patience is over. */
struct http_pause;
struct http_pause *http_pause(const struct http_request *q, void *state,
                              void (*state_free)(void *state)) CHECKED;
void http_resume(struct http_pause *p);
/* What http_pause was given, NULL when the request was not paused. */
void *http_request_state(const struct http_request *q);

/* A response under construction; made by the server, filled by the handler. Default 200 with no
 * body. */
struct http_response;

void http_response_status(struct http_response *r, int status);
/* Adds a header; value is copied. Values with control characters are refused (-1). */
int http_response_header(struct http_response *r, const char *name, const char *value);
/* As http_response_header, in the place of one of that name (written just so) where there is one. The value is ours. */
int http_response_replace(struct http_response *r, const char *name, const char *value);
/* The body. The buffer the handler writes to: bounded (32 MB). */
struct buf *http_response_body(struct http_response *r);
/* A body of static bytes that outlive the server (embedded files): not copied. */
void http_response_static(struct http_response *r, const void *bytes, size_t n);
/* A streamed body of exactly `size` bytes: read(arg, offset, dst, max) returns bytes written (> 0),
 * 0 is an early end, -1 an error (the connection is cut); done(arg) is called once, always. Memory:
 * one block. */
void http_response_stream(struct http_response *r, uint64_t size,
                          ssize_t (*read)(void *arg, uint64_t offset, char *dst, size_t max),
                          void (*done)(void *arg), void *arg);

/* A stream without an end that many readers hear together (server-sent events). Any thread may call.
 * A hub is made and freed by the application, and outlives the server whose answers join it. */
struct http_hub;
/* most: readers at a time. */
int http_hub_new(struct http_hub **out, size_t most, struct error *err) CHECKED;
void http_hub_free(struct http_hub *h);
/* Where the stream stands now: what is sent from here on is heard by who joins with this position. */
uint64_t http_hub_position(struct http_hub *h);
size_t http_hub_readers(struct http_hub *h);
/* Makes the stream r's body: `first` (copied) for this reader alone, then all that was sent since
 * `position`. 0; 1 when there are too many readers or the hub is closed; -1 when memory is out. */
int http_hub_join(struct http_hub *h, struct http_response *r, uint64_t position, const char *first,
                  size_t n) CHECKED;
/* To all. Who is more than 256 KB behind is let go. */
void http_hub_send(struct http_hub *h, const char *bytes, size_t n);
/* The stream ends once it is read; nobody joins any more. The server's stop does this, too. */
void http_hub_close(struct http_hub *h);

/* Conditional requests (RFC 9110 section 13): etag is the quoted or weak tag or NULL, last_modified
 * UTC seconds or 0. Sets ETag and Last-Modified and, when the request's conditions (If-None-Match lists
 * and "*", else If-Modified-Since) say so, turns a 200 answer to GET/HEAD into a 304. Returns true
 * when it became a 304: the body is not sent, but its length is said, so the handler makes it, or
 * says the size by http_response_stream with a NULL read. */
bool http_conditional(const struct http_request *q, struct http_response *r, const char *etag,
                      int64_t last_modified);

/* The codings that bodies are sent in, and the one to send to a client whose Accept-Encoding is `accept` (NULL:
 * none came): the one it likes best, brotli before gzip among equals, HTTP_IDENTITY when it takes none. */
enum http_coding { HTTP_IDENTITY, HTTP_GZIP, HTTP_BROTLI, HTTP_CODINGS };
enum http_coding http_coding_choose(const char *accept);

/* An answer with status 200 that is made once and sent many times, by any thread; counted by references. */
struct http_shared;

/* Takes the body that r has been given, with a copy of its headers, ETag and Last-Modified among them. r is left
 * without a body: give it the new one. NULL without a body in memory, or when memory is out. */
struct http_shared *http_shared_take(struct http_response *r) CHECKED;
/* A new one with the same in that coding and a tag of its own; NULL when it would not be smaller. Takes as long
 * as compressing does. */
struct http_shared *http_shared_coded(const struct http_shared *s, enum http_coding coding) CHECKED;
/* The same with the most effort, for a thread that nobody waits for: a megabyte may take seconds. Other bytes,
 * so another tag again. */
struct http_shared *http_shared_smallest(const struct http_shared *s,
                                         enum http_coding coding) CHECKED;
struct http_shared *http_shared_ref(struct http_shared *s);
void http_shared_unref(struct http_shared *s);        /* NULL is fine */
size_t http_shared_cost(const struct http_shared *s); /* bytes of memory */
size_t http_shared_size(const struct http_shared *s); /* bytes of its body */

/* r becomes s, or its 304 where the request's conditions say so; whatever else r was given is not sent. Takes a
 * reference of its own. */
void http_response_shared(struct http_response *r, struct http_shared *s);

/* Range of a known size for 206 (RFC 9110 section 14): 1 = one satisfiable range in *first and
 * *last (inclusive); 0 = no Range, a malformed or a multi-range one, or If-Range does not match
 * (answer 200 whole), or the method is not GET, the only one that has ranges; -1 = unsatisfiable
 * (answer 416 with Content-Range: bytes * /size). */
int http_range(const struct http_request *q, const char *etag, int64_t last_modified, uint64_t size,
               uint64_t *first, uint64_t *last);

/* What is taken of a body. */
struct http_body_rule {
    uint64_t max; /* bytes; more: 413 */
    bool spool;   /* into a file: http_request_spool */
};

struct http_server;

struct http_options {
    const char *const *listen; /* NULL-terminated: "127.0.0.1:8080", "[::1]:8080", "*:8080" (v4 and
                                  v6), "unix:/path/to.sock", port 0 = ephemeral */
    unsigned threads;          /* per address; 0 = number of CPUs */
    unsigned max_connections;  /* 0 = 10,000, capped by RLIMIT_NOFILE */
    unsigned head_timeout_s;   /* deadline for a whole request head; default 10 */
    unsigned body_timeout_s;   /* without progress in a body; default 30 */
    unsigned idle_timeout_s;   /* keep-alive connection without a request; default 60 */
    uint64_t max_body;         /* bytes of a request body; larger: 413 */
    /* Called when the head of a request that may have a body is complete, on the http thread: *rule says
     * what is taken of it. True: the request is answered by r at once, its body is not read and the
     * connection is closed behind it. NULL: max_body for all. */
    bool (*arrive)(void *app, const struct http_request *q, struct http_response *r,
                   struct http_body_rule *rule);
    const char *
        spool_dir; /* where bodies too large for memory wait, in files without a name; lent until the server is stopped */
    uint64_t
        body_budget; /* bytes of all bodies in flight; beyond: 503 + Retry-After. Default 64 MiB */
    const char *const *trusted_proxies; /* NULL-terminated, see proxy.h; NULL = none */
    struct log *log;                    /* borrowed */
    int access_log_fd; /* -1 = off; combined log format plus request id and time, one write a line
                        */
    void (*handle)(void *app, const struct http_request *q, struct http_response *r);
    void *app;
};

/* Binds every address (all or none: what was bound is undone on failure; a stale Unix socket nobody
 * listens on is removed, a live one is an error; socket mode 0660) and starts answering. */
int http_server_start(struct http_server **out, const struct http_options *o,
                      struct error *err) CHECKED;

/* The addresses it really listens on, as text ("http://127.0.0.1:43121", "unix:/run/p.sock"); i
 * from 0; NULL at the end. Lent. */
const char *http_server_address(const struct http_server *s, size_t i);

/* Stops accepting, lets requests in flight finish for at most grace_s seconds (answers carry
 * Connection: close; whoever is asking for one thing after another has a quarter of a second to come by
 * for that), then closes everything and frees s. What a client said before its connection was closed is
 * answered. Removes its Unix sockets. Returns the number of requests that were cut. NULL is fine. */
size_t http_server_stop(struct http_server *s, unsigned grace_s);

#endif
