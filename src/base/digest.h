/* Digests (nettle's only user). Any thread may call. */
#ifndef PLATEN_BASE_DIGEST_H
#define PLATEN_BASE_DIGEST_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_HEX 65 /* 64 hex digits and NUL */
#define DIGEST_OID_HEX 41    /* git object id: 40 hex digits and NUL */

#define DIGEST_SHA1_HEX 41
#define DIGEST_SHA256_SIZE 32

void digest_sha256_hex(char out[DIGEST_SHA256_HEX], const void *bytes, size_t n);

/* 128 bits that tell versions of a page apart, as 32 hex digits; many times faster than a digest, and no secret:
 * who wants to can make two texts with the same. The same on every machine of one byte order. */
#define DIGEST_TAG_HEX 33
void digest_tag_hex(char out[DIGEST_TAG_HEX], const void *bytes, size_t n);

/* HMAC (RFC 2104) with SHA-256, as bytes. */
void digest_hmac_sha256(uint8_t out[DIGEST_SHA256_SIZE], const void *key, size_t key_len,
                        const void *bytes, size_t n);
/* The same in lower-case hex; with SHA-1 only for hosts that know nothing better. */
void digest_hmac_sha256_hex(char out[DIGEST_SHA256_HEX], const void *key, size_t key_len,
                            const void *bytes, size_t n);
void digest_hmac_sha1_hex(char out[DIGEST_SHA1_HEX], const void *key, size_t key_len,
                          const void *bytes, size_t n);

/* Writes 2 * n hex digits and a NUL. */
void digest_hex(char *out, const void *bytes, size_t n);

/* Compares in a time that depends on the lengths only. */
bool digest_equal(const void *a, size_t a_len, const void *b, size_t b_len);

/* n bytes that nobody can guess; waits for the system's generator. */
void digest_random(void *out, size_t n);

/* Base64 (RFC 4648 section 4). Encoding: 0, -1 when out is full. Decoding: -1 when text is none. */
int digest_base64(struct buf *out, const void *bytes, size_t n);
int digest_base64_decode(struct buf *out, const char *text, size_t n);

/* The id git gives a blob of these bytes: SHA-1 of "blob <n>\0" and the bytes. */
void digest_blob_oid(char out[DIGEST_OID_HEX], const void *bytes, size_t n);

/* The same in steps, for files that are streamed: size is known first. */
struct digest_blob;
struct digest_blob *digest_blob_new(uint64_t size);
void digest_blob_update(struct digest_blob *d, const void *bytes, size_t n);
void digest_blob_finish(struct digest_blob *d, char out[DIGEST_OID_HEX]); /* frees d */

#endif
