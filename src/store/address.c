#include "store/address.h"

#include "store/posts.h"

#include <stdio.h>
#include <string.h>

/* Where the post `id` stands: 1 live (permalink copied), 0 not live but once was, -2 never was or is no more. */
static int standing(struct db *db, int64_t id, char *permalink, size_t n, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_POST_STANDING, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    int found = rc < 0 ? -1 : -2;
    if (rc == 1) {
        snprintf(permalink, n, "%s", db_text(s, 0));
        found = db_int(s, 1) != 0 ? 1 : db_int(s, 2) != 0 ? 0 : -2;
    }
    db_done(s);
    return found;
}

/* A post's own address: there while it is live, gone once it was, unknown before. */
static int find_post(struct db *db, struct address *a, struct error *err) {
    int at = standing(db, a->ref, a->target, sizeof a->target, err);
    if (at == 0)
        a->kind = ADDRESS_GONE;
    return at == -1 ? -1 : at >= 0;
}

static int find_redirect(struct db *db, struct address *a, const char *path, struct error *err) {
    if (a->ref == 0)
        return 1;
    int at = standing(db, a->ref, a->target, sizeof a->target, err);
    if (at != 1)
        a->kind = ADDRESS_GONE;
    else if (strcmp(a->target, path) == 0)
        a->kind = ADDRESS_POST;
    return at == -1 ? -1 : at >= 0;
}

static int find_list(struct db *db, const struct address *a, struct error *err) {
    struct list l;
    int rc = list_by_id(db, a->ref, &l, err);
    return rc == 1 ? l.count > 0 || l.index_post != 0 : rc;
}

int address_find(struct db *db, const char *path, struct address *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_ADDRESS_GET, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    if (rc == 1) {
        out->kind = (enum address_kind)db_int(s, 0);
        out->ref = db_int(s, 1);
        snprintf(out->target, sizeof out->target, "%s", db_text(s, 2));
    }
    db_done(s);
    if (rc != 1)
        return rc;
    switch (out->kind) {
    case ADDRESS_POST:
        return find_post(db, out, err);
    case ADDRESS_LIST:
        return find_list(db, out, err);
    case ADDRESS_REDIRECT:
        return find_redirect(db, out, path, err);
    case ADDRESS_TAXONOMY:
    case ADDRESS_MEDIA:
    case ADDRESS_GONE:
        break;
    }
    return 1;
}
