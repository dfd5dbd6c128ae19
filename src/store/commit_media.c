#include "store/commit.h"

#include <stdlib.h>
#include <string.h>

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
    if (rc < 0 || (moved && commit_run1(c, SQL_MEDIA_ADDRESS_GONE, old, err) != 0))
        return -1;
    rc = old != 0 ? commit_run2(c, SQL_MEDIA_REPLACE, staged, old, err)
                  : commit_run1(c, SQL_MEDIA_UNSTAGE, staged, err);
    if (rc == 0 && old != 0) {
        c->media_went = true;
        rc = commit_run1(c, SQL_MEDIA_DROP, staged, err);
    }
    if (rc != 0)
        return -1;
    enum address_kind kind;
    int64_t ref;
    rc = commit_address_at(c, path, &kind, &ref, err);
    bool other = rc == 1 && (kind == ADDRESS_POST || (kind == ADDRESS_MEDIA && ref != id));
    if (rc < 0 || (!other && commit_address_put(c, path, ADDRESS_MEDIA, id, "", err) != 0) ||
        touch_name(&c->touch, err, "media:%s", path) != 0)
        return -1;
    if (old != 0)
        c->result->changed++;
    else
        c->result->added++;
    struct source s = {.path = source, .oid = oid, .stamp = stamp, .role = SOURCE_MEDIA};
    return commit_source_put(c, &s, id, err);
}

int commit_media(struct commit *c, struct error *err) {
    for (;;) {
        struct db_stmt *s = db_use(c->db, SQL_MEDIA_STAGED_NEXT, err);
        int rc = s == NULL ? -1 : db_step(s, err);
        if (rc != 1) {
            db_done(s);
            return rc;
        }
        int64_t id = db_int(s, 0);
        char *source = commit_copy(s, 1), *path = commit_copy(s, 2);
        char *stamp = commit_copy(s, 3), *oid = commit_copy(s, 4);
        db_done(s);
        rc = source && path && stamp && oid
                 ? commit_media_file(c, id, source, path, stamp, oid, err)
                 : error_set(err, "out of memory");
        free(source);
        free(path);
        free(stamp);
        free(oid);
        if (rc != 0)
            return -1;
    }
}
