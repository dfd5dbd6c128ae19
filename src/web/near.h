/* What a reader may have meant who came to an address where nothing is. */
#ifndef PLATEN_WEB_NEAR_H
#define PLATEN_WEB_NEAR_H

#include "web/visit.h"

/* At most five posts, sections and terms whose address is like v->path, the likest first: an array of {"title",
 * "url"}, which is owned by the caller; null when there are none, or when no person asks. NULL with err. Bounded
 * in time whatever the path. */
json_t *near_matches(struct visit *v, struct error *err);

#endif
