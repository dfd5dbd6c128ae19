/* What is handed to a publication: posts and media go into the batch (batch.c), the rest waits in
 * memory, a few dozen bytes a file, for the final transaction (commit.c). */
#include "store/publish.h"

#include "base/unicode.h"
#include "store/leftover.h"
#include "store/publication.h"
#include "store/settings.h"

#include <stdlib.h>
#include <string.h>

/* Bounds of memory: what waits of names, what one batch may hold (a document of the largest size
 * and more). */
#define SAID_MAX ((size_t)1 << 30)
#define BATCH_MAX ((size_t)512 << 20)

static char *keep(struct publication *p, const char *s) {
    return arena_strdup(p->arena, s == NULL ? "" : s);
}

/* ---- begin and end ---- */

/* 1 when an earlier publication has left something, 0, -1: also when another process publishes. */
static int any_left(struct publication *p, struct error *err) {
    struct db *db = store_reader(p->store, err);
    if (db == NULL)
        return -1;
    int any = lease_ask(&p->lease, db, err);
    struct db_stmt *s = any == 0 ? db_use(db, SQL_STAGED_ANY, err) : NULL;
    if (s != NULL) {
        any = db_step(s, err);
        if (any == 1)
            any = (int)db_int(s, 0);
        db_done(s);
    } else {
        any = -1;
    }
    store_reader_done(p->store, db);
    return any;
}

enum { POSTS_A_STEP = 2000 };

static int run_limited(struct db *db, enum sql_statement name, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, POSTS_A_STEP);
    return db_run(s, err);
}

static int run_plain(struct db *db, enum sql_statement name, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    return s == NULL ? -1 : db_run(s, err);
}

/* One transaction: takes staged rows away, their bodies and blobs become leftovers. 1 when more may
 * be left, 0, -1. */
static int clear_some(struct publication *p, struct db *db, struct error *err) {
    if (db_begin(db, err) != 0)
        return -1;
    int rc = lease_take(&p->lease, db, err);
    if (rc == 0)
        rc = run_limited(db, SQL_STAGED_BODIES_LEAVE, err);
    if (rc == 0)
        rc = run_limited(db, SQL_STAGED_POSTS_DROP, err);
    bool more = rc == 0 && db_changed(db) > 0;
    if (rc == 0)
        rc = run_plain(db, SQL_STAGED_BLOBS_LEAVE, err);
    if (rc == 0)
        rc = run_plain(db, SQL_STAGED_MEDIA_DROP, err);
    if (rc == 0 && !more)
        rc = lease_drop(&p->lease, db, err);
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0)
        db_rollback(db);
    p->lease.held = rc == 0 && more;
    return rc != 0 ? -1 : more;
}

/* Takes away what a publication that never ended has left. */
static int clear_staged(struct publication *p, struct error *err) {
    int rc;
    do {
        struct db *db = store_writer(p->store);
        rc = clear_some(p, db, err);
        store_writer_done(p->store);
    } while (rc == 1);
    p->staged = false;
    return rc == 0 ? leftover_clear(p->store, err) : rc;
}

/* What home shows: a text that touch_home understands. */
static char *home_of(const struct publication_options *o) {
    struct buf b;
    buf_init(&b, 64 * 1024);
    if (o->main_section_count > 0) {
        buf_putc(&b, '\n');
        for (size_t i = 0; i < o->main_section_count; i++) {
            unicode_urlize(&b, o->main_sections[i], strlen(o->main_sections[i]), false);
            buf_putc(&b, '\n');
        }
    } else if (!o->largest_section) {
        buf_putc(&b, '*');
    }
    return buf_ok(&b) && b.len == 0 ? strdup("") : buf_take(&b, NULL);
}

static void publication_free(struct publication *p) {
    arena_free(p->arena);
    arena_free(p->batch_arena);
    list_ids_free(p->lists);
    buf_free(&p->etag);
    free(p->home);
    free(p->pending);
    free(p->removed);
    free(p->settings.at);
    free(p->taxonomies.at);
    free(p);
}

/* NULL: out of memory. */
static struct publication *publication_new(struct store *store,
                                           const struct publication_options *o) {
    struct publication *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->store = store;
    p->options = *o;
    lease_init(&p->lease, "publish");
    p->batch_end = &p->batch_first;
    buf_init(&p->etag, BATCH_MAX);
    p->home = home_of(o);
    p->arena = arena_new(SAID_MAX);
    p->batch_arena = arena_new(BATCH_MAX);
    p->lists = list_ids_new(o->whole);
    if (p->arena != NULL) {
        p->options.change.commit = arena_strdup(p->arena, o->change.commit);
        p->options.change.author = arena_strdup(p->arena, o->change.author);
        p->options.change.message = arena_strdup(p->arena, o->change.message);
    }
    if (p->home == NULL || p->arena == NULL || p->batch_arena == NULL || p->lists == NULL) {
        publication_free(p);
        return NULL;
    }
    return p;
}

