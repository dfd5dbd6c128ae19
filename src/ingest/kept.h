/* What of a tree is neither post nor media but makes them what they are: the settings, and what Jekyll's posts
 * include. Its text is kept with the site (setting "kept", an object of path and text), so that an
 * export is a whole blog again. */
#ifndef PLATEN_INGEST_KEPT_H
#define PLATEN_INGEST_KEPT_H

#include "base/json.h"
#include "ingest/layout.h"
#include "store/publish.h"

enum { KEPT_FILE_MAX = 1 << 20, KEPT_MAX = 3 << 20 };

/* The files as an object, which the caller owns; those that are no text or too large are left out. NULL when
 * memory is out. */
json_t *kept_read(const struct layout *l, const struct tree *tree) CHECKED;

/* Keeps them with the publication, when they are not what the store has. */
int kept_publish(struct publication *p, struct store *store, const struct layout *l,
                 const struct tree *tree, struct error *err) CHECKED;

#endif
