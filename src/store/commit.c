/* The one transaction of a publication: see publish.h. In order:
 *
 *   removed     a removed file's post is taken over by a new file that is the same under another
 *               name, else it goes
 *   conflicts   whose permalink is another's is refused
 *   posts       in byte order of path: values move into place, list entries with them
 *   media, sources, settings, taxonomies
 *   addresses   every path that may mean something else now is settled
 *   home, counts, boundaries, names
 *
 * Bodies and blobs that nothing points at any more are deleted after it (leftover.c). */
#include "store/commit.h"

#include "store/leftover.h"
#include "store/settings.h"

#include <stdio.h>
#include <stdlib.h>
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
    for (size_t i = 0; i < c->p->settings.count; i++)
        if (setting_put(c->db, c->p->settings.at[i].key, c->p->settings.at[i].value, err) != 0)
            return -1;
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
            same += strcmp(db_text(s, 0), p->taxonomies.at[i].key) == 0 &&
                    strcmp(db_text(s, 1), p->taxonomies.at[i].value) == 0;
    }
    db_done(s);
    return rc < 0 ? -1 : same == p->taxonomies.count && count == same;
}

static int commit_run0(struct commit *c, enum sql_statement name, struct error *err) {
    struct db_stmt *s = db_use(c->db, name, err);
    return s == NULL ? -1 : db_run(s, err);
}

static int commit_taxonomies(struct commit *c, struct error *err) {
    int same = c->p->options.apart ? 1 : taxonomies_same(c->p, c->db, err);
    if (same != 0)
        return same < 0 ? -1 : 0;
    if (commit_run0(c, SQL_TAXONOMIES_GONE, err) != 0 ||
        commit_run0(c, SQL_TAXONOMY_CLEAR, err) != 0)
        return -1;
    for (size_t i = 0; i < c->p->taxonomies.count; i++) {
        const struct pair *t = &c->p->taxonomies.at[i];
        struct db_stmt *s = db_use(c->db, SQL_TAXONOMY_ADD, err);
        if (s == NULL)
            return -1;
        db_bind_text(s, 1, t->key);
        db_bind_text(s, 2, t->value);
        if (db_run(s, err) != 0 || touch_name(&c->touch, err, "taxonomy:%s", t->key) != 0)
            return -1;
    }
    return touch_name(&c->touch, err, "site");
}

/* 1 when home shows by the rule of the publication already. */
static int home_same(struct publication *p, struct db *db, struct error *err) {
    struct buf rule;
    buf_init(&rule, (size_t)1 << 20);
    int rc = setting_get(db, "home_rule", &rule, err);
    int same = rc < 0 ? -1 : strcmp(rc == 1 ? buf_str(&rule) : "*", p->home) == 0;
    buf_free(&rule);
    return same;
}

/* Nothing staged, nothing said: the transaction need not be. */
static int nothing_to_do(struct publication *p, struct error *err) {
    if (p->staged || p->batch_first != NULL || p->pending_count > 0 || p->removed_count > 0 ||
        p->settings.count > 0)
        return 0;
    struct db *db = store_reader(p->store, err);
    if (db == NULL)
        return -1;
    int same = taxonomies_same(p, db, err);
    if (same == 1)
        same = home_same(p, db, err);
    store_reader_done(p->store, db);
    return same;
}

/* Any page may name a list by its path. */
static int commit_lists(struct commit *c, struct error *err) {
    size_t moved = 0;
    if (list_ids_move(c->p->lists, c->db, &moved, err) != 0)
        return -1;
    return moved > 0 ? touch_name(&c->touch, err, "site") : 0;
}

/* Home by the rule of the publication, or by the one that is there. */
static int commit_home(struct commit *c, struct error *err) {
    struct buf rule;
    if (!c->p->options.apart)
        return touch_home(&c->touch, c->p->home, err);
    buf_init(&rule, (size_t)1 << 20);
    int rc = setting_get(c->db, "home_rule", &rule, err);
    if (rc >= 0)
        rc = touch_home(&c->touch, rc == 1 ? buf_str(&rule) : "*", err);
    buf_free(&rule);
    return rc;
}

