/* Turns: wait; fetch the branch to a depth, more of it until every post's past is known as far as it is
 * wanted; read the log; for every version that the store does not know read the file, render it, write it. The
 * setting "history" says that it was done. What fails is tried again in ten minutes. */
#include "ingest/history.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "ingest/past.h"
#include "store/revisions.h"
#include "store/settings.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DONE_KEY "history"

enum { RETRY_S = 600, LOG_MAX = 32 << 20, AUTHOR_MAX = 128, MESSAGE_MAX = 256 };

struct history {
    struct history_options o;
    struct git *git;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool stop;
};

/* Sleeps; false when the server stops. */
static bool rest(struct history *h, int64_t seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&h->lock);
    while (!atomic_load(&h->stop) && pthread_cond_timedwait(&h->wake, &h->lock, &until) == 0) {
    }
    pthread_mutex_unlock(&h->lock);
    return !atomic_load(&h->stop);
}

/* ---- which versions there are ---- */

static int add_post(void *arg, const struct revision_post *r) {
    struct past *p = arg;
    struct past_post *more = realloc(p->posts, (p->post_count + 1) * sizeof *more);
    if (more == NULL)
        return -1;
    p->posts = more;
    p->posts[p->post_count] = (struct past_post){.id = r->id, .whole = r->known >= p->keep};
    snprintf(p->posts[p->post_count].oid, sizeof p->posts[0].oid, "%s", r->oid);
    return json_object_set_new(p->paths, r->source, json_integer((json_int_t)p->post_count++));
}

static void past_free(struct past *p) {
    json_decref(p->paths);
    free(p->posts);
    free(p->versions);
    *p = (struct past){0};
}

static int read_posts(struct history *h, struct past *p, struct error *err) {
    *p = (struct past){.paths = json_object(), .keep = h->o.keep};
    struct db *db = store_reader(h->o.store, err);
    int rc = db == NULL ? -1 : revision_posts(db, add_post, p, err);
    store_reader_done(h->o.store, db);
    return rc;
}

/* The past to one depth. Versions point into log. */
static int read_past(struct history *h, struct past *p, struct buf *log, struct error *err) {
    struct buf shallow;
    buf_init(&shallow, 2 << 20);
    past_free(p);
    buf_clear(log);
    int rc = read_posts(h, p, err);
    if (rc == 0)
        rc = git_log(h->git, log, err);
    if (rc == 0)
        rc = git_shallow(h->git, &shallow, err);
    if (rc == 0)
        rc = past_read(p, log, buf_str(&shallow), err);
    for (size_t i = 0; rc == 0 && shallow.len == 0 && i < p->post_count; i++)
        p->posts[i].whole = true; /* there is no more */
    buf_free(&shallow);
    return rc;
}

/* Deeper and deeper. That there is too much to go on is no failure: what was fetched is what there is. */
static int fetch_past(struct history *h, struct past *p, struct buf *log, struct error *err) {
    static const unsigned depths[] = {100, 1000, 10000};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof depths / sizeof depths[0]; i++) {
        if (git_fetch_past(h->git, depths[i], err) != 0) {
            if (i == 0 || atomic_load(&h->stop))
                return -1;
            log_info(h->o.log, "history: no more than %u commits back: %s", depths[i - 1],
                     err->text);
            return 0;
        }
        rc = read_past(h, p, log, err);
        if (rc == 0 && past_is_whole(p))
            break;
    }
    return rc;
}

/* ---- one version ---- */

struct version {
    struct history *h;
    struct revision_draft draft;
    bool name_only;
    char author[AUTHOR_MAX], message[MESSAGE_MAX];
    struct buf source;
    struct document doc;
    bool rendered;
};

static int write_version(void *arg, struct db *db, struct error *err) {
    const struct version *v = arg;
    if (v->name_only)
        return revision_name(db, &v->draft, err);
    if (revision_put(db, &v->draft, err) != 0)
        return -1;
    return revision_prune(db, v->draft.post, v->h->o.keep, err);
}

static bool is_shown(const struct document *d) {
    return !json_get_bool(d->meta, "draft", false);
}

/* 1 when there is something to write, 0 when it is left out, -1 when git fails. */
static int render_version(struct history *h, struct version *v, const char *name,
                          const json_t *options, struct error *err) {
    struct error why = {0};
    int rc = git_read_blob(h->git, v->draft.oid, &v->source, err);
    if (rc != 1)
        return rc;
    struct render_request q = {.kind = RENDER_POST,
                               .path = name,
                               .source = buf_str(&v->source),
                               .len = v->source.len,
                               .options = options};
    if (renderer_run(h->o.renderer, &q, &v->doc, &why) != 0) {
        log_debug(h->o.log, "history: %s is left out: %s", v->draft.oid, why.text);
        return 0;
    }
    v->rendered = true;
    v->draft.title = json_get_string(v->doc.meta, "title", "");
    v->draft.html = v->doc.html;
    v->draft.html_len = v->doc.html_len;
    v->draft.markdown = buf_str(&v->source);
    v->draft.markdown_len = v->source.len;
    return is_shown(&v->doc);
}

static int state_of(struct history *h, const struct revision_draft *d, struct error *err) {
    struct db *db = store_reader(h->o.store, err);
    int state = db == NULL ? -1 : revision_known(db, d->post, d->oid, err);
    store_reader_done(h->o.store, db);
    return state;
}

