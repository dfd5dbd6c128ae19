/* What a post's page shows of posts that belong to it: those that share its terms, and the parts of its series.
 *
 * Both read only terms that few posts have (store/related.h). The page depends on the lists of these, so it is
 * made anew when a post of one changes, comes or goes; of a term that many have it depends on "few:…", which
 * is named once that list is short: a publication never drops the pages of a whole site for a common tag. */
#ifndef PLATEN_WEB_RELATED_H
#define PLATEN_WEB_RELATED_H

#include "base/value.h"
#include "web/visit.h"

/* "related" of the view of post `id`: {"posts": [{"title", "url", "date"}]}, null without any, or when the site's
 * params or the post's own say `related: false`. */
int related_put(struct visit *v, struct value post, int64_t id, struct error *err) CHECKED;

/* To each of the post's "series": "parts" [{"title", "url", "current"}] in their order, "number" and "total",
 * "before" and "after" {"title", "url"} or null; "parts" is null for one with a single post or too many.
 * Order: the front matter's series_order, else weight, then the oldest first. */
int series_put(struct visit *v, struct value post, int64_t id, struct error *err) CHECKED;

#endif
