/* Sixteen bytes at once, for scans of long texts: GCC's and clang's vectors, which become what the machine has. */
#ifndef PLATEN_BASE_BYTES_H
#define PLATEN_BASE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef unsigned char bytes16 __attribute__((vector_size(16)));

static inline bytes16 bytes_load(const char *s) {
    bytes16 b;
    memcpy(&b, s, sizeof b);
    return b;
}

/* n bytes, fewer than sixteen, in any order and some twice; with none, zeros. */
static inline bytes16 bytes_few(const char *s, size_t n) {
    uint64_t half[2] = {0};
    uint32_t quarter[2] = {0};
    bytes16 b;
    if (n >= sizeof half[0]) {
        memcpy(&half[0], s, sizeof half[0]);
        memcpy(&half[1], s + n - sizeof half[1], sizeof half[1]);
    } else if (n >= sizeof quarter[0]) {
        memcpy(&quarter[0], s, sizeof quarter[0]);
        memcpy(&quarter[1], s + n - sizeof quarter[1], sizeof quarter[1]);
        half[0] = (uint64_t)quarter[1] << 32 | quarter[0];
    } else if (n > 0) {
        half[0] = (uint64_t)(unsigned char)s[n - 1] << 16 | (uint64_t)(unsigned char)s[n / 2] << 8 |
                  (unsigned char)s[0];
    }
    memcpy(&b, half, sizeof b);
    return b;
}

/* memcpy for few bytes, up to 32, without a call. */
static inline void bytes_copy_few(char *to, const char *s, size_t n) {
    bytes16 first, last;
    uint64_t half[2];
    uint32_t quarter[2];
    if (n >= sizeof first) {
        first = bytes_load(s);
        last = bytes_load(s + n - sizeof last);
        memcpy(to, &first, sizeof first);
        memcpy(to + n - sizeof last, &last, sizeof last);
    } else if (n >= sizeof half[0]) {
        memcpy(&half[0], s, sizeof half[0]);
        memcpy(&half[1], s + n - sizeof half[1], sizeof half[1]);
        memcpy(to, &half[0], sizeof half[0]);
        memcpy(to + n - sizeof half[1], &half[1], sizeof half[1]);
    } else if (n >= sizeof quarter[0]) {
        memcpy(&quarter[0], s, sizeof quarter[0]);
        memcpy(&quarter[1], s + n - sizeof quarter[1], sizeof quarter[1]);
        memcpy(to, &quarter[0], sizeof quarter[0]);
        memcpy(to + n - sizeof quarter[1], &quarter[1], sizeof quarter[1]);
    } else if (n > 0) {
        char middle = s[n / 2], end = s[n - 1];
        to[0] = s[0];
        to[n / 2] = middle;
        to[n - 1] = end;
    }
}

/* The number of the first byte that is not 0; 16 when there is none. */
static inline size_t bytes_first(bytes16 b) {
    uint64_t half[2];
    memcpy(half, &b, sizeof half);
    if (half[0] != 0)
        return (size_t)__builtin_ctzll(le64toh(half[0])) / 8;
    return half[1] != 0 ? 8 + (size_t)__builtin_ctzll(le64toh(half[1])) / 8 : 16;
}

/* True when any byte is not 0: of a comparison, when it holds anywhere. */
static inline bool bytes_any(bytes16 b) {
    uint64_t half[2];
    memcpy(half, &b, sizeof half);
    return (half[0] | half[1]) != 0;
}

#endif
