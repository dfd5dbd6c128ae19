/* What a tree says of its site: finds and reads the settings files, in the renderer's children. */
#ifndef PLATEN_INGEST_SITE_H
#define PLATEN_INGEST_SITE_H

#include "base/json.h"
#include "content/renderer.h"
#include "ingest/layout.h"

/* One settings file that was refused: a broken one is reported and passed over. `whole` false: only the key that the
 * text names. */
typedef void site_refused_fn(void *arg, bool whole, const struct tree_file *f,
                             const struct error *err);

/* Reads the layout's settings files over the defaults into *out (the site object of content/site.h; the
 * caller owns it). `also` says which keys of platen.yaml are the server's own. -1 only when memory is out or nothing can be rendered. */
int site_read(json_t **out, const struct layout *l, const struct tree *tree,
              struct renderer *renderer, bool (*also)(const char *key), site_refused_fn *refused,
              void *arg, struct error *err) CHECKED;

#endif
