#include "ingest/author_media.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "ingest/media_picture.h"
#include "store/media.h"
#include "store/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD = 1024, STEP = 256 * 1024, PATIENCE_MS = 3000, NAME_MAX_BYTES = 120 };

struct signature {
    size_t at;
    const char *bytes;
    size_t n;
    const char *type, *ending;
    bool riff; /* of a RIFF file: what it holds */
};

#define SIGNATURE(at, bytes, type, ending)                                                         \
    { (at), (bytes), sizeof(bytes) - 1, (type), (ending), false }
#define RIFF(bytes, type, ending)                                                                  \
    { 8, (bytes), sizeof(bytes) - 1, (type), (ending), true }
static const struct signature signatures[] = {
    SIGNATURE(0, "\x89PNG\r\n\x1a\n", "image/png", ".png"),
    SIGNATURE(0, "\xff\xd8\xff", "image/jpeg", ".jpg"),
    SIGNATURE(0, "GIF87a", "image/gif", ".gif"),
    SIGNATURE(0, "GIF89a", "image/gif", ".gif"),
    RIFF("WEBP", "image/webp", ".webp"),
    SIGNATURE(4, "ftypavif", "image/avif", ".avif"),
    SIGNATURE(4, "ftypavis", "image/avif", ".avif"),
    SIGNATURE(4, "ftyphei", "image/heic", ".heic"),
    SIGNATURE(4, "ftyphev", "image/heic", ".heic"),
    SIGNATURE(4, "ftypmif1", "image/heic", ".heic"),
    SIGNATURE(4, "ftypqt  ", "video/quicktime", ".mov"),
    SIGNATURE(4, "ftypM4A", "audio/mp4", ".m4a"),
    SIGNATURE(4, "ftyp", "video/mp4", ".mp4"),
    SIGNATURE(0, "\x1a\x45\xdf\xa3", "video/webm", ".webm"),
    SIGNATURE(0, "OggS\0", "audio/ogg", ".ogg"),
    SIGNATURE(0, "ID3", "audio/mpeg", ".mp3"),
    SIGNATURE(0, "\xff\xfb", "audio/mpeg",
              ".mp3"), /* layer III of MPEG 1, 2, with a checksum or without */
    SIGNATURE(0, "\xff\xfa", "audio/mpeg", ".mp3"),
    SIGNATURE(0, "\xff\xf3", "audio/mpeg", ".mp3"),
    SIGNATURE(0, "\xff\xf2", "audio/mpeg", ".mp3"),
    SIGNATURE(0, "fLaC", "audio/flac", ".flac"),
    RIFF("WAVE", "audio/wav", ".wav"),
    SIGNATURE(0, "%PDF-", "application/pdf", ".pdf"),
    SIGNATURE(0, "PK\3\4", "application/zip", ".zip"),
    SIGNATURE(0, "\x1f\x8b\x08", "application/gzip", ".gz"),
    SIGNATURE(0, "wOF2", "font/woff2", ".woff2"),
};

/* "<svg", behind a byte order mark, an XML declaration, comments and a DOCTYPE. */
static bool is_svg(const unsigned char *head, size_t n) {
    const char *p = (const char *)head, *end = p + n;
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    while (p < end) {
        if (*p == ' ' || (*p >= '\t' && *p <= '\r')) {
            p++;
        } else if (end - p >= 4 && memcmp(p, "<svg", 4) == 0) {
            return true;
        } else if (end - p >= 2 && *p == '<' && (p[1] == '?' || p[1] == '!')) {
            const char *close = end - p >= 4 && memcmp(p, "<!--", 4) == 0 ? "-->" : ">";
            p = memmem(p, (size_t)(end - p), close, strlen(close));
            if (p == NULL)
                return false;
            p += strlen(close);
        } else {
            return false;
        }
    }
    return false;
}

const char *author_media_type(const unsigned char *head, size_t n, const char **ending) {
    for (size_t i = 0; i < sizeof signatures / sizeof signatures[0]; i++) {
        const struct signature *s = &signatures[i];
        if (n >= s->at + s->n && memcmp(head + s->at, s->bytes, s->n) == 0 &&
            (!s->riff || memcmp(head, "RIFF", 4) == 0)) {
            *ending = s->ending;
            return s->type;
        }
    }
    *ending = ".svg";
    return is_svg(head, n) ? "image/svg+xml" : NULL;
}

static int answered(struct author_answer *out, int status, const char *why) {
    snprintf(out->detail, sizeof out->detail, "%s", why);
    out->status = status;
    return 1;
}

static ssize_t read_step(void *arg, char *dst, size_t max) {
    ssize_t n;
    do
        n = read(*(int *)arg, dst, max);
    while (n < 0 && errno == EINTR);
    return n;
}

