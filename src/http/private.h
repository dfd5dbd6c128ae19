/* The inside of the http room: requests and responses as its files see them. */
#ifndef PLATEN_HTTP_PRIVATE_H
#define PLATEN_HTTP_PRIVATE_H

#include "http/http.h"
#include "http/spares.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
    HTTP_TARGET_MAX = 8192,
    HTTP_BODY_OUT_MAX = 32 << 20,
    HTTP_HEADERS_MAX = 24,
    HTTP_ID_MAX = 64,
};

struct watched;    /* deadline.h */
struct hub_reader; /* hub.c */
struct loop;       /* loop.h */

/* One request from its first line to its last byte answered; made by the URI-log callback, freed by
 * the completion callback. */
struct http_request {
    struct http_server *server;
    struct MHD_Connection *connection;
    struct loop *loop; /* whose connection it is */
    struct watched *watched;
    char *target;          /* as it came */
    const char *target_at; /* where the library keeps it: only compared */
    struct buf path;
    const char *query; /* in target; "" when none */
    enum http_method method;
    const char *method_name; /* MHD's, for the life of the request */
    const char *version;
    bool started; /* the handler was called once */
    bool counted; /* in server->running */
    bool discard; /* the body is read to its end and forgotten */
    bool last;    /* chunked: the connection closes behind the answer; the library ends the lines of
                     chunks at a bare LF, too, so what it takes for the next request may be none */
    bool paused;  /* http_pause was called in this call of the handler */
    struct http_pause *pause; /* while put aside */
    struct http_request *next_paused;
    void *state; /* of the application, from http_pause on */
    void (*state_free)(void *state);
    int refusal; /* status to answer instead of asking the application; 0 = none */
    struct buf body;
    uint64_t body_seen;
    uint64_t body_max;
    int spool;       /* file of the body, -1: it is in memory */
    uint64_t budget; /* bytes of the shared budget that it holds */
    int64_t began_us;
    int status;    /* answered */
    uint64_t sent; /* bytes of body announced */
    char id[HTTP_ID_MAX + 1];
    char client[64]; /* "": nobody has asked yet; http_request_client */
};

struct http_header {
    const char *name; /* borrowed: names are constants */
    char *value;
};

struct http_response {
    const struct http_request *request;
    int status;
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    struct buf body;
    const void *fixed; /* bytes that outlive the server */
    uint64_t size;     /* of fixed or of the stream */
    ssize_t (*read)(void *arg, uint64_t offset, char *dst, size_t max);
    void (*done)(void *arg);
    void *arg;
    struct hub_reader *reader;  /* the body is a hub's stream */
    int64_t last_modified;      /* 0: not said */
    struct http_shared *shared; /* sent in place of all else */
    size_t text_used;
    char text[1536]; /* values of headers, while there is room. Last: see response_init */
};

struct http_shared {
    atomic_int refs;
    struct MHD_Response *ready;
    char *bytes; /* which ready sends */
    size_t size, cost;
    const char *etag; /* among the headers; NULL: none */
    int64_t last_modified;
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
};

struct http_server {
    struct http_options o;
    struct deadlines *deadlines;
    struct linger_set *linger;
    struct proxy_list *proxies;
    struct listener *listeners;
    size_t count;
    struct loop *loops; /* those of the first listener, of the second, ... */
    size_t loop_count;
    atomic_size_t running;       /* requests whose head has come and whose answer is not all sent */
    atomic_uint_fast64_t budget; /* bytes of bodies in flight */
    atomic_bool draining;
    struct spares spares;
    pthread_mutex_t pauses_lock;
    struct http_request *paused;   /* those put aside */
    struct http_hub *hubs;         /* whose streams are answers of ours; under the same lock */
    atomic_uint_fast64_t sequence; /* of request ids */
    uint64_t seed;
};

/* exchange.c: what the library calls; cls is the struct loop. */
size_t exchange_unescape(void *cls, struct MHD_Connection *c, char *s);
void exchange_connection(void *cls, struct MHD_Connection *c, void **context,
                         enum MHD_ConnectionNotificationCode what);
void *exchange_target(void *cls, const char *target, struct MHD_Connection *c);
enum MHD_Result exchange_part(void *cls, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **context);
void exchange_completed(void *cls, struct MHD_Connection *c, void **context,
                        enum MHD_RequestTerminationCode why);

/* guard.c: 0, or the status with which an ambiguous or malformed request is refused; why says what is wrong. */
int guard_check(const struct http_request *r, const char **why);

/* target.c: splits a raw target: *query points into it; the decoded path is appended to path. 0, or a status. */
int target_parse(struct buf *path, const char **query, const char *target);

/* pause.c: the request came back or is over; whoever is still put aside is called again. */
void pause_over(struct http_request *r);
void pauses_end(struct http_server *s);

/* hub.c */
struct MHD_Response *hub_response(struct hub_reader *r); /* owns r; NULL: r is still the caller's */
void hub_reader_free(struct hub_reader *r);
void hubs_close(struct http_server *s);

/* request.c */
void request_open(struct http_request *r, const char *method, const char *version);
void request_free(struct http_request *r);

/* response.c: queues r, whose request is r->request, on the connection; frees what r holds. */
enum MHD_Result response_queue(struct http_response *r, struct MHD_Connection *connection);
void response_init(struct http_response *r, const struct http_request *q);
void response_release(struct http_response *r); /* frees what it holds: it is not sent */
/* A small text answer of the server's own. */
void response_refusal(struct http_response *r, int status, const char *why);

/* conditional.c: true when the request's conditions make a GET or HEAD a 304. */
bool http_unmodified(const struct http_request *q, const char *etag, int64_t last_modified);

/* access_log.c */
void access_log_write(int fd, const struct http_request *r);

#endif
