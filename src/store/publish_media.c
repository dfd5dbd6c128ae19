/* Media into a publication: bytes the store does not have yet are read in blocks and wait in the
 * batch; bytes it has are not read. */
#include "store/publish.h"

#include "store/blob.h"
#include "store/publication.h"

#include <stdlib.h>

/* Whether the store has these bytes whole: 1, 0, -1. */
static int have(struct store *store, const char *oid, struct error *err) {
    struct db *db = store_reader(store, err);
    if (db == NULL)
        return -1;
    struct db_stmt *s = db_use(db, SQL_BLOB_FIND, err);
    int rc = -1;
    if (s != NULL) {
        db_bind_text(s, 1, oid);
        rc = db_step(s, err);
        if (rc == 1)
            rc = db_int(s, 1) != 0;
        db_done(s);
    }
    store_reader_done(store, db);
    return rc;
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

static int take_bytes(struct publication *p, const char *oid, uint64_t size,
                      ssize_t (*read)(void *arg, char *dst, size_t max), void *arg,
                      struct error *err) {
    if (size >= BLOB_MAX)
        return error_set(err, "is %llu bytes long, at most %llu are taken",
                         (unsigned long long)size, (unsigned long long)BLOB_MAX);
    char *block = malloc(BLOB_BLOCK);
    if (block == NULL)
        return error_set(err, "out of memory");
    uint64_t done = 0;
    int rc = batch_blob(p, oid, size, err);
    while (rc == 0 && done < size) {
        ssize_t n = read_block(block, read, arg);
        if (n <= 0)
            rc = error_set(err, "could not be read to its end");
        else
            rc = batch_block(p, done / BLOB_BLOCK, block, (size_t)n, err);
        done += n > 0 ? (uint64_t)n : 0;
    }
    free(block);
    return rc != 0 || done == size ? rc : error_set(err, "changed while it was read");
}

int publication_media(struct publication *p, const struct source *s, const struct media_record *m,
                      ssize_t (*read)(void *arg, char *dst, size_t max), void *arg,
                      struct error *err) {
    int rc = have(p->store, s->oid, err);
    if (rc == 0)
        rc = take_bytes(p, s->oid, m->size, read, arg, err);
    return rc < 0 ? -1 : batch_media(p, s, m, err);
}
