/* Posts that have terms in common. Only terms that few posts have say anything of a post, and only they are walked:
 * a term with more than LIST_FEW live posts is as if it were not there, so the cost has a bound whatever
 * the site's size. The order is of what a repository says alone (never of ids), so that the same
 * files give the same posts whatever way they came. Any thread, with a reader of its own. */
#ifndef PLATEN_STORE_RELATED_H
#define PLATEN_STORE_RELATED_H

#include "store/posts.h"

enum {
    LIST_FEW = 200, /* posts of a list that is short: when one is, touch_finish names "few:…" */
    RELATED_WALKED =
        LIST_FEW, /* entries looked at for one post: the rarest of its terms always is */
    RELATED_TERMS = 16,
    RELATED_MAX = 4,
};

/* The posts that share most with the live post `id`, a rare term weighing more than a common one; of equals the
 * newest. lists: up to RELATED_TERMS lists with at most LIST_FEW posts, the rarest
 * first; those beyond RELATED_WALKED entries are left out. Returns the number of ids, -1 with err. */
int related_posts(struct db *db, int64_t id, const struct list *lists, size_t count,
                  int64_t ids[RELATED_MAX], struct error *err) CHECKED;

#endif
