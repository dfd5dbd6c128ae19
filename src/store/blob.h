/* How a blob's bytes lie in rows (private to the store). */
#ifndef PLATEN_STORE_BLOB_H
#define PLATEN_STORE_BLOB_H

#include "store/db.h"

#include <stdint.h>

enum { BLOB_BLOCK = 256 * 1024, BLOB_BLOCKS_BITS = 20 };

/* The largest file that fits: 2^20 rows. */
#define BLOB_MAX ((uint64_t)BLOB_BLOCK << BLOB_BLOCKS_BITS)

static inline int64_t blob_block_id(int64_t blob, uint64_t n) {
    return (int64_t)(((uint64_t)blob << BLOB_BLOCKS_BITS) | n);
}

#endif
