/* Staging: what a batch writes.
 *
 *   a post    its body and search entry; a row of post with staged = 1, its memberships and
 *             aliases. For a file that has a post already, `replaces` names it: the final
 *             transaction moves the new values into the old row, so that a post keeps its id.
 *   media     the blob's rows, shared by content; a row of media with staged = 1
 *
 * Nothing of it is seen: readers ask for live posts, and for media without the mark. */
#include "store/publication.h"

#include "base/digest.h"
#include "store/blob.h"

#include <string.h>

static const char *or_empty(const char *s) {
    return s == NULL ? "" : s;
}

static int add_search(struct db *db, int64_t id, const struct post_record *r, struct error *err) {
    static const enum sql_statement into[] = {SQL_SEARCH_HEAD_ADD, SQL_SEARCH_ADD};
    for (size_t i = 0; i < sizeof into / sizeof into[0]; i++) {
        struct db_stmt *s = db_use(db, into[i], err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, id);
        db_bind_text(s, 2, r->title);
        db_bind_text(s, 3, or_empty(r->search_tags));
        if (into[i] == SQL_SEARCH_ADD)
            db_bind_textn(s, 4, r->text, r->text_len);
        if (db_run(s, err) != 0)
            return -1;
    }
    return 0;
}

static int add_body(struct db *db, const struct post_record *r, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BODY_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, r->title);
    db_bind_text(s, 2, or_empty(r->search_tags));
    db_bind_textn(s, 3, r->text, r->text_len);
    db_bind_textn(s, 4, r->html, r->html_len);
    db_bind_text(s, 5, r->outline);
    db_bind_textn(s, 6, r->markdown, r->markdown_len);
    db_bind_text(s, 7, r->marks);
    if (db_run(s, err) != 0)
        return -1;
    *id = db_last_id(db);
    return add_search(db, *id, r, err);
}

/* Half a SHA-256 over all that a page of the post shows. */
static int make_etag(char out[33], struct buf *b, const struct post_record *r, struct error *err) {
    char digest[DIGEST_SHA256_HEX];
    const char *const texts[] = {r->source.oid,  r->permalink, r->section, r->title,
                                 r->summary,     r->layout,    r->cover,   r->terms,
                                 r->description, r->params,    r->outline};
    buf_clear(b);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        buf_append(b, or_empty(texts[i]), strlen(or_empty(texts[i])) + 1);
    buf_printf(b, "%lld %d %lld %d %d %d %d %d %d", (long long)r->published, r->published_offset,
               (long long)r->updated, r->updated_offset, r->has_date, r->truncated, r->toc,
               r->weight, r->words);
    buf_append(b, or_empty(r->html), r->html_len);
    if (!buf_ok(b))
        return error_set(err, "is too large");
    digest_sha256_hex(digest, b->data, b->len);
    memcpy(out, digest, 32);
    out[32] = '\0';
    return 0;
}

static void bind_times(struct db_stmt *s, const struct publication_options *o,
                       const struct post_record *r) {
    /* publishDate where there is one, else the date: as Hugo counts. Without either it is always
     * time. */
    int64_t from = r->publish_at != 0 ? r->publish_at : r->has_date ? r->published : INT64_MIN;
    if (o->future)
        from = INT64_MIN;
    int64_t until = o->expired || r->expire_at == 0 ? INT64_MAX : r->expire_at;
    db_bind_int(s, 2, r->draft && !o->drafts);
    db_bind_int(s, 3, from);
    db_bind_int(s, 4, until);
    db_bind_int(s, 15, r->published);
    db_bind_int(s, 16, r->has_date);
    db_bind_int(s, 17, r->published_offset);
    db_bind_int(s, 18, r->updated);
    db_bind_int(s, 19, r->updated_offset);
}

static void bind_words(struct db_stmt *s, const struct post_record *r) {
    db_bind_text(s, 5, r->source.path);
    db_bind_text(s, 6, or_empty(r->source.oid));
    db_bind_text(s, 7, or_empty(r->source.stamp));
    db_bind_text(s, 8, r->permalink);
    db_bind_text(s, 9, or_empty(r->slug));
    db_bind_text(s, 10, or_empty(r->section));
    db_bind_text(s, 11, r->title);
    db_bind_text(s, 12, or_empty(r->summary));
    db_bind_int(s, 13, r->truncated);
    db_bind_text(s, 14, r->description);
    db_bind_text(s, 24, r->layout);
    db_bind_text(s, 26, r->cover);
    db_bind_text(s, 27, r->terms);
    db_bind_text(s, 28, r->params);
}

