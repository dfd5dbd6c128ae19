/* What nothing points at any more (private to the store): bodies of replaced versions, blobs of
 * replaced files. The transaction that lets go of many only writes their ids down; they are deleted
 * after it, a little at a time, so that no reader waits for words and no writer for deletions. */
#ifndef PLATEN_STORE_LEFTOVER_H
#define PLATEN_STORE_LEFTOVER_H

#include "store/store.h"

#include <stdint.h>

enum leftover_kind { LEFTOVER_BODY = 0, LEFTOVER_BLOB = 1 };

/* Writes one down, within a write transaction. A blob that is in use is kept.
 * */
int leftover_add(struct db *db, enum leftover_kind kind, int64_t id, struct error *err) CHECKED;

/* Deletes one body with its search entry, within a write transaction. */
int leftover_body(struct db *db, int64_t id, struct error *err) CHECKED;

/* Deletes all that is written down, in transactions of at most about 100 ms. */
int leftover_clear(struct store *store, struct error *err) CHECKED;

#endif
