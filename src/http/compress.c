/* The levels: gzip 6 and brotli 5 cost a 40 KB page less than its rendering, and are done once for as long as
 * it is kept. Higher ones save some percent and cost ten times as much. */
#include "http/compress.h"

#include <brotli/encode.h>
#include <libdeflate.h>
#include <stdlib.h>

enum { GZIP_LEVEL = 6, BROTLI_LEVEL = 5 };

static size_t gzip(const char *bytes, size_t n, char *out, size_t max) {
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(GZIP_LEVEL);
    if (c == NULL)
        return 0;
    size_t done = libdeflate_gzip_compress(c, bytes, n, out, max);
    libdeflate_free_compressor(c);
    return done;
}

static size_t brotli(const char *bytes, size_t n, char *out, size_t max) {
    size_t done = max;
    BROTLI_BOOL ok = BrotliEncoderCompress(BROTLI_LEVEL, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, n,
                                           (const uint8_t *)bytes, &done, (uint8_t *)out);
    return ok ? done : 0;
}

char *compress_body(enum http_coding coding, const char *bytes, size_t n, size_t *size) {
    if (coding == HTTP_IDENTITY || n < 2)
        return NULL;
    char *out = malloc(n); /* what does not fit is no smaller */
    if (out == NULL)
        return NULL;
    size_t done = coding == HTTP_GZIP ? gzip(bytes, n, out, n - 1) : brotli(bytes, n, out, n - 1);
    char *fit = done == 0 ? NULL : realloc(out, done);
    if (fit == NULL)
        free(out);
    *size = done;
    return fit;
}
