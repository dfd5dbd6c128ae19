/* See websub.h. One thread; the lock is for its end only: all else is the thread's own. */
#include "web/websub.h"

#include "base/client.h"
#include "base/clock.h"
#include "base/json.h"
#include "store/settings.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOOK_MS = 200,
    SETTLE_MS = 500,      /* a burst is over after so much silence, */
    SETTLE_MAX_MS = 5000, /* or so long after it began */
    PAUSE_MS = 2000,
    PAUSE_MAX_MS = 60 * 60 * 1000,
    TRIES = 12, /* with pauses of 2 s, 6 s, 18 s, ... an hour: about five hours */
    ASK_S = 10,
    TALK_MS = 60000, /* all requests of one turn: other hubs wait */
    AT_ONCE = 30,    /* feeds in one request */
    BODY_MAX = 1 << 20,
    TOLD_MAX = 64 * 1024
};

static const char told_key[] = "websub";

struct hub {
    const char *url;
    struct slice host; /* what messages call it */
    int64_t told;      /* the revision it knows of; -1: not read yet */
    int64_t next_ms;   /* not before, on the clock that only goes forward */
    unsigned tries;
};

struct websub {
    struct websub_options o;
    struct hub hubs[WEBSUB_HUBS_MAX];
    size_t count;
    uint64_t mark;
    int64_t newest;            /* revision that was seen last */
    int64_t first_ms, last_ms; /* when the burst began and went on; 0: there is none */
    bool marked, loaded, failing;
    pthread_t thread;
    atomic_bool stop; /* also ends the request that runs */
    pthread_mutex_t lock;
    pthread_cond_t wake;
};

/* ---- settings ---- */

