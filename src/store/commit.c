/* The one transaction of a publication: see publish.h. In order:
 *
 *   removed    a removed file's post is adopted by a new file of the same bytes or permalink (a rename keeps id and
 *              leaves a redirect), else its addresses say 410
 *   posts      in byte order of path: the new values move into place, addresses are claimed, entries move
 *   media, settings, taxonomies, sources
 *   home, counts, boundaries, names
 *
 * Address rules: a page takes a path from a redirect, a gone page or a list; between two posts the one that has it keeps it. */
#include "store/publish.h"

#include "store/address.h"
#include "store/blob.h"
#include "store/publication.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct commit {
    struct publication *p;
    struct db *db;
    struct touch touch;
    publication_conflict_fn *conflict;
    void *arg;
    struct publication_result *result;
    size_t conflicts;
    bool media_went; /* blobs may be without use */
};

/* ---- small steps ---- */

static int run1(struct commit *c, enum sql_statement name, int64_t a, struct error *err) {
    struct db_stmt *s = db_use(c->db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, a);
    return db_run(s, err);
}

static int run2(struct commit *c, enum sql_statement name, int64_t a, int64_t b,
                struct error *err) {
    struct db_stmt *s = db_use(c->db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, a);
    db_bind_int(s, 2, b);
    return db_run(s, err);
}

static int run_text(struct commit *c, enum sql_statement name, const char *a, struct error *err) {
    struct db_stmt *s = db_use(c->db, name, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, a);
    return db_run(s, err);
}

static int address_put(struct commit *c, const char *path, enum address_kind kind, int64_t ref,
                       const char *target, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_ADDRESS_PUT, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    db_bind_int(s, 2, (int64_t)kind);
    db_bind_int(s, 3, ref);
    db_bind_text(s, 4, target);
    if (db_run(s, err) != 0)
        return -1;
    return kind == ADDRESS_POST ? 0 : touch_name(&c->touch, err, "address:%s", path);
}

/* What stands at path: 1 with kind and ref, 0 nothing, -1. */
static int address_at(struct commit *c, const char *path, enum address_kind *kind, int64_t *ref,
                      struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_ADDRESS_GET, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    if (rc == 1) {
        *kind = (enum address_kind)db_int(s, 0);
        *ref = db_int(s, 1);
    }
    db_done(s);
    return rc;
}

/* Drops a body and its search entry; the entry's old words are read from the body, so it goes first. */
static int body_drop(struct commit *c, int64_t body, struct error *err) {
    return run1(c, SQL_SEARCH_DROP, body, err) != 0 ? -1 : run1(c, SQL_BODY_DROP, body, err);
}

/* ---- removed files ---- */

struct removed_post {
    int64_t id;
    int64_t body;
    bool live;
    char oid[41];
    char *permalink;
};

static int find_removed(struct commit *c, const char *path, struct removed_post *out,
                        struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_POST_OF_SOURCE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    if (rc == 1) {
        *out = (struct removed_post){.id = db_int(s, 0), .body = db_int(s, 1), .live = db_int(s, 2) != 0};
        snprintf(out->oid, sizeof out->oid, "%s", db_text(s, 3));
        out->permalink = strdup(db_text(s, 4));
        if (out->permalink == NULL)
            rc = error_set(err, "out of memory");
    }
    db_done(s);
    return rc;
}

/* A new file with the same bytes, or with the same permalink, is the removed one under another name: it gets its id. 1 when so. */
static int adopt(struct commit *c, const struct removed_post *old, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_STAGED_HEIR, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, old->oid);
    db_bind_text(s, 2, old->permalink);
    int rc = db_step(s, err);
    int64_t heir = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    if (rc != 1)
        return rc;
    return run2(c, SQL_STAGED_REPLACE, heir, old->id, err) == 0 ? 1 : -1;
}

static int drop_post(struct commit *c, const struct removed_post *old, struct error *err) {
    if (old->live && touch_live(&c->touch, old->id, false, err) != 0)
        return -1;
    if (touch_name(&c->touch, err, "post:%lld", (long long)old->id) != 0 ||
        run1(c, SQL_ADDRESS_GONE, old->id, err) != 0 ||
        run1(c, SQL_MEMBERSHIP_DROP, old->id, err) != 0 || run1(c, SQL_ALIAS_DROP, old->id, err) != 0 ||
        run1(c, SQL_POST_DROP, old->id, err) != 0)
        return -1;
    c->result->removed++;
    return body_drop(c, old->body, err);
}

