/* The contents list of a post, and the ids of its headings. One thread at a time. */
#ifndef PLATEN_CONTENT_OUTLINE_H
#define PLATEN_CONTENT_OUTLINE_H

#include "base/json.h"

#include <stdbool.h>

struct outline {
    json_t *entries; /* [{"level","id","text"}] in order of appearance, at most 5,000; owned */
    json_t *taken;   /* id -> the next number for a repeat; owned */
    int min, max;    /* heading levels that are listed, 1..6 */
    struct buf id;   /* scratch: the id given last */
};

int outline_init(struct outline *o, int min, int max) CHECKED;
void outline_free(struct outline *o);

/* Gives the heading (level 1..6) an id as GitHub does: the anchor of `name`, with -1, -2, ... for
 * repeats, "section" when nothing of it is left; lent until the next call. `text` is what the list
 * shows; name is usually the same (before smart punctuation). own: name is the id that the author
 * gave, used as it is. NULL when memory is out. */
const char *outline_add(struct outline *o, int level, bool own, const char *name, size_t name_len,
                        const char *text, size_t text_len);

#endif
