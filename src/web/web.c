/* The web room's own state: which site is the present one, and a visit's way in and out.
 *
 * Rules. A visit that needs the store stands in a read transaction first and then takes the site of
 * that very revision, so that a page never mixes two publications. The present site is replaced by
 * whoever first sees a newer revision; a visit that began earlier keeps its own. The mutex guards
 * two pointers and is held for a few instructions.
 *
 * Every failure ends here: 500 with the request's id for the reader, the reason for the log. */
#include "web/web.h"

#include "web/api.h"
#include "web/events.h"
#include "web/ghost.h"
#include "web/kept.h"
#include "web/limited.h"
#include "web/purge.h"
#include "web/visit.h"
#include "web/websub.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_BYTES = 16384, MODEL_MAX = 256 << 20 };
enum { ARENAS = 16, ARENA_KEPT = 256 << 10 };

struct web {
    struct store *store;
    struct writer *writer;
    const struct web_hooks *hooks;
    struct log *log;
    struct limits *limits;
    const struct web_authoring *authoring;
    struct jobs *jobs;
    const char *const *ghost_keys;
    struct events *events;
    struct kept *kept;
    struct herald *hubs_told, *caches_told; /* NULL: there are none */
    char *hubs[HERALD_MAX + 1], *caches[HERALD_MAX + 1], *purge_header;
    char *theme_dir;
    struct snapshot_options base;
    char *base_url, *fallback_url, *edit_url;
    atomic_bool draining;
    pthread_mutex_t lock; /* theme, site */
    struct theme *theme;
    struct snapshot *site;
    struct arena *arenas[ARENAS]; /* for the next visits, under lock, too */
    size_t arena_count;
};

static char *copy(const char *s) {
    return s == NULL || *s == '\0' ? NULL : strdup(s);
}

static struct snapshot *present(struct web *w) {
    pthread_mutex_lock(&w->lock);
    struct snapshot *s = snapshot_ref(w->site);
    pthread_mutex_unlock(&w->lock);
    return s;
}

/* An arena that an earlier visit has left, or a new one; NULL when memory is out. */
static struct arena *borrow_arena(struct web *w) {
    pthread_mutex_lock(&w->lock);
    struct arena *a = w->arena_count > 0 ? w->arenas[--w->arena_count] : NULL;
    pthread_mutex_unlock(&w->lock);
    return a != NULL ? a : arena_new(MODEL_MAX);
}

static void give_arena_back(struct web *w, struct arena *a) {
    if (a == NULL)
        return;
    arena_reset(a);
    if (arena_held(a) <= ARENA_KEPT) {
        pthread_mutex_lock(&w->lock);
        if (w->arena_count < ARENAS) {
            w->arenas[w->arena_count++] = a;
            a = NULL;
        }
        pthread_mutex_unlock(&w->lock);
    }
    arena_free(a);
}

/* The site at `revision` as db sees it: the present one when it is that, else read and, when newer,
 * made the present one. The caller owns the reference. */
static int site_at(struct web *w, struct db *db, int64_t revision, struct snapshot **out,
                   struct error *err) {
    pthread_mutex_lock(&w->lock);
    struct snapshot *s = w->site->revision == revision ? snapshot_ref(w->site) : NULL;
    struct theme *theme = theme_ref(w->theme);
    pthread_mutex_unlock(&w->lock);
    int rc = 0;
    if (s == NULL && (rc = snapshot_read(&s, db, revision, theme, &w->base, err)) == 0) {
        struct snapshot *old = NULL;
        pthread_mutex_lock(&w->lock);
        if (revision > w->site->revision && w->theme == theme) {
            old = w->site;
            w->site = snapshot_ref(s);
        }
        pthread_mutex_unlock(&w->lock);
        snapshot_unref(old);
    }
    theme_unref(theme);
    *out = s;
    return rc;
}

static int read_site(struct web *w, struct theme *theme, struct snapshot **out, struct error *err) {
    struct db *db = NULL;
    int64_t revision = 0;
    if (store_read(w->store, &db, &revision, err) != 0)
        return -1;
    int rc = snapshot_read(out, db, revision, theme, &w->base, err);
    store_reader_done(w->store, db);
    return rc;
}

static struct snapshot *site_of_events(void *arg) {
    return present(arg);
}

