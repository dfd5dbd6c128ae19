#include "ingest/worker.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "ingest/watch.h"
#include "store/events.h"
#include "store/settings.h"
#include "store/tokens.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    RETRY_FIRST_MS = 1000,
    RETRY_MOST_MS = 60000,
    GIVE_UP_MS = 24 * 3600 * 1000,
    LOOKS_AT_ONCE = 3, /* then one every LOOK_EVERY_MS */
    LOOK_EVERY_MS = 100,
    QUIET_MS = 40, /* a watched folder is looked at when nothing happened for this long */
    LOUD_MS = 500, /* or, when it never is quiet, after this long */
    PRUNE_EVERY_MS = 3600 * 1000,
    EVENTS_KEPT = 100000,
};

struct worker {
    struct worker_options o;
    struct git *git; /* NULL: no repository */
    struct watch *watch;
    pthread_t thread;
    atomic_bool stop;
    int wake; /* eventfd */
    /* the thread's own; times are monotonic milliseconds */
    bool look_due;       /* a look of our own: at the start, after a sweep that found something */
    const char *due_why; /* its event */
    unsigned failures;   /* looks that failed one after another */
    int64_t retry_at;    /* no look before */
    int64_t sweep_at;
    int64_t prune_at;
    int64_t dirty_since, dirty_last; /* of the watched folder; 0: clean */
    double allowance;                /* looks that may be made at once */
    int64_t allowance_at;
    char refused[GIT_OID_MAX]; /* one that is beyond a limit: no sweep tries it again */
    char told[500];            /* the trouble that was logged last */
};

/* ---- how it went ---- */

static int put_trouble(void *arg, struct db *db, struct error *err) {
    const struct worker *w = arg;
    return setting_put(db, "repository_error", w->told, err);
}

/* The trouble is in the log once, and in the database for `platen status`. */
static void say_trouble(struct worker *w, const char *text) {
    if (strcmp(w->told, text) == 0)
        return;
    unicode_line(w->told, sizeof w->told, text, strlen(text));
    if (*text != '\0')
        log_warn(w->o.look.log, "%s", text);
    if (store_transaction(w->o.look.store, put_trouble, w, NULL) != 0)
        w->told[0] = '\0'; /* again next time */
}

static void went_well(struct worker *w) {
    w->failures = 0;
    w->retry_at = 0;
    say_trouble(w, "");
}

static void say_done(struct worker *w, const struct look *l) {
    const struct sync_result *r = &l->result;
    double ms = (double)(clock_mono_us() - l->began_us) / 1000.0;
    log_info(
        w->o.look.log,
        "%s%.10s: %zu added, %zu changed, %zu removed, %zu with errors in %.0f ms (fetch %.0f)",
        l->commit != NULL ? "commit " : "the folder", l->commit != NULL ? l->commit->oid : "",
        r->added, r->changed, r->removed, r->refused, ms, (double)l->fetch_us / 1000.0);
}

static void tell_host(struct worker *w, const struct look *l) {
    char text[300];
    const struct sync_result *r = &l->result;
    if (w->o.published == NULL || l->commit == NULL)
        return;
    if (r->refused > 0)
        snprintf(text, sizeof text, "%.280s", l->first_problem);
    else
        snprintf(text, sizeof text, "Live: %zu added, %zu changed, %zu removed", r->added,
                 r->changed, r->removed);
    w->o.published(w->o.published_arg, l->commit->oid, r->refused == 0, text, l->page);
}

static int64_t pause_of(unsigned failures) {
    int64_t ms = RETRY_FIRST_MS;
    for (unsigned i = 1; i < failures && ms < RETRY_MOST_MS; i++)
        ms *= 2;
    return ms < RETRY_MOST_MS ? ms : RETRY_MOST_MS;
}

struct retry {
    int64_t newest, pause;
    const char *why;
};

static int put_retry(void *arg, struct db *db, struct error *err) {
    const struct retry *r = arg;
    int64_t now = clock_now_ms();
    return delivery_retry(db, r->newest, now + r->pause, now - GIVE_UP_MS, now, r->why, err);
}

