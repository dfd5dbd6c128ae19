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

/* Appends what the index is asked for q, safe to hand to MATCH; nothing when q has no words. */
void search_match(struct buf *out, const char *q);

/* Hands out the title of a post that matches, and the piece of its text where the words are densest, the words between the
 * bytes 2 and 3. 1 when it matches (or fn's non-zero value), 0, -1. */
typedef int search_snippet_fn(void *arg, const char *title, const char *text);
int search_snippet(struct db *db, const char *match, int64_t post, search_snippet_fn *fn, void *arg,
                   struct error *err) CHECKED;

#endif
