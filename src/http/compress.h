/* Bodies made smaller: gzip (RFC 1952) and brotli (RFC 7932), the whole body in one call. */
#ifndef PLATEN_HTTP_COMPRESS_H
#define PLATEN_HTTP_COMPRESS_H

#include "http/http.h"

/* Fast: what a reader can wait for. Small: what takes twenty to seventy times as long and saves some percent. */
enum compress_effort { COMPRESS_FAST, COMPRESS_SMALL };

/* A new block with the n bytes at `bytes` in that coding, its size in *size; the caller frees it with free. NULL
 * when it would be no smaller, when memory is out, or for HTTP_IDENTITY. Any thread. */
char *compress_body(enum http_coding coding, enum compress_effort effort, const char *bytes,
                    size_t n, size_t *size) CHECKED;

#endif
