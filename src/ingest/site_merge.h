/* Several settings files as one tree, as Hugo lays them over each other. Any thread may call. */
#ifndef PLATEN_INGEST_SITE_MERGE_H
#define PLATEN_INGEST_SITE_MERGE_H

#include "base/json.h"

/* Lays `over` over *tree: maps are joined member by member (names without regard to case, at most SITE_MERGE_DEPTH
 * deep), anything else is replaced. -1 when memory is out. */
enum { SITE_MERGE_DEPTH = 32 };
int site_merge(json_t *tree, const json_t *over) CHECKED;

/* What the file of the settings folder config/_default named `key` ("", "params", "languages.de.params") holds, as a part of the
 * whole. A new value; NULL when memory is out. */
json_t *site_wrap(const char *key, const json_t *value);

/* Lays the settings of the site's own language over the tree, as Hugo does. */
int site_merge_language(json_t *tree) CHECKED;

#endif
