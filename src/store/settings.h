/* Values by name: the site's own settings ("site", JSON), the recipe, the applied commit. */
#ifndef PLATEN_STORE_SETTINGS_H
#define PLATEN_STORE_SETTINGS_H

#include "base/buf.h"
#include "store/store.h"

/* Appends the value to out. 1 found, 0 not there, -1 error. */
int setting_get(struct db *db, const char *key, struct buf *out, struct error *err) CHECKED;

/* As setting_get, through a reader of the store. */
int setting_read(struct store *store, const char *key, struct buf *out, struct error *err) CHECKED;
/* Write and delete, within a write transaction. */
int setting_put(struct db *db, const char *key, const char *value, struct error *err) CHECKED;
int setting_drop(struct db *db, const char *key, struct error *err) CHECKED;

/* The newest revision of the change log (0 = none). */
int change_revision(struct db *db, int64_t *rev, struct error *err) CHECKED;
/* Calls fn(arg, name) for every name touched after revision `since`. The name "*" says everything. */
int change_since(struct db *db, int64_t since, int (*fn)(void *arg, const char *name), void *arg,
                 struct error *err) CHECKED;

/* The oldest revision of which the log has names still: of later ones it has all. 0 = none. */
int change_oldest(struct db *db, int64_t *rev, struct error *err) CHECKED;
/* Says in a revision of its own that `name` was touched; within a write transaction. */
int change_say(struct db *db, const char *name, struct error *err) CHECKED;

#endif
