/* Staged media move into place; a file that has a row already keeps its id. */
#include "store/commit.h"

struct staged_media {
    int64_t id;
    const char *source, *path, *stamp, *oid;
};

/* The row the file has already: 1 with its id, 0, -1. Its path is settled, its blob let go of. */
static int find_old(struct commit *c, const struct staged_media *m, int64_t *id,
                    struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_MEDIA_OF_SOURCE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, m->source);
    int rc = db_step(s, err);
    int64_t blob = 0;
    if (rc == 1) {
        *id = db_int(s, 0);
        blob = db_int(s, 2);
        if (commit_path(c, db_text(s, 1), err) != 0)
            rc = -1;
    }
    db_done(s);
    return rc == 1 && commit_blob_drop(c, blob, err) != 0 ? -1 : rc;
}

static int commit_file(struct commit *c, const struct staged_media *m, struct error *err) {
    int64_t id = m->id;
    int old = find_old(c, m, &id, err);
    if (old < 0)
        return -1;
    int rc = old == 0 ? commit_run1(c, SQL_MEDIA_UNSTAGE, id, err)
                      : commit_run2(c, SQL_MEDIA_REPLACE, m->id, id, err);
    if (rc == 0 && old == 1)
        rc = commit_run1(c, SQL_MEDIA_DROP, m->id, err);
    if (rc == 0 && old == 0)
        rc = commit_drop_post_of(c, m->source, err);
    if (rc != 0 || commit_path(c, m->path, err) != 0 ||
        touch_name(&c->touch, err, "media:%s", m->path) != 0)
        return -1;
    if (old == 1)
        c->result->changed++;
    else
        c->result->added++;
    struct source s = {.path = m->source, .oid = m->oid, .stamp = m->stamp, .role = SOURCE_MEDIA};
    return commit_source_put(c, &s, id, err);
}

static int staged_next(struct commit *c, struct staged_media *out, struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_MEDIA_STAGED_NEXT, err);
    int rc = s == NULL ? -1 : db_step(s, err);
    if (rc == 1) {
        *out = (struct staged_media){.id = db_int(s, 0),
                                     .source = commit_keep(c, s, 1),
                                     .path = commit_keep(c, s, 2),
                                     .stamp = commit_keep(c, s, 3),
                                     .oid = commit_keep(c, s, 4)};
        if (!out->source || !out->path || !out->stamp || !out->oid)
            rc = error_set(err, "out of memory");
    }
    db_done(s);
    return rc;
}

int commit_media(struct commit *c, struct error *err) {
    struct staged_media m;
    int rc;
    while ((rc = staged_next(c, &m, err)) == 1)
        if (commit_file(c, &m, err) != 0)
            return -1;
    return rc;
}
