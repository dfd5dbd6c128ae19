/* The stored form of an error: its place first, so that it can be told again without rendering. Any thread may call. */
#ifndef PLATEN_INGEST_PACKED_ERROR_H
#define PLATEN_INGEST_PACKED_ERROR_H

#include "base/error.h"

#include <stddef.h>

void packed_error_make(char *out, size_t n, const struct error *e);
void packed_error_read(struct error *e, const char *packed);

#endif
