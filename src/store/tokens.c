#include "store/tokens.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "platen_" /* so that scanners for leaked secrets can know one */

enum { RANDOM_BYTES = 32 };

static const struct {
    unsigned bit;
    const char *name;
} scopes[] = {
    {SCOPE_POSTS_WRITE, "posts:write"},         {SCOPE_READ_DRAFTS, "posts:read-drafts"},
    {SCOPE_DELIVERIES_READ, "deliveries:read"}, {SCOPE_DELIVERIES_REPLAY, "deliveries:replay"},
    {SCOPE_MEDIA_WRITE, "media:write"},         {SCOPE_ADMIN, "admin"},
};

enum { SCOPE_COUNT = sizeof scopes / sizeof scopes[0] };

unsigned scope_of(const char *name, size_t len) {
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        if (strlen(scopes[i].name) == len && memcmp(scopes[i].name, name, len) == 0)
            return scopes[i].bit;
    return 0;
}

const char *scope_name(unsigned bit) {
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        if (scopes[i].bit == bit)
            return scopes[i].name;
    return NULL;
}

static void names_of(struct buf *out, unsigned bits) {
    for (size_t i = 0; i < SCOPE_COUNT; i++)
        if (bits & scopes[i].bit)
            buf_printf(out, "%s%s", out->len > 0 ? " " : "", scopes[i].name);
}

static unsigned bits_of(const char *names) {
    unsigned bits = 0;
    struct slice rest = slice_of(names), one;
    while (slice_next(&rest, ' ', &one))
        bits |= scope_of(one.ptr, one.len);
    return bits;
}

/* 32 random bytes in the URL-safe alphabet of RFC 4648 section 5. */
static int make_text(char text[TOKEN_TEXT_MAX], struct error *err) {
    unsigned char bytes[RANDOM_BYTES];
    struct buf b;
    buf_init(&b, TOKEN_TEXT_MAX);
    digest_random(bytes, sizeof bytes);
    if (digest_base64(&b, bytes, sizeof bytes) != 0) {
        buf_free(&b);
        return error_set(err, "out of memory");
    }
    buf_truncate(&b, b.len - 1); /* the padding */
    for (size_t i = 0; i < b.len; i++)
        b.data[i] = b.data[i] == '+' ? '-' : b.data[i] == '/' ? '_' : b.data[i];
    snprintf(text, TOKEN_TEXT_MAX, PREFIX "%s", buf_str(&b));
    buf_free(&b);
    return 0;
}

int token_create(struct db *db, const char *name, unsigned bits, int64_t now, int64_t expires,
                 char text[TOKEN_TEXT_MAX], int64_t *id, struct error *err) {
    char hash[DIGEST_SHA256_HEX];
    if (make_text(text, err) != 0)
        return -1;
    digest_sha256_hex(hash, text, strlen(text));
    struct db_stmt *s = db_use(db, SQL_TOKEN_ADD, err);
    if (s == NULL)
        return -1;
    struct buf names;
    buf_init(&names, 256);
    names_of(&names, bits);
    db_bind_text(s, 1, name);
    db_bind_text(s, 2, hash);
    db_bind_text(s, 3, buf_str(&names));
    db_bind_int(s, 4, now);
    db_bind_int(s, 5, expires);
    int rc = db_run(s, err);
    buf_free(&names);
    *id = db_last_id(db);
    return rc;
}

static void read_row(struct db_stmt *s, struct token *t) {
    *t = (struct token){
        .id = db_int(s, 0),
        .scopes = bits_of(db_text(s, 2)),
        .created = db_int(s, 3),
        .expires = db_int(s, 4),
        .used = db_int(s, 5),
        .revoked = db_int(s, 6),
    };
    snprintf(t->name, sizeof t->name, "%s", db_text(s, 1));
}

int token_find(struct db *db, const char *text, size_t len, struct token *out, struct error *err) {
    char hash[DIGEST_SHA256_HEX];
    if (len >= TOKEN_TEXT_MAX)
        return 0;
    digest_sha256_hex(hash, text, len);
    struct db_stmt *s = db_use(db, SQL_TOKEN_BY_HASH, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, hash);
    int rc = db_step(s, err);
    if (rc == 1)
        read_row(s, out);
    db_done(s);
    return rc;
}

bool token_valid(const struct token *t, int64_t now) {
    return t->revoked == 0 && (t->expires == 0 || t->expires > now);
}

int token_all(struct db *db, token_fn *fn, void *arg, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_TOKEN_ALL, err);
    if (s == NULL)
        return -1;
    int rc = 0, stop = 0;
    while (stop == 0 && (rc = db_step(s, err)) == 1) {
        struct token t;
        read_row(s, &t);
        stop = fn(arg, &t);
    }
    db_done(s);
    return stop != 0 ? stop : rc;
}

static int run2(struct db *db, enum sql_statement name, int64_t a, int64_t b, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, a);
    db_bind_int(s, 2, b);
    return db_run(s, err);
}

int token_revoke(struct db *db, int64_t id, int64_t now, struct error *err) {
    if (run2(db, SQL_TOKEN_REVOKE, id, now, err) != 0)
        return -1;
    if (db_changed(db) > 0)
        return 1;
    struct db_stmt *s = db_use(db, SQL_TOKEN_HAS, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    db_done(s);
    if (rc == 0)
        return error_set(err, "there is no token %lld (see platen token list)", (long long)id);
    return rc < 0 ? -1 : 0;
}

int token_used(struct db *db, int64_t id, int64_t when, struct error *err) {
    return run2(db, SQL_TOKEN_USED, id, when, err);
}

int token_prune(struct db *db, int64_t before, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_TOKEN_PRUNE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, before);
    return db_run(s, err);
}
