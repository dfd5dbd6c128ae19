/* What a site says to the renderer (document.h). */
#ifndef PLATEN_INGEST_OPTIONS_H
#define PLATEN_INGEST_OPTIONS_H

#include "ingest/layout.h"

/* The options for every post of a site; NULL when memory is out. The caller owns them. */
json_t *options_make(const json_t *site, const struct layout *layout);

/* What posts of a Jekyll site may include: {"file": "text"} of its _includes, those of at most 64 KB, 256 files, 1 MB in
 * all.  * NULL when there are none (or memory is out). The caller owns it. */
json_t *options_includes(const struct tree *tree, const struct layout *layout);

/* The options of one post, in *out (the caller owns them): all, its front matter's defaults (NULL: none; stolen, also on
 * failure) and those of the includes whose name is somewhere in its source. *out is NULL when it has nothing of its
 * own. -1 when memory is out. */
int options_for(json_t **out, const json_t *options, json_t *defaults, const json_t *includes,
                const char *source, size_t n) CHECKED;

#endif
