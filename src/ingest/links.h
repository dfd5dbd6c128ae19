/* Links between the files of a tree that lead nowhere. Pure, any thread. */
#ifndef PLATEN_INGEST_LINKS_H
#define PLATEN_INGEST_LINKS_H

#include "ingest/tree.h"

/* Calls missing(arg, path, link) for the relative links to Markdown files in html (n bytes, of the file `path`)
 * whose targets are not in the tree, at most 20. */
void links_check(const struct tree *tree, const char *path, const char *html, size_t n,
                 void (*missing)(void *arg, const char *path, const char *link), void *arg);

#endif