static int open_events(struct web *w, unsigned most, struct error *err) {
    const struct events_options o = {
        .store = w->store, .log = w->log, .most = most, .site = site_of_events, .arg = w};
    return events_open(&w->events, &o, err);
}

static int copy_urls(char *to[HERALD_MAX + 1], const char *const *urls,
                     const struct herald_kind *kind, struct error *err) {
    if (herald_check(urls, kind->option, err) != 0)
        return -1;
    for (size_t i = 0; urls != NULL && urls[i] != NULL; i++)
        if ((to[i] = strdup(urls[i])) == NULL)
            return error_set(err, "out of memory");
    return 0;
}

static int site_of_heralds(void *arg, struct db *db, int64_t revision, struct snapshot **out,
                           struct error *err) {
    return site_at(arg, db, revision, out, err);
}

static int open_herald(struct herald **out, struct web *w, const struct herald_kind *kind,
                       char *const *urls, const char *header, struct error *err) {
    const struct herald_options o = {.kind = kind,
                                     .store = w->store,
                                     .writer = w->writer,
                                     .urls = (const char *const *)urls,
                                     .header = header,
                                     .site = site_of_heralds,
                                     .arg = w,
                                     .log = w->log};
    return urls[0] == NULL || w->writer == NULL ? 0 : herald_open(out, &o, err);
}

static int open_heralds(struct web *w, struct error *err) {
    return open_herald(&w->hubs_told, w, &websub_kind, w->hubs, NULL, err) != 0 ||
                   open_herald(&w->caches_told, w, &purge_kind, w->caches, w->purge_header, err) !=
                       0
               ? -1
               : 0;
}

int web_open(struct web **out, const struct web_options *o, struct error *err) {
    struct web *w = calloc(1, sizeof *w);
    if (w == NULL)
        return error_set(err, "the web room: out of memory");
    pthread_mutex_init(&w->lock, NULL);
    w->store = o->store;
    w->writer = o->writer;
    w->hooks = o->hooks;
    w->authoring = o->authoring;
    w->jobs = o->jobs;
    w->ghost_keys = o->ghost_keys;
    w->log = o->log;
    w->theme_dir = copy(o->theme);
    w->base_url = copy(o->base_url);
    w->fallback_url = copy(o->fallback_url);
    w->edit_url = copy(o->edit_url);
    w->base = (struct snapshot_options){w->base_url, w->fallback_url, w->edit_url,
                                        (const char *const *)w->hubs};
    const struct limits_options limits = {o->address_rate, o->token_rate};
    w->purge_header = copy(o->purge_header);
    const bool purged = o->caches != NULL && o->caches[0] != NULL;
    const struct kept_options kept = {o->store, o->log, o->cache_bytes, o->surrogate_keys || purged,
                                      purged};
    if (ghost_keys_check(o->ghost_keys, err) != 0 || limits_new(&w->limits, &limits, err) != 0 ||
        kept_open(&w->kept, &kept, err) != 0 ||
        copy_urls(w->hubs, o->hubs, &websub_kind, err) != 0 ||
        copy_urls(w->caches, o->caches, &purge_kind, err) != 0 ||
        theme_open(&w->theme, w->theme_dir, err) != 0 ||
        read_site(w, w->theme, &w->site, err) != 0 || open_events(w, o->max_readers, err) != 0 ||
        open_heralds(w, err) != 0) {
        web_close(w);
        return -1;
    }
    *out = w;
    return 0;
}

void web_close(struct web *w) {
    if (w == NULL)
        return;
    herald_close(w->hubs_told);
    herald_close(w->caches_told);
    events_close(w->events);
    snapshot_unref(w->site);
    theme_unref(w->theme);
    limits_free(w->limits);
    kept_close(w->kept);
    while (w->arena_count > 0)
        arena_free(w->arenas[--w->arena_count]);
    pthread_mutex_destroy(&w->lock);
    free(w->theme_dir);
    free(w->base_url);
    free(w->fallback_url);
    free(w->edit_url);
    for (size_t i = 0; i < HERALD_MAX; i++) {
        free(w->hubs[i]);
        free(w->caches[i]);
    }
    if (w->purge_header != NULL)
        explicit_bzero(w->purge_header, strlen(w->purge_header));
    free(w->purge_header);
    free(w);
}

