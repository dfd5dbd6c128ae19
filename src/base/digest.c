#include "base/digest.h"

#include <inttypes.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>

struct digest_blob {
    struct sha1_ctx sha1;
};

/* Writes 2 * n hex digits and a NUL. */
static void hex(char *out, const uint8_t *bytes, size_t n) {
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
    hex(out, sum, sizeof sum);
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
    hex(out, sum, sizeof sum);
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
