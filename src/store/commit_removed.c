/* Files that are gone. A new file of the same bytes or the same permalink is the removed one under
 * another name: its post keeps id and address. Any other post's addresses say 410 from now on. */
#include "store/commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int find_removed(struct commit *c, const char *path, struct removed_post *out,
                        struct error *err) {
    struct db_stmt *s = db_use(c->db, SQL_POST_OF_SOURCE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    if (rc == 1) {
        *out = (struct removed_post){
            .id = db_int(s, 0), .body = db_int(s, 1), .live = db_int(s, 2) != 0};
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
    return commit_run2(c, SQL_STAGED_REPLACE, heir, old->id, err) == 0 ? 1 : -1;
}

int commit_drop_post(struct commit *c, const struct removed_post *old, struct error *err) {
    if (old->live && touch_live(&c->touch, old->id, false, err) != 0)
        return -1;
    if (touch_name(&c->touch, err, "post:%lld", (long long)old->id) != 0 ||
        commit_run1(c, SQL_ADDRESS_GONE, old->id, err) != 0 ||
        commit_run1(c, SQL_MEMBERSHIP_DROP, old->id, err) != 0 ||
        commit_run1(c, SQL_ALIAS_DROP, old->id, err) != 0 ||
        commit_run1(c, SQL_POST_DROP, old->id, err) != 0)
        return -1;
    c->result->removed++;
    return commit_body_drop(c, old->body, err);
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
    return commit_run1(c, SQL_MEDIA_ADDRESS_GONE, id, err) != 0
               ? -1
               : commit_run1(c, SQL_MEDIA_DROP, id, err);
}

int commit_removed(struct commit *c, struct error *err) {
    for (size_t i = 0; i < c->p->removed_count; i++) {
        const char *path = c->p->removed[i];
        struct removed_post old = {0};
        int rc = find_removed(c, path, &old, err);
        if (rc == 1) {
            rc = adopt(c, &old, err);
            if (rc == 0)
                rc = commit_drop_post(c, &old, err);
            free(old.permalink);
        } else if (rc == 0) {
            rc = drop_media(c, path, err);
        }
        if (rc < 0 || commit_run_text(c, SQL_SOURCE_DROP, path, err) != 0)
            return -1;
    }
    return 0;
}
