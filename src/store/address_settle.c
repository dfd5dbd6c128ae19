/* The writing half of addresses. What a path says follows from the other tables, so every
 * transaction names the paths it may have changed and asks anew, in this order:
 *
 *   a live post whose permalink it is
 *   a media file
 *   an alias of a live post (of several, the one whose file comes first): a redirect
 *   what once stood there: a post or list that moved leaves a redirect to where it is now; one that is no
 *       longer live keeps its row, which says 410 until it is live again; one that was removed
 *       says 410
 *
 * A row is never deleted: an address that was answered once is answered for ever. Rows name posts
 * by id and are resolved when read, so redirects never form a chain. */
#include "store/address.h"

#include "store/publication.h"

#include <stdlib.h>
#include <string.h>

struct choice {
    int64_t post, media, alias; /* 0: none */
    bool known;                 /* the table has a row */
    enum address_kind kind;     /* and says this */
    int64_t ref;
    bool there; /* the row's post exists */
    bool home;  /* and the path is its permalink */
};

static int ask(struct db *db, const char *path, struct choice *c, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_ADDRESS_CHOICE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    if (rc == 1)
        *c = (struct choice){
            .post = db_int(s, 0),
            .media = db_int(s, 1),
            .alias = db_int(s, 2),
            .known = !db_null(s, 3),
            .kind = (enum address_kind)db_int(s, 3),
            .ref = db_int(s, 4),
            .there = !db_null(s, 5),
            .home = !db_null(s, 6) && strcmp(db_text(s, 6), path) == 0,
        };
    db_done(s);
    return rc < 0 ? -1 : 0;
}

/* What the path shall say, into c's kind and ref. False: nothing, and nothing ever did. */
static bool choose(struct choice *c) {
    if (c->post != 0) {
        c->kind = ADDRESS_POST;
        c->ref = c->post;
    } else if (c->media != 0) {
        c->kind = ADDRESS_MEDIA;
        c->ref = c->media;
    } else if (c->alias != 0) {
        c->kind = ADDRESS_REDIRECT;
        c->ref = c->alias;
    } else if (!c->known) {
        return false;
    } else if (c->kind == ADDRESS_LIST) {
        return true; /* a list that moved */
    } else if (!c->there) {
        c->kind = ADDRESS_GONE;
        c->ref = 0;
    } else if (c->kind == ADDRESS_POST && !c->home) {
        c->kind = ADDRESS_REDIRECT;
    }
    return true;
}

static int run(struct db *db, enum sql_statement name, const char *path, enum address_kind kind,
               int64_t ref, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    db_bind_int(s, 2, (int64_t)kind);
    db_bind_int(s, 3, ref);
    return db_run(s, err);
}

/* Also a path that said nothing before is named: the site may have had a page of its own there. */
static int put(struct touch *t, const char *path, enum address_kind kind, int64_t ref,
               struct error *err) {
    if (run(t->db, SQL_ADDRESS_ADD, path, kind, ref, err) != 0)
        return -1;
    if (db_changed(t->db) > 0)
        return touch_name(t, err, "address:%s", path);
    if (run(t->db, SQL_ADDRESS_SET, path, kind, ref, err) != 0)
        return -1;
    return db_changed(t->db) > 0 ? touch_name(t, err, "address:%s", path) : 0;
}

int address_put(struct touch *t, const char *path, int64_t post, struct error *err) {
    return put(t, path, ADDRESS_POST, post, err);
}

int address_lead(struct touch *t, const char *path, int64_t post, struct error *err) {
    return put(t, path, ADDRESS_REDIRECT, post, err);
}

int address_settle(struct touch *t, const char *path, struct error *err) {
    struct choice c = {0};
    if (ask(t->db, path, &c, err) != 0)
        return -1;
    return choose(&c) ? put(t, path, c.kind, c.ref, err) : 0;
}

/* The alias after `after`, a string of the caller's: 1 with *out, 0 none, -1.
 * */
static int next_alias(struct db *db, int64_t post, const char *after, char **out,
                      struct error *err) {
    struct db_stmt *s = db_use(db, SQL_ALIAS_NEXT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_text(s, 2, after);
    int rc = db_step(s, err);
    if (rc == 1 && (*out = strdup(db_text(s, 0))) == NULL)
        rc = error_set(err, "out of memory");
    db_done(s);
    return rc;
}

int address_settle_aliases(struct touch *t, int64_t post, struct error *err) {
    char *path = NULL, *next = NULL;
    int rc;
    while ((rc = next_alias(t->db, post, path == NULL ? "" : path, &next, err)) == 1) {
        free(path);
        path = next;
        if (address_settle(t, path, err) != 0) {
            rc = -1;
            break;
        }
    }
    free(path);
    return rc;
}
