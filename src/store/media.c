#include "store/media.h"

#include "base/text.h"
#include "store/blob.h"

#include <stdio.h>
#include <string.h>

int media_by_id(struct db *db, int64_t id, struct media *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_MEDIA_GET, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    if (rc == 1) {
        *out = (struct media){.id = db_int(s, 0),
                              .blob = db_int(s, 1),
                              .size = (uint64_t)db_int(s, 4),
                              .updated = db_int(s, 5),
                              .width = (uint32_t)db_int(s, 6),
                              .height = (uint32_t)db_int(s, 7)};
        snprintf(out->type, sizeof out->type, "%s", db_text(s, 2));
        snprintf(out->oid, sizeof out->oid, "%s", db_text(s, 3));
    }
    db_done(s);
    return rc;
}

int media_size(struct db *db, const char *path, uint32_t *width, uint32_t *height,
               struct error *err) {
    struct db_stmt *s = db_use(db, SQL_MEDIA_SIZE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, path);
    int rc = db_step(s, err);
    if (rc == 1) {
        *width = (uint32_t)db_int(s, 0);
        *height = (uint32_t)db_int(s, 1);
    }
    db_done(s);
    return rc;
}

int media_folder(struct buf *permalink) {
    static const char ending[] = ".html";
    if (text_ends(buf_str(permalink), "/"))
        return 0;
    if (text_ends(buf_str(permalink), ending))
        buf_truncate(permalink, permalink->len - strlen(ending));
    return buf_putc(permalink, '/');
}

ssize_t media_read(struct db *db, const struct media *m, uint64_t offset, char *dst, size_t max,
                   struct error *err) {
    if (offset >= m->size)
        return 0;
    struct db_stmt *s = db_use(db, SQL_MEDIA_BLOCK, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, blob_block_id(m->blob, offset / BLOB_BLOCK));
    int rc = db_step(s, err);
    size_t n = 0;
    if (rc == 1) {
        size_t len;
        const char *data = db_blob(s, 0, &len);
        size_t at = (size_t)(offset % BLOB_BLOCK);
        n = at >= len ? 0 : len - at;
        if (n > max)
            n = max;
        if (n > 0)
            memcpy(dst, data + at, n);
    }
    db_done(s);
    if (rc == 0 || (rc == 1 && n == 0))
        return error_set(err, "media %lld: a block is missing at byte %llu", (long long)m->id,
                         (unsigned long long)offset);
    return rc < 0 ? -1 : (ssize_t)n;
}

int media_id_of(struct db *db, const char *source, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_MEDIA_OF_SOURCE, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, source);
    int rc = db_step(s, err);
    if (rc == 1)
        *id = db_int(s, 0);
    db_done(s);
    return rc;
}

static int text_of(struct db *db, enum sql_statement name, int64_t id, struct buf *out,
                   struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    if (rc == 1 && buf_puts(out, db_text(s, 0)) != 0)
        rc = error_set(err, "media %lld: its path is too long", (long long)id);
    db_done(s);
    return rc;
}

int media_path(struct db *db, int64_t id, struct buf *out, struct error *err) {
    return text_of(db, SQL_MEDIA_PATH_OF, id, out, err);
}

int media_source_of(struct db *db, int64_t id, struct buf *out, struct error *err) {
    return text_of(db, SQL_MEDIA_SOURCE_OF, id, out, err);
}