static void retry_deliveries(struct worker *w, const struct look *l, int64_t pause,
                             const char *why) {
    struct error err = {0};
    struct retry r = {l->delivery, pause, why};
    if (store_transaction(w->o.look.store, put_retry, &r, &err) != 0)
        log_error(w->o.look.log, "the deliveries' next try could not be noted: %s", err.text);
}

/* A tip that is beyond a limit is not fetched again by every sweep. */
static void remember_refused(struct worker *w) {
    char tip[GIT_OID_MAX];
    if (git_begin(w->git, NULL) == 0 && git_remote_tip(w->git, tip, NULL) == 0)
        snprintf(w->refused, sizeof w->refused, "%s", tip);
    git_end(w->git);
}

/* A look failed. Limits will be the same next time; everything else may get better. */
static void went_wrong(struct worker *w, struct look *l, const struct error *why) {
    struct error err = {0};
    bool final = w->git != NULL && git_fault(w->git) == GIT_FAULT_LIMIT;
    if (atomic_load(&w->stop))
        return; /* it was us: all stays as it is for the next start */
    char text[600];
    snprintf(text, sizeof text, "%s: %s", w->git != NULL ? git_url(w->git) : w->o.watch, why->text);
    say_trouble(w, text);
    w->failures++;
    int64_t pause = pause_of(w->failures);
    w->retry_at = clock_mono_ms() + pause;
    if (final) {
        remember_refused(w);
        if (look_settle(l, DELIVERY_FAILED, "", why->text, &err) != 0)
            log_error(w->o.look.log, "the failed delivery could not be noted: %s", err.text);
        if (w->o.published != NULL && l->commit != NULL)
            w->o.published(w->o.published_arg, l->commit->oid, false, why->text, "");
        return;
    }
    if (l->delivery > 0)
        retry_deliveries(w, l, pause, why->text);
    else {
        w->look_due = true;
        w->due_why = l->event;
    }
}

/* ---- looks ---- */

/* What the look's deliveries are told when the tip is that which a rollback left. */
static int settle_held(struct look *l, struct error *err) {
    char applied[GIT_OID_MAX];
    if (l->delivery == 0)
        return 0;
    return look_applied(l->o->store, applied, err) != 0
               ? -1
               : look_settle(l, DELIVERY_DONE, applied,
                             "held by a rollback: this commit was left (platen rollback --undo)",
                             err);
}

/* One look at the repository, which has been begun. 1: the tip is live, 0: a rollback holds. */
static int look_at_tip(struct look *l, struct git *g, struct git_commit *c, struct error *err) {
    char left[GIT_OID_MAX];
    if (look_fetch(l, g, NULL, c, err) != 0 || look_left(l->o->store, left, err) != 0)
        return -1;
    if (strcmp(left, c->oid) == 0)
        return settle_held(l, err) == 0 ? 0 : -1;
    int rc = look_commit(l, g, c, err);
    return rc == 0 ? 1 : -1;
}

static void look_repository(struct worker *w, struct look *l) {
    struct error err = {0};
    struct git_commit c = {0};
    int rc = -1;
    for (int turn = 0; turn < 2 && rc < 0; turn++) {
        rc = git_begin(w->git, &err);
        if (rc == 0)
            rc = look_at_tip(l, w->git, &c, &err);
        git_end(w->git);
        if (rc < 0 && git_fault(w->git) != GIT_FAULT_CACHE)
            break;
    }
    if (rc < 0) {
        went_wrong(w, l, &err);
        return;
    }
    went_well(w);
    if (rc == 1 && l->id != 0) {
        say_done(w, l);
        tell_host(w, l);
    }
    git_tidy(w->git); /* readers see the new words already */
}

static void look_watched(struct worker *w, struct look *l) {
    struct error err = {0};
    if (look_folder(l, w->o.watch, &err) != 0) {
        went_wrong(w, l, &err);
        return;
    }
    went_well(w);
    if (l->id != 0)
        say_done(w, l);
}

