/* Two posts may not claim one permalink. A post that stands there and stays has it; else a staged
 * one whose post had it before; else the first in byte order of path. The others are refused: their
 * source rows keep the reason and no object id, so that they are tried again at the next
 * publication. Drafts and posts whose time is over claim nothing.
 *
 * A refused new version leaves its post where it was, which may be the very place that another
 * staged post was given because it seemed to become free: that one is refused in turn. */
#include "store/commit.h"

#include "store/media.h"

#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 2048 };

struct claim {
    int64_t id;  /* staged row */
    int64_t old; /* the post it would replace, 0 when new */
    const char *source, *permalink;
};

/* Reads a claim from s, which has stepped with rc; ends s. */
static int read_claim(struct commit *c, struct db_stmt *s, int rc, struct claim *out,
                      struct error *err) {
    if (rc == 1) {
        *out = (struct claim){.id = db_int(s, 0),
                              .old = db_int(s, 3),
                              .source = commit_keep(c, s, 1),
                              .permalink = commit_keep(c, s, 2)};
        if (out->source == NULL || out->permalink == NULL)
            rc = error_set(err, "out of memory");
    }
    db_done(s);
    return rc;
}

/* Who gets the permalink of the staged row `id`: its row, and its name. */
static int winner(struct commit *c, int64_t id, int64_t *wins, const char **name,
                  struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_CLAIM_WINNER, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, c->p->options.now);
    db_bind_int(s, 2, id);
    int rc = db_step(s, err);
    if (rc == 1) {
        *wins = db_int(s, 0);
        *name = post_is_api(db_text(s, 1)) ? "a post of the API" : commit_keep(c, s, 1);
        if (*name == NULL)
            rc = error_set(err, "out of memory");
    }
    db_done(s);
    return rc == 1 ? 0 : rc < 0 ? -1 : error_set(err, "a permalink has no owner");
}

static int say_refused(struct commit *c, const struct claim *r, const char *owner, int64_t ref,
                       struct error *err) {
    char why[1400];
    snprintf(why, sizeof why,
             "permalink %.600s is already taken by %.600s: give one of them another slug or url",
             r->permalink, owner);
    struct source source = {
        .path = r->source, .oid = "", .stamp = "", .role = SOURCE_POST, .error = why};
    c->conflicts++;
    if (c->conflict != NULL)
        c->conflict(c->arg, r->source, r->permalink, owner);
    return commit_source_put(c, &source, ref, err);
}

/* The post it had adopted from a removed file goes after all. 1 when it did, 0, -1. */
static int disown(struct commit *c, const struct claim *r, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_POST_ADOPTED, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, r->old);
    db_bind_text(s, 2, r->source);
    int rc = db_step(s, err);
    int64_t body = rc == 1 ? db_int(s, 0) : 0;
    bool live = rc == 1 && db_int(s, 1) != 0;
    db_done(s);
    if (rc != 1)
        return rc;
    return commit_drop_post(c, r->old, body, live, err) == 0 ? 1 : -1;
}

/* Without a post the files of its bundle are not taken. */
static int drop_bundle(struct commit *c, const char *folder, size_t n, const char *from,
                       struct error *err) {
    for (;;) {
        struct db_stmt *s = db_use(c->db, SQL_MEDIA_STAGED_BELOW, err);
        if (s == NULL)
            return -1;
        db_bind_textn(s, 1, folder, n);
        db_bind_text(s, 2, from);
        int rc = db_step(s, err);
        int64_t id = rc == 1 ? db_int(s, 0) : 0, blob = rc == 1 ? db_int(s, 1) : 0;
        db_done(s);
        if (rc != 1)
            return rc;
        if (commit_run1(c, SQL_MEDIA_DROP, id, err) != 0 || commit_blob_drop(c, blob, err) != 0)
            return -1;
    }
}

