/* What a site says to the renderer (document.h). */
#ifndef PLATEN_INGEST_OPTIONS_H
#define PLATEN_INGEST_OPTIONS_H

#include "ingest/layout.h"

/* The options for every post of a site; NULL when memory is out. The caller owns them. */
json_t *options_make(const json_t *site, const struct layout *layout);

#endif
