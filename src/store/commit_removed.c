/* Files that are gone. A new file of the same bytes, else of the same permalink, else of the same title
 * and date, is the removed one under another name: its post keeps id, and its old address leads to the
 * new one. Any other post's addresses say 410 from now on. */
#include "store/commit.h"

/* Each new file is held against each removed one: more are another blog, not renames. */
enum { TITLES_MAX = 500 };

/* Hands posts that are leaving to staged posts in one pass over these, in byte order of path. */
static int hand_over(struct commit *c, enum sql_statement find, struct error *err) {
    const char *after = "";
    for (;;) {
        struct db_stmt *s = db_use(c->db, find, err);
        if (s == NULL)
            return -1;
        db_bind_text(s, 1, after);
        int rc = db_step(s, err);
        int64_t heir = rc == 1 ? db_int(s, 0) : 0, old = rc == 1 ? db_int(s, 2) : 0;
        if (rc == 1 && (after = commit_keep(c, s, 1)) == NULL)
            rc = error_set(err, "out of memory");
        db_done(s);
        if (rc != 1)
            return rc;
        if (commit_run2(c, SQL_HEIR_TAKE, heir, old, err) != 0 ||
            commit_run1(c, SQL_LEAVING_CLEAR, old, err) != 0)
            return -1;
    }
}

static int drop_rest(struct commit *c, struct error *err) {
    for (;;) {
        struct db_stmt *s = db_use(c->db, SQL_LEAVING_NEXT, err);
        int rc = s == NULL ? -1 : db_step(s, err);
        int64_t id = rc == 1 ? db_int(s, 0) : 0, body = rc == 1 ? db_int(s, 1) : 0;
        bool live = rc == 1 && db_int(s, 2) != 0;
        db_done(s);
        if (rc != 1)
            return rc;
        if (commit_drop_post(c, id, body, live, err) != 0)
            return -1;
    }
}

int commit_removed(struct commit *c, struct error *err) {
    bool posts = false;
    for (size_t i = 0; i < c->p->removed_count; i++) {
        const char *path = c->p->removed[i];
        if (commit_run_text(c, SQL_LEAVING_MARK, path, err) != 0)
            return -1;
        bool post = db_changed(c->db) > 0;
        posts |= post;
        if ((!post && commit_drop_media_of(c, path, err) != 0) ||
            commit_run_text(c, SQL_SOURCE_DROP, path, err) != 0)
            return -1;
    }
    if (!posts)
        return 0;
    if (hand_over(c, SQL_HEIR_BY_OID, err) != 0 || hand_over(c, SQL_HEIR_BY_PERMALINK, err) != 0 ||
        (c->p->removed_count <= TITLES_MAX && hand_over(c, SQL_HEIR_BY_TITLE, err) != 0))
        return -1;
    return drop_rest(c, err);
}
