/* Links of the site. A path of the store ("/tags/c++/", decoded) becomes a link in a page (absolute
 * path below the base URL's, percent-encoded) or a full URL. Any thread. */
#ifndef PLATEN_WEB_LINK_H
#define PLATEN_WEB_LINK_H

#include "base/buf.h"
#include "base/value.h"
#include "web/snapshot.h"

/* Appends "/blog/tags/c++/" for "/tags/c++/". */
int link_path(struct buf *out, const struct snapshot *site, const char *path);

/* Appends "https://x.org/blog/tags/c++/". */
int link_url(struct buf *out, const struct snapshot *site, const char *path);

/* Appends the link for what an author wrote in a setting: a full URL, "//host/x", "#x" and
 * "mailto:" stay, "/x" and "x" stand below the base URL. */
int link_written(struct buf *out, const struct snapshot *site, const char *written);

/* Set member key of obj; 0 or -1. */
int link_put_path(json_t *obj, const char *key, const struct snapshot *site, const char *path);
int link_put_url(json_t *obj, const char *key, const struct snapshot *site, const char *path);
int link_put_written(json_t *obj, const char *key, const struct snapshot *site,
                     const char *written);

/* The same as values in the arena. */
struct value link_value_path(struct arena *a, const struct snapshot *site, const char *path);
struct value link_value_url(struct arena *a, const struct snapshot *site, const char *path);
struct value link_value_written(struct arena *a, const struct snapshot *site, const char *written);

/* True when s begins with a scheme ("https:", "mailto:"; RFC 3986 section 3.1). */
bool link_has_scheme(const char *s, size_t n);

/* Appends html (n bytes) with the relative URLs of href, src, srcset, poster and cite made
 * absolute: for feeds, where a page's address is not known to the reader's program. permalink is
 * the decoded path of the page they were written for. */
int link_absolute_html(struct buf *out, const struct snapshot *site, const char *permalink,
                       const char *html, size_t n);

/* The size in pixels of the site's picture that src, an absolute path or URL as in a page, means. False: it is none
 * of the site's, or its size is not known. */
bool link_picture_size(const struct snapshot *site, struct db *db, struct slice src,
                       uint32_t *width, uint32_t *height);

/* Appends html of the post made from the file `source` (NULL: none, nothing changes) with the relative URLs that
 * mean a post or file of the tree led to its present address: "../other.md#part" works as it does in an editor
 * and on the git host's page. Pictures of the site get the width and height they have now, unless the author gave one.
 * traits: html_traits of it; without HTML_RELATIVE and HTML_PICTURES nothing changes and nothing is asked. */
int link_files_html(struct buf *out, const struct snapshot *site, struct db *db, const char *source,
                    unsigned traits, const char *html, size_t n);

#endif
