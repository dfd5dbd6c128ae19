/* Which sections make the home page of a site in several languages. */
#ifndef PLATEN_INGEST_HOME_H
#define PLATEN_INGEST_HOME_H

#include "ingest/layout.h"

/* The top folders of what is in the site's own language, at most `max` of them; with `largest` only the one that
 * holds most files. They live in the layout's arena. Returns how many. */
size_t home_sections(const char **out, size_t max, const struct layout *l, const struct tree *tree,
                     bool largest);

#endif
