#include "web/events.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "store/events.h"
#include "store/store.h"
#include "web/link.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    LOOK_EVERY_MS = 25,
    BEAT_EVERY_MS = 15000,
    AT_ONCE = 100, /* events told one by one */
    LINES_MAX = 128 * 1024,
    TITLE_MAX = 300, /* bytes; a longer one is left out */
    RETRY_MS = 2000, /* and up to as much again, so that not all come back in the same moment */
};

struct events {
    struct events_options o;
    struct http_hub *hub;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t wake;
    pthread_t thread;
    bool started, stop;
    struct db *db;
    int64_t version; /* of the database, when it was looked at */
    int64_t last;    /* the newest event that was told */
    bool failing;    /* and the log has it */
};

/* ---- what is said ---- */

struct lines {
    struct buf text;
    const struct snapshot *site;
    size_t count;
    int64_t upto; /* events after it are not this reader's yet */
};

static void add_line(struct lines *l, const struct event *e) {
    json_t *o = json_object();
    int bad = json_put_int(o, "id", e->id);
    bad |= json_put_int(o, "at", e->at);
    bad |= json_put_string(o, "kind", e->kind);
    if (e->post != 0) {
        bad |= json_put_int(o, "post", e->post);
        bad |= link_put_path(o, "url", l->site, e->path);
        bad |= json_put_string(o, "title", strlen(e->title) <= TITLE_MAX ? e->title : NULL);
    }
    buf_printf(&l->text, "id: %lld\nevent: %s\ndata: ", (long long)e->id, e->kind);
    if (bad != 0 || json_write(&l->text, o) != 0)
        buf_puts(&l->text, "{}");
    buf_puts(&l->text, "\n\n");
    json_decref(o);
}

static int add_event(void *arg, const struct event *e) {
    struct lines *l = arg;
    if (e->id > l->upto)
        return 1;
    if (++l->count <= AT_ONCE)
        add_line(l, e);
    return l->count > AT_ONCE;
}

static void say_many(struct lines *l, int64_t id) {
    buf_clear(&l->text);
    add_line(l, &(struct event){.id = id, .at = clock_now(), .kind = "many"});
}

/* The events after `since` up to `upto`, as lines; nothing when there are none. */
static int collect(struct lines *l, struct db *db, int64_t since, int64_t upto, struct error *err) {
    l->count = 0;
    l->upto = upto;
    if (event_since(db, since, AT_ONCE + 1, add_event, l, err) < 0)
        return -1;
    if (l->count > AT_ONCE || !buf_ok(&l->text))
        say_many(l, upto);
    return 0;
}

/* ---- looking for news; with the lock held ---- */

static int look(struct events *e, struct error *err) {
    int64_t version, oldest, newest;
    if (db_version(e->db, &version, err) != 0)
        return -1;
    if (version == e->version)
        return 0;
    if (event_bounds(e->db, &oldest, &newest, err) != 0)
        return -1;
    if (newest != e->last) {
        struct lines l = {.site = e->o.site(e->o.arg)};
        buf_init(&l.text, LINES_MAX);
        int rc = newest < e->last ? 0 : collect(&l, e->db, e->last, newest, err);
        if (rc == 0 && l.text.len > 0)
            http_hub_send(e->hub, buf_str(&l.text), l.text.len);
        buf_free(&l.text);
        snapshot_unref((struct snapshot *)(uintptr_t)l.site);
        if (rc != 0)
            return -1;
        e->last = newest;
    }
    e->version = version;
    return 0;
}

/* A failure is told once, not forty times a second. */
static void look_again(struct events *e) {
    struct error err = {0};
    bool failed = look(e, &err) != 0;
    if (failed && !e->failing)
        log_error(e->o.log, "events: %s: open pages hear of nothing until that is over", err.text);
    e->failing = failed;
}

static struct timespec in_ms(int64_t ms) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    t.tv_sec += ms / 1000 + t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    return t;
}