static int add_post(struct publication *p, struct db *db, const struct post_record *r, int64_t body,
                    int64_t *id, struct error *err) {
    char etag[33];
    struct db_stmt *s = db_use(db, SQL_POST_STAGE, err);
    if (s == NULL || make_etag(etag, &p->etag, r, err) != 0)
        return -1;
    db_bind_int(s, 1, (int64_t)r->kind);
    bind_times(s, &p->options, r);
    bind_words(s, r);
    db_bind_int(s, 20, r->weight);
    db_bind_int(s, 21, r->words);
    db_bind_int(s, 22, r->minutes);
    db_bind_text(s, 23, etag);
    if (r->toc >= 0)
        db_bind_int(s, 25, r->toc);
    db_bind_int(s, 29, r->weight != 0 ? r->weight : ENTRY_NO_WEIGHT);
    db_bind_int(s, 30, -r->published);
    unsigned char tie[ENTRY_TIE_BYTES];
    db_bind_blob(s, 31, tie, entry_tie(tie, r->title, r->source.path));
    db_bind_int(s, 32, body);
    if (db_run(s, err) != 0)
        return -1;
    *id = db_last_id(db);
    return 0;
}

static int add_lists(struct publication *p, struct db *db, const struct post_record *r,
                     int64_t post, struct error *err) {
    for (size_t i = 0; i < r->list_count; i++) {
        int64_t list;
        if (list_ids_find(p->lists, db, &r->lists[i], &list, err) != 0)
            return -1;
        struct db_stmt *s = db_use(db, SQL_MEMBERSHIP_ADD, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, post);
        db_bind_int(s, 2, list);
        if (db_run(s, err) != 0)
            return -1;
    }
    return 0;
}

static int add_aliases(struct db *db, const struct post_record *r, int64_t post,
                       struct error *err) {
    for (size_t i = 0; i < r->alias_count; i++) {
        struct db_stmt *s = db_use(db, SQL_ALIAS_ADD, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, post);
        db_bind_text(s, 2, r->aliases[i]);
        if (db_run(s, err) != 0)
            return -1;
    }
    return 0;
}

int stage_post(struct publication *p, struct db *db, const struct post_record *r,
               struct error *err) {
    int64_t body, post;
    if (add_body(db, r, &body, err) != 0 || add_post(p, db, r, body, &post, err) != 0 ||
        add_lists(p, db, r, post, err) != 0 || add_aliases(db, r, post, err) != 0)
        return error_prefix(err, "%s", r->source.path);
    return 0;
}

/* ---- media ---- */

/* The blob of these bytes: 1 with its id and whether it is whole, 0, -1. */
static int find_blob(struct db *db, const char *oid, int64_t *id, bool *done, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BLOB_FIND, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, oid);
    int rc = db_step(s, err);
    if (rc == 1) {
        *id = db_int(s, 0);
        *done = db_int(s, 1) != 0;
    }
    db_done(s);
    return rc;
}

static int run_ints(struct db *db, enum sql_statement name, int64_t a, int64_t b,
                    struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, a);
    db_bind_int(s, 2, b);
    return db_run(s, err);
}

int stage_blob(struct publication *p, struct db *db, const char *oid, uint64_t size,
               struct error *err) {
    bool done = false;
    p->blob = 0;
    int found = find_blob(db, oid, &p->blob, &done, err);
    if (found < 0)
        return -1;
    if (found == 1 && done) {
        p->blob = 0; /* its blocks need not be written */
        return 0;
    }
    if (found == 1) /* the rest of one that was not finished */
        return run_ints(db, SQL_BLOB_BLOCKS_DROP, p->blob, -1, err) != 0
                   ? -1
                   : run_ints(db, SQL_BLOB_SIZE, p->blob, (int64_t)size, err);
    struct db_stmt *s = db_use(db, SQL_BLOB_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, oid);
    db_bind_int(s, 2, (int64_t)size);
    if (db_run(s, err) != 0)
        return -1;
    p->blob = db_last_id(db);
    return 0;
}

int stage_block(struct publication *p, struct db *db, uint64_t nth, const void *data, size_t len,
                struct error *err) {
    if (p->blob == 0)
        return 0;
    struct db_stmt *s = db_use(db, SQL_BLOB_BLOCK_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, blob_block_id(p->blob, nth));
    db_bind_blob(s, 2, data, len);
    return db_run(s, err);
}

int stage_media(struct publication *p, struct db *db, const struct batch_item *m,
                struct error *err) {
    int64_t blob = 0;
    bool done = false;
    int found = find_blob(db, m->source.oid, &blob, &done, err);
    if (found < 0)
        return -1;
    if (found == 0 || (!done && blob != p->blob))
        return error_set(err, "%s: its bytes went away while it was published: try again",
                         m->source.path);
    if (!done && run_ints(db, SQL_BLOB_SET_DONE, blob, 1, err) != 0)
        return -1;
    struct db_stmt *s = db_use(db, SQL_MEDIA_STAGE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, m->source.path);
    db_bind_text(s, 2, m->media.path);
    db_bind_text(s, 3, m->media.type);
    db_bind_text(s, 4, or_empty(m->source.stamp));
    db_bind_int(s, 5, blob);
    db_bind_int(s, 6, p->options.now);
    db_bind_int(s, 7, m->media.width);
    db_bind_int(s, 8, m->media.height);
    return db_run(s, err) != 0 ? error_prefix(err, "%s", m->source.path) : 0;
}
