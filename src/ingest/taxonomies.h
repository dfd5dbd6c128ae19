/* The pages of all terms of each taxonomy. */
#ifndef PLATEN_INGEST_TAXONOMIES_H
#define PLATEN_INGEST_TAXONOMIES_H

#include "ingest/layout.h"
#include "store/publish.h"

/* Publishes them for the site's own language and for every other one. */
int taxonomies_publish(struct publication *p, const struct layout *l, const json_t *site,
                       struct error *err) CHECKED;

#endif
