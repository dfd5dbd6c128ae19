/* Digests (nettle's only user). Any thread may call. */
#ifndef PLATEN_BASE_DIGEST_H
#define PLATEN_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#define DIGEST_SHA256_HEX 65 /* 64 hex digits and NUL */
#define DIGEST_OID_HEX 41    /* git object id: 40 hex digits and NUL */

void digest_sha256_hex(char out[DIGEST_SHA256_HEX], const void *bytes, size_t n);

/* The id git gives a blob of these bytes: SHA-1 of "blob <n>\0" and the bytes. */
void digest_blob_oid(char out[DIGEST_OID_HEX], const void *bytes, size_t n);

/* The same in steps, for files that are streamed: size is known first. */
struct digest_blob;
struct digest_blob *digest_blob_new(uint64_t size);
void digest_blob_update(struct digest_blob *d, const void *bytes, size_t n);
void digest_blob_finish(struct digest_blob *d, char out[DIGEST_OID_HEX]); /* frees d */

#endif