/* A file whose bytes could not be read to their end has left a part of them. */
static int commit_undone(struct commit *c, struct error *err) {
    if (!c->p->staged && c->p->batch_first == NULL)
        return 0;
    if (commit_run0(c, SQL_STAGED_BLOBS_LEAVE, err) != 0)
        return -1;
    c->leftovers |= db_changed(c->db) > 0;
    return 0;
}

/* Nobody has published since the sources were read, and nobody who read before may after this. */
static int commit_serial(struct commit *c, struct error *err) {
    int64_t serial;
    char next[24];
    if (c->p->options.apart)
        return 0;
    if (publication_serial(c->db, &serial, err) != 0)
        return -1;
    if (c->p->options.seen != 0 && serial != c->p->options.seen)
        return error_set(err, "another import was published meanwhile: try again");
    c->first = serial == 1;
    snprintf(next, sizeof next, "%lld", (long long)serial + 1);
    return setting_put(c->db, "serial", next, err);
}

static int finish(struct publication *p, struct db *db, const struct publication_result *r,
                  struct error *err) {
    return p->finish == NULL ? 0 : p->finish(p->finish_arg, db, r, err);
}

static int commit_all(struct commit *c, struct error *err) {
    struct lease *lease = &c->p->lease;
    if (lease_take(lease, c->db, err) != 0 || commit_serial(c, err) != 0 ||
        batch_write_within(c->p, c->db, err) != 0 || touch_begin(&c->touch, c->db, err) != 0 ||
        commit_removed(c, err) != 0 || commit_conflicts(c, err) != 0 ||
        (c->stopped = c->p->options.strict && c->conflicts > 0) || commit_posts(c, err) != 0 ||
        commit_lists(c, err) != 0 || commit_media(c, err) != 0 || commit_undone(c, err) != 0 ||
        commit_pending(c, err) != 0 || commit_settings(c, err) != 0 ||
        commit_taxonomies(c, err) != 0 || commit_settle(c, err) != 0 ||
        commit_bodies(c, err) != 0 || commit_home(c, err) != 0 || touch_finish(&c->touch, err) != 0)
        return -1;
    c->result->revision = c->touch.rev;
    c->result->rows_written = c->p->written + db_written(c->db) - c->before;
    return finish(c->p, c->db, c->result, err) != 0 ? -1 : lease_drop(lease, c->db, err);
}

static int commit_run(struct commit *c, struct error *err) {
    c->db = store_writer(c->p->store);
    int rc = db_begin(c->db, err);
    c->before = db_written(c->db);
    if (rc == 0)
        rc = commit_all(c, err);
    if (rc != 0 && c->stopped) {
        error_set(err, "%zu files claim a permalink that another one has: nothing was published",
                  c->conflicts);
        rc = 1;
    }
    if (rc == 0)
        rc = db_commit(c->db, err);
    if (rc == 0) {
        c->result->rows_written = c->p->written + db_written(c->db) - c->before;
    } else {
        db_rollback(c->db);
        *c->result = (struct publication_result){0};
    }
    touch_free(&c->touch);
    store_writer_done(c->p->store);
    free(c->paths.at);
    free(c->wishes);
    return rc;
}

/* The caller's own words alone, when nothing else changed. */
static int finish_alone(void *arg, struct db *db, struct error *err) {
    struct commit *c = arg;
    return finish(c->p, db, c->result, err);
}

int publication_commit(struct publication *p, publication_conflict_fn *fn, void *arg,
                       struct publication_result *out, struct error *err) {
    struct commit c = {.p = p, .conflict = fn, .arg = arg, .result = out};
    struct error later = {0};
    *out = (struct publication_result){0};
    int rc = batch_is_small(p) ? 0 : batch_write(p, err);
    int nothing = rc == 0 ? nothing_to_do(p, err) : -1;
    if (nothing == 0) {
        rc = commit_run(&c, err);
        p->staged = p->staged && rc != 0;
    } else if (nothing == 1) {
        if (p->finish != NULL)
            rc = store_transaction(p->store, finish_alone, &c, err);
    } else {
        rc = -1;
    }
    if (rc == 0 && c.leftovers && leftover_clear(p->store, &later) != 0)
        log_warn(p->options.log,
                 "what was replaced could not be deleted, the next publication does it: %s",
                 later.text); /* what is published stays so */
    publication_abort(p);
    return rc;
}
