/* Small steps that the pieces of the final transaction share. */
#include "store/commit.h"

#include "store/leftover.h"

#include <stdlib.h>
#include <string.h>

#define BODIES_AT_ONCE (sizeof((struct commit *)0)->bodies / sizeof(int64_t))

int commit_run1(struct commit *c, enum sql_statement name, int64_t a, struct error *err) {
    struct db_stmt *s = db_use(c->db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, a);
    return db_run(s, err);
}

int commit_run2(struct commit *c, enum sql_statement name, int64_t a, int64_t b,
                struct error *err) {
    struct db_stmt *s = db_use(c->db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, a);
    db_bind_int(s, 2, b);
    return db_run(s, err);
}

int commit_run_text(struct commit *c, enum sql_statement name, const char *a, struct error *err) {
    struct db_stmt *s = db_use(c->db, name, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, a);
    return db_run(s, err);
}

const char *commit_keep(struct commit *c, struct db_stmt *s, int column) {
    const char *text = db_text(s, column);
    return arena_strdup(c->p->arena, text == NULL ? "" : text);
}

/* ---- paths ---- */

int commit_path(struct commit *c, const char *path, struct error *err) {
    if (c->paths.count == c->paths.cap) {
        size_t cap = c->paths.cap == 0 ? 64 : c->paths.cap * 2;
        const char **more = realloc(c->paths.at, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        c->paths.at = more;
        c->paths.cap = cap;
    }
    const char *copy = arena_strdup(c->p->arena, path);
    if (copy == NULL)
        return error_set(err, "out of memory");
    c->paths.at[c->paths.count++] = copy;
    return 0;
}

static int add_wish(struct commit *c, int64_t post, const char *source, struct error *err) {
    if (c->wish_count == c->wish_cap) {
        size_t cap = c->wish_cap == 0 ? 64 : c->wish_cap * 2;
        struct wish *more = realloc(c->wishes, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        c->wishes = more;
        c->wish_cap = cap;
    }
    c->wishes[c->wish_count++] =
        (struct wish){.path = c->paths.at[c->paths.count - 1], .source = source, .post = post};
    return 0;
}

int commit_aliases(struct commit *c, int64_t post, const char *source, struct error *err) {
    const char *path = "";
    for (;;) {
        struct db_stmt *s = db_use(c->db, SQL_ALIAS_NEXT, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, post);
        db_bind_text(s, 2, path);
        int rc = db_step(s, err);
        if (rc == 1)
            rc = commit_path(c, db_text(s, 0), err) == 0 ? 1 : -1;
        db_done(s);
        if (rc != 1)
            return rc;
        path = c->paths.at[c->paths.count - 1];
        if (source != NULL && add_wish(c, post, source, err) != 0)
            return -1;
    }
}

/* Who has the path instead, into owner; 1 when another has it, 0 when the wish came true, -1. */
static int wish_owner(struct commit *c, const struct wish *w, const char **owner,
                      struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_ADDRESS_OWNER, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, w->path);
    int rc = db_step(s, err);
    if (rc == 1 && db_int(s, 0) == w->post) {
        rc = 0;
    } else if (rc == 1) {
        *owner = commit_keep(c, s, 1);
        rc = *owner == NULL ? error_set(err, "out of memory") : 1;
    }
    db_done(s);
    return rc;
}

int commit_settle(struct commit *c, struct error *err) {
    for (size_t i = 0; i < c->paths.count; i++)
        if (address_settle(&c->touch, c->paths.at[i], err) != 0)
            return -1;
    for (size_t i = 0; i < c->wish_count; i++) {
        const char *owner;
        int rc = wish_owner(c, &c->wishes[i], &owner, err);
        if (rc < 0)
            return -1;
        if (rc == 1 && c->conflict != NULL)
            c->conflict(c->arg, c->wishes[i].source, c->wishes[i].path, owner);
    }
    return 0;
}

/* ---- rows that go ---- */

int commit_body_drop(struct commit *c, int64_t body, struct error *err) {
    if (c->body_count < BODIES_AT_ONCE) {
        c->bodies[c->body_count++] = body;
        return 0;
    }
    c->leftovers = true;
    return leftover_add(c->db, LEFTOVER_BODY, body, err);
}

static int ascending(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* In order of id, as the search index likes it. */
int commit_bodies(struct commit *c, struct error *err) {
    qsort(c->bodies, c->body_count, sizeof c->bodies[0], ascending);
    for (size_t i = 0; i < c->body_count; i++)
        if (c->leftovers ? leftover_add(c->db, LEFTOVER_BODY, c->bodies[i], err) != 0
                         : leftover_body(c->db, c->bodies[i], err) != 0)
            return -1;
    return 0;
}

int commit_blob_drop(struct commit *c, int64_t blob, struct error *err) {
    c->leftovers = true;
    return leftover_add(c->db, LEFTOVER_BLOB, blob, err);
}

/* Every path that leads to the post or file is settled. */
static int paths_of(struct commit *c, int64_t ref, bool media, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_ADDRESS_OF, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, ref);
    db_bind_int(s, 2, media);
    int rc;
    while ((rc = db_step(s, err)) == 1)
        if (commit_path(c, db_text(s, 0), err) != 0) {
            rc = -1;
            break;
        }
    db_done(s);
    return rc;
}

int commit_drop_post(struct commit *c, int64_t id, int64_t body, bool live, struct error *err) {
    if ((live && (touch_event(&c->touch, "removed", id, err) != 0 ||
                  touch_place(&c->touch, id, false, err) != 0)) ||
        paths_of(c, id, false, err) != 0 || commit_run1(c, SQL_POST_DROP, id, err) != 0)
        return -1;
    c->result->removed++;
    return commit_body_drop(c, body, err);
}

int commit_drop_post_of(struct commit *c, const char *source, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_POST_OF_SOURCE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, source);
    int rc = db_step(s, err);
    int64_t id = rc == 1 ? db_int(s, 0) : 0, body = rc == 1 ? db_int(s, 1) : 0;
    bool live = rc == 1 && db_int(s, 2) != 0;
    db_done(s);
    return rc == 1 ? commit_drop_post(c, id, body, live, err) : rc;
}

int commit_drop_media_of(struct commit *c, const char *source, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_MEDIA_OF_SOURCE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, source);
    int rc = db_step(s, err);
    int64_t id = rc == 1 ? db_int(s, 0) : 0, blob = rc == 1 ? db_int(s, 2) : 0;
    const char *path = rc == 1 ? commit_keep(c, s, 1) : NULL;
    db_done(s);
    if (rc != 1)
        return rc;
    if (path == NULL)
        return error_set(err, "out of memory");
    c->result->removed++;
    if (paths_of(c, id, true, err) != 0 || commit_run1(c, SQL_MEDIA_DROP, id, err) != 0 ||
        commit_blob_drop(c, blob, err) != 0)
        return -1;
    return touch_name(&c->touch, err, "media:%s", path);
}

int commit_source_put(struct commit *c, const struct source *s, int64_t ref, struct error *err) {
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
