/* A cache in front forgets the pages that a publication changed: it is sent the keys that those pages carry in
 * Surrogate-Key and xkey (kept.c), in the headers Surrogate-Key (Fastly's) and xkey-purge (Varnish's). */
#ifndef PLATEN_WEB_PURGE_H
#define PLATEN_WEB_PURGE_H

#include "web/herald.h"

extern const struct herald_kind purge_kind;

/* Appends the key of something that a page depends on: its name (n bytes) without spaces. */
void purge_key(struct buf *out, const char *name, size_t n);

#endif
