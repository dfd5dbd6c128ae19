/* The life of a request, as libmicrohttpd calls it:
 *
 *   first line      exchange_target: the struct http_request is made, its raw target kept
 *   head complete   first call of exchange_part: the guard; a refusal is queued here, which closes the connection
 *   body            kept within max_body and the shared budget, or read to its end and forgotten
 *   last call       the application fills the response; it is queued (never before: queuing on the
 *                   first call closes the connection)
 *   answered        exchange_completed: access log, everything freed
 *
 * All of it on the http thread of the connection (loop.h), which is told that something happened. */
#include "http/private.h"

#include "base/clock.h"
#include "http/deadline.h"
#include "http/linger.h"
#include "http/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BODY_RATE = 500 }; /* bytes a second that a body must keep up on the whole */

static int64_t ms(unsigned seconds) {
    return (int64_t)seconds * 1000;
}

/* ---- connections and first lines ---- */

size_t exchange_unescape(void *cls, struct MHD_Connection *c, char *s) {
    (void)cls, (void)c;
    return strlen(s);
}

void exchange_connection(void *cls, struct MHD_Connection *c, void **context,
                         enum MHD_ConnectionNotificationCode what) {
    struct loop *l = cls;
    struct http_server *s = l->server;
    l->progress++;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        l->connections--;
        deadline_forget(s->deadlines, *context);
        *context = NULL;
        return;
    }
    l->connections++;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL)
        *context = deadline_watch(s->deadlines, info->connect_fd);
}

static struct watched *watched_of(struct MHD_Connection *c) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}

/* The library is about to split the query at every '&' into its pool, of which a few hundred take all,
 * and then it cannot even refuse the request. We read the query from our own copy, so it is given
 * one argument to split: this is its buffer, lent as const because it expects nobody to write there. */
static void hide_arguments(const char *target) {
    char *p = strchr((char *)(uintptr_t)target, '?');
    for (; p != NULL && *p != '\0'; p++)
        if (*p == '&')
            *p = '+';
}

void *exchange_target(void *cls, const char *target, struct MHD_Connection *c) {
    struct loop *l = cls;
    struct http_server *s = l->server;
    struct http_request *r = calloc(1, sizeof *r);
    l->progress++;
    if (r == NULL)
        return NULL;
    r->server = s;
    r->connection = c;
    r->loop = l;
    r->watched = watched_of(c);
    r->spool = -1;
    r->query = "";
    r->method_name = r->version = "-";
    buf_init(&r->path, HTTP_TARGET_MAX);
    buf_init(&r->body, 0); /* its bound depends on the path */
    r->target = strdup(target);
    r->target_at = target;
    hide_arguments(target);
    deadline_head(s->deadlines, r->watched);
    if (r->target == NULL) {
        free(r);
        return NULL;
    }
    return r;
}

void exchange_completed(void *cls, struct MHD_Connection *c, void **context,
                        enum MHD_RequestTerminationCode why) {
    struct loop *l = cls;
    struct http_server *s = l->server;
    struct http_request *r = *context;
    (void)c, (void)why;
    *context = NULL;
    l->progress++;
    if (r == NULL)
        return;
    if (s->o.access_log_fd >= 0 && r->status != 0)
        access_log_write(s->o.access_log_fd, r);
    deadline_idle(r->watched, ms(s->o.idle_timeout_s));
    if (r->counted)
        atomic_fetch_sub(&s->running, 1);
    request_free(r);
}

/* ---- a request ---- */

static enum MHD_Result refuse(struct http_request *r, int status, const char *why) {
    struct http_response answer;
    r->refusal = status;
    response_init(&answer, r);
    response_refusal(&answer, status, why);
    if (status == 503)
        http_response_header(&answer, "Retry-After", "2");
    log_request(r->server->o.log, LOG_LEVEL_DEBUG, r->id, "refused with %d: %s", status, why);
    return response_queue(&answer, r->connection);
}

/* As refuse, with a body unread or yet to come: the connection is closed behind the answer. */
static enum MHD_Result refuse_unread(struct http_request *r, int status, const char *why) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL)
        linger_add(r->server->linger, info->connect_fd);
    return refuse(r, status, why);
}

static bool has_body(const struct http_request *r) {
    return r->method != HTTP_GET && r->method != HTTP_HEAD && r->method != HTTP_OPTIONS;
}

/* True when the application has answered without wanting the body. */
static bool answer_early(struct http_request *r, struct http_body_rule *rule,
                         enum MHD_Result *result) {
    struct http_server *s = r->server;
    struct http_response early;
    if (s->o.arrive == NULL)
        return false;
    response_init(&early, r);
    if (!s->o.arrive(s->o.app, r, &early, rule)) {
        response_release(&early);
        return false;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info != NULL)
        linger_add(s->linger, info->connect_fd);
    *result = response_queue(&early, r->connection);
    return true;
}

