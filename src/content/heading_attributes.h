/* What may stand behind a heading: "{#id .class key=value}" (Goldmark, Zola), "{: #id}" (kramdown). Any thread. */
#ifndef PLATEN_CONTENT_HEADING_ATTRIBUTES_H
#define PLATEN_CONTENT_HEADING_ATTRIBUTES_H

#include "base/text.h"

/* The length of text without its attributes and the white space before them; strlen(text) when it has none.
 * *id, which points into text, is empty when they name none. Ids of footnotes (fn:, fnref:) are nobody's to give. */
size_t heading_attributes(struct slice *id, const char *text);

#endif
