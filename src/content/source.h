/* An author's bytes made fit for parsing: checked and cleaned once, so that no parser behind it has
 * to. Any thread may call. */
#ifndef PLATEN_CONTENT_SOURCE_H
#define PLATEN_CONTENT_SOURCE_H

#include "base/buf.h"

/* Appends source (n bytes) to out as clean text: valid UTF-8 (anything else is an error with line
 * and column), no NUL ("not text"), no byte order mark, lines end in LF only, other control
 * characters (which neither HTML nor XML may hold) replaced by a space. Line numbers stay as they
 * were. -1 also when out is full. */
int source_clean(struct buf *out, const char *source, size_t n, struct error *err) CHECKED;

#endif
