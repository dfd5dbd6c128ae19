/* The addresses in a piece of HTML: href, src, srcset, poster and cite. Pure functions, any thread. */
#ifndef PLATEN_CONTENT_HTML_URLS_H
#define PLATEN_CONTENT_HTML_URLS_H

#include "base/buf.h"
#include "base/text.h"

/* Appends what stands in place of url, which is as written (percent and character references not decoded). */
typedef void html_url_fn(void *arg, struct buf *out, struct slice url);

/* Appends html (n bytes) to out, each address given to put. -1: out is full. */
int html_urls(struct buf *out, const char *html, size_t n, html_url_fn *put, void *arg) CHECKED;

/* True for "a.md", "../x/y.png#z": neither a scheme nor a root, a fragment or a query alone. */
bool html_url_is_relative(struct slice url);

/* The bytes of url before its query and fragment. */
size_t html_url_path(struct slice url);

/* Appends the path in the tree that a relative url means in the file `from` ("content/posts/a.md"), as an editor
 * and a git host's page take it. False, and nothing appended, when it means none: not relative, or out of
 * the tree. */
bool html_url_file(struct buf *out, const char *from, struct slice url);

#endif