int web_reload(struct web *w, struct error *err) {
    struct theme *theme = NULL;
    struct snapshot *site = NULL;
    if (theme_open(&theme, w->theme_dir, err) != 0)
        return -1;
    if (read_site(w, theme, &site, err) != 0) {
        theme_unref(theme);
        return -1;
    }
    pthread_mutex_lock(&w->lock);
    struct theme *old_theme = w->theme;
    struct snapshot *old_site = w->site;
    w->theme = theme;
    w->site = site;
    pthread_mutex_unlock(&w->lock);
    kept_clear(w->kept);
    snapshot_unref(old_site);
    theme_unref(old_theme);
    return 0;
}

void web_set_draining(struct web *w, bool draining) {
    atomic_store(&w->draining, draining);
    if (draining)
        events_end(w->events);
}

/* ---- a visit ---- */

struct store *visit_store(const struct visit *v) {
    return v->web->store;
}

struct log *visit_log(const struct visit *v) {
    return v->web->log;
}

struct jobs *visit_jobs(const struct visit *v) {
    return v->web->jobs;
}

const struct web_authoring *visit_authoring(const struct visit *v) {
    return v->web->authoring;
}

const char *const *visit_ghost_keys(const struct visit *v) {
    return v->web->ghost_keys;
}

struct limits *visit_limits(const struct visit *v) {
    return v->web->limits;
}

struct events *visit_events(const struct visit *v) {
    return v->web->events;
}

struct writer *visit_writer(const struct visit *v) {
    return v->web->writer;
}

const struct web_hooks *visit_hooks(const struct visit *v) {
    return v->web->hooks;
}

bool visit_draining(const struct visit *v) {
    return atomic_load(&v->web->draining);
}

/* The path without the base URL's own: a proxy in front may have taken it off already. */
static void set_path(struct visit *v) {
    const char *path = http_request_path(v->q);
    const char *prefix = v->site->prefix_raw;
    size_t n = strlen(prefix);
    bool below = n > 0 && strncmp(path, prefix, n) == 0 && (path[n] == '/' || path[n] == '\0');
    v->path = below ? path + n : path;
}

int visit_open(struct visit *v, struct error *err) {
    struct web *w = v->web;
    int64_t revision = 0;
    struct snapshot *site = NULL;
    if (store_read(w->store, &v->db, &revision, err) != 0)
        return -1;
    if (v->site->revision == revision)
        return 0;
    if (site_at(w, v->db, revision, &site, err) != 0) {
        visit_close(v);
        return -1;
    }
    snapshot_unref(v->site);
    v->site = site;
    set_path(v);
    return 0;
}

void visit_close(struct visit *v) {
    if (v->db == NULL)
        return;
    store_reader_done(v->web->store, v->db);
    v->db = NULL;
}

void visit_begin(struct visit *v, struct web *w, const struct http_request *q,
                 struct http_response *r) {
    *v = (struct visit){.web = w, .q = q, .r = r, .site = present(w), .arena = borrow_arena(w)};
    buf_init(&v->names, NAMES_BYTES);
    set_path(v);
}

void visit_end(struct visit *v) {
    visit_close(v);
    snapshot_unref(v->site);
    buf_free(&v->names);
    give_arena_back(v->web, v->arena);
}

/* Static text, since whatever would make a fine page may be what failed. */
static void failed(struct visit *v, const struct error *err) {
    const char *id = http_request_id(v->q);
    log_request(v->web->log, LOG_LEVEL_ERROR, id, "%s: %s", v->path,
                *err->text != '\0' ? err->text : "the view cannot be made: out of memory");
    char detail[160];
    snprintf(detail, sizeof detail, "something went wrong here. The log has the reason under %s.",
             id);
    answer_failure(v, 500, detail);
}

void web_handle(void *app, const struct http_request *q, struct http_response *r) {
    struct web *w = app;
    struct cache_fill *fill = NULL;
    bool data = kept_is_data(q);
    if (!data && kept_answer(w->kept, &fill, q, r))
        return;
    struct visit v;
    struct error err = {0};
    visit_begin(&v, w, q, r);
    int rc = limited_visit(&v);
    if (rc == 0 && data && kept_answer(w->kept, &fill, q, r)) {
        visit_end(&v);
        return;
    }
    v.nameless = !kept_wants_names(w->kept, fill);
    if (rc != 0)
        api_open_to_all(&v);
    else
        rc = routes_dispatch(&v, &err);
    if (rc < 0)
        failed(&v, &err);
    kept_finish(w->kept, fill, &v, rc >= 0);
    visit_end(&v);
}
