/* What a post's author says to search engines, by names that Hugo and its themes know: `robotsNoIndex: true`,
 * `canonicalURL: https://...` (the text was somewhere else first), `sitemap: {disable: true}`. Any thread. */
#ifndef PLATEN_WEB_INDEXING_H
#define PLATEN_WEB_INDEXING_H

#include "base/value.h"
#include "store/posts.h"
#include "web/snapshot.h"

/* True when the post belongs into the sitemap. */
bool indexing_listed(const struct snapshot *site, const struct post *p);

/* Sets "noindex" and "canonical" of page as params, the post's own front matter (NULL: none), say. */
void indexing_put(struct value page, struct arena *a, const struct snapshot *site,
                  const struct value *params);

#endif