static void look(struct worker *w, const char *event, const struct delivery_waiting *waiting) {
    struct look l;
    look_begin(&l, &w->o.look, event);
    if (waiting != NULL) {
        struct db *db = store_reader(w->o.look.store, NULL);
        l.delivery = waiting->newest;
        if (db != NULL && delivery_received(db, l.delivery, &l.received, NULL) != 0)
            l.received = 0;
        store_reader_done(w->o.look.store, db);
    }
    w->look_due = false;
    w->allowance -= 1;
    if (w->git != NULL)
        look_repository(w, &l);
    else
        look_watched(w, &l);
    look_end(&l);
}

static void sweep(struct worker *w) {
    struct error err = {0};
    char tip[GIT_OID_MAX] = "", applied[GIT_OID_MAX], left[GIT_OID_MAX];
    w->sweep_at = clock_mono_ms() + (int64_t)w->o.sweep_s * 1000;
    int rc = git_begin(w->git, &err);
    if (rc == 0)
        rc = git_remote_tip(w->git, tip, &err);
    git_end(w->git);
    if (rc == 0)
        rc = look_applied(w->o.look.store, applied, &err);
    if (rc == 0)
        rc = look_left(w->o.look.store, left, &err);
    if (rc != 0) {
        if (!atomic_load(&w->stop))
            say_trouble(w, err.text);
        return;
    }
    went_well(w);
    if (strcmp(tip, applied) != 0 && strcmp(tip, left) != 0 && strcmp(tip, w->refused) != 0) {
        w->look_due = true;
        w->due_why = "sweep";
    }
}

/* ---- housekeeping ---- */

struct pruning {
    const struct worker_options *o;
    int64_t deleted;
};

static int prune_some(void *arg, struct db *db, struct error *err) {
    struct pruning *p = arg;
    int64_t day = 24 * 3600, now = clock_now(), before = now - p->o->keep_days * day;
    if (delivery_prune(db, before * 1000, p->o->keep_deliveries, &p->deleted, err) != 0 ||
        event_prune(db, EVENTS_KEPT, before, err) != 0)
        return -1;
    return token_prune(db, now - 30 * day, err);
}

/* In steps, so that nobody waits long for the writer. */
static void prune(struct worker *w) {
    struct error err = {0};
    struct pruning p = {.o = &w->o};
    int rc;
    w->prune_at = clock_mono_ms() + PRUNE_EVERY_MS;
    do
        rc = store_transaction(w->o.look.store, prune_some, &p, &err);
    while (rc == 0 && p.deleted > 0 && !atomic_load(&w->stop));
    if (rc != 0)
        log_error(w->o.look.log, "old records could not be deleted: %s", err.text);
}

/* ---- the loop ---- */

static void refill_allowance(struct worker *w, int64_t now) {
    w->allowance += (double)(now - w->allowance_at) / LOOK_EVERY_MS;
    if (w->allowance > LOOKS_AT_ONCE)
        w->allowance = LOOKS_AT_ONCE;
    w->allowance_at = now;
}

static bool read_waiting(struct worker *w, struct delivery_waiting *out) {
    struct error err = {0};
    struct db *db = store_reader(w->o.look.store, &err);
    int rc = db == NULL ? -1 : delivery_waiting(db, out, &err);
    store_reader_done(w->o.look.store, db);
    if (rc != 0)
        log_error(w->o.look.log, "the waiting deliveries cannot be read: %s", err.text);
    return rc == 0 && out->count > 0;
}

