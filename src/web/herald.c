/* See herald.h. One thread; the lock is for its end only: all else is the thread's own. */
#include "web/herald.h"

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
    SETTLE_MAX_TIMES =
        10, /* a burst is over this many times the silence after it began, at the latest */
    PAUSE_MS = 2000,
    PAUSE_MAX_MS = 60 * 60 * 1000,
    TRIES = 12, /* with pauses of 2 s, 6 s, 18 s, ... an hour: about five hours */
    ASK_S = 10,
    TALK_MS = 60000, /* all requests of one turn: the others wait */
    AT_ONCE = 30,    /* feeds in one request */
    BODY_MAX = 1 << 20,
    TOLD_MAX = 64 * 1024
};

struct listener {
    const char *url;
    struct slice host; /* what messages call it */
    int64_t told;      /* the revision it knows of; -1: not read yet */
    int64_t next_ms;   /* not before, on the clock that only goes forward */
    unsigned tries;
};

struct herald {
    struct herald_options o;
    struct listener listeners[HERALD_MAX];
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

int herald_check(const char *const *urls, const char *option, struct error *err) {
    size_t n;
    for (size_t i = 0; urls != NULL && urls[i] != NULL; i++) {
        if (i == HERALD_MAX)
            return error_set(err, "--%s: %d of them are enough", option, HERALD_MAX);
        if (strlen(urls[i]) > HERALD_URL_MAX || host_of(urls[i], &n) == NULL)
            return error_set(err, "--%s %.80s: an URL is needed, as https://host.example/", option,
                             urls[i]);
    }
    return 0;
}

/* ---- what they have been told ---- */

static int read_told(struct herald *w, struct error *err) {
    struct buf text;
    json_t *told = NULL;
    buf_init(&text, TOLD_MAX);
    int rc = setting_read(w->o.store, w->o.kind->key, &text, err);
    if (rc == 1 && json_read(&told, buf_str(&text), text.len, NULL) != 0)
        told = NULL; /* as if it were not there: nobody is harmed */
    for (size_t i = 0; rc >= 0 && i < w->count; i++)
        w->listeners[i].told = json_get_int(told, w->listeners[i].url, -1);
    json_decref(told);
    buf_free(&text);
    return rc < 0 ? -1 : 0;
}

static int write_told(void *arg, struct db *db, struct error *err) {
    struct herald *w = arg;
    struct buf text;
    json_t *told = json_object();
    int bad = 0;
    buf_init(&text, TOLD_MAX);
    for (size_t i = 0; i < w->count; i++)
        bad |= json_put_int(told, w->listeners[i].url, w->listeners[i].told);
    bad |= json_write(&text, told);
    int rc = bad != 0 ? error_set(err, "out of memory")
                      : setting_put(db, w->o.kind->key, buf_str(&text), err);
    json_decref(told);
    buf_free(&text);
    return rc;
}

static void keep_told(struct herald *w) {
    struct error err = {0};
    if (writer_run(w->o.writer, write_told, w, &err) != WRITE_DONE)
        log_warn(w->o.log, "what %ss know could not be noted: %s", w->o.kind->name, err.text);
}

/* Who is new here is told of what comes. */
static int load(struct herald *w, struct error *err) {
    bool fresh = false;
    if (read_told(w, err) != 0)
        return -1;
    for (size_t i = 0; i < w->count; i++) {
        fresh = fresh || w->listeners[i].told < 0;
        if (w->listeners[i].told < 0)
            w->listeners[i].told = w->newest;
    }
    if (fresh)
        keep_told(w);
    w->loaded = true;
    return 0;
}

/* ---- telling ---- */

struct talk {
    struct herald *w;
    const struct listener *to;
    struct buf items; /* each before a line end */
    size_t count;
    int64_t upto;
    int64_t end; /* of its patience, on the clock that only goes forward */
};

static int take_item(void *arg, const char *item) {
    struct talk *t = arg;
    buf_puts(&t->items, item);
    buf_putc(&t->items, '\n');
    t->count++;
    return buf_ok(&t->items) ? 0 : 1;
}

/* Collects what it does not know; the store is let go before anybody is asked. */
static int collect(struct talk *t, struct error *err) {
    struct herald *w = t->w;
    struct snapshot *site = NULL;
    struct db *db = NULL;
    if (store_read(w->o.store, &db, &t->upto, err) != 0)
        return -1;
    int rc = w->o.site(w->o.arg, db, t->upto, &site, err);
    if (rc == 0 && w->o.kind->needs_address && !site->said)
        log_warn(w->o.log,
                 "%ss are not told of new posts: the site's address is not known, "
                 "--base-url says it",
                 w->o.kind->name);
    else if (rc == 0 && w->o.kind->collect(db, site, t->to->told, take_item, t, err) < 0)
        rc = -1;
    snapshot_unref(site);
    store_reader_done(w->o.store, db);
    return rc;
}

/* Frees what it gives: NULL-ended, the kind's headers and the operator's. NULL when memory is out. */
static int make_headers(char *lines[HERALD_HEADERS + 2], const struct herald *w,
                        const struct buf *text) {
    const struct herald_kind *kind = w->o.kind;
    size_t count = 0;
    for (; count < HERALD_HEADERS && kind->headers[count] != NULL; count++)
        if (asprintf(&lines[count], "%s%s", kind->headers[count],
                     kind->in_headers ? buf_str(text) : "") < 0) {
            lines[count] = NULL;
            return -1;
        }
    if (w->o.header != NULL && (lines[count] = strdup(w->o.header)) == NULL)
        return -1;
    return 0;
}

static int refused(const struct herald_kind *kind, int status, struct error *err) {
    if (status >= 300 && status < 400)
        error_set(err, "it answered %d: it moved; --%s should say where to", status, kind->option);
    else if (status == 404)
        error_set(err, "it answered %d: is --%s right?", status, kind->option);
    else
        error_set(err, "it answered %d", status);
    return status >= 500 || status == 429 || status == 408 ? -1 : 1;
}

/* 0 taken, 1 refused for good, -1 try again. */
static int post(struct talk *t, const struct buf *text, struct error *err) {
    const struct herald_kind *kind = t->w->o.kind;
    char *headers[HERALD_HEADERS + 2] = {NULL};
    int status = 0, rc = -1;
    if (make_headers(headers, t->w, text) != 0) {
        error_set(err, "out of memory");
    } else {
        struct client_request q = {.method = "POST",
                                   .url = t->to->url,
                                   .headers = (const char *const *)headers,
                                   .body = kind->in_headers ? "" : buf_str(text),
                                   .len = kind->in_headers ? 0 : text->len,
                                   .timeout_s = ASK_S,
                                   .stop = &t->w->stop};
        rc = client_ask(&status, NULL, &q, err);
    }
    for (size_t i = 0; headers[i] != NULL; i++)
        free(headers[i]);
    if (rc != 0 || (status >= 200 && status < 300))
        return rc;
    return refused(kind, status, err);
}

/* All of the items, some in a request. */
static int tell(struct talk *t, struct error *err) {
    const struct herald_kind *kind = t->w->o.kind;
    struct buf text;
    struct slice rest = slice_n(buf_str(&t->items), t->items.len), item;
    size_t n = 0;
    int rc = 0;
    buf_init(&text, BODY_MAX);
    while (rc == 0 && slice_next(&rest, '\n', &item)) {
        if (item.len > 0)
            kind->add(&text, n++, item);
        if (n == 0 || (n < kind->at_once && text.len < kind->at_once_bytes && rest.len > 0))
            continue;
        rc = !buf_ok(&text)             ? error_set(err, "out of memory")
             : clock_mono_ms() > t->end ? error_set(err, "it takes too long for each request")
                                        : post(t, &text, err);
        buf_clear(&text);
        n = 0;
    }
    buf_free(&text);
    return rc;
}

static int64_t pause_after(const struct herald *w, unsigned tries) {
    int64_t ms = w->o.pause_ms != 0 ? w->o.pause_ms : PAUSE_MS;
    for (unsigned i = 1; i < tries && ms < PAUSE_MAX_MS; i++)
        ms *= 3;
    return ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS;
}

static void settle(struct herald *w, struct listener *to, const struct talk *t, int rc,
                   const struct error *err) {
    const struct herald_kind *kind = w->o.kind;
    if (rc < 0 && atomic_load(&w->stop))
        return;
    if (rc < 0 && ++to->tries < TRIES) {
        int64_t ms = pause_after(w, to->tries);
        to->next_ms = clock_mono_ms() + ms;
        if (to->tries == 1)
            log_warn(w->o.log, "the %s %.*s could not be told of new posts: %s. It is asked again",
                     kind->name, (int)to->host.len, to->host.ptr, err->text);
        return;
    }
    if (rc != 0)
        log_warn(w->o.log, "the %s %.*s was not told of new posts: %s", kind->name,
                 (int)to->host.len, to->host.ptr, err->text);
    else if (t->count > 0)
        log_info(w->o.log, "the %s %.*s was told of %zu %s", kind->name, (int)to->host.len,
                 to->host.ptr, t->count, kind->items);
    to->tries = 0;
    to->next_ms = 0;
    to->told = t->upto;
    keep_told(w);
}

static void tell_one(struct herald *w, struct listener *to) {
    struct error err = {0};
    struct talk t = {.w = w, .to = to, .end = clock_mono_ms() + TALK_MS};
    buf_init(&t.items, BODY_MAX);
    int rc = collect(&t, &err);
    if (rc == 0)
        rc = tell(&t, &err);
    settle(w, to, &t, rc, &err);
    buf_free(&t.items);
}

/* ---- the thread ---- */

/* Notes whether something was published. -1: the store cannot be read now. */
static int look(struct herald *w, struct error *err) {
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

static bool is_settled(const struct herald *w, int64_t now) {
    int64_t silence = w->o.kind->settle_ms;
    return w->first_ms == 0 || now - w->last_ms >= silence ||
           now - w->first_ms >= SETTLE_MAX_TIMES * silence;
}

static void turn(struct herald *w) {
    struct error err = {0};
    bool failed = look(w, &err) != 0;
    if (failed && !w->failing)
        log_error(w->o.log, "%s: %ss are told when that is over", err.text, w->o.kind->name);
    w->failing = failed;
    if (failed || !is_settled(w, clock_mono_ms()))
        return;
    w->first_ms = 0;
    for (size_t i = 0; i < w->count && !atomic_load(&w->stop); i++)
        if (w->listeners[i].told != w->newest && clock_mono_ms() >= w->listeners[i].next_ms)
            tell_one(w, &w->listeners[i]);
}

static void pause_thread(struct herald *w) {
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

static void *herald_main(void *arg) {
    struct herald *w = arg;
    while (!atomic_load(&w->stop)) {
        turn(w);
        pause_thread(w);
    }
    return NULL;
}

/* ---- open and close ---- */

static void herald_free(struct herald *w) {
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

/* Signals are for the main thread. */
static int start_thread(struct herald *w, struct error *err) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int bad = pthread_create(&w->thread, NULL, herald_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return bad == 0 ? 0 : error_set(err, "the thread that tells others: %s", strerror(bad));
}

int herald_open(struct herald **out, const struct herald_options *o, struct error *err) {
    struct herald *w = calloc(1, sizeof *w);
    if (w == NULL)
        return error_set(err, "out of memory");
    w->o = *o;
    atomic_init(&w->stop, false);
    for (; w->count < HERALD_MAX && o->urls[w->count] != NULL; w->count++) {
        struct listener *h = &w->listeners[w->count];
        size_t n = 0;
        const char *host = host_of(o->urls[w->count], &n);
        *h = (struct listener){.url = o->urls[w->count], .host = slice_n(host, n), .told = -1};
    }
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, &clock);
    pthread_condattr_destroy(&clock);
    if (start_thread(w, err) != 0) {
        herald_free(w);
        return -1;
    }
    *out = w;
    return 0;
}

void herald_close(struct herald *w) {
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    atomic_store(&w->stop, true);
    pthread_cond_signal(&w->wake);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    herald_free(w);
}
