/* See preview.h. */
#include "store/preview.h"

#include "base/digest.h"
#include "base/text.h"
#include "store/settings.h"

#include <stdio.h>
#include <string.h>

#define KEY_NAME "preview_key"

enum { KEY_HEX = 64, SIGNATURE_HEX = 40 };

/* 1, 0 when there is none, -1. key_forget in any case. */
static int read_key(struct buf *key, struct db *db, struct error *err) {
    buf_init(key, KEY_HEX);
    int rc = setting_get(db, KEY_NAME, key, err);
    if (rc == 1 && key->len != KEY_HEX)
        return error_set(err, "the key of previews is damaged: platen preview --revoke-all");
    return rc;
}

static void key_forget(struct buf *key) {
    if (key->data != NULL)
        explicit_bzero(key->data, key->cap);
    buf_free(key);
}

static int make_key(void *arg, struct db *db, struct error *err) {
    const bool *renew = arg;
    unsigned char random[KEY_HEX / 2];
    char hex[KEY_HEX + 1];
    struct buf key = {0};
    int rc = *renew ? 0 : read_key(&key, db, err);
    key_forget(&key);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    digest_random(random, sizeof random);
    digest_hex(hex, random, sizeof random);
    rc = setting_put(db, KEY_NAME, hex, err);
    explicit_bzero(random, sizeof random);
    explicit_bzero(hex, sizeof hex);
    return rc;
}

int preview_prepare(struct store *store, bool renew, struct error *err) {
    if (!renew) { /* mostly it is there: no write */
        struct db *db = store_reader(store, err);
        if (db == NULL)
            return -1;
        struct buf key;
        int rc = read_key(&key, db, err);
        store_reader_done(store, db);
        key_forget(&key);
        if (rc != 0)
            return rc < 0 ? -1 : 0;
    }
    return store_transaction(store, make_key, &renew, err);
}

/* "42.1767225600" and its signature. 1, 0 without a key, -1. */
static int sign(char out[PREVIEW_TOKEN_MAX], struct db *db, int64_t post, int64_t until,
                struct error *err) {
    struct buf key;
    char text[80], signature[DIGEST_SHA256_HEX];
    int rc = read_key(&key, db, err);
    if (rc == 1) {
        int n = snprintf(text, sizeof text, "platen preview\n%lld.%lld", (long long)post,
                         (long long)until);
        digest_hmac_sha256_hex(signature, buf_str(&key), key.len, text, (size_t)n);
        snprintf(out, PREVIEW_TOKEN_MAX, "%lld.%lld.%.*s", (long long)post, (long long)until,
                 SIGNATURE_HEX, signature);
    }
    key_forget(&key);
    return rc;
}

int preview_sign(char out[PREVIEW_TOKEN_MAX], struct db *db, int64_t post, int64_t until,
                 struct error *err) {
    int rc = sign(out, db, post, until, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : error_set(err, "there is no key for previews");
}

/* A whole number of [1, 2^63) as it stands between dots; 0 when it is none. */
static int64_t number(const char **at, const char *end) {
    char digits[20];
    int64_t n = 0;
    const char *dot = memchr(*at, '.', (size_t)(end - *at));
    size_t len = dot == NULL ? 0 : (size_t)(dot - *at);
    if (len == 0 || len >= sizeof digits || **at == '0' || **at == '+')
        return 0;
    memcpy(digits, *at, len);
    digits[len] = '\0';
    *at = dot + 1;
    return text_int(&n, digits, 1, INT64_MAX) == 0 ? n : 0;
}

int preview_read(struct db *db, const char *token, size_t n, int64_t now, int64_t *post,
                 int64_t *until, struct error *err) {
    char right[PREVIEW_TOKEN_MAX];
    const char *at = token;
    if (n >= sizeof right || (*post = number(&at, token + n)) == 0 ||
        (*until = number(&at, token + n)) == 0)
        return PREVIEW_NONE;
    int rc = sign(right, db, *post, *until, err);
    if (rc != 1)
        return rc < 0 ? -1 : PREVIEW_NONE;
    if (!digest_equal(right, strlen(right), token, n))
        return PREVIEW_NONE;
    return *until > now ? PREVIEW_GOOD : PREVIEW_OVER;
}
