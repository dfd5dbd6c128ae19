/* Keeps what stands around posts (private to the store), so that a page reads one row: the posts before and after,
 * and those that share most with it. Within a publishing transaction it is told whose surroundings may be others
 * now, and at the end looks at these anew.
 *
 * post.around has a line for each link, its parts each with a tab behind: "n" (newer), "o" (older) or "r" (related, the
 * closest first) and the title, the path, of a related post its date in UTC seconds ("" without one) and the
 * minutes east of UTC. "nTitle\t/path/\t\n". NULL for a post that is not live. */
#ifndef PLATEN_STORE_AROUND_H
#define PLATEN_STORE_AROUND_H

#include "store/db.h"

struct around; /* the posts of one transaction; belongs to its thread */
struct touch;

/* NULL with err. In a database where nothing was ever written by the present rule it is every post's turn. */
struct around *around_new(struct db *db, struct error *err);
void around_free(struct around *a);

/* What is around this post may be different now. */
int around_post(struct around *a, int64_t post, struct error *err) CHECKED;

/* This post leaves its lists, for good or for a moment: for those that show it for a term in common. */
int around_leaving(struct touch *t, int64_t post, struct error *err) CHECKED;

/* Everything may be. */
void around_all(struct around *a);
bool around_is_all(const struct around *a);

/* Writes what is different, and names the pages ("post:ID"). Counts of lists must be mended. */
int around_finish(struct touch *t, struct error *err) CHECKED;

#endif
