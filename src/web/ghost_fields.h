/* The names that filters and orders know, and Ghost's ids. */
#ifndef PLATEN_WEB_GHOST_FIELDS_H
#define PLATEN_WEB_GHOST_FIELDS_H

#include "store/query.h"

enum ghost_type {
    GHOST_TEXT,
    GHOST_TIME,
    GHOST_BOOL,
    GHOST_NUMBER,
    GHOST_POST_ID,
    GHOST_LIST_ID,
    GHOST_SLUG,  /* of a list the post is in */
    GHOST_THERE, /* null or not is all that can be asked */
    GHOST_CONSTANT
};

struct ghost_field {
    const char *name;
    unsigned in; /* bits of 1 << enum query_from */
    enum ghost_type type;
    enum query_column column;
    const char *constant; /* its value as written in a filter */
};

/* NULL: there is none. */
const struct ghost_field *ghost_field_of(enum query_from from, const char *name);

/* The column that `name` (n bytes) orders by: 0, -1: none. */
int ghost_order_column(enum query_from from, const char *name, size_t n, enum query_column *out);

/* Ghost's ids are 24 hex digits: "706c74" (plt), two digits of kind, 16 of our own id. A tag or author that is no list
 * has the hash of its slug for an id, which is below -1 here and of a kind of its own there; 0 is the site's
 * author. */
enum ghost_kind { GHOST_POST = 1, GHOST_LIST = 2, GHOST_TIER = 3, GHOST_NAMED = 4 };
int64_t ghost_hash(const char *slug);
enum { GHOST_ID_SIZE = 25 };
void ghost_id_write(char out[GHOST_ID_SIZE], enum ghost_kind kind, int64_t id);
/* True when text is 24 hex digits; *id is -1 when it is none of ours of that kind. */
bool ghost_id_read(int64_t *id, enum ghost_kind kind, const char *text, size_t n);

#endif