/* 1 when it was added, 0 when not, -1. */
static int take_version(struct history *h, const struct past *p, const struct past_version *pv,
                        const json_t *options, struct error *err) {
    const struct past_post *post = &p->posts[pv->post];
    struct version v = {.h = h,
                        .draft = {.post = post->id,
                                  .oid = pv->oid,
                                  .commit = pv->commit,
                                  .author = v.author,
                                  .message = v.message,
                                  .at = pv->at}};
    unicode_line(v.author, sizeof v.author, pv->author, strlen(pv->author));
    unicode_line(v.message, sizeof v.message, pv->message, strlen(pv->message));
    buf_init(&v.source, h->o.max_post);
    int state = state_of(h, &v.draft, err), rc = state < 0 ? -1 : state != REVISION_NAMED;
    v.name_only = state == REVISION_NAMELESS;
    if (state == REVISION_UNKNOWN && strcmp(post->oid, pv->oid) != 0)
        rc = render_version(h, &v, pv->name, options, err);
    if (rc == 1 && store_transaction(h->o.store, write_version, &v, err) != 0)
        rc = -1;
    if (v.rendered)
        document_free(&v.doc);
    buf_free(&v.source);
    return rc;
}

/* ---- the whole ---- */

/* As the site has its posts rendered, which the last publication has written down; else the renderer's own ways.
 * NULL: out of memory. */
static json_t *render_options(struct history *h) {
    struct buf text;
    json_t *options = NULL;
    buf_init(&text, 4 << 20);
    if (setting_read(h->o.store, "render_options", &text, NULL) != 1 ||
        json_read(&options, buf_str(&text), text.len, NULL) != 0)
        options = json_object();
    buf_free(&text);
    return options;
}

static int mark_done(void *arg, struct db *db, struct error *err) {
    (void)arg;
    return setting_put(db, DONE_KEY, "1", err);
}

static int take_all(struct history *h, const struct past *p, struct error *err) {
    json_t *options = render_options(h);
    size_t added = 0;
    int rc = options == NULL ? error_set(err, "out of memory") : 0;
    for (size_t i = 0; rc >= 0 && i < p->count && !atomic_load(&h->stop); i++) {
        rc = take_version(h, p, &p->versions[i], options, err);
        added += rc == 1;
    }
    json_decref(options);
    if (rc < 0 || atomic_load(&h->stop))
        return -1;
    log_info(h->o.log, "history: %zu versions of %zu posts are known now", added, p->post_count);
    return store_transaction(h->o.store, mark_done, h, err);
}

static int fill(struct history *h, struct error *err) {
    struct past past = {0};
    struct buf log;
    buf_init(&log, LOG_MAX);
    int rc = git_begin(h->git, err);
    if (rc == 0)
        rc = fetch_past(h, &past, &log, err);
    if (rc == 0)
        rc = take_all(h, &past, err);
    git_end(h->git);
    past_free(&past);
    buf_free(&log);
    if (rc == 0)
        git_forget(h->git);
    return rc;
}

struct clearing {
    int64_t deleted;
};

static int clear_some(void *arg, struct db *db, struct error *err) {
    struct clearing *c = arg;
    return revision_clear_some(db, &c->deleted, err) != 0 ? -1 : setting_drop(db, DONE_KEY, err);
}

static int clear(struct history *h, struct error *err) {
    struct clearing c = {0};
    do
        if (store_transaction(h->o.store, clear_some, &c, err) != 0)
            return -1;
    while (c.deleted > 0 && !atomic_load(&h->stop));
    return 0;
}

/* Something was published from a commit, and its past was not read yet. */
static bool is_wanted(struct history *h) {
    struct buf value;
    buf_init(&value, 256);
    bool wanted = setting_read(h->o.store, "applied_commit", &value, NULL) == 1 &&
                  setting_read(h->o.store, DONE_KEY, &value, NULL) == 0;
    buf_free(&value);
    return wanted;
}

static void *history_main(void *arg) {
    struct history *h = arg;
    int64_t pause = h->o.delay_s;
    while (rest(h, pause)) {
        struct error err = {0};
        pause = 5;
        bool none = h->o.keep == 0;
        if (!none && !is_wanted(h))
            continue;
        int rc = none ? clear(h, &err) : fill(h, &err);
        if (rc == 0)
            break;
        pause = RETRY_S;
        if (!atomic_load(&h->stop))
            log_warn(h->o.log, "history: %s: tried again in %d minutes", err.text, RETRY_S / 60);
    }
    return NULL;
}

static void history_free(struct history *h) {
    git_close(h->git);
    pthread_cond_destroy(&h->wake);
    pthread_mutex_destroy(&h->lock);
    free(h);
}

int history_start(struct history **out, const struct history_options *o, struct error *err) {
    struct history *h = calloc(1, sizeof *h);
    if (h == NULL)
        return error_set(err, "out of memory");
    h->o = *o;
    h->o.git.stop = &h->stop;
    atomic_init(&h->stop, false);
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->wake, NULL);
    sigset_t all, before;
    int rc = git_open(&h->git, &h->o.git, err);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (rc == 0 && pthread_create(&h->thread, NULL, history_main, h) != 0)
        rc = error_set(err, "a thread for the posts' history could not be started");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        history_free(h);
        return -1;
    }
    *out = h;
    return 0;
}

void history_stop(struct history *h) {
    if (h == NULL)
        return;
    pthread_mutex_lock(&h->lock);
    atomic_store(&h->stop, true);
    pthread_cond_signal(&h->wake);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    history_free(h);
}
