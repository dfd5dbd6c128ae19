/* Full text search over live posts. q is a reader's text, never query syntax that can fail: words
 * are matched as prefixes of words, all of them must occur, anything else in q is ignored. Bounded:
 * 12 words, title and tags before text, over the newest 1,000 matches. */
#ifndef PLATEN_STORE_SEARCH_H
#define PLATEN_STORE_SEARCH_H

#include "store/posts.h"

/* Best first; [offset, offset+size) of them; *total gets the number of matches counted (at most
 * 1,000). 0 or -1 (or fn's non-zero value). */
int search_posts(struct db *db, const char *q, size_t offset, size_t size, int64_t *total,
                 post_fn *fn, void *arg, struct error *err) CHECKED;

#endif