static int oid_of(int fd, uint64_t size, char oid[DIGEST_OID_HEX], struct error *err) {
    char *block = malloc(STEP);
    struct digest_blob *d = block == NULL ? NULL : digest_blob_new(size);
    ssize_t n = -1;
    if (d != NULL) {
        while ((n = read_step(&fd, block, STEP)) > 0)
            digest_blob_update(d, block, (size_t)n);
        digest_blob_finish(d, oid);
    }
    free(block);
    return n == 0 && lseek(fd, 0, SEEK_SET) == 0 ? 0 : error_set(err, "an upload cannot be read");
}

/* "My Pic.JPEG" -> "my-pic.jpg": a name without surprises, with the ending that its bytes deserve. */
static void put_name(struct buf *out, const char *name, const char *ending) {
    const char *slash = strrchr(name, '/'), *dot;
    const size_t before = out->len;
    if (slash != NULL)
        name = slash + 1;
    dot = strrchr(name, '.');
    size_t n = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    if (n > NAME_MAX_BYTES)
        n = NAME_MAX_BYTES;
    size_t wrong;
    if (!unicode_valid(name, n, &wrong)) /* cut within a character */
        n = wrong;
    unicode_urlize(out, name, n, false);
    if (out->len == before)
        buf_puts(out, "file");
    buf_puts(out, ending);
}

/* 1 when the file is here, with its id; 0, -1. */
static int find(const struct author_options *o, const char *source, int64_t *id,
                struct error *err) {
    struct db *db = store_reader(o->store, err);
    if (db == NULL)
        return -1;
    int rc = media_id_of(db, source, id, err);
    store_reader_done(o->store, db);
    return rc;
}

static int begin(struct publication **p, struct author_answer *out,
                 const struct author_options *o) {
    struct publication_options options = {
        .now = clock_now(), .apart = true, .patience_ms = PATIENCE_MS, .log = o->log};
    struct error why = {0};
    if (publication_begin(p, o->store, &options, &why) == 0)
        return 0;
    log_warn(o->log, "a file of the API waits: %s", why.text);
    return answered(out, 503, "another publication is running: try again");
}

static int end(struct publication *p, int rc, struct error *err) {
    struct publication_result done;
    if (rc == 0)
        return publication_commit(p, NULL, NULL, &done, err);
    publication_abort(p);
    return -1;
}

int author_media(struct author_answer *out, const struct author_options *o, int fd, uint64_t size,
                 const char *name, struct error *err) {
    unsigned char head[HEAD];
    char oid[DIGEST_OID_HEX], path[64];
    const char *ending;
    struct publication *p;
    struct buf address;
    *out = (struct author_answer){0};
    ssize_t n = pread(fd, head, sizeof head, 0);
    if (n <= 0 || lseek(fd, 0, SEEK_SET) != 0)
        return answered(out, 422, "the body is empty: it must be the file") - 1;
    const char *type = author_media_type(head, (size_t)n, &ending);
    if (type == NULL)
        return answered(out, 415,
                        "the file is of no type that is taken: a picture, sound, film, "
                        "font, PDF, zip or gzip") -
               1;
    if (oid_of(fd, size, oid, err) != 0)
        return -1;
    snprintf(path, sizeof path, "/api/media/%s", oid);
    int rc = find(o, path, &out->id, err);
    if (rc != 0) {
        out->status = 200;
        return rc < 0 ? -1 : 0;
    }
    if (begin(&p, out, o) != 0)
        return 0;
    struct source source = {.path = path, .oid = oid, .stamp = "", .role = SOURCE_MEDIA};
    buf_init(&address, 1024);
    buf_printf(&address, "/media/%.12s/", oid);
    put_name(&address, name, ending);
    struct error odd = {0}; /* a size that is not found is no fault */
    struct media_picture picture;
    media_picture_look(&picture, o->renderer, buf_str(&address), fd, &odd);
    struct media_record m = {.path = buf_str(&address),
                             .type = type,
                             .size = size,
                             .width = picture.width,
                             .height = picture.height};
    rc = publication_media(p, &source, &m, read_step, &fd, err);
    rc = end(p, rc, err);
    buf_free(&address);
    out->status = 201;
    if (rc != 0)
        return -1;
    rc = find(o, path, &out->id, err);
    if (rc == 0)
        return error_set(err, "%s was deleted at the moment it was taken: send it again", path);
    return rc < 0 ? -1 : 0;
}

int author_media_drop(struct author_answer *out, const struct author_options *o, int64_t id,
                      struct error *err) {
    struct publication *p;
    struct buf source;
    *out = (struct author_answer){.id = id};
    struct db *db = store_reader(o->store, err);
    if (db == NULL)
        return -1;
    buf_init(&source, 8192);
    int rc = media_source_of(db, id, &source, err);
    store_reader_done(o->store, db);
    if (rc == 0)
        (void)answered(out, 404, "there is no such file");
    else if (rc == 1 && !post_is_api(buf_str(&source)))
        (void)answered(out, 409, "this file is the repository's: remove it there and push");
    else if (rc == 1 && begin(&p, out, o) == 0) {
        out->status = 204;
        rc = end(p, publication_removed(p, buf_str(&source), err), err);
    }
    buf_free(&source);
    return rc < 0 ? -1 : 0;
}
