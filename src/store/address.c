/* Reading addresses. A live post or a file comes first, then the page of a taxonomy or list that
 * has this path, then what once stood there. */
#include "store/address.h"

#include "base/text.h"
#include "store/posts.h"

#include <string.h>

struct row {
    enum address_kind kind;
    int64_t ref;
    bool there, live, ever_live, index; /* the post or, where a list was, the list it names */
    char permalink[sizeof((struct address *)0)->target];
};

static int read_row(struct row *out, struct db *db, const char *path, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_ADDRESS_GET, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    if (rc == 1) {
        *out = (struct row){
            .kind = (enum address_kind)db_int(s, 0),
            .ref = db_int(s, 1),
            .there = !db_null(s, 2),
            .live = db_int(s, 3) != 0,
            .ever_live = db_int(s, 4) != 0,
            .index = db_int(s, 5) == POST_INDEX,
        };
        if (out->there)
            text_copy(out->permalink, sizeof out->permalink, db_text(s, 2));
    }
    db_done(s);
    return rc;
}

/* What stands there now. */
static bool stands(struct address *out, const struct row *row, const char *path) {
    bool own = row->kind == ADDRESS_POST ||
               (row->kind == ADDRESS_REDIRECT && strcmp(row->permalink, path) == 0);
    if (row->kind == ADDRESS_MEDIA)
        *out = (struct address){.kind = ADDRESS_MEDIA, .ref = row->ref};
    else if (own && row->live && !row->index)
        *out = (struct address){.kind = ADDRESS_POST, .ref = row->ref};
    else
        return false;
    return true;
}

/* What stood there. */
static bool stood(struct address *out, const struct row *row) {
    if ((row->kind == ADDRESS_REDIRECT || row->kind == ADDRESS_LIST) && row->live) {
        *out = (struct address){.kind = ADDRESS_REDIRECT, .ref = row->ref};
        text_copy(out->target, sizeof out->target, row->permalink);
        return true;
    }
    *out = (struct address){.kind = ADDRESS_GONE};
    return row->kind != ADDRESS_POST || !row->there || row->ever_live;
}

/* The page of a list or taxonomy: 1, 0 with *was telling whether there was one once, -1. Of several, one that
 * has something to show; a taxonomy's before a term's before a section's. */
static int find_place(struct address *out, struct db *db, const char *path, bool *was,
                      struct error *err) {
    struct db_stmt *s = db_use(db, SQL_ADDRESS_PLACE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc;
    int64_t best = -1;
    *was = false;
    while ((rc = db_step(s, err)) == 1) {
        *was = true;
        if (db_int(s, 2) == 0 || db_int(s, 3) <= best)
            continue;
        best = db_int(s, 3);
        *out = (struct address){.kind = db_int(s, 0) == 0 ? ADDRESS_TAXONOMY : ADDRESS_LIST,
                                .ref = db_int(s, 0)};
        text_copy(out->target, sizeof out->target, db_text(s, 1));
    }
    db_done(s);
    return rc < 0 ? -1 : best >= 0;
}

int address_find(struct db *db, const char *path, struct address *out, struct error *err) {
    struct row row;
    bool was;
    int known = read_row(&row, db, path, err);
    if (known != 1)
        return known < 0 ? -1 : address_place(db, path, out, err);
    if (stands(out, &row, path))
        return 1;
    int rc = find_place(out, db, path, &was, err);
    if (rc != 0)
        return rc;
    if (stood(out, &row))
        return 1;
    *out = (struct address){.kind = ADDRESS_GONE};
    return was;
}

int address_place(struct db *db, const char *path, struct address *out, struct error *err) {
    bool was;
    int rc = find_place(out, db, path, &was, err);
    if (rc != 0)
        return rc;
    *out = (struct address){.kind = ADDRESS_GONE};
    return was;
}

int address_of_file(struct db *db, const char *source, struct buf *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_ADDRESS_OF_FILE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, source);
    int rc = db_step(s, err);
    if (rc == 1 && buf_puts(out, db_text(s, 0)) != 0)
        rc = error_set(err, "an address is too long");
    db_done(s);
    return rc;
}