/* Where the files of a post's bundle stand at present. */
static int folder_of(struct buf *out, struct commit *c, int64_t post, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_POST_PERMALINK, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    int rc = db_step(s, err);
    if (rc == 1 && (buf_puts(out, db_text(s, 0)) != 0 || media_folder(out) != 0))
        rc = error_set(err, "a permalink is too long");
    db_done(s);
    return rc < 0 ? -1 : 0;
}

/* They stay below the last good version, changes and all. */
static int move_bundle(struct commit *c, const struct claim *r, size_t folder, const char *from,
                       struct error *err) {
    struct buf to;
    buf_init(&to, PATH_BYTES);
    int rc = folder_of(&to, c, r->old, err);
    struct db_stmt *s = rc == 0 ? db_use(c->db, SQL_MEDIA_STAGED_MOVE, err) : NULL;
    if (s != NULL) {
        db_bind_textn(s, 1, r->source, folder);
        db_bind_text(s, 2, from);
        db_bind_text(s, 3, buf_str(&to));
        rc = db_run(s, err);
    }
    buf_free(&to);
    return s == NULL ? -1 : rc;
}

/* The files of a refused bundle were made ready for its new address. `gone`: it has no other version. */
static int keep_bundle(struct commit *c, const struct claim *r, bool gone, struct error *err) {
    const char *name = strrchr(r->source, '/');
    if (name == NULL || strncmp(name, "/index.", 7) != 0)
        return 0;
    size_t folder = (size_t)(name - r->source);
    struct buf from;
    buf_init(&from, PATH_BYTES);
    int rc = buf_puts(&from, r->permalink) == 0 && media_folder(&from) == 0
                 ? 0
                 : error_set(err, "the permalink of %s is too long", r->source);
    if (rc == 0)
        rc = gone ? drop_bundle(c, r->source, folder, buf_str(&from), err)
                  : move_bundle(c, r, folder, buf_str(&from), err);
    buf_free(&from);
    return rc;
}

/* Refuses r, then whoever was given the place that r's post keeps, and so on: each at most once. */
static int refuse(struct commit *c, struct claim r, const char *owner, struct error *err) {
    for (;;) {
        if (commit_run1(c, SQL_CLAIM_REFUSE, r.id, err) != 0)
            return -1;
        int gone = r.old == 0 ? 1 : disown(c, &r, err);
        if (gone < 0 || keep_bundle(c, &r, gone != 0, err) != 0 ||
            say_refused(c, &r, owner, gone ? 0 : r.old, err) != 0)
            return -1;
        if (gone)
            return 0;
        struct db_stmt *s = db_use(c->db, SQL_CLAIM_DISPLACED, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, c->p->options.now);
        db_bind_int(s, 2, r.old);
        owner = r.source;
        int rc = read_claim(c, s, db_step(s, err), &r, err);
        if (rc != 1)
            return rc;
    }
}

static int drop_refused(struct commit *c, struct error *err) {
    for (;;) {
        struct db_stmt *s = db_use(c->db, SQL_REFUSED_NEXT, err);
        int rc = s == NULL ? -1 : db_step(s, err);
        int64_t id = rc == 1 ? db_int(s, 0) : 0, body = rc == 1 ? db_int(s, 1) : 0;
        db_done(s);
        if (rc != 1)
            return rc;
        if (commit_run1(c, SQL_POST_DROP, id, err) != 0 || commit_body_drop(c, body, err) != 0)
            return -1;
    }
}

int commit_conflicts(struct commit *c, struct error *err) {
    struct claim r = {.source = ""};
    for (;;) {
        struct db_stmt *s = db_use(c->db, SQL_CLAIM_NEXT, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, c->p->options.now);
        db_bind_text(s, 2, r.source);
        int rc = read_claim(c, s, db_step(s, err), &r, err);
        if (rc != 1)
            return rc < 0 ? -1 : c->conflicts > 0 ? drop_refused(c, err) : 0;
        int64_t wins = 0;
        const char *owner = NULL;
        if (winner(c, r.id, &wins, &owner, err) != 0 ||
            (wins != r.id && refuse(c, r, owner, err) != 0))
            return -1;
    }
}
