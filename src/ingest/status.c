#include "ingest/status.h"

#include "base/client.h"
#include "base/json.h"
#include "base/text.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUEUE = 64, TRIES = 3, ASK_S = 5, TEXT_MAX = 140, URL_BYTES = 1024 };

struct post {
    char commit[65];
    bool ok;
    char text[TEXT_MAX + 1];
    char url[URL_BYTES];
};

struct status_poster {
    struct log *log;
    char *base;          /* API of the repository: ".../repos/OWNER/NAME/statuses/" */
    char *authorization; /* the header */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t change;
    bool stop;
    struct post queue[QUEUE]; /* a ring */
    size_t first, count;
};

/* ---- whose repository ---- */

/* "https://host/owner/name.git", "ssh://git@host/owner/name", "git@host:owner/name.git". */
static int split_url(const char *url, struct slice *host, struct slice *path, struct error *err) {
    const char *scheme = strstr(url, "://");
    const char *at = scheme == NULL ? url : scheme + 3;
    size_t n = strcspn(at, scheme == NULL ? ":" : "/");
    const char *user = memrchr(at, '@', n);
    const char *name = user == NULL ? at : user + 1;
    *host = slice_n(name, n - (size_t)(name - at));
    const char *rest = at[n] == '\0' ? at + n : at + n + 1;
    while (*rest == '/')
        rest++;
    *path = slice_of(rest);
    while (path->len > 0 && path->ptr[path->len - 1] == '/')
        path->len--;
    if (slice_ends(*path, ".git"))
        path->len -= 4;
    if (host->len > 0 && memchr(path->ptr, '/', path->len) != NULL)
        return 0;
    return error_set(err, "commit statuses need a repository at a git host: %s names no owner",
                     url);
}

static int make_base(struct status_poster *p, const struct status_options *o, struct error *err) {
    struct slice host, path;
    struct buf b;
    if (split_url(o->repo, &host, &path, err) != 0)
        return -1;
    buf_init(&b, 4096);
    if (*o->api != '\0') {
        size_t n = strlen(o->api);
        while (n > 0 && o->api[n - 1] == '/')
            n--;
        buf_append(&b, o->api, n);
    } else if (slice_eq(host, "github.com")) {
        buf_puts(&b, "https://api.github.com");
    } else {
        /* an https or http address keeps its scheme and port; any other is on https */
        bool plain = text_starts(o->repo, "http://");
        const char *colon = text_starts(o->repo, "http") ? NULL : memchr(host.ptr, ':', host.len);
        size_t n = colon == NULL ? host.len : (size_t)(colon - host.ptr);
        buf_printf(&b, "%s://%.*s/api/v1", plain ? "http" : "https", (int)n, host.ptr);
    }
    buf_printf(&b, "/repos/%.*s/statuses/", (int)path.len, path.ptr);
    p->base = buf_take(&b, NULL);
    buf_init(&b, 8192);
    buf_printf(&b, "Authorization: token %s", o->token);
    p->authorization = buf_take(&b, NULL);
    return p->base == NULL || p->authorization == NULL ? error_set(err, "out of memory") : 0;
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

/* 0 taken, 1 refused for good, -1 try again. */
static int post_once(struct status_poster *p, const struct post *s, struct error *err) {
    struct buf url, body;
    int status = 0;
    const char *const headers[] = {p->authorization, "Accept: application/json",
                                   "Content-Type: application/json", NULL};
    buf_init(&url, 8192);
    buf_init(&body, 8192);
    buf_printf(&url, "%s%s", p->base, s->commit);
    int rc = make_body(&body, s) != 0 ? error_set(err, "out of memory") : 0;
    struct client_request q = {.method = "POST",
                               .url = buf_str(&url),
                               .headers = headers,
                               .body = buf_str(&body),
                               .len = body.len,
                               .timeout_s = ASK_S};
    if (rc == 0)
        rc = client_ask(&status, NULL, &q, err);
    buf_free(&url);
    buf_free(&body);
    if (rc != 0 || (status >= 200 && status < 300))
        return rc;
    error_set(err, "the host answered %d", status);
    return status >= 500 || status == 429 ? -1 : 1;
}

/* Waits, but not for one that stops. Under the lock. */
static void pause_s(struct status_poster *p, int seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    while (!p->stop && pthread_cond_timedwait(&p->change, &p->lock, &until) == 0) {
    }
}

/* Under the lock, which is let go while the host is asked. */
static void post_one(struct status_poster *p, const struct post *s) {
    struct error err = {0};
    int rc = -1;
    for (int i = 0; i < TRIES && rc < 0 && !p->stop; i++) {
        if (i > 0)
            pause_s(p, 1 << (2 * i));
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
    while (!p->stop) {
        if (p->count == 0) {
            pthread_cond_wait(&p->change, &p->lock);
            continue;
        }
        struct post s = p->queue[p->first];
        p->first = (p->first + 1) % QUEUE;
        p->count--;
        post_one(p, &s);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

static void poster_free(struct status_poster *p) {
    pthread_cond_destroy(&p->change);
    pthread_mutex_destroy(&p->lock);
    free(p->base);
    if (p->authorization != NULL)
        explicit_bzero(p->authorization, strlen(p->authorization));
    free(p->authorization);
    free(p);
}

int status_open(struct status_poster **out, const struct status_options *o, struct error *err) {
    struct status_poster *p = calloc(1, sizeof *p);
    if (p == NULL)
        return error_set(err, "out of memory");
    p->log = o->log;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->change, NULL);
    int rc = make_base(p, o, err);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (rc == 0 && pthread_create(&p->thread, NULL, poster_main, p) != 0)
        rc = error_set(err, "the thread for commit statuses could not be started");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        poster_free(p);
        return -1;
    }
    *out = p;
    return 0;
}

void status_close(struct status_poster *p) {
    if (p == NULL)
        return;
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->change);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    poster_free(p);
}

/* Cuts at a character's boundary. */
static void cut(char *out, size_t size, const char *text) {
    size_t n = strlen(text);
    if (n >= size) {
        n = size - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--;
    }
    memcpy(out, text, n);
    out[n] = '\0';
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
    cut(s->commit, sizeof s->commit, commit);
    cut(s->text, sizeof s->text, text);
    cut(s->url, sizeof s->url, url);
    pthread_cond_signal(&p->change);
    pthread_mutex_unlock(&p->lock);
}
