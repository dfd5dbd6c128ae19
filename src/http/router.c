#include "http/router.h"

#include <string.h>

/* One ":name" of the pattern against one segment of the path. Moves both. */
static bool take_param(struct route_match *m, const char **pattern, const char **path) {
    size_t n = strcspn(*path, "/");
    if (n == 0 || m->count == ROUTE_MAX_PARAMS)
        return false;
    m->param[m->count++] = slice_n(*path, n);
    *path += n;
    *pattern += strcspn(*pattern, "/");
    return true;
}

bool route_match(struct route_match *m, const char *pattern, const char *path) {
    m->count = 0;
    while (*pattern != '\0') {
        if (*pattern == '*' && pattern[1] == '\0') {
            if (m->count == ROUTE_MAX_PARAMS)
                return false;
            m->param[m->count++] = slice_of(path);
            return true;
        }
        if (*pattern == ':') {
            if (!take_param(m, &pattern, &path))
                return false;
            continue;
        }
        if (*pattern != *path)
            return false;
        pattern++;
        path++;
    }
    return *path == '\0';
}