static void publication_end(struct publication *p) {
    store_published(p->store);
    publication_free(p);
}

int publication_begin(struct publication **out, struct store *store,
                      const struct publication_options *o, struct error *err) {
    struct publication *p = publication_new(store, o);
    if (p == NULL)
        return error_set(err, "out of memory");
    if (!store_publishing(store, o->patience_ms)) {
        publication_free(p);
        return error_set(err, "an import is running in this process already");
    }
    int left = any_left(p, err);
    if (left < 0 || (left > 0 && clear_staged(p, err) != 0)) {
        publication_end(p);
        return -1;
    }
    *out = p;
    return 0;
}

void publication_abort(struct publication *p) {
    if (p == NULL)
        return;
    if (p->staged)
        (void)clear_staged(p, NULL); /* else the next publication does it */
    publication_end(p);
}

void publication_finish(struct publication *p, publication_finish_fn *fn, void *arg) {
    p->finish = fn;
    p->finish_arg = arg;
}

int publication_serial(struct db *db, int64_t *serial, struct error *err) {
    struct buf value;
    buf_init(&value, 32);
    int rc = setting_get(db, "serial", &value, err);
    *serial = rc == 1 ? strtoll(buf_str(&value), NULL, 10) : 1;
    buf_free(&value);
    return rc < 0 ? -1 : 0;
}

int publication_post(struct publication *p, const struct post_record *r, struct error *err) {
    return batch_post(p, r, err);
}

/* ---- what waits in memory ---- */

static int grow(void **at, size_t *cap, size_t count, size_t size, struct error *err) {
    if (count < *cap)
        return 0;
    size_t more = *cap == 0 ? 64 : *cap * 2;
    void *bigger = realloc(*at, more * size);
    if (bigger == NULL)
        return error_set(err, "out of memory");
    *at = bigger;
    *cap = more;
    return 0;
}

static int add_pending(struct publication *p, const struct source *s, bool write_error,
                       struct error *err) {
    if (grow((void **)&p->pending, &p->pending_cap, p->pending_count, sizeof *p->pending, err) != 0)
        return -1;
    struct pending *w = &p->pending[p->pending_count];
    *w = (struct pending){.source = *s, .write_error = write_error};
    w->source.path = keep(p, s->path);
    w->source.oid = keep(p, s->oid);
    w->source.stamp = keep(p, s->stamp);
    w->source.error = s->error == NULL ? NULL : keep(p, s->error);
    if (w->source.path == NULL || w->source.oid == NULL || w->source.stamp == NULL)
        return error_set(err, "out of memory");
    p->pending_count++;
    return 0;
}

int publication_refused(struct publication *p, const struct source *s, struct error *err) {
    return add_pending(p, s, true, err);
}

int publication_touched(struct publication *p, const struct source *s, struct error *err) {
    return add_pending(p, s, false, err);
}

int publication_source(struct publication *p, const struct source *s, struct error *err) {
    return add_pending(p, s, true, err);
}

int publication_removed(struct publication *p, const char *path, struct error *err) {
    if (grow((void **)&p->removed, &p->removed_cap, p->removed_count, sizeof *p->removed, err) != 0)
        return -1;
    char *copy = keep(p, path);
    if (copy == NULL)
        return error_set(err, "out of memory");
    p->removed[p->removed_count++] = copy;
    return 0;
}

static int add_pair(struct publication *p, struct pairs *pairs, const char *key, const char *value,
                    struct error *err) {
    if (grow((void **)&pairs->at, &pairs->cap, pairs->count, sizeof *pairs->at, err) != 0)
        return -1;
    struct pair pair = {keep(p, key), keep(p, value)};
    if (pair.key == NULL || pair.value == NULL)
        return error_set(err, "out of memory");
    pairs->at[pairs->count++] = pair;
    return 0;
}

int publication_taxonomy(struct publication *p, const char *plural, const char *path,
                         struct error *err) {
    return add_pair(p, &p->taxonomies, plural, path, err);
}

int publication_setting(struct publication *p, const char *key, const char *value,
                        struct error *err) {
    return add_pair(p, &p->settings, key, value, err);
}
