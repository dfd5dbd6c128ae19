/* Addresses that show one post that readers do not see yet, to whoever is given them, until a moment: a draft, one
 * whose time has not come, one whose time is over.
 *
 * A token is "POST.UNTIL.SIGNATURE": the post's id, UTC seconds, and 160 bits of HMAC-SHA-256 over both by a
 * key that the database keeps ("preview_key") and nobody is shown. Nothing is stored for a token, so it cannot be
 * taken back alone; another key ends them all. */
#ifndef PLATEN_STORE_PREVIEW_H
#define PLATEN_STORE_PREVIEW_H

#include "store/store.h"

#define PREVIEW_TOKEN_MAX 96

/* Makes the key unless there is one, whatever other processes do at the same time; renew: another one in any case. Any
 * thread; waits for the writer. */
int preview_prepare(struct store *store, bool renew, struct error *err) CHECKED;

/* Writes the token for a post until `until` (UTC seconds). -1 when the database has no key yet. */
int preview_sign(char out[PREVIEW_TOKEN_MAX], struct db *db, int64_t post, int64_t until,
                 struct error *err) CHECKED;

enum preview { PREVIEW_NONE, PREVIEW_GOOD, PREVIEW_OVER };

/* What a token is at `now`: none of ours, good (*post, *until), over. -1 error. Compares in constant time. */
int preview_read(struct db *db, const char *token, size_t n, int64_t now, int64_t *post,
                 int64_t *until, struct error *err) CHECKED;

#endif
