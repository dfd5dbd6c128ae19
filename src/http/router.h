/* Routes as a const table: adding a page is one row.
 *
 * A pattern is literal text with ":name" for one segment (no '/'); "*" as the last character
 * matches the rest. The first row that matches method and path wins, so order is precedence. Pure
 * functions, any thread. */
#ifndef PLATEN_HTTP_ROUTER_H
#define PLATEN_HTTP_ROUTER_H

#include "base/text.h"
#include "http/http.h"

#define ROUTE_MAX_PARAMS 4

struct route_match {
    size_t count;
    struct slice param[ROUTE_MAX_PARAMS]; /* views into the path */
};

/* True when path matches pattern; fills m. */
bool route_match(struct route_match *m, const char *pattern, const char *path);

#endif
