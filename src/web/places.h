/* Where the way back from a post leads: sections as one revision has them, each read once. Any thread. */
#ifndef PLATEN_WEB_PLACES_H
#define PLATEN_WEB_PLACES_H

#include "store/posts.h"

struct places;

struct places *places_new(void);    /* NULL when memory is out */
void places_free(struct places *p); /* NULL is fine */

/* The list of the section with that slug. db stands at the one revision that p is kept for. 1, 0 there is none, -1 with
 * err. */
int places_find(struct list *out, struct places *p, struct db *db, const char *slug,
                struct error *err) CHECKED;

#endif