static int64_t sooner(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* Looks for the deliveries that are due; else returns when to come again. */
static int64_t serve_deliveries(struct worker *w, int64_t now) {
    struct delivery_waiting waiting;
    if (w->git == NULL || !read_waiting(w, &waiting))
        return INT64_MAX;
    int64_t due = now + (waiting.due - clock_now_ms());
    if (due > now)
        return due;
    /* new ones during an outage do not make us ask the host more often than once a second */
    if (w->failures > 0 && now < w->retry_at)
        return sooner(w->retry_at, now + RETRY_FIRST_MS);
    if (w->allowance < 1)
        return now + 1 + (int64_t)((1 - w->allowance) * LOOK_EVERY_MS);
    look(w, "push", &waiting);
    return now;
}

static int64_t serve_own(struct worker *w, int64_t now) {
    if (!w->look_due)
        return INT64_MAX;
    if (now < w->retry_at)
        return w->retry_at;
    look(w, w->due_why, NULL);
    return now;
}

static int64_t serve_sweep(struct worker *w, int64_t now) {
    if (w->git == NULL || w->o.sweep_s == 0)
        return INT64_MAX;
    if (now < w->sweep_at)
        return w->sweep_at;
    if (w->look_due) /* is tried again anyway */
        w->sweep_at = now + (int64_t)w->o.sweep_s * 1000;
    else
        sweep(w);
    return now;
}

static int64_t serve_watch(struct worker *w, int64_t now) {
    if (w->watch == NULL)
        return INT64_MAX;
    if (watch_drain(w->watch)) {
        w->dirty_last = now;
        if (w->dirty_since == 0)
            w->dirty_since = now;
    }
    if (w->dirty_since == 0)
        return watch_fd(w->watch) < 0 ? now + 2000 : INT64_MAX;
    int64_t at = sooner(w->dirty_last + QUIET_MS, w->dirty_since + LOUD_MS);
    if (now < at)
        return at;
    w->dirty_since = 0;
    w->look_due = true;
    w->due_why = "watch";
    return now;
}

static int64_t serve_prune(struct worker *w, int64_t now) {
    if (now >= w->prune_at)
        prune(w);
    return w->prune_at;
}

static void wait_until(struct worker *w, int64_t at) {
    struct pollfd p[2] = {{.fd = w->wake, .events = POLLIN},
                          {.fd = w->watch != NULL ? watch_fd(w->watch) : -1, .events = POLLIN}};
    int64_t left = at - clock_mono_ms();
    if (left < 0)
        left = 0;
    if (poll(p, 2, left > 60000 ? 60000 : (int)left) > 0 && p[0].revents != 0) {
        uint64_t n;
        (void)!read(w->wake, &n, sizeof n);
    }
}

static void *worker_main(void *arg) {
    static int64_t (*const turns[])(struct worker *, int64_t) = {
        serve_deliveries, serve_watch, serve_own, serve_sweep, serve_prune};
    struct worker *w = arg;
    while (!atomic_load(&w->stop)) {
        int64_t now = clock_mono_ms(), next = INT64_MAX;
        refill_allowance(w, now);
        for (size_t i = 0; i < sizeof turns / sizeof turns[0] && !atomic_load(&w->stop); i++)
            next = sooner(next, turns[i](w, clock_mono_ms()));
        if (!atomic_load(&w->stop) && next > now)
            wait_until(w, next);
    }
    return NULL;
}

/* ---- start and stop ---- */

static void worker_free(struct worker *w) {
    watch_close(w->watch);
    git_close(w->git);
    if (w->wake >= 0)
        close(w->wake);
    free(w);
}

static int open_sources(struct worker *w, struct error *err) {
    w->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->wake < 0)
        return error_set(err, "no descriptors are left: %s", strerror(errno));
    if (*w->o.git.url != '\0') {
        w->o.git.stop = &w->stop;
        if (git_open(&w->git, &w->o.git, err) != 0)
            return -1;
    }
    if (*w->o.watch != '\0')
        return watch_open(&w->watch, w->o.watch, w->o.look.log, err);
    return 0;
}

int worker_start(struct worker **out, const struct worker_options *o, struct error *err) {
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL)
        return error_set(err, "out of memory");
    w->o = *o;
    w->wake = -1;
    atomic_init(&w->stop, false);
    w->allowance = LOOKS_AT_ONCE;
    w->allowance_at = clock_mono_ms();
    w->sweep_at = clock_mono_ms() + (int64_t)o->sweep_s * 1000;
    if (open_sources(w, err) != 0) {
        worker_free(w);
        return -1;
    }
    w->look_due = w->git != NULL || w->watch != NULL;
    w->due_why = "start";
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&w->thread, NULL, worker_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        worker_free(w);
        return error_set(err, "the worker's thread could not be started");
    }
    *out = w;
    return 0;
}

void worker_wake(struct worker *w) {
    uint64_t one = 1;
    (void)!write(w->wake, &one, sizeof one);
}

void worker_stop(struct worker *w) {
    if (w == NULL)
        return;
    atomic_store(&w->stop, true);
    worker_wake(w);
    pthread_join(w->thread, NULL);
    worker_free(w);
}
