/* Staged posts move into place. Address rules: a page takes a path from a redirect, a gone page or a
 * list; between two posts the one that has it keeps it, and the other is refused. */
#include "store/commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct staged {
    int64_t id; /* of the staged row */
    int64_t body;
    int64_t old; /* the post it becomes, 0 when new */
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
            .source = commit_copy(s, 6),
            .oid = commit_copy(s, 7),
            .stamp = commit_copy(s, 8),
            .permalink = commit_copy(s, 9),
            .old = db_int(s, 10),
            .old_body = db_int(s, 11),
            .old_live = db_int(s, 12) != 0,
            .old_permalink = commit_copy(s, 13),
            .renamed = db_int(s, 14) != 0,
        };
        if (!out->source || !out->oid || !out->stamp || !out->permalink || !out->old_permalink) {
            staged_free(out);
            error_set(err, "out of memory");
            rc = -1;
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
    int rc = s->kind == POST_INDEX ? 0 : commit_address_at(c, s->permalink, &kind, &ref, err);
    if (rc != 1 || kind != ADDRESS_POST || ref == id)
        return rc < 0 ? -1 : 0;
    struct db_stmt *q = db_use(c->db, SQL_POST_SOURCE, err);
    if (q == NULL)
        return -1;
    db_bind_int(q, 1, ref);
    rc = db_step(q, err);
    snprintf(owner, n, "%s",
             rc == 1 && db_text(q, 0) != NULL ? db_text(q, 0) : "a post of the API");
    db_done(q);
    return rc;
}

static int drop_staged(struct commit *c, const struct staged *s, struct error *err) {
    if (commit_run1(c, SQL_MEMBERSHIP_DROP, s->id, err) != 0 ||
        commit_run1(c, SQL_ALIAS_DROP, s->id, err) != 0 ||
        commit_run1(c, SQL_POST_DROP, s->id, err) != 0)
        return -1;
    return commit_body_drop(c, s->body, err);
}

/* The newcomer is refused. Its source keeps no oid, so that it is tried again at the next publication. */
static int refuse(struct commit *c, const struct staged *s, const char *owner, struct error *err) {
    char why[1400];
    snprintf(why, sizeof why,
             "permalink %.600s is already taken by %.600s: give one of them another slug or url",
             s->permalink, owner);
    struct source source = {
        .path = s->source, .oid = "", .stamp = "", .role = SOURCE_POST, .error = why};
    c->conflicts++;
    if (c->conflict != NULL)
        c->conflict(c->arg, s->source, s->permalink, owner);
    int64_t last_good = s->old;
    if (s->renamed) {
        /* It had adopted the post of a removed file, which now has no heir. */
        struct removed_post old = {.id = s->old, .body = s->old_body, .live = s->old_live};
        last_good = 0;
        if (commit_drop_post(c, &old, err) != 0)
            return -1;
    }
    return commit_source_put(c, &source, last_good, err) != 0 ? -1 : drop_staged(c, s, err);
}

/* The address of the page itself, and a redirect from where it stood before. */
static int claim(struct commit *c, const struct staged *s, int64_t id, struct error *err) {
    if (s->kind == POST_INDEX || s->hidden)
        return 0;
    bool moved = s->old != 0 && strcmp(s->old_permalink, s->permalink) != 0;
    if (moved && commit_run2(c, SQL_ADDRESS_REDIRECT_OWN, id, ADDRESS_POST, err) != 0)
        return -1;
    enum address_kind kind;
    int64_t ref;
    int rc = commit_address_at(c, s->permalink, &kind, &ref, err);
    if (rc < 0)
        return -1;
    if (rc == 1 && kind == ADDRESS_POST && ref == id)
        return 0;
    return commit_address_put(c, s->permalink, ADDRESS_POST, id, "", err);
}

/* One alias: taken when nothing real stands there. */
static int claim_alias(struct commit *c, const struct staged *s, int64_t id, const char *path,
                       struct error *err) {
    enum address_kind kind;
    int64_t ref;
    int rc = commit_address_at(c, path, &kind, &ref, err);
    if (rc < 0 || (rc == 1 && kind == ADDRESS_REDIRECT && ref == id))
        return rc < 0 ? -1 : 0;
    if (rc == 1 && (kind == ADDRESS_POST || kind == ADDRESS_MEDIA)) {
        if (kind != ADDRESS_POST || ref != id)
            if (c->conflict != NULL)
                c->conflict(c->arg, s->source, path, "");
        return 0;
    }
    return commit_address_put(c, path, ADDRESS_REDIRECT, id, "", err);
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
        if ((paths[count] = commit_copy(q, 0)) != NULL)
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
    if (commit_run1(c, SQL_MEMBERSHIP_DROP, s->old, err) != 0 ||
        commit_run1(c, SQL_ALIAS_DROP, s->old, err) != 0 ||
        commit_run2(c, SQL_MEMBERSHIP_MOVE, s->id, s->old, err) != 0 ||
        commit_run2(c, SQL_ALIAS_MOVE, s->id, s->old, err) != 0 ||
        commit_run2(c, SQL_POST_REPLACE, s->id, s->old, err) != 0 ||
        commit_run1(c, SQL_POST_DROP, s->id, err) != 0)
        return -1;
    return commit_body_drop(c, s->old_body, err);
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
    int rc = s->old != 0 ? replace(c, s, err) : commit_run1(c, SQL_POST_UNSTAGE, s->id, err);
    if (rc != 0 || claim(c, s, id, err) != 0 || claim_aliases(c, s, id, err) != 0 ||
        claim_lists(c, id, err) != 0 || (live && touch_live(&c->touch, id, true, err) != 0))
        return -1;
    struct source source = {
        .path = s->source, .oid = s->oid, .stamp = s->stamp, .role = SOURCE_POST};
    if (s->old != 0)
        c->result->changed++;
    else
        c->result->added++;
    return commit_source_put(c, &source, id, err);
}

int commit_posts(struct commit *c, struct error *err) {
    char *after = strdup("");
    int rc = after == NULL ? error_set(err, "out of memory") : 1;
    while (rc == 1) {
        struct staged s;
        rc = staged_next(c, after, &s, err);
        if (rc != 1)
            break;
        char *done = strdup(s.source);
        rc = commit_post(c, &s, err) == 0 ? 1 : -1;
        if (rc == 1 && done == NULL)
            rc = error_set(err, "out of memory");
        staged_free(&s);
        free(after);
        after = done;
    }
    free(after);
    return rc;
}
