/* The keys of front matter: which there are, what they mean, which member of meta they fill.
 * Any thread may call. */
#ifndef PLATEN_CONTENT_FIELDS_H
#define PLATEN_CONTENT_FIELDS_H

#include "base/json.h"

/* Makes *meta (owned by the caller; see front_matter.h) of the mapping `given`, whose keys are in
 * lower case. places: key -> [line, column] of its value, or NULL; a key without a place is said to
 * be in `line`. -1: err names the key, what is wrong and where. */
int fields_read(json_t **meta, json_t *given, json_t *places, int line, struct error *err) CHECKED;

/* True when the values of this key (in lower case) stay as the author wrote them: a tag 1.10 is no
 * number. */
bool fields_keep_text(const char *key);

#endif
