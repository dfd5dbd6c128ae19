/* The plain text of a post and its summary, in one pass over the HTML. Any thread may call. */
#ifndef PLATEN_CONTENT_SUMMARY_H
#define PLATEN_CONTENT_SUMMARY_H

#include "base/buf.h"

#include <stdint.h>

struct summary {
    size_t text_len; /* the summary is this many bytes at the start of the text */
    size_t words;    /* of the whole text */
    bool truncated;  /* something of the post is left behind the summary */
};

/* Appends the plain text of html (n bytes) to text, which must be empty, and finds the summary:
 * with more != SIZE_MAX, the text before that offset of html; else the blocks from the start up to
 * and including the first paragraph at which the running count of words reaches word_limit (lists,
 * tables and code on the way are part of the text and of the count); else everything. */
void summary_make(struct summary *out, struct buf *text, const char *html, size_t n, size_t more,
                  size_t word_limit);

#endif
