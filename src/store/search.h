/* Full text search over live posts. q is a reader's text, never query syntax that can fail: all of
 * its words must occur, the last one may be only begun (with more than six characters only when the word
 * itself is found fewer than 20 times), anything else in q is ignored. Words are found
 * whatever their case and accents; in scripts without spaces between words any run of characters is found.
 *
 * Bounded: 12 words of 64 bytes, the newest 1,000 posts that have them in title and tags and the newest
 * 1,000 that have them anywhere, a budget of the database's steps: when it is spent, what was found until
 * then is shown. Best first: words in the title before tags before text, then the newest. */
#ifndef PLATEN_STORE_SEARCH_H
#define PLATEN_STORE_SEARCH_H

#include "store/posts.h"

struct search_hit {
    const struct post *post;
    const char *title; /* HTML: the title, escaped, what was looked for in <mark> */
    const char
        *snippet; /* HTML: a few words of the text around it; "" when it is not in the text */
};
typedef int search_fn(void *arg, const struct search_hit *hit);

/* Best first; [offset, offset+size) of them; *total gets the number of matches looked at. Everything in a
 * hit lives until fn returns. 0 or -1 (or fn's non-zero value). */
int search_posts(struct db *db, const char *q, size_t offset, size_t size, int64_t *total,
                 search_fn *fn, void *arg, struct error *err) CHECKED;

/* Appends what the index is asked for q, safe to hand to MATCH; nothing when q has no words. */
void search_match(struct buf *out, const char *q);

#endif
