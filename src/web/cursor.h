/* Cursors of lists: opaque to clients, so that what is in them may change.
 *
 * One names a place in an order, not a page: the key it goes on behind, and in which direction. It is bound
 * to what it was made for (order and filters) by a checksum, and anything else is refused; there is nothing
 * secret or dangerous in it. */
#ifndef PLATEN_WEB_CURSOR_H
#define PLATEN_WEB_CURSOR_H

#include "store/browse.h"

/* Appends the text of a cursor: URL-safe characters. */
int cursor_write(struct buf *out, const char *purpose, const struct browse_key *key, bool back);

/* 0, or -1 when text is no cursor, or one of another purpose. */
int cursor_read(struct browse_key *key, bool *back, const char *purpose, const char *text) CHECKED;

#endif
