/* The one transaction of a publication: see publish.h. In order:
 *
 *   removed    a removed file's post is adopted by a new file of the same bytes or permalink (a rename keeps id and
 *              leaves a redirect), else its addresses say 410
 *   posts      in byte order of path: the new values move into place, addresses are claimed, entries move
 *   media, settings, taxonomies, sources
 *   home, counts, boundaries, names
 */
#include "store/commit.h"

#include "store/blob.h"
#include "store/lease.h"

#include <string.h>

static int commit_pending(struct commit *c, struct error *err) {
    for (size_t i = 0; i < c->p->pending_count; i++) {
        const struct pending *w = &c->p->pending[i];
        struct db_stmt *s = db_use(c->db, w->write_error ? SQL_SOURCE_SAY : SQL_SOURCE_STAMP, err);
        if (s == NULL)
            return -1;
        db_bind_text(s, 1, w->source.path);
        db_bind_text(s, 2, w->source.oid);
        db_bind_text(s, 3, w->source.stamp);
        if (w->write_error) {
            db_bind_int(s, 4, w->source.role);
            db_bind_text(s, 5, w->source.error);
        }
        if (db_run(s, err) != 0)
            return -1;
    }
    return 0;
}

static int commit_settings(struct commit *c, struct error *err) {
    for (size_t i = 0; i < c->p->settings.count; i++) {
        struct db_stmt *s = db_use(c->db, SQL_SETTING_PUT, err);
        if (s == NULL)
            return -1;
        db_bind_text(s, 1, c->p->settings.at[i].key);
        db_bind_text(s, 2, c->p->settings.at[i].value);
        if (db_run(s, err) != 0)
            return -1;
    }
    return c->p->settings.count > 0 ? touch_name(&c->touch, err, "site") : 0;
}

/* 1 when the taxonomies' pages in the database are just those of the publication. */
static int taxonomies_same(struct publication *p, struct db *db, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_TAXONOMY_ALL, err);
    if (s == NULL)
        return -1;
    size_t same = 0, count = 0;
    int rc;
    while ((rc = db_step(s, err)) == 1) {
        count++;
        for (size_t i = 0; i < p->taxonomies.count; i++)
            same += strcmp(db_text(s, 0), p->taxonomies.at[i].value) == 0 &&
                    strcmp(db_text(s, 1), p->taxonomies.at[i].key) == 0;
    }
    db_done(s);
    return rc < 0 ? -1 : same == p->taxonomies.count && count == same;
}

static int commit_taxonomies(struct commit *c, struct error *err) {
    int same = taxonomies_same(c->p, c->db, err);
    if (same != 0)
        return same < 0 ? -1 : 0;
    struct db_stmt *s = db_use(c->db, SQL_TAXONOMY_CLEAR, err);
    if (s == NULL || db_run(s, err) != 0)
        return -1;
    for (size_t i = 0; i < c->p->taxonomies.count; i++) {
        const struct pair *t = &c->p->taxonomies.at[i];
        enum address_kind kind;
        int64_t ref;
        int rc = commit_address_at(c, t->value, &kind, &ref, err);
        bool free_path =
            rc == 0 || kind == ADDRESS_GONE || kind == ADDRESS_REDIRECT || kind == ADDRESS_LIST;
        if (rc < 0 ||
            (free_path && commit_address_put(c, t->value, ADDRESS_TAXONOMY, 0, t->key, err) != 0))
            return -1;
    }
    return 0;
}

/* Nothing staged, nothing said: the transaction need not be. */
static int nothing_to_do(struct publication *p, struct error *err) {
    if (p->staged || p->pending_count > 0 || p->removed_count > 0 || p->settings.count > 0)
        return 0;
    struct db *db = store_reader(p->store, err);
    if (db == NULL)
        return -1;
    int same = taxonomies_same(p, db, err);
    store_reader_done(p->store, db);
    return same;
}

static int commit_all(struct commit *c, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_STAGED_MATCH, err);
    if (s == NULL || db_run(s, err) != 0 || commit_removed(c, err) != 0 ||
        commit_posts(c, err) != 0 || commit_media(c, err) != 0 || commit_pending(c, err) != 0 ||
        commit_settings(c, err) != 0 || commit_taxonomies(c, err) != 0 ||
        touch_home(&c->touch, c->p->home, err) != 0 || touch_finish(&c->touch, err) != 0)
        return -1;
    return c->media_went ? blobs_drop_unused(c->db, err) : 0;
}

static int commit_run(struct publication *p, publication_conflict_fn *fn, void *arg,
                      struct publication_result *out, struct error *err) {
    struct commit c = {.p = p, .conflict = fn, .arg = arg, .result = out};
    c.db = store_writer(p->store);
    int rc = db_begin(c.db, err);
    int64_t before = db_written(c.db);
    if (rc == 0)
        rc = lease_take(c.db, err);
    if (rc == 0)
        rc = touch_begin(&c.touch, c.db, p->options.now, err);
    if (rc == 0)
        rc = commit_all(&c, err);
    if (rc == 0 && p->options.strict && c.conflicts > 0)
        rc = 1;
    if (rc == 0)
        rc = lease_release(c.db, err);
    if (rc == 0)
        rc = db_commit(c.db, err);
    if (rc == 0) {
        out->rows_written = p->written + db_written(c.db) - before;
        out->revision = c.touch.rev;
    } else {
        db_rollback(c.db);
    }
    touch_free(&c.touch);
    store_writer_done(p->store);
    return rc;
}

int publication_commit(struct publication *p, publication_conflict_fn *fn, void *arg,
                       struct publication_result *out, struct error *err) {
    *out = (struct publication_result){0};
    int rc = publication_close_chunk(p, err);
    if (rc == 0)
        rc = nothing_to_do(p, err);
    if (rc == 1) {
        publication_end(p);
        return 0;
    }
    if (rc == 0)
        rc = commit_run(p, fn, arg, out, err);
    if (rc == 0)
        publication_end(p);
    else
        publication_abort(p);
    return rc;
}
