/* Staged posts move into place: a new one loses its mark, a new version's values go into the row of
 * its post. Then list entries, address and source row follow. */
#include "store/commit.h"
#include "store/revisions.h"

#include <string.h>

struct staged {
    int64_t id; /* of the staged row */
    int64_t body;
    enum post_kind kind;
    bool live;
    int64_t old; /* the post it becomes, 0 when new */
    int64_t old_body;
    bool old_live;
    bool aliases;
    bool changed; /* another text than the old one's, or none was seen before */
    const char *source, *oid, *stamp, *permalink, *old_permalink;
};

/* The staged post with the smallest path above `after`; its strings are in arena. */
static int staged_next(struct commit *c, struct arena *arena, const char *after, struct staged *out,
                       struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_STAGED_NEXT, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, after);
    db_bind_int(s, 2, c->p->options.now);
    int rc = db_step(s, err);
    if (rc == 1) {
        *out = (struct staged){
            .id = db_int(s, 0),
            .body = db_int(s, 1),
            .kind = (enum post_kind)db_int(s, 2),
            .live = db_int(s, 3) != 0,
            .source = arena_strdup(arena, db_text(s, 4)),
            .oid = arena_strdup(arena, db_text(s, 5)),
            .stamp = arena_strdup(arena, db_text(s, 6)),
            .permalink = arena_strdup(arena, db_text(s, 7)),
            .old = db_int(s, 8),
            .old_body = db_int(s, 9),
            .old_live = db_int(s, 10) != 0,
            .old_permalink = arena_strdup(arena, db_text(s, 11)),
            .aliases = db_int(s, 12) != 0,
            .changed = db_int(s, 8) == 0 || db_int(s, 10) == 0 ||
                       strcmp(db_text(s, 13), db_text(s, 5)) != 0,
        };
        if (!out->source || !out->oid || !out->stamp || !out->permalink ||
            (out->old != 0 && !out->old_permalink)) {
            error_set(err, "out of memory");
            rc = -1;
        }
    }
    db_done(s);
    return rc;
}

static int replace_row(struct commit *c, const struct staged *s, struct error *err) {
    struct db_stmt *q = db_use(c->db, SQL_POST_REPLACE, err);
    if (q == NULL)
        return -1;
    db_bind_int(q, 1, s->id);
    db_bind_int(q, 2, s->old);
    db_bind_int(q, 3, s->live);
    return db_run(q, err);
}

/* Moves the staged row's values, memberships and aliases into the post it replaces. */
static int replace(struct commit *c, const struct staged *s, struct error *err) {
    if (s->old_live && touch_place(&c->touch, s->old, false, err) != 0)
        return -1;
    /* a section that moves with its _index.md: lists have no addresses of their own */
    if (s->old_live && s->kind == POST_INDEX && strcmp(s->old_permalink, s->permalink) != 0 &&
        address_lead(&c->touch, s->old_permalink, s->old, err) != 0)
        return -1;
    if (commit_path(c, s->old_permalink, err) != 0 || commit_aliases(c, s->old, NULL, err) != 0 ||
        commit_run1(c, SQL_MEMBERSHIP_DROP, s->old, err) != 0 ||
        commit_run1(c, SQL_ALIAS_DROP, s->old, err) != 0 ||
        commit_run2(c, SQL_MEMBERSHIP_MOVE, s->id, s->old, err) != 0 ||
        commit_run2(c, SQL_ALIAS_MOVE, s->id, s->old, err) != 0 || replace_row(c, s, err) != 0 ||
        commit_run1(c, SQL_POST_DROP, s->id, err) != 0)
        return -1;
    return commit_body_drop(c, s->old_body, err);
}

static int make_live(struct commit *c, const struct staged *s, int64_t id, struct error *err) {
    if (touch_place(&c->touch, id, true, err) != 0)
        return -1;
    return s->kind == POST_INDEX ? 0 : address_put(&c->touch, s->permalink, id, err);
}

/* Pages above a list are no posts, but readers see them change. */
static int tell(struct commit *c, const struct staged *s, int64_t id, struct error *err) {
    if (!s->live && !s->old_live)
        return 0;
    const char *kind = !s->live ? "removed" : s->old_live ? "updated" : "published";
    return touch_event(&c->touch, kind, id, err);
}

static int64_t changed_at(const struct commit *c) {
    const struct publication_options *o = &c->p->options;
    return o->change.at == 0 ? o->now : o->change.at;
}

/* What readers saw until now stays to be read. */
static int keep_revision(struct commit *c, const struct staged *s, struct error *err) {
    if (!s->old_live || !s->changed || c->p->options.keep_revisions == 0)
        return 0;
    if (commit_run1(c, SQL_REVISION_KEEP, s->old, err) != 0)
        return -1;
    if (db_changed(c->db) > 0)
        return 0;
    return commit_run2(c, SQL_REVISION_KEEP_UNKNOWN, s->old, changed_at(c), err);
}

/* What a first import brings is not recorded: nobody knows here who wrote it when. */
static int add_revision(struct commit *c, const struct staged *s, int64_t id, struct error *err) {
    const struct publication_options *o = &c->p->options;
    if (!s->live || !s->changed || o->keep_revisions == 0 || s->kind == POST_INDEX ||
        (s->old == 0 && c->first))
        return 0;
    struct db_stmt *q = db_use(c->db, SQL_REVISION_ADD, err);
    if (q == NULL)
        return -1;
    db_bind_int(q, 1, id);
    db_bind_text(q, 2, o->change.commit == NULL ? "" : o->change.commit);
    db_bind_text(q, 3, o->change.author == NULL ? "" : o->change.author);
    db_bind_int(q, 4, changed_at(c));
    db_bind_text(q, 5, o->change.message == NULL ? "" : o->change.message);
    return db_run(q, err) != 0 ? -1 : revision_prune(c->db, id, o->keep_revisions, err);
}

static int commit_post(struct commit *c, const struct staged *s, struct error *err) {
    int64_t id = s->old != 0 ? s->old : s->id;
    int rc = keep_revision(c, s, err) != 0 ? -1
             : s->old != 0                 ? replace(c, s, err)
                                           : commit_run2(c, SQL_POST_UNSTAGE, s->id, s->live, err);
    if (rc != 0 || (s->live && make_live(c, s, id, err) != 0) || add_revision(c, s, id, err) != 0 ||
        tell(c, s, id, err) != 0)
        return -1;
    const char *wisher = s->live ? arena_strdup(c->p->arena, s->source) : NULL;
    if (s->aliases && commit_aliases(c, id, wisher, err) != 0)
        return -1;
    if (s->old == 0 && commit_drop_media_of(c, s->source, err) != 0)
        return -1;
    if (s->old != 0)
        c->result->changed++;
    else
        c->result->added++;
    struct source source = {
        .path = s->source, .oid = s->oid, .stamp = s->stamp, .role = SOURCE_POST};
    return commit_source_put(c, &source, id, err);
}

int commit_posts(struct commit *c, struct error *err) {
    enum { MEMORY = 1 << 20 };
    struct arena *strings[2] = {arena_new(MEMORY), arena_new(MEMORY)};
    struct staged s = {.source = ""};
    int rc = strings[0] != NULL && strings[1] != NULL ? 1 : error_set(err, "out of memory");
    for (size_t turn = 0; rc == 1; turn ^= 1) {
        arena_reset(strings[turn]); /* the other one holds the path before */
        rc = staged_next(c, strings[turn], s.source, &s, err);
        if (rc == 1 && commit_post(c, &s, err) != 0)
            rc = -1;
    }
    arena_free(strings[0]);
    arena_free(strings[1]);
    return rc;
}
