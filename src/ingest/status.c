#include "ingest/status.h"

#include "base/client.h"
#include "base/json.h"
#include "base/text.h"
#include "base/unicode.h"
#include "ingest/forge.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    QUEUE = 64,
    TRIES = 4,
    ASK_S = 10,
    PAUSE_MS = 1000,
    GRACE_MS = 700, /* at the end, for what waits; a request then ends within another second */
    TEXT_CHARS = 140,
    TEXT_BYTES = 4 * TEXT_CHARS + 1,
    URL_BYTES = 1024
};

struct post {
    char commit[65];
    bool ok;
    char text[TEXT_BYTES];
    char url[URL_BYTES];
};

struct status_poster {
    struct log *log;
    char *base;          /* API of the repository: ".../repos/OWNER/NAME/statuses/" */
    char *authorization; /* the header */
    unsigned pause_ms;
    pthread_t thread;
    atomic_bool abort; /* ends the request that runs */
    pthread_mutex_t lock;
    pthread_cond_t change; /* of what follows */
    bool stop, done;
    struct post queue[QUEUE]; /* a ring */
    size_t first, count;
};

/* ---- whose repository ---- */

static int make_base(struct status_poster *p, const struct status_options *o, struct error *err) {
    struct forge at;
    struct buf b;
    if (forge_split(&at, o->repo) != 0)
        return error_set(err, "commit statuses need a repository at a git host, as "
                              "https://HOST/OWNER/NAME, which --repo is not");
    size_t n = strlen(o->api);
    while (n > 0 && o->api[n - 1] == '/')
        n--;
    if (n > 0 && !text_starts(o->api, "http://") && !text_starts(o->api, "https://"))
        return error_set(err, "--status-api: an URL that begins with https:// is needed");
    buf_init(&b, 4096);
    if (n > 0)
        buf_append(&b, o->api, n);
    else if (forge_kind(&at) == FORGE_GITHUB)
        buf_puts(&b, "https://api.github.com");
    else
        buf_printf(&b, "%s://%.*s%s%.*s/api/v1", at.plain ? "http" : "https", (int)at.host.len,
                   at.host.ptr, at.http && at.above.len > 0 ? "/" : "",
                   at.http ? (int)at.above.len : 0, at.above.ptr);
    buf_printf(&b, "/repos/%.*s/statuses/", (int)at.path.len, at.path.ptr);
    p->base = buf_take(&b, NULL);
    return p->base == NULL ? error_set(err, "out of memory, or a very long address") : 0;
}

static int make_authorization(struct status_poster *p, const char *token, struct error *err) {
    struct buf b;
    for (const char *c = token; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f)
            return error_set(err, "--status-token-file: a token has no spaces or line breaks");
    if (*token == '\0')
        return error_set(err, "--status-token-file: the file is empty");
    buf_init(&b, 8192);
    buf_printf(&b, "Authorization: token %s", token);
    p->authorization = buf_take(&b, NULL);
    return p->authorization == NULL
               ? error_set(err, "--status-token-file: out of memory, or a very long token")
               : 0;
}

/* ---- posting ---- */

static int make_body(struct buf *out, const struct post *s) {
    json_t *o = json_object();
    int bad = json_put_string(o, "state", s->ok ? "success" : "failure");
    bad |= json_put_string(o, "context", "platen");
    bad |= json_put_string(o, "description", s->text);
    if (*s->url != '\0')
        bad |= json_put_string(o, "target_url", s->url);
    if (bad == 0)
        bad = json_write(out, o);
    json_decref(o);
    return bad;
}

static const char *advice(int status) {
    return status == 401 || status == 403
               ? ": is the token right, and may it write commit statuses?"
           : status == 404 ? ": it has no such repository, or the token may not see it"
           : status >= 300 && status < 400
               ? ": it moved; --repo or --status-api should say where to"
               : "";
}

/* 0 taken, 1 refused for good, -1 try again. */
static int post_once(struct status_poster *p, const struct post *s, struct error *err) {
    struct buf url, body;
    int status = 0;
    const char *const headers[] = {p->authorization, "Accept: application/json",
                                   "Content-Type: application/json", NULL};
    buf_init(&url, 8192);
    buf_init(&body, 16384);
    buf_printf(&url, "%s%s", p->base, s->commit);
    int rc = make_body(&body, s) != 0 ? error_set(err, "out of memory") : 0;
    struct client_request q = {.method = "POST",
                               .url = buf_str(&url),
                               .headers = headers,
                               .body = buf_str(&body),
                               .len = body.len,
                               .timeout_s = ASK_S,
                               .stop = &p->abort};
    if (rc == 0)
        rc = client_ask(&status, NULL, &q, err);
    buf_free(&url);
    buf_free(&body);
    if (rc != 0 || (status >= 200 && status < 300))
        return rc;
    error_set(err, "the host answered %d%s", status, advice(status));
    return status >= 500 || status == 429 || status == 408 ? -1 : 1;
}

