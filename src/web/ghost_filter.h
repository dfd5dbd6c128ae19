/* NQL, the language of Ghost's `filter`: tag:news+featured:true, slug:[a,b], published_at:>'2024-01-01', -, (), ','.
 *
 * A filter becomes a condition of store/query.h: names through a table of fields, values as what the field holds.
 * At most GHOST_FILTER_MAX bytes, 32 terms, 200 values and 16 brackets deep; what is more, unknown or malformed is
 * an error that says where. Whatever is constant here (visibility, status) is decided at once. */
#ifndef PLATEN_WEB_GHOST_FILTER_H
#define PLATEN_WEB_GHOST_FILTER_H

#include "web/ghost_fields.h"

enum { GHOST_FILTER_MAX = 8192 };

struct ghost_filter {
    struct query_where where; /* its root is -1 for an empty filter */
    int in_order;             /* node of the first slug:[a,b] of posts or pages, -1 */
    char *texts;              /* of the values */
    bool by_clock;            /* what it means changes with time */
};

/* Reads n bytes of UTF-8 without NUL. now is UTC seconds, for now-30d. 0, or -1: the client's fault. f is to be freed in
 * either case. */
int ghost_filter_read(struct ghost_filter *f, enum query_from from, const char *text, size_t n,
                      int64_t now, struct error *err) CHECKED;
void ghost_filter_free(struct ghost_filter *f);

#endif
