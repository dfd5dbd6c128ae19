/* Small steps that the pieces of the final transaction share. */
#include "store/commit.h"

#include <string.h>

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

int commit_address_put(struct commit *c, const char *path, enum address_kind kind, int64_t ref,
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
int commit_address_at(struct commit *c, const char *path, enum address_kind *kind, int64_t *ref,
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
int commit_body_drop(struct commit *c, int64_t body, struct error *err) {
    return commit_run1(c, SQL_SEARCH_DROP, body, err) != 0
               ? -1
               : commit_run1(c, SQL_BODY_DROP, body, err);
}

char *commit_copy(struct db_stmt *s, int column) {
    const char *text = db_text(s, column);
    return strdup(text == NULL ? "" : text);
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