/* The moment that is ms from now, by the clock of p->change. */
static struct timespec moment(unsigned ms) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}

/* Waits, but not for one that stops. Under the lock. */
static void pause_ms(struct status_poster *p, unsigned ms) {
    struct timespec until = moment(ms);
    while (!p->stop && pthread_cond_timedwait(&p->change, &p->lock, &until) == 0) {
    }
}

/* Under the lock, which is let go while the host is asked. One that stops tries once. */
static void post_one(struct status_poster *p, const struct post *s) {
    struct error err = {0};
    unsigned wait = p->pause_ms;
    int rc = -1;
    for (int i = 0; i < TRIES && rc < 0; i++) {
        if (i > 0) {
            pause_ms(p, wait);
            wait *= 4;
            if (p->stop)
                break;
        }
        pthread_mutex_unlock(&p->lock);
        rc = post_once(p, s, &err);
        pthread_mutex_lock(&p->lock);
    }
    if (rc != 0)
        log_warn(p->log, "the status of commit %.10s could not be posted: %s", s->commit, err.text);
}

static void *poster_main(void *arg) {
    struct status_poster *p = arg;
    pthread_mutex_lock(&p->lock);
    while (!atomic_load(&p->abort) && (p->count > 0 || !p->stop)) {
        if (p->count == 0) {
            pthread_cond_wait(&p->change, &p->lock);
            continue;
        }
        struct post s = p->queue[p->first];
        p->first = (p->first + 1) % QUEUE;
        p->count--;
        post_one(p, &s);
    }
    p->done = true;
    pthread_cond_broadcast(&p->change);
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- start and stop ---- */

static void poster_free(struct status_poster *p) {
    pthread_cond_destroy(&p->change);
    pthread_mutex_destroy(&p->lock);
    free(p->base);
    if (p->authorization != NULL)
        explicit_bzero(p->authorization, strlen(p->authorization));
    free(p->authorization);
    free(p);
}

/* Signals are for the main thread. */
static int start_thread(struct status_poster *p, struct error *err) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int bad = pthread_create(&p->thread, NULL, poster_main, p);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return bad == 0 ? 0 : error_set(err, "the thread for commit statuses: %s", strerror(bad));
}

int status_open(struct status_poster **out, const struct status_options *o, struct error *err) {
    struct status_poster *p = calloc(1, sizeof *p);
    if (p == NULL)
        return error_set(err, "out of memory");
    p->log = o->log;
    p->pause_ms = o->pause_ms != 0 ? o->pause_ms : PAUSE_MS;
    atomic_init(&p->abort, false);
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->change, &clock);
    pthread_condattr_destroy(&clock);
    if (make_base(p, o, err) != 0 || make_authorization(p, o->token, err) != 0 ||
        start_thread(p, err) != 0) {
        poster_free(p);
        return -1;
    }
    *out = p;
    return 0;
}

void status_close(struct status_poster *p) {
    if (p == NULL)
        return;
    struct timespec until = moment(GRACE_MS);
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->change);
    while (!p->done && pthread_cond_timedwait(&p->change, &p->lock, &until) == 0) {
    }
    atomic_store(&p->abort, true);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    if (p->count > 0)
        log_warn(p->log, "%zu commit statuses are dropped: the server stops", p->count);
    poster_free(p);
}

/* ---- what is to be posted ---- */

/* Copies up to TEXT_CHARS characters; a byte that is no UTF-8 (of a file's name, say) becomes '?'. */
static void put_text(char out[static TEXT_BYTES], const char *text) {
    size_t n = strnlen(text, TEXT_BYTES), len = 0;
    uint32_t c;
    for (int chars = 0; chars < TEXT_CHARS && n > 0; chars++) {
        size_t bad = n;
        size_t size =
            unicode_valid(text, n < 4 ? n : 4, &bad) || bad > 0 ? unicode_next(text, n, &c) : 0;
        if (size == 0)
            out[len++] = '?';
        else
            memcpy(out + len, text, size);
        len += size;
        size += size == 0;
        text += size;
        n -= size;
    }
    out[len] = '\0';
}

void status_post(struct status_poster *p, const char *commit, bool ok, const char *text,
                 const char *url) {
    pthread_mutex_lock(&p->lock);
    if (p->count == QUEUE) {
        log_warn(p->log, "the status of commit %.10s is dropped: the host is too slow",
                 p->queue[p->first].commit);
        p->first = (p->first + 1) % QUEUE;
        p->count--;
    }
    struct post *s = &p->queue[(p->first + p->count++) % QUEUE];
    *s = (struct post){.ok = ok};
    snprintf(s->commit, sizeof s->commit, "%s", commit);
    put_text(s->text, text);
    if (strlen(url) < sizeof s->url) /* a part of an address leads nowhere */
        memcpy(s->url, url, strlen(url) + 1);
    pthread_cond_broadcast(&p->change);
    pthread_mutex_unlock(&p->lock);
}
