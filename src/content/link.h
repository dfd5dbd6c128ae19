/* Addresses in links and pictures. Any thread may call. */
#ifndef PLATEN_CONTENT_LINK_H
#define PLATEN_CONTENT_LINK_H

#include "base/buf.h"
#include "base/text.h"

#include <stdbool.h>

enum link_use { LINK_HREF, LINK_IMAGE };

/* False when a browser would run the address as a script or take it for a document of its own:
 * javascript:, vbscript:, data: (a picture may be data:image/...). Read as browsers read a scheme
 * (WHATWG URL, basic URL parser): without regard to case, leading control characters and spaces
 * skipped, tabs and line ends ignored anywhere. */
bool link_is_safe(const char *url, enum link_use use);

/* Appends url as the value of a quoted attribute: what a URL may not hold is percent-encoded (what
 * is encoded stays so), & and ' become character references. */
void link_attribute(struct buf *out, const char *url);

/* Appends before, and path (decoded, perhaps with a fragment) percent-encoded so that it may stand in any
 * attribute and as a Markdown link's destination. */
void link_to_file(struct buf *out, const char *before, struct slice path);

#endif
