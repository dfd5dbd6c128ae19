/* What the _index.md of a folder says for all that lies below it: Hugo's `cascade` and `url`, Zola's `transparent`.
 * It must be known before any page is read, so those files are read ahead, and only when they hold such a word. */
#ifndef PLATEN_INGEST_BRANCHES_H
#define PLATEN_INGEST_BRANCHES_H

#include "base/json.h"
#include "content/renderer.h"
#include "ingest/layout.h"

/* *out: folder of the tree -> {"url", "cascade"}, as far as it is given; owned by the caller. What cannot be read is
 * left out: it will be refused with its reason when its turn comes. -1 only when memory is out. */
int branches_read(json_t **out, const struct layout *l, const struct tree *tree,
                  struct renderer *renderer, size_t max_post, struct error *err) CHECKED;

/* The front matter that holds for the file where it says nothing itself: Hugo's cascades, Jekyll's defaults. A new
 * object; NULL when there is none, or memory is out. Any thread may call: nothing given is written to. */
json_t *branches_defaults(const struct layout *l, const json_t *branches, const char *path);

#endif
