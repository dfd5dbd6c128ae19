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

/* The last n of what is at s, up to 15 and behind at least `before` other bytes that do no harm: these, or 'a's, come
 * first. */
static inline bytes16 bytes_tail(const char *s, size_t n, size_t before) {
    char padded[sizeof(bytes16)];
    if (before + n >= sizeof padded)
        return bytes_load(s + n - sizeof padded);
    memset(padded, 'a', sizeof padded);
    memcpy(padded, s, n);
    return bytes_load(padded);
}

/* True when any byte is not 0: of a comparison, when it holds anywhere. */
static inline bool bytes_any(bytes16 b) {
    uint64_t half[2];
    memcpy(half, &b, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* Where the first byte is that is not 0: 16 when there is none. */
static inline unsigned bytes_first(bytes16 b) {
    uint64_t half[2];
    memcpy(half, &b, sizeof half);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (half[0] != 0)
        return (unsigned)__builtin_ctzll(half[0]) / 8;
    return half[1] != 0 ? 8 + (unsigned)__builtin_ctzll(half[1]) / 8 : 16;
#else
    if (half[0] != 0)
        return (unsigned)__builtin_clzll(half[0]) / 8;
    return half[1] != 0 ? 8 + (unsigned)__builtin_clzll(half[1]) / 8 : 16;
#endif
}

#endif