/* The host of an http URL, NULL when it is none that can stand in a header and in XML. */
static const char *host_of(const char *url, size_t *n) {
    const char *host = text_starts(url, "https://")  ? url + 8
                       : text_starts(url, "http://") ? url + 7
                                                     : NULL;
    for (const char *c = url; *c != '\0'; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c >= 0x7f ||
            strchr("<>\"\\^`{|}", *c) != NULL)
            return NULL;
    if (host == NULL)
        return NULL;
    *n = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', *n);
    if (at != NULL) {
        *n -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    return *n > 0 ? host : NULL;
}

int websub_check(const char *const *hubs, struct error *err) {
    size_t n;
    for (size_t i = 0; hubs != NULL && hubs[i] != NULL; i++) {
        if (i == WEBSUB_HUBS_MAX)
            return error_set(err, "--websub-hub: %d hubs are enough", WEBSUB_HUBS_MAX);
        if (strlen(hubs[i]) > WEBSUB_URL_MAX || host_of(hubs[i], &n) == NULL)
            return error_set(err, "--websub-hub %.80s: an URL is needed, as https://hub.example/",
                             hubs[i]);
    }
    return 0;
}

/* ---- what hubs have been told ---- */

static int read_told(struct websub *w, struct error *err) {
    struct buf text;
    json_t *told = NULL;
    buf_init(&text, TOLD_MAX);
    int rc = setting_read(w->o.store, told_key, &text, err);
    if (rc == 1 && json_read(&told, buf_str(&text), text.len, NULL) != 0)
        told = NULL; /* as if it were not there: nobody is harmed */
    for (size_t i = 0; rc >= 0 && i < w->count; i++)
        w->hubs[i].told = json_get_int(told, w->hubs[i].url, -1);
    json_decref(told);
    buf_free(&text);
    return rc < 0 ? -1 : 0;
}

static int write_told(void *arg, struct db *db, struct error *err) {
    struct websub *w = arg;
    struct buf text;
    json_t *told = json_object();
    int bad = 0;
    buf_init(&text, TOLD_MAX);
    for (size_t i = 0; i < w->count; i++)
        bad |= json_put_int(told, w->hubs[i].url, w->hubs[i].told);
    bad |= json_write(&text, told);
    int rc =
        bad != 0 ? error_set(err, "out of memory") : setting_put(db, told_key, buf_str(&text), err);
    json_decref(told);
    buf_free(&text);
    return rc;
}

static void keep_told(struct websub *w) {
    struct error err = {0};
    if (writer_run(w->o.writer, write_told, w, &err) != WRITE_DONE)
        log_warn(w->o.log, "what WebSub hubs know could not be noted: %s", err.text);
}

/* Who is new here is told of what comes. */
static int load(struct websub *w, struct error *err) {
    bool fresh = false;
    if (read_told(w, err) != 0)
        return -1;
    for (size_t i = 0; i < w->count; i++) {
        fresh = fresh || w->hubs[i].told < 0;
        if (w->hubs[i].told < 0)
            w->hubs[i].told = w->newest;
    }
    if (fresh)
        keep_told(w);
    w->loaded = true;
    return 0;
}

/* ---- telling ---- */

struct talk {
    struct websub *w;
    const struct hub *hub;
    struct buf topics; /* addresses, each before a line end */
    size_t count;
    int64_t upto;
    int64_t end; /* of its patience, on the clock that only goes forward */
};

static int take_topic(void *arg, const char *url) {
    struct talk *t = arg;
    buf_puts(&t->topics, url);
    buf_putc(&t->topics, '\n');
    t->count++;
    return buf_ok(&t->topics) ? 0 : 1;
}

/* Collects what the hub does not know; the store is let go before anybody is asked. */
static int collect(struct talk *t, struct error *err) {
    struct websub *w = t->w;
    struct snapshot *site = NULL;
    struct db *db = store_reader(w->o.store, err);
    if (db == NULL)
        return -1;
    int rc = db_begin_read(db, err);
    if (rc == 0) {
        rc = change_revision(db, &t->upto, err);
        if (rc == 0)
            rc = w->o.site(w->o.arg, db, t->upto, &site, err);
        if (rc == 0 && !site->said)
            log_warn(w->o.log,
                     "WebSub hubs are not told of new posts: the site's address is not known, "
                     "--base-url says it");
        else if (rc == 0 && websub_topics(db, site, t->hub->told, take_topic, t, err) < 0)
            rc = -1;
        snapshot_unref(site);
        db_end_read(db);
    }
    store_reader_done(w->o.store, db);
    return rc;
}

static const char *advice(int status) {
    return status >= 300 && status < 400 ? ": it moved; --websub-hub should say where to"
           : status == 404               ? ": is --websub-hub right?"
                                         : "";
}

/* 0 taken, 1 refused for good, -1 try again. */
static int post(struct talk *t, const struct buf *body, struct error *err) {
    static const char *const headers[] = {"Content-Type: application/x-www-form-urlencoded", NULL};
    int status = 0;
    struct client_request q = {.method = "POST",
                               .url = t->hub->url,
                               .headers = headers,
                               .body = buf_str(body),
                               .len = body->len,
                               .timeout_s = ASK_S,
                               .stop = &t->w->stop};
    int rc = client_ask(&status, NULL, &q, err);
    if (rc != 0 || (status >= 200 && status < 300))
        return rc;
    error_set(err, "it answered %d%s", status, advice(status));
    return status >= 500 || status == 429 || status == 408 ? -1 : 1;
}

/* All of the topics, AT_ONCE in a request. */
static int tell(struct talk *t, struct error *err) {
    struct buf body;
    struct slice rest = slice_n(buf_str(&t->topics), t->topics.len), url;
    size_t n = 0;
    int rc = 0;
    buf_init(&body, BODY_MAX);
    while (rc == 0 && slice_next(&rest, '\n', &url)) {
        if (url.len > 0) {
            buf_puts(&body, n++ == 0 ? "hub.mode=publish&hub.url=" : "&hub.url=");
            text_url_query(&body, url.ptr, url.len);
        }
        if (n == 0 || (n < AT_ONCE && rest.len > 0))
            continue;
        rc = !buf_ok(&body)             ? error_set(err, "out of memory")
             : clock_mono_ms() > t->end ? error_set(err, "it takes too long for each feed")
                                        : post(t, &body, err);
        buf_clear(&body);
        n = 0;
    }
    buf_free(&body);
    return rc;
}

static int64_t pause_after(const struct websub *w, unsigned tries) {
    int64_t ms = w->o.pause_ms != 0 ? w->o.pause_ms : PAUSE_MS;
    for (unsigned i = 1; i < tries && ms < PAUSE_MAX_MS; i++)
        ms *= 3;
    return ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
}

static void settle(struct websub *w, struct hub *hub, const struct talk *t, int rc,
                   const struct error *err) {
    if (rc < 0 && atomic_load(&w->stop))
        return;
    if (rc < 0 && ++hub->tries < TRIES) {
        int64_t ms = pause_after(w, hub->tries);
        hub->next_ms = clock_mono_ms() + ms;
        if (hub->tries == 1)
            log_warn(w->o.log,
                     "the WebSub hub %.*s could not be told of new posts: %s. It is asked again",
                     (int)hub->host.len, hub->host.ptr, err->text);
        return;
    }
    if (rc != 0)
        log_warn(w->o.log, "the WebSub hub %.*s was not told of new posts: %s", (int)hub->host.len,
                 hub->host.ptr, err->text);
    else if (t->count > 0)
        log_info(w->o.log, "the WebSub hub %.*s was told of %zu feeds", (int)hub->host.len,
                 hub->host.ptr, t->count);
    hub->tries = 0;
    hub->next_ms = 0;
    hub->told = t->upto;
    keep_told(w);
}

static void tell_hub(struct websub *w, struct hub *hub) {
    struct error err = {0};
    struct talk t = {.w = w, .hub = hub, .end = clock_mono_ms() + TALK_MS};
    buf_init(&t.topics, BODY_MAX);
    int rc = collect(&t, &err);
    if (rc == 0)
        rc = tell(&t, &err);
    settle(w, hub, &t, rc, &err);
    buf_free(&t.topics);
}

/* ---- the thread ---- */

/* Notes whether something was published. -1: the store cannot be read now. */
static int look(struct websub *w, struct error *err) {
    uint64_t mark = 0;
    int64_t now = clock_mono_ms(), newest = 0;
    bool known = store_mark(w->o.store, &mark);
    if (w->loaded && known && w->marked && mark == w->mark)
        return 0;
    if (store_version(w->o.store, &newest, err) != 0)
        return -1;
    if (newest != w->newest) {
        w->newest = newest;
        w->last_ms = now;
        if (w->first_ms == 0)
            w->first_ms = now;
    }
    w->mark = mark;
    w->marked = known;
    return w->loaded ? 0 : load(w, err);
}

static bool is_settled(const struct websub *w, int64_t now) {
    return w->first_ms == 0 || now - w->last_ms >= SETTLE_MS || now - w->first_ms >= SETTLE_MAX_MS;
}

static void turn(struct websub *w) {
    struct error err = {0};
    bool failed = look(w, &err) != 0;
    if (failed && !w->failing)
        log_error(w->o.log, "WebSub: %s: hubs are told when that is over", err.text);
    w->failing = failed;
    if (failed || !is_settled(w, clock_mono_ms()))
        return;
    w->first_ms = 0;
    for (size_t i = 0; i < w->count && !atomic_load(&w->stop); i++)
        if (w->hubs[i].told != w->newest && clock_mono_ms() >= w->hubs[i].next_ms)
            tell_hub(w, &w->hubs[i]);
}

static void pause_thread(struct websub *w) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_nsec += (long)LOOK_MS * 1000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_mutex_lock(&w->lock);
    if (!atomic_load(&w->stop))
        pthread_cond_timedwait(&w->wake, &w->lock, &t);
    pthread_mutex_unlock(&w->lock);
}

