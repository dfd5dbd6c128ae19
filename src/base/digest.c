#include "base/digest.h"

#include <errno.h>
#include <inttypes.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

struct digest_blob {
    struct sha1_ctx sha1;
};

void digest_hex(char *out, const void *from, size_t n) {
    const uint8_t *bytes = from;
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
}

void digest_sha256_hex(char out[DIGEST_SHA256_HEX], const void *bytes, size_t n) {
    struct sha256_ctx ctx;
    uint8_t sum[SHA256_DIGEST_SIZE];
    sha256_init(&ctx);
    sha256_update(&ctx, n, bytes);
    sha256_digest(&ctx, sizeof sum, sum);
    digest_hex(out, sum, sizeof sum);
}

static void blob_begin(struct sha1_ctx *sha1, uint64_t size) {
    char head[32];
    int len = snprintf(head, sizeof head, "blob %" PRIu64, size);
    sha1_init(sha1);
    sha1_update(sha1, (size_t)len + 1, (const uint8_t *)head); /* with its NUL */
}

static void blob_end(struct sha1_ctx *sha1, char out[DIGEST_OID_HEX]) {
    uint8_t sum[SHA1_DIGEST_SIZE];
    sha1_digest(sha1, sizeof sum, sum);
    digest_hex(out, sum, sizeof sum);
}

void digest_blob_oid(char out[DIGEST_OID_HEX], const void *bytes, size_t n) {
    struct sha1_ctx sha1;
    blob_begin(&sha1, n);
    sha1_update(&sha1, n, bytes);
    blob_end(&sha1, out);
}

struct digest_blob *digest_blob_new(uint64_t size) {
    struct digest_blob *d = malloc(sizeof *d);
    if (d != NULL) {
        blob_begin(&d->sha1, size);
    }
    return d;
}

void digest_blob_update(struct digest_blob *d, const void *bytes, size_t n) {
    sha1_update(&d->sha1, n, bytes);
}

void digest_blob_finish(struct digest_blob *d, char out[DIGEST_OID_HEX]) {
    if (d != NULL) {
        blob_end(&d->sha1, out);
        free(d);
    }
}

void digest_hmac_sha256(uint8_t out[DIGEST_SHA256_SIZE], const void *key, size_t key_len,
                        const void *bytes, size_t n) {
    struct hmac_sha256_ctx ctx;
    hmac_sha256_set_key(&ctx, key_len, key);
    hmac_sha256_update(&ctx, n, bytes);
    hmac_sha256_digest(&ctx, DIGEST_SHA256_SIZE, out);
}

void digest_hmac_sha256_hex(char out[DIGEST_SHA256_HEX], const void *key, size_t key_len,
                            const void *bytes, size_t n) {
    uint8_t sum[DIGEST_SHA256_SIZE];
    digest_hmac_sha256(sum, key, key_len, bytes, n);
    digest_hex(out, sum, sizeof sum);
}

void digest_hmac_sha1_hex(char out[DIGEST_SHA1_HEX], const void *key, size_t key_len,
                          const void *bytes, size_t n) {
    struct hmac_sha1_ctx ctx;
    uint8_t sum[SHA1_DIGEST_SIZE];
    hmac_sha1_set_key(&ctx, key_len, key);
    hmac_sha1_update(&ctx, n, bytes);
    hmac_sha1_digest(&ctx, sizeof sum, sum);
    digest_hex(out, sum, sizeof sum);
}

bool digest_equal(const void *a, size_t a_len, const void *b, size_t b_len) {
    return a_len == b_len && memeql_sec(a, b, a_len) == 1;
}

void digest_random(void *out, size_t n) {
    unsigned char *at = out;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        } else if (errno != EINTR) {
            abort(); /* no kernel we run on lacks it, and a guessable secret is worse than none */
        }
    }
}

int digest_base64(struct buf *out, const void *bytes, size_t n) {
    size_t len = BASE64_ENCODE_RAW_LENGTH(n);
    char *at = buf_room(out, len);
    if (at == NULL)
        return -1;
    base64_encode_raw(at, n, bytes);
    buf_added(out, len);
    return 0;
}

int digest_base64_decode(struct buf *out, const char *text, size_t n) {
    struct base64_decode_ctx ctx;
    size_t len = BASE64_DECODE_LENGTH(n);
    uint8_t *at = (uint8_t *)buf_room(out, len + 1);
    if (at == NULL)
        return -1;
    base64_decode_init(&ctx);
    if (base64_decode_update(&ctx, &len, at, n, text) != 1 || base64_decode_final(&ctx) != 1)
        return -1;
    buf_added(out, len);
    return 0;
}

/* A product of 128 bits of which both halves count. */
static inline uint64_t fold(uint64_t a, uint64_t b) {
    __extension__ typedef unsigned __int128 wide;
    wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t word_at(const uint8_t *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

enum { ROUND = 64 };

struct lanes {
    uint64_t a, b, c, d;
};

static const uint64_t tag_keys[4] = {0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu, 0x165667b19e3779f9u,
                                     0xd6e8feb86659fd93u};

static inline struct lanes mix(struct lanes l, const uint8_t *p) {
    return (struct lanes){fold(word_at(p) ^ tag_keys[0], word_at(p + 8) ^ l.a),
                          fold(word_at(p + 16) ^ tag_keys[1], word_at(p + 24) ^ l.b),
                          fold(word_at(p + 32) ^ tag_keys[2], word_at(p + 40) ^ l.c),
                          fold(word_at(p + 48) ^ tag_keys[3], word_at(p + 56) ^ l.d)};
}

/* Lanes take sixteen bytes each in turn, and do not wait for one another; what is left over is filled up with zeros, and
 * the length, which all begin with, tells it from zeros that were there. */
void digest_tag_hex(char out[DIGEST_TAG_HEX], const void *bytes, size_t n) {
    const uint64_t *k = tag_keys;
    const uint8_t *p = bytes;
    struct lanes l = {n ^ k[2], n + k[3], n ^ k[0], n + k[1]};
    size_t left = n;
    for (; left >= ROUND; left -= ROUND, p += ROUND)
        l = mix(l, p);
    if (left > 0) {
        uint8_t rest[ROUND] = {0};
        memcpy(rest, p, left);
        l = mix(l, rest);
    }
    uint64_t a = fold(l.a ^ k[1], l.b) ^ l.c, b = fold(l.c ^ k[0], l.d) + l.b;
    uint64_t sums[2] = {fold(a ^ k[3], b ^ k[1]) + a, fold(b ^ k[2], a ^ k[0]) ^ b};
    for (size_t i = 0; i < DIGEST_TAG_HEX - 1; i++)
        out[i] = "0123456789abcdef"[sums[i / 16] >> (60 - i % 16 * 4) & 15];
    out[DIGEST_TAG_HEX - 1] = '\0';
}
