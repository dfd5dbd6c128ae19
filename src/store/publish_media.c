/* Staging of media: the blob's rows, shared by content, and a row of media with staged = 1. A blob
 * that is not whole (done = 0) is left over from a crash and swept away by the next publication. */
#include "store/publish.h"

#include "store/blob.h"
#include "store/publication.h"

#include <stdlib.h>

/* The blob of these bytes when the store has it whole: 1 with its id, 0, -1. */
static int blob_find(struct db *db, const char *oid, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BLOB_FIND, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, oid);
    int rc = db_step(s, err);
    if (rc == 1)
        *id = db_int(s, 0);
    db_done(s);
    return rc;
}

static int blob_start(struct publication *p, const char *oid, uint64_t size, int64_t *id,
                      struct error *err) {
    if (size >= BLOB_MAX)
        return error_set(err, "is %llu bytes long, at most %llu are taken",
                         (unsigned long long)size, (unsigned long long)BLOB_MAX);
    struct db_stmt *s = db_use(p->db, SQL_BLOB_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, oid);
    db_bind_int(s, 2, (int64_t)size);
    if (db_run(s, err) != 0)
        return -1;
    *id = db_last_id(p->db);
    return 0;
}

/* Fills block until it is full or the bytes end. */
static ssize_t read_block(char *block, ssize_t (*read)(void *arg, char *dst, size_t max),
                          void *arg) {
    size_t n = 0;
    while (n < BLOB_BLOCK) {
        ssize_t got = read(arg, block + n, BLOB_BLOCK - n);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (ssize_t)n;
}

static int blob_write_block(struct publication *p, int64_t blob, uint64_t n, const char *data,
                            size_t len, struct error *err) {
    if (publication_chunk_open(p, err) != 0)
        return -1;
    struct db_stmt *s = db_use(p->db, SQL_BLOB_BLOCK_ADD, err);
    if (s == NULL)
        return publication_chunk_step(p, -1, err);
    db_bind_int(s, 1, blob_block_id(blob, n));
    db_bind_blob(s, 2, data, len);
    return publication_chunk_step(p, db_run(s, err), err);
}

static int blob_fill(struct publication *p, int64_t blob, uint64_t size,
                     ssize_t (*read)(void *arg, char *dst, size_t max), void *arg,
                     struct error *err) {
    char *block = malloc(BLOB_BLOCK);
    if (block == NULL)
        return error_set(err, "out of memory");
    uint64_t done = 0;
    int rc = 0;
    while (rc == 0 && done < size) {
        ssize_t n = read_block(block, read, arg);
        if (n <= 0)
            rc = error_set(err, "could not be read to its end");
        else
            rc = blob_write_block(p, blob, done / BLOB_BLOCK, block, (size_t)n, err);
        done += n > 0 ? (uint64_t)n : 0;
    }
    free(block);
    return rc != 0 || done == size ? rc : error_set(err, "changed while it was read");
}

static int stage_media(struct publication *p, const struct source *s, const char *path,
                       const char *type, int64_t blob, struct error *err) {
    struct db_stmt *done = db_use(p->db, SQL_BLOB_DONE, err);
    if (done == NULL)
        return -1;
    db_bind_int(done, 1, blob);
    if (db_run(done, err) != 0)
        return -1;
    struct db_stmt *q = db_use(p->db, SQL_MEDIA_STAGE, err);
    if (q == NULL)
        return -1;
    db_bind_text(q, 1, s->path);
    db_bind_text(q, 2, path);
    db_bind_text(q, 3, type);
    db_bind_text(q, 4, s->stamp);
    db_bind_int(q, 5, blob);
    db_bind_int(q, 6, p->options.now);
    return db_run(q, err);
}

int publication_media(struct publication *p, const struct source *s, const char *path,
                      const char *type, uint64_t size,
                      ssize_t (*read)(void *arg, char *dst, size_t max), void *arg,
                      struct error *err) {
    int64_t blob = 0;
    if (publication_chunk_open(p, err) != 0)
        return -1;
    int found = blob_find(p->db, s->oid, &blob, err);
    int rc = found < 0 ? -1 : 0;
    if (found == 0) {
        rc = blob_start(p, s->oid, size, &blob, err);
        if (rc == 0)
            rc = blob_fill(p, blob, size, read, arg, err);
    }
    if (rc == 0)
        rc = publication_chunk_open(p, err);
    if (rc == 0)
        rc = stage_media(p, s, path, type, blob, err);
    return publication_chunk_step(p, rc, err);
}
