/* Showing what was found: text with the words looked for in <mark>, as HTML. Any thread. */
#ifndef PLATEN_STORE_SNIPPET_H
#define PLATEN_STORE_SNIPPET_H

#include "base/buf.h"
#include "store/words.h"

struct term {
    char text[WORD_BYTES_MAX]; /* folded */
    size_t len;
    size_t chars;
    bool dense;
    bool begun; /* words that begin with it count, too */
};

/* Appends the whole of text (a title). At most 32 terms. */
void snippet_whole(struct buf *out, const char *text, size_t n, const struct term *terms,
                   size_t count);

/* Appends about two lines of text around the place where most of the terms stand together; nothing when none
 * stands in its first 64 KB. */
void snippet_part(struct buf *out, const char *text, size_t n, const struct term *terms,
                  size_t count);

#endif