/* A file that goes with its descriptor. */
static int spool_open(const char *dir) {
    return open(dir != NULL && *dir != '\0' ? dir : ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* 0, or the status to refuse with. */
static int spool_write(struct http_request *r, const char *data, size_t n) {
    if (r->body_seen > r->body_max)
        return 413;
    while (n > 0) {
        ssize_t done = write(r->spool, data, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return 507;
        data += done;
        n -= (size_t)done;
    }
    return 0;
}

static enum MHD_Result head_complete(struct http_request *r, const char *method,
                                     const char *version) {
    struct http_server *s = r->server;
    const char *why = "";
    request_open(r, method, version);
    r->counted = true;
    atomic_fetch_add(&s->running, 1);
    deadline_set(r->watched, ms(s->o.body_timeout_s));
    int status = guard_check(r, &why);
    if (status != 0)
        return refuse_unread(r, status, why);
    status = target_parse(&r->path, &r->query, r->target);
    if (status != 0)
        return refuse_unread(r, status, "the target is no path of this server");
    r->last = http_request_header(r, "Transfer-Encoding") != NULL;
    enum MHD_Result answered;
    struct http_body_rule rule = {.max = s->o.max_body};
    if (has_body(r) && answer_early(r, &rule, &answered))
        return answered;
    r->body_max = rule.max;
    buf_init(&r->body, r->body_max);
    if (rule.spool && (r->spool = spool_open(s->o.spool_dir)) < 0) {
        log_request(s->o.log, LOG_LEVEL_ERROR, r->id, "an upload cannot be kept in %s: %s",
                    s->o.spool_dir, strerror(errno));
        return refuse_unread(r, 507, "there is no room for the upload");
    }
    const char *length = http_request_header(r, "Content-Length");
    int64_t announced;
    if (length != NULL &&
        (text_int(&announced, length, 0, INT64_MAX) != 0 || (uint64_t)announced > r->body_max))
        return refuse_unread(r, 413, "the body is larger than this server takes");
    return MHD_YES;
}

/* Takes the body's next bytes. What does not fit is read and forgotten: an answer may only be queued at its end. */
static enum MHD_Result body_part(struct http_request *r, const char *data, size_t n) {
    struct http_server *s = r->server;
    r->body_seen += n;
    int64_t whole = (int64_t)(r->body_seen / BODY_RATE) * 1000 + ms(s->o.body_timeout_s);
    int64_t used = (clock_mono_us() - r->began_us) / 1000;
    int64_t left = whole - used;
    deadline_set(r->watched, left < 1                         ? 1
                             : left < ms(s->o.body_timeout_s) ? left
                                                              : ms(s->o.body_timeout_s));
    if (r->discard)
        return r->body_seen > 4 * r->body_max + 65536 ? MHD_NO : MHD_YES;
    if (r->spool >= 0) {
        r->refusal = spool_write(r, data, n);
        r->discard = r->refusal != 0;
        return MHD_YES;
    }
    uint64_t held = atomic_fetch_add(&s->budget, n);
    r->budget += n;
    if (held + n > s->o.body_budget) {
        r->refusal = 503;
        r->discard = true;
    } else if (buf_append(&r->body, data, n) != 0) {
        r->refusal = 413;
        r->discard = true;
    }
    if (r->discard) { /* what it held is others' from now, however long it still sends */
        buf_free(&r->body);
        atomic_fetch_sub(&s->budget, r->budget);
        r->budget = 0;
    }
    return MHD_YES;
}

static enum MHD_Result answer_request(struct http_request *r) {
    struct http_server *s = r->server;
    pause_over(r);
    deadline_set(r->watched,
                 0); /* from here the library's idle timeout holds: readers may be slow */
    if (r->refusal == 413)
        return refuse(r, 413, "the body is larger than this server takes");
    if (r->refusal == 507)
        return refuse(r, 507, "there is no room for the upload");
    if (r->refusal == 503)
        return refuse(r, 503, "too many bodies at once");
    struct http_response response;
    response_init(&response, r);
    r->paused = false;
    s->o.handle(s->o.app, r, &response);
    if (r->paused) {
        response_release(&response);
        return MHD_YES;
    }
    if (!buf_ok(&response.body)) {
        log_request(s->o.log, LOG_LEVEL_ERROR, r->id, "%s: the answer is larger than %d bytes",
                    r->target, HTTP_BODY_OUT_MAX);
        response.status = 500;
        buf_clear(&response.body);
    }
    return response_queue(&response, r->connection);
}

enum MHD_Result exchange_part(void *cls, struct MHD_Connection *c, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **context) {
    struct http_request *r = *context;
    (void)cls, (void)c, (void)url;
    if (r == NULL)
        return MHD_NO;
    if (!r->started)
        return head_complete(r, method, version);
    if (*upload_size > 0) {
        size_t n = *upload_size;
        *upload_size = 0;
        return body_part(r, upload, n);
    }
    return answer_request(r);
}
