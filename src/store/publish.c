/* Staging: see publish.h. What is staged:
 *
 *   a post    its body and search entry; a row of post with staged = 1, its memberships and aliases. For a file
 *             that has a post already, `replaces` names it: the final transaction moves the new
 *             values into the old row, so that a post keeps its id.
 *   media     the blob's rows, shared by content; a row of media with staged = 1
 *   the rest  in memory, a few dozen bytes a file
 *
 * Chunks end when they have taken CHUNK_US. */
#include "store/publish.h"

#include "base/clock.h"
#include "base/unicode.h"
#include "store/blob.h"
#include "store/lease.h"
#include "store/publication.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_US = 150 * 1000 };

static char *keep(struct publication *p, const char *s) {
    return arena_strdup(p->arena, s == NULL ? "" : s);
}

/* ---- chunks ---- */

int publication_chunk_open(struct publication *p, struct error *err) {
    if (p->db != NULL)
        return 0;
    struct db *db = store_writer(p->store);
    if (db_begin(db, err) != 0) {
        store_writer_done(p->store);
        return -1;
    }
    if (lease_take(db, err) != 0) {
        db_rollback(db);
        store_writer_done(p->store);
        return -1;
    }
    p->db = db;
    p->chunk_began = clock_mono_us();
    p->written -= db_written(db);
    return 0;
}

static void chunk_cancel(struct publication *p) {
    if (p->db == NULL)
        return;
    db_rollback(p->db);
    p->db = NULL;
    store_writer_done(p->store);
}

static int chunk_close(struct publication *p, struct error *err) {
    if (p->db == NULL)
        return 0;
    p->written += db_written(p->db);
    if (db_commit(p->db, err) != 0) {
        chunk_cancel(p);
        return -1;
    }
    p->db = NULL;
    store_writer_done(p->store);
    p->staged = true;
    return 0;
}

/* Ends the chunk when it has taken long enough; cancels it when the step failed. */
int publication_chunk_step(struct publication *p, int rc, struct error *err) {
    if (rc != 0) {
        chunk_cancel(p);
        return -1;
    }
    return clock_mono_us() - p->chunk_began >= CHUNK_US ? chunk_close(p, err) : 0;
}

/* ---- begin and end ---- */

static int run_named(struct db *db, enum sql_statement name, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    return s == NULL ? -1 : db_run(s, err);
}

