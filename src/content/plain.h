/* HTML to plain text: tags removed, character references decoded, white space folded to single
 * spaces, the blocks joined by one space; comments and the content of script and style dropped, and
 * so are the arrows that lead back from footnotes. Any thread may call; one struct plain in one
 * thread at a time. */
#ifndef PLATEN_CONTENT_PLAIN_H
#define PLATEN_CONTENT_PLAIN_H

#include "base/buf.h"

struct plain {
    const char *html; /* borrowed */
    size_t n;
    size_t at;       /* next byte to be read */
    struct buf *out; /* borrowed */
    bool gap;        /* white space is due before the next character */
};

/* Begins to read html (n bytes of UTF-8); the text is appended to out. */
void plain_init(struct plain *p, struct buf *out, const char *html, size_t n);

/* Reads up to the offset `to` (at most n; a place between tags and text, not inside a tag) and, when
 * `paragraphs`, no further than behind the next end of a paragraph (</p>). Returns true when it
 * stopped behind one. */
bool plain_read(struct plain *p, size_t to, bool paragraphs);

/* Appends the whole of html as plain text. */
void plain_text(struct buf *out, const char *html, size_t n);

#endif