static int drop_media(struct commit *c, const char *path, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_MEDIA_OF_SOURCE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    int64_t id = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    if (rc != 1)
        return rc;
    c->result->removed++;
    c->media_went = true;
    return run1(c, SQL_MEDIA_ADDRESS_GONE, id, err) != 0 ? -1 : run1(c, SQL_MEDIA_DROP, id, err);
}

static int commit_removed(struct commit *c, struct error *err) {
    for (size_t i = 0; i < c->p->removed_count; i++) {
        const char *path = c->p->removed[i];
        struct removed_post old = {0};
        int rc = find_removed(c, path, &old, err);
        if (rc == 1) {
            rc = adopt(c, &old, err);
            if (rc == 0)
                rc = drop_post(c, &old, err);
            free(old.permalink);
        } else if (rc == 0) {
            rc = drop_media(c, path, err);
        }
        if (rc < 0 || run_text(c, SQL_SOURCE_DROP, path, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- posts ---- */

struct staged {
    int64_t id;       /* of the staged row */
    int64_t body;
    int64_t old;      /* the post it becomes, 0 when new */
    int64_t old_body;
    bool old_live;
    bool renamed; /* the old post's file has another path */
    bool hidden;
    enum post_kind kind;
    int64_t from, until;
    char *source, *oid, *stamp, *permalink, *old_permalink;
};

static void staged_free(struct staged *s) {
    free(s->source);
    free(s->oid);
    free(s->stamp);
    free(s->permalink);
    free(s->old_permalink);
}

static char *column_copy(struct db_stmt *s, int column) {
    const char *text = db_text(s, column);
    return strdup(text == NULL ? "" : text);
}

/* The staged post with the smallest path above `after`. */
static int staged_next(struct commit *c, const char *after, struct staged *out, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_STAGED_NEXT, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, after);
    int rc = db_step(s, err);
    if (rc == 1) {
        *out = (struct staged){
            .id = db_int(s, 0),
            .body = db_int(s, 1),
            .kind = (enum post_kind)db_int(s, 2),
            .hidden = db_int(s, 3) != 0,
            .from = db_int(s, 4),
            .until = db_int(s, 5),
            .source = column_copy(s, 6),
            .oid = column_copy(s, 7),
            .stamp = column_copy(s, 8),
            .permalink = column_copy(s, 9),
            .old = db_int(s, 10),
            .old_body = db_int(s, 11),
            .old_live = db_int(s, 12) != 0,
            .old_permalink = column_copy(s, 13),
            .renamed = db_int(s, 14) != 0,
        };
        if (!out->source || !out->oid || !out->stamp || !out->permalink || !out->old_permalink) {
            staged_free(out);
            rc = error_set(err, "out of memory");
        }
    }
    db_done(s);
    return rc;
}

/* Who else has this path: 1 with its name in owner, 0 nobody, -1. */
static int path_taken(struct commit *c, const struct staged *s, int64_t id, char *owner, size_t n,
                      struct error *err) {
    enum address_kind kind;
    int64_t ref;
    int rc = s->kind == POST_INDEX ? 0 : address_at(c, s->permalink, &kind, &ref, err);
    if (rc != 1 || kind != ADDRESS_POST || ref == id)
        return rc < 0 ? -1 : 0;
    struct db_stmt *q = db_use(c->db, SQL_POST_SOURCE, err);
    if (q == NULL)
        return -1;
    db_bind_int(q, 1, ref);
    rc = db_step(q, err);
    snprintf(owner, n, "%s", rc == 1 && db_text(q, 0) != NULL ? db_text(q, 0) : "a post of the API");
    db_done(q);
    return rc;
}

static int source_put(struct commit *c, const struct source *s, int64_t ref, struct error *err) {
    struct db_stmt *q = db_use(c->db, SQL_SOURCE_PUT, err);
    if (q == NULL)
        return -1;
    db_bind_text(q, 1, s->path);
    db_bind_text(q, 2, s->oid);
    db_bind_text(q, 3, s->stamp);
    db_bind_int(q, 4, s->role);
    db_bind_text(q, 5, s->error);
    db_bind_int(q, 6, ref);
    return db_run(q, err);
}

static int drop_staged(struct commit *c, const struct staged *s, struct error *err) {
    if (run1(c, SQL_MEMBERSHIP_DROP, s->id, err) != 0 || run1(c, SQL_ALIAS_DROP, s->id, err) != 0 ||
        run1(c, SQL_POST_DROP, s->id, err) != 0)
        return -1;
    return body_drop(c, s->body, err);
}

/* The newcomer is refused. Its source keeps no oid, so that it is tried again at the next publication. */
static int refuse(struct commit *c, const struct staged *s, const char *owner, struct error *err) {
    char why[1400];
    snprintf(why, sizeof why,
             "permalink %.600s is already taken by %.600s: give one of them another slug or url",
             s->permalink, owner);
    struct source source = {.path = s->source, .oid = "", .stamp = "", .role = SOURCE_POST, .error = why};
    c->conflicts++;
    if (c->conflict != NULL)
        c->conflict(c->arg, s->source, s->permalink, owner);
    int64_t last_good = s->old;
    if (s->renamed) {
        /* It had adopted the post of a removed file, which now has no heir. */
        struct removed_post old = {.id = s->old, .body = s->old_body, .live = s->old_live};
        last_good = 0;
        if (drop_post(c, &old, err) != 0)
            return -1;
    }
    return source_put(c, &source, last_good, err) != 0 ? -1 : drop_staged(c, s, err);
}

/* The address of the page itself, and a redirect from where it stood before. */
static int claim(struct commit *c, const struct staged *s, int64_t id, struct error *err) {
    if (s->kind == POST_INDEX || s->hidden)
        return 0;
    bool moved = s->old != 0 && strcmp(s->old_permalink, s->permalink) != 0;
    if (moved && run2(c, SQL_ADDRESS_REDIRECT_OWN, id, ADDRESS_POST, err) != 0)
        return -1;
    enum address_kind kind;
    int64_t ref;
    int rc = address_at(c, s->permalink, &kind, &ref, err);
    if (rc < 0)
        return -1;
    if (rc == 1 && kind == ADDRESS_POST && ref == id)
        return 0;
    return address_put(c, s->permalink, ADDRESS_POST, id, "", err);
}

/* One alias: taken when nothing real stands there. */
static int claim_alias(struct commit *c, const struct staged *s, int64_t id, const char *path,
                       struct error *err) {
    enum address_kind kind;
    int64_t ref;
    int rc = address_at(c, path, &kind, &ref, err);
    if (rc < 0 || (rc == 1 && kind == ADDRESS_REDIRECT && ref == id))
        return rc < 0 ? -1 : 0;
    if (rc == 1 && (kind == ADDRESS_POST || kind == ADDRESS_MEDIA)) {
        if (kind != ADDRESS_POST || ref != id)
            if (c->conflict != NULL)
                c->conflict(c->arg, s->source, path, "");
        return 0;
    }
    return address_put(c, path, ADDRESS_REDIRECT, id, "", err);
}

enum { ALIASES_A_POST = 256 };

static int claim_aliases(struct commit *c, const struct staged *s, int64_t id, struct error *err) {
    char *paths[ALIASES_A_POST];
    size_t count = 0;
    if (s->hidden)
        return 0;
    struct db_stmt *q = db_use(c->db, SQL_ALIAS_OF, err);
    if (q == NULL)
        return -1;
    db_bind_int(q, 1, id);
    int rc;
    while ((rc = db_step(q, err)) == 1 && count < ALIASES_A_POST)
        if ((paths[count] = column_copy(q, 0)) != NULL)
            count++;
    db_done(q);
    rc = rc < 0 ? -1 : 0;
    for (size_t i = 0; i < count; i++) {
        if (rc == 0)
            rc = claim_alias(c, s, id, paths[i], err);
        free(paths[i]);
    }
    return rc;
}

/* Moves the staged row's values, memberships and aliases into the post it replaces. */
static int replace(struct commit *c, const struct staged *s, struct error *err) {
    if (run1(c, SQL_MEMBERSHIP_DROP, s->old, err) != 0 || run1(c, SQL_ALIAS_DROP, s->old, err) != 0 ||
        run2(c, SQL_MEMBERSHIP_MOVE, s->id, s->old, err) != 0 ||
        run2(c, SQL_ALIAS_MOVE, s->id, s->old, err) != 0 ||
        run2(c, SQL_POST_REPLACE, s->id, s->old, err) != 0 ||
        run1(c, SQL_POST_DROP, s->id, err) != 0)
        return -1;
    return body_drop(c, s->old_body, err);
}

/* The addresses of the lists it belongs to; a list that is new has none yet. */
static int claim_lists(struct commit *c, int64_t id, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_LIST_ADDRESSES_CLAIM, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    return db_run(s, err);
}

static int commit_post(struct commit *c, const struct staged *s, struct error *err) {
    int64_t id = s->old != 0 ? s->old : s->id;
    bool live = !s->hidden && s->from <= c->p->options.now && s->until > c->p->options.now;
    char owner[1024];
    int taken = s->hidden ? 0 : path_taken(c, s, id, owner, sizeof owner, err);
    if (taken != 0)
        return taken < 0 ? -1 : refuse(c, s, owner, err);
    if (s->old_live && touch_live(&c->touch, s->old, false, err) != 0)
        return -1;
    int rc = s->old != 0 ? replace(c, s, err) : run1(c, SQL_POST_UNSTAGE, s->id, err);
    if (rc != 0 || claim(c, s, id, err) != 0 || claim_aliases(c, s, id, err) != 0 ||
        claim_lists(c, id, err) != 0 || (live && touch_live(&c->touch, id, true, err) != 0))
        return -1;
    struct source source = {.path = s->source, .oid = s->oid, .stamp = s->stamp, .role = SOURCE_POST};
    if (s->old != 0)
        c->result->changed++;
    else
        c->result->added++;
    return source_put(c, &source, id, err);
}

static int commit_posts(struct commit *c, struct error *err) {
    char *after = strdup("");
    int rc = after == NULL ? error_set(err, "out of memory") : 1;
    while (rc == 1) {
        struct staged s;
        rc = staged_next(c, after, &s, err);
        if (rc != 1)
            break;
        free(after);
        after = strdup(s.source);
        rc = after == NULL ? error_set(err, "out of memory") : commit_post(c, &s, err) == 0 ? 1 : -1;
        staged_free(&s);
    }
    free(after);
    return rc;
}

/* ---- media ---- */

static int commit_media_file(struct commit *c, int64_t staged, const char *source, const char *path,
                             const char *stamp, const char *oid, struct error *err) {
    struct db_stmt *q = db_use(c->db, SQL_MEDIA_OF_SOURCE, err);
    if (q == NULL)
        return -1;
    db_bind_text(q, 1, source);
    int rc = db_step(q, err);
    int64_t old = rc == 1 ? db_int(q, 0) : 0;
    bool moved = rc == 1 && strcmp(db_text(q, 1), path) != 0;
    db_done(q);
    int64_t id = old != 0 ? old : staged;
    if (rc < 0 || (moved && run1(c, SQL_MEDIA_ADDRESS_GONE, old, err) != 0))
        return -1;
    rc = old != 0 ? run2(c, SQL_MEDIA_REPLACE, staged, old, err) : run1(c, SQL_MEDIA_UNSTAGE, staged, err);
    if (rc == 0 && old != 0) {
        c->media_went = true;
        rc = run1(c, SQL_MEDIA_DROP, staged, err);
    }
    if (rc != 0)
        return -1;
    enum address_kind kind;
    int64_t ref;
    rc = address_at(c, path, &kind, &ref, err);
    bool other = rc == 1 && (kind == ADDRESS_POST || (kind == ADDRESS_MEDIA && ref != id));
    if (rc < 0 || (!other && address_put(c, path, ADDRESS_MEDIA, id, "", err) != 0) ||
        touch_name(&c->touch, err, "media:%s", path) != 0)
        return -1;
    if (old != 0)
        c->result->changed++;
    else
        c->result->added++;
    struct source s = {.path = source, .oid = oid, .stamp = stamp, .role = SOURCE_MEDIA};
    return source_put(c, &s, id, err);
}

static int commit_media(struct commit *c, struct error *err) {
    for (;;) {
        struct db_stmt *s = db_use(c->db, SQL_MEDIA_STAGED_NEXT, err);
        int rc = s == NULL ? -1 : db_step(s, err);
        if (rc != 1) {
            db_done(s);
            return rc;
        }
        int64_t id = db_int(s, 0);
        char *source = column_copy(s, 1), *path = column_copy(s, 2);
        char *stamp = column_copy(s, 3), *oid = column_copy(s, 4);
        db_done(s);
        rc = source && path && stamp && oid ? commit_media_file(c, id, source, path, stamp, oid, err)
                                            : error_set(err, "out of memory");
        free(source);
        free(path);
        free(stamp);
        free(oid);
        if (rc != 0)
            return -1;
    }
}

/* ---- the rest ---- */

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
        int rc = address_at(c, t->value, &kind, &ref, err);
        bool free_path = rc == 0 || kind == ADDRESS_GONE || kind == ADDRESS_REDIRECT || kind == ADDRESS_LIST;
        if (rc < 0 || (free_path && address_put(c, t->value, ADDRESS_TAXONOMY, 0, t->key, err) != 0))
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
        rc = touch_begin(&c.touch, c.db, p->options.now, err);
    if (rc == 0)
        rc = commit_all(&c, err);
    if (rc == 0 && p->options.strict && c.conflicts > 0)
        rc = 1;
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
