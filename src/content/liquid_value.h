/* What stands between double braces; for liquid.c. */
#ifndef PLATEN_CONTENT_LIQUID_VALUE_H
#define PLATEN_CONTENT_LIQUID_VALUE_H

#include "base/text.h"
#include "content/liquid.h"

/* Appends what the expression ("site.title | escape") gives. NULL, or why nothing could be made of it (then out
 * is to be thrown away). */
const char *liquid_value(struct buf *out, struct slice expression, const struct liquid_options *o);

/* Takes the next word of *rest: quoted (without the quotes) or up to white space or a '|'. False when none is left or a
 * quote does not end. */
bool liquid_word(struct slice *rest, struct slice *word, bool *quoted);

#endif