static void *websub_main(void *arg) {
    struct websub *w = arg;
    while (!atomic_load(&w->stop)) {
        turn(w);
        pause_thread(w);
    }
    return NULL;
}

/* ---- open and close ---- */

static void websub_free(struct websub *w) {
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* Signals are for the main thread. */
static int start_thread(struct websub *w, struct error *err) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int bad = pthread_create(&w->thread, NULL, websub_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return bad == 0 ? 0 : error_set(err, "the thread for WebSub: %s", strerror(bad));
}

int websub_open(struct websub **out, const struct websub_options *o, struct error *err) {
    struct websub *w = calloc(1, sizeof *w);
    if (w == NULL)
        return error_set(err, "out of memory");
    w->o = *o;
    atomic_init(&w->stop, false);
    for (; w->count < WEBSUB_HUBS_MAX && o->hubs[w->count] != NULL; w->count++) {
        struct hub *h = &w->hubs[w->count];
        size_t n = 0;
        const char *host = host_of(o->hubs[w->count], &n);
        *h = (struct hub){.url = o->hubs[w->count], .host = slice_n(host, n), .told = -1};
    }
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, &clock);
    pthread_condattr_destroy(&clock);
    if (start_thread(w, err) != 0) {
        websub_free(w);
        return -1;
    }
    *out = w;
    return 0;
}

void websub_close(struct websub *w) {
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->stop, true);
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    websub_free(w);
}
