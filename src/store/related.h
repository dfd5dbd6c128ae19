/* Posts that have terms in common (private to the store). Only terms that few posts have say anything of a post, and
 * only they are walked: a term with more than LIST_FEW live posts is as if it were not there, so the cost
 * has a bound whatever the site's size. A rare term weighs more than a common one; of equals the newest comes
 * first. The order is of what a repository says alone (never of ids), so that the same files give the same
 * posts whatever way they came. */
#ifndef PLATEN_STORE_RELATED_H
#define PLATEN_STORE_RELATED_H

#include "store/posts.h"

enum {
    RELATED_MAX = 4,
    RELATED_TERMS = 16, /* of one post that are looked at, the rarest */
};

/* Looks for one post after another, and keeps what the lists that they share have: no list may change meanwhile.
 * Belongs to one thread, as its connection. */
struct related;

struct related *related_new(struct db *db); /* NULL: out of memory */
void related_free(struct related *r);

/* The posts that share most with the live post, the closest first: how many, or -1 with err. */
int related_find(struct related *r, int64_t post, int64_t out[RELATED_MAX],
                 struct error *err) CHECKED;

#endif
