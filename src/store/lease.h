/* Who may publish (private to the store): one process at a time, since a publication clears what an
 * unfinished one has left. The lease is a row, taken and renewed inside the write transactions it protects. */
#ifndef PLATEN_STORE_LEASE_H
#define PLATEN_STORE_LEASE_H

#include "store/db.h"

/* Takes or renews the lease for this process, for a minute. Within a write transaction. A live process that holds it is an error
 * that names it; one that died, or has not renewed for a minute, loses it. */
int lease_take(struct db *db, struct error *err) CHECKED;

/* Gives the lease back. Within a write transaction. */
int lease_release(struct db *db, struct error *err) CHECKED;

#endif
