/* Sixteen bytes at once, for scans of long texts: GCC's and clang's vectors, which become what the machine has. */
#ifndef PLATEN_BASE_BYTES_H
#define PLATEN_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char bytes16 __attribute__((vector_size(16)));

static inline bytes16 bytes_load(const char *s) {
    bytes16 b;
    memcpy(&b, s, sizeof b);
    return b;
}

/* True when any byte is not 0: of a comparison, when it holds anywhere. */
static inline bool bytes_any(bytes16 b) {
    uint64_t half[2];
    memcpy(half, &b, sizeof half);
    return (half[0] | half[1]) != 0;
}

#endif
