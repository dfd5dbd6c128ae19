/* What the store knows of its sources, loaded once for a comparison. Immutable once loaded: any thread may look. */
#ifndef PLATEN_INGEST_KNOWN_H
#define PLATEN_INGEST_KNOWN_H

#include "store/publish.h"

struct known {
    struct source *sources; /* in byte order of path */
    size_t count;
    struct arena *arena;
};

int known_load(struct known *out, struct db *db, struct error *err) CHECKED;
void known_free(struct known *k);
const struct source *known_find(const struct known *k, const char *path); /* NULL when not known */

#endif
