/* Emoji by name, ":tada:", as GitHub, Hugo (enableEmoji) and Zola (render_emoji) have them. */
#ifndef PLATEN_CONTENT_EMOJI_H
#define PLATEN_CONTENT_EMOJI_H

#include "base/buf.h"

/* Appends text with the names that are known between two colons replaced; others stay. -1: out is full. Any thread. */
int emoji_put(struct buf *out, const char *text);

#endif
