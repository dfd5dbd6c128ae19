/* Media: rows of at most 256 KB keyed by content; a range reads only its rows. */
#ifndef PLATEN_STORE_MEDIA_H
#define PLATEN_STORE_MEDIA_H

#include "base/buf.h"
#include "store/db.h"

#include <sys/types.h>

struct media {
    int64_t id;
    int64_t blob;
    char type[96];
    char oid[41];
    uint64_t size;
    int64_t updated;
    uint32_t width, height; /* of a picture, in pixels; 0: none, or not known */
};

/* 1 found, 0 not, -1 error. */
int media_by_id(struct db *db, int64_t id, struct media *out, struct error *err) CHECKED;

/* The id of the media made from the file `source`; its address; its source, appended. 1 found, 0 not, -1. */
int media_id_of(struct db *db, const char *source, int64_t *id, struct error *err) CHECKED;
int media_path(struct db *db, int64_t id, struct buf *out, struct error *err) CHECKED;
int media_source_of(struct db *db, int64_t id, struct buf *out, struct error *err) CHECKED;
/* The size in pixels of the picture at the path of the site. 1; 0 when there is none or it is not known, -1. */
int media_size(struct db *db, const char *path, uint32_t *width, uint32_t *height,
               struct error *err) CHECKED;

/* Makes of a post's permalink the address below which the files of its bundle stand: "/posts/a.html" has them
 * below "/posts/a/". 0, -1 when the buffer is full. */
int media_folder(struct buf *permalink) CHECKED;

/* Reads up to max bytes from offset into dst, at most to the end of the row that holds offset.
 * Bytes read (0 at the end), -1. */
ssize_t media_read(struct db *db, const struct media *m, uint64_t offset, char *dst, size_t max,
                   struct error *err) CHECKED;

#endif
