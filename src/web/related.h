/* What a post's page shows of posts that belong to it: those that share its terms, and the parts of its series.
 *
 * The first are known since something was published, and named by the post itself (store/around.h). A series is
 * read if few posts have it, and the page depends on its list; of one that many have it depends on "few:…", which
 * is named once that list is short: a publication never drops all of its pages. */
#ifndef PLATEN_WEB_RELATED_H
#define PLATEN_WEB_RELATED_H

#include "base/value.h"
#include "web/visit.h"

/* To the view of a post, of whose row text is what stands around it: "newer" and "older" {"title", "url"}, "related"
 * {"posts": [{"title", "url", "date"}]}. They stay null without any, "related" also when the site's
 * params or the post's own say `related: false`. */
void around_put(const struct visit *v, struct value post, const char *text);

/* To each of the post's "series": "parts" [{"title", "url", "current"}] in their order, "number" and "total",
 * "before" and "after" {"title", "url"} or null; "parts" is null for one with a single post or too many.
 * Order: the front matter's series_order, else weight, then the oldest first. */
int series_put(struct visit *v, struct value post, int64_t id, struct error *err) CHECKED;

#endif
