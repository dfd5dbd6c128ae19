/* What is staged waits in memory until there is enough of it for a transaction. So the writer is
 * held only while rows are written, however long rendering and reading take in between, and each
 * transaction is long enough to be worth its fsync and short enough for other writers to wait. */
#include "store/publication.h"

#include <string.h>

/* 4 MiB of posts take about 60 ms to write. */
enum { BATCH_BYTES = 4 * 1024 * 1024, SMALL_BYTES = 1024 * 1024 };

static void *copy_bytes(struct publication *p, const void *bytes, size_t n) {
    char *copy = arena_alloc(p->batch_arena, n + 1);
    if (copy != NULL && n > 0)
        memcpy(copy, bytes, n);
    p->batch_bytes += n;
    return copy;
}

/* Copies *s; a NULL stays one. */
static bool copy_text(struct publication *p, const char **s) {
    if (*s == NULL)
        return true;
    *s = copy_bytes(p, *s, strlen(*s));
    return *s != NULL;
}

static bool copy_source(struct publication *p, struct source *s) {
    return copy_text(p, &s->path) && copy_text(p, &s->oid) && copy_text(p, &s->stamp);
}

static struct batch_item *item_new(struct publication *p, enum batch_kind kind, struct error *err) {
    struct batch_item *item = arena_alloc(p->batch_arena, sizeof *item);
    if (item == NULL) {
        error_set(err, "out of memory");
        return NULL;
    }
    p->batch_bytes += sizeof *item;
    item->kind = kind;
    return item;
}

static int item_add(struct publication *p, struct batch_item *item, bool whole, struct error *err) {
    if (!whole)
        return error_set(err, "out of memory");
    *p->batch_end = item;
    p->batch_end = &item->next;
    return p->batch_bytes >= BATCH_BYTES ? batch_write(p, err) : 0;
}

static bool copy_words(struct publication *p, struct post_record *r) {
    const char **const texts[] = {
        &r->permalink,   &r->slug,        &r->section, &r->title, &r->summary,
        &r->description, &r->layout,      &r->cover,   &r->terms, &r->params,
        &r->outline,     &r->search_tags, &r->marks,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (!copy_text(p, texts[i]))
            return false;
    return true;
}

static bool copy_lists(struct publication *p, struct post_record *r) {
    struct list_key *lists = copy_bytes(p, r->lists, r->list_count * sizeof *lists);
    const char **aliases = copy_bytes(p, r->aliases, r->alias_count * sizeof *aliases);
    bool whole = lists != NULL && aliases != NULL;
    for (size_t i = 0; whole && i < r->list_count; i++)
        whole = copy_text(p, &lists[i].taxonomy) && copy_text(p, &lists[i].slug) &&
                copy_text(p, &lists[i].name) && copy_text(p, &lists[i].path);
    for (size_t i = 0; whole && i < r->alias_count; i++)
        whole = copy_text(p, &aliases[i]);
    r->lists = lists;
    r->aliases = aliases;
    return whole;
}

static bool copy_body(struct publication *p, struct post_record *r) {
    r->html = copy_bytes(p, r->html, r->html_len);
    r->text = copy_bytes(p, r->text, r->text_len);
    r->markdown = copy_bytes(p, r->markdown, r->markdown_len);
    return r->html != NULL && r->text != NULL && r->markdown != NULL;
}

int batch_post(struct publication *p, const struct post_record *r, struct error *err) {
    struct batch_item *item = item_new(p, BATCH_POST, err);
    if (item == NULL)
        return -1;
    item->post = *r;
    bool whole = copy_source(p, &item->post.source) && copy_words(p, &item->post) &&
                 copy_lists(p, &item->post) && copy_body(p, &item->post);
    return item_add(p, item, whole, err);
}

int batch_blob(struct publication *p, const char *oid, uint64_t size, struct error *err) {
    struct batch_item *item = item_new(p, BATCH_BLOB, err);
    if (item == NULL)
        return -1;
    item->oid = oid;
    item->size = size;
    return item_add(p, item, copy_text(p, &item->oid), err);
}

int batch_block(struct publication *p, uint64_t nth, const void *data, size_t len,
                struct error *err) {
    struct batch_item *item = item_new(p, BATCH_BLOCK, err);
    if (item == NULL)
        return -1;
    item->nth = nth;
    item->data = copy_bytes(p, data, len);
    item->len = len;
    return item_add(p, item, item->data != NULL, err);
}

int batch_media(struct publication *p, const struct source *s, const struct media_record *m,
                struct error *err) {
    struct batch_item *item = item_new(p, BATCH_MEDIA, err);
    if (item == NULL)
        return -1;
    item->source = *s;
    item->media = *m;
    bool whole = copy_source(p, &item->source) && copy_text(p, &item->media.path) &&
                 copy_text(p, &item->media.type);
    return item_add(p, item, whole, err);
}

static int write_item(struct publication *p, struct db *db, const struct batch_item *item,
                      struct error *err) {
    switch (item->kind) {
    case BATCH_POST:
        return stage_post(p, db, &item->post, err);
    case BATCH_BLOB:
        return stage_blob(p, db, item->oid, item->size, err);
    case BATCH_BLOCK:
        return stage_block(p, db, item->nth, item->data, item->len, err);
    case BATCH_MEDIA:
        return stage_media(p, db, item, err);
    }
    return 0;
}

bool batch_is_small(const struct publication *p) {
    return !p->staged && !p->failed && p->batch_bytes <= SMALL_BYTES;
}

int batch_write_within(struct publication *p, struct db *db, struct error *err) {
    int rc = 0;
    for (struct batch_item *item = p->batch_first; rc == 0 && item != NULL; item = item->next)
        rc = write_item(p, db, item, err);
    return rc;
}

static int write_all(struct publication *p, struct db *db, struct error *err) {
    if (db_begin(db, err) != 0)
        return -1;
    int64_t before = db_written(db);
    int rc = lease_take(&p->lease, db, err);
    if (rc == 0)
        rc = batch_write_within(p, db, err);
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0) {
        db_rollback(db);
        return -1;
    }
    p->lease.held = true;
    p->staged = true;
    p->written += db_written(db) - before;
    return 0;
}

int batch_write(struct publication *p, struct error *err) {
    if (p->failed)
        return error_set(err, "an earlier step of this publication failed");
    if (p->batch_first == NULL)
        return 0;
    struct db *db = store_writer(p->store);
    int rc = write_all(p, db, err);
    store_writer_done(p->store);
    arena_reset(p->batch_arena);
    p->batch_first = NULL;
    p->batch_end = &p->batch_first;
    p->batch_bytes = 0;
    p->failed = rc != 0;
    return rc;
}