static void *watch(void *arg) {
    struct events *e = arg;
    int64_t beat = clock_mono_ms() + BEAT_EVERY_MS;
    pthread_mutex_lock(&e->lock);
    while (!e->stop) {
        if (http_hub_readers(e->hub) == 0) {
            struct timespec t = in_ms(1000); /* the last may leave and the first come unseen */
            pthread_cond_timedwait(&e->wake, &e->lock, &t);
            continue;
        }
        struct timespec t = in_ms(LOOK_EVERY_MS);
        pthread_cond_timedwait(&e->wake, &e->lock, &t);
        if (!e->stop)
            look_again(e);
        if (clock_mono_ms() >= beat) {
            http_hub_send(e->hub, ":\n\n", 3);
            beat = clock_mono_ms() + BEAT_EVERY_MS;
        }
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

/* ---- open and close ---- */

int events_open(struct events **out, const struct events_options *o, struct error *err) {
    struct events *e = calloc(1, sizeof *e);
    int64_t oldest;
    if (e == NULL)
        return error_set(err, "events: out of memory");
    e->o = *o;
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->wake, NULL);
    if (http_hub_new(&e->hub, o->most, err) != 0 || (e->db = store_reader(o->store, err)) == NULL ||
        db_version(e->db, &e->version, err) != 0 ||
        event_bounds(e->db, &oldest, &e->last, err) != 0)
        goto fail;
    if (pthread_create(&e->thread, NULL, watch, e) != 0) {
        error_set(err, "a thread for events could not be started");
        goto fail;
    }
    e->started = true;
    *out = e;
    return 0;
fail:
    events_close(e);
    return -1;
}

void events_close(struct events *e) {
    if (e == NULL)
        return;
    if (e->started) {
        pthread_mutex_lock(&e->lock);
        e->stop = true;
        pthread_cond_signal(&e->wake);
        pthread_mutex_unlock(&e->lock);
        pthread_join(e->thread, NULL);
    }
    store_reader_done(e->o.store, e->db);
    http_hub_free(e->hub);
    pthread_cond_destroy(&e->wake);
    pthread_mutex_destroy(&e->lock);
    free(e);
}

void events_end(struct events *e) {
    static const char goodbye[] = "event: closing\ndata: {}\n\n";
    http_hub_send(e->hub, goodbye, sizeof goodbye - 1);
    http_hub_close(e->hub);
}

/* ---- a reader ---- */

/* The event that a reader had last, as it says; *known: nothing after it has been pruned. */
static int reader_had(struct db *db, enum events_from how, int64_t from, int64_t newest,
                      int64_t *had, bool *known, struct error *err) {
    int64_t oldest, last;
    *known = true;
    *had = newest;
    if (how == EVENTS_NEW)
        return 0;
    if (event_bounds(db, &oldest, &last, err) != 0)
        return -1;
    if (how == EVENTS_SINCE_TIME && event_before(db, from, &from, err) != 0)
        return -1;
    *had = from;
    *known = from <= newest && (from == newest || from + 1 >= oldest);
    return 0;
}

static int tell_missed(struct lines *l, struct store *store, enum events_from how, int64_t from,
                       int64_t newest, struct error *err) {
    struct db *db = store_reader(store, err);
    int64_t had;
    bool known;
    if (db == NULL)
        return -1;
    int rc = reader_had(db, how, from, newest, &had, &known, err);
    if (rc == 0 && !known)
        say_many(l, newest);
    else if (rc == 0 && had < newest)
        rc = collect(l, db, had, newest, err);
    store_reader_done(store, db);
    return rc;
}

int events_join(struct events *e, struct http_response *r, enum events_from how, int64_t from,
                struct error *err) {
    /* Where the stream stands, and the newest event told until there, belong together. */
    pthread_mutex_lock(&e->lock);
    int rc = look(e, err);
    uint64_t position = http_hub_position(e->hub);
    int64_t newest = e->last;
    pthread_mutex_unlock(&e->lock);
    if (rc != 0)
        return -1;
    struct lines l = {.site = e->o.site(e->o.arg)};
    struct buf first;
    uint16_t dice = 0;
    buf_init(&l.text, LINES_MAX);
    buf_init(&first, LINES_MAX + 256);
    digest_random(&dice, sizeof dice);
    buf_printf(&first, "retry: %d\n\n", RETRY_MS + dice % RETRY_MS);
    rc = how == EVENTS_NEW ? 0 : tell_missed(&l, e->o.store, how, from, newest, err);
    buf_append(&first, buf_str(&l.text), l.text.len);
    buf_printf(&first, "id: %lld\n\n", (long long)newest);
    if (rc == 0) {
        rc = http_hub_join(e->hub, r, position, buf_str(&first), first.len);
        if (rc < 0)
            error_set(err, "events: out of memory");
    }
    buf_free(&l.text);
    buf_free(&first);
    snapshot_unref((struct snapshot *)(uintptr_t)l.site);
    pthread_mutex_lock(&e->lock);
    pthread_cond_signal(&e->wake);
    pthread_mutex_unlock(&e->lock);
    return rc;
}