static int any_staged(struct store *store, struct error *err) {
    struct db *db = store_reader(store, err);
    if (db == NULL)
        return -1;
    struct db_stmt *s = db_use(db, SQL_STAGED_ANY, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    int any = rc == 1 ? (int)db_int(s, 0) : rc;
    db_done(s);
    store_reader_done(store, db);
    return any;
}

/* Takes away what a publication that never ended has left. */
static int clear_staged(struct publication *p, struct error *err) {
    static const enum sql_statement steps[] = {SQL_STAGED_SEARCH_DROP, SQL_STAGED_POSTS_DROP,
                                               SQL_STAGED_BODIES_DROP, SQL_STAGED_MEDIA_DROP};
    int rc = any_staged(p->store, err);
    if (rc <= 0)
        return rc;
    if (publication_chunk_open(p, err) != 0)
        return -1;
    rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof steps / sizeof steps[0]; i++)
        rc = run_named(p->db, steps[i], err);
    if (rc == 0)
        rc = blobs_drop_unused(p->db, err);
    if (rc == 0)
        rc = lease_release(p->db, err);
    if (rc != 0) {
        chunk_cancel(p);
        return -1;
    }
    rc = chunk_close(p, err);
    p->staged = false;
    return rc;
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

int publication_begin(struct publication **out, struct store *store,
                      const struct publication_options *o, struct error *err) {
    struct publication *p = calloc(1, sizeof *p);
    if (p == NULL)
        return error_set(err, "out of memory");
    p->store = store;
    p->options = *o;
    p->home = home_of(o);
    p->arena = arena_new((size_t)1 << 30);
    if (p->home == NULL || p->arena == NULL) {
        publication_abort(p);
        return error_set(err, "out of memory");
    }
    if (clear_staged(p, err) != 0) {
        publication_abort(p);
        return -1;
    }
    p->written = 0;
    *out = p;
    return 0;
}

static void publication_free(struct publication *p) {
    arena_free(p->arena);
    free(p->home);
    free(p->pending);
    free(p->removed);
    free(p->settings.at);
    free(p->taxonomies.at);
    free(p);
}

void publication_abort(struct publication *p) {
    if (p == NULL)
        return;
    chunk_cancel(p);
    if (p->staged)
        (void)clear_staged(p, NULL);
    publication_free(p);
}

int publication_close_chunk(struct publication *p, struct error *err) {
    return chunk_close(p, err);
}

void publication_end(struct publication *p) {
    publication_free(p);
}

/* ---- posts ---- */

static int stage_body(struct publication *p, const struct post_record *r, int64_t *id,
                      struct error *err) {
    struct db_stmt *s = db_use(p->db, SQL_BODY_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, r->title);
    db_bind_text(s, 2, r->search_tags == NULL ? "" : r->search_tags);
    db_bind_textn(s, 3, r->text, r->text_len);
    db_bind_textn(s, 4, r->html, r->html_len);
    db_bind_text(s, 5, r->outline);
    db_bind_textn(s, 6, r->markdown, r->markdown_len);
    if (db_run(s, err) != 0)
        return -1;
    *id = db_last_id(p->db);
    s = db_use(p->db, SQL_SEARCH_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, *id);
    db_bind_text(s, 2, r->title);
    db_bind_text(s, 3, r->search_tags == NULL ? "" : r->search_tags);
    db_bind_textn(s, 4, r->text, r->text_len);
    return db_run(s, err);
}

static void bind_times(struct db_stmt *s, const struct publication_options *o,
                       const struct post_record *r) {
    /* publishDate where there is one, else the date: as Hugo counts. Without either it is always time. */
    int64_t from = r->publish_at != 0 ? r->publish_at : r->has_date ? r->published : INT64_MIN;
    if (o->future)
        from = INT64_MIN;
    int64_t until = o->expired || r->expire_at == 0 ? INT64_MAX : r->expire_at;
    db_bind_int(s, 2, r->draft && !o->drafts);
    db_bind_int(s, 3, from);
    db_bind_int(s, 4, until);
}

static void bind_words(struct db_stmt *s, const struct post_record *r) {
    db_bind_text(s, 5, r->source.path);
    db_bind_text(s, 6, r->source.oid);
    db_bind_text(s, 7, r->source.stamp);
    db_bind_text(s, 8, r->permalink);
    db_bind_text(s, 9, r->slug);
    db_bind_text(s, 10, r->section);
    db_bind_text(s, 11, r->title);
    db_bind_text(s, 12, r->summary == NULL ? "" : r->summary);
    db_bind_int(s, 13, r->truncated);
    db_bind_text(s, 14, r->description);
    db_bind_text(s, 24, r->layout);
    db_bind_text(s, 26, r->cover);
    db_bind_text(s, 27, r->terms);
    db_bind_text(s, 28, r->params);
}

static int stage_post(struct publication *p, const struct post_record *r, int64_t body, int64_t *id,
                      struct error *err) {
    struct db_stmt *s = db_use(p->db, SQL_POST_STAGE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)r->kind);
    bind_times(s, &p->options, r);
    bind_words(s, r);
    db_bind_int(s, 15, r->published);
    db_bind_int(s, 16, r->has_date);
    db_bind_int(s, 17, r->published_offset);
    db_bind_int(s, 18, r->updated);
    db_bind_int(s, 19, r->updated_offset);
    db_bind_int(s, 20, r->weight);
    db_bind_int(s, 21, r->words);
    db_bind_int(s, 22, r->minutes);
    if (r->toc >= 0)
        db_bind_int(s, 25, r->toc);
    db_bind_int(s, 29, r->weight != 0 ? r->weight : ENTRY_NO_WEIGHT);
    db_bind_int(s, 30, -r->published);
    db_bind_int(s, 31, entry_tie(r->title));
    db_bind_int(s, 32, body);
    if (db_run(s, err) != 0)
        return -1;
    *id = db_last_id(p->db);
    return 0;
}

/* The list's id, made when it is new. */
static int list_of(struct db *db, const struct list_key *k, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_ID_OF, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)k->kind);
    db_bind_text(s, 2, k->taxonomy);
    db_bind_text(s, 3, k->slug);
    int rc = db_step(s, err);
    if (rc == 1)
        *id = db_int(s, 0);
    db_done(s);
    if (rc != 0)
        return rc == 1 ? 0 : -1;
    s = db_use(db, SQL_LIST_MAKE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)k->kind);
    db_bind_text(s, 2, k->taxonomy);
    db_bind_text(s, 3, k->slug);
    db_bind_text(s, 4, k->name);
    db_bind_text(s, 5, k->path);
    if (db_run(s, err) != 0)
        return -1;
    *id = db_last_id(db);
    return 0;
}

static int stage_lists(struct publication *p, const struct post_record *r, int64_t post,
                       struct error *err) {
    for (size_t i = 0; i < r->list_count; i++) {
        int64_t list;
        if (list_of(p->db, &r->lists[i], &list, err) != 0)
            return -1;
        struct db_stmt *s = db_use(p->db, SQL_MEMBERSHIP_ADD, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, post);
        db_bind_int(s, 2, list);
        if (db_run(s, err) != 0)
            return -1;
    }
    for (size_t i = 0; i < r->alias_count; i++) {
        struct db_stmt *s = db_use(p->db, SQL_ALIAS_ADD, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, post);
        db_bind_text(s, 2, r->aliases[i]);
        if (db_run(s, err) != 0)
            return -1;
    }
    return 0;
}

int publication_post(struct publication *p, const struct post_record *r, struct error *err) {
    int64_t body, post;
    if (publication_chunk_open(p, err) != 0)
        return -1;
    int rc = stage_body(p, r, &body, err);
    if (rc == 0)
        rc = stage_post(p, r, body, &post, err);
    if (rc == 0)
        rc = stage_lists(p, r, post, err);
    return publication_chunk_step(p, rc, err);
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
