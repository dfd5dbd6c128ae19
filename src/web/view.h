/* What model.h makes, as JSON: for feeds, the API, and pages that few ask for.
 *
 * Each function returns a new value, NULL when memory is out or a text is no UTF-8; json_put and
 * json_array_append_new take such a NULL as a failure, so callers may ask once at the end. */
#ifndef PLATEN_WEB_VIEW_H
#define PLATEN_WEB_VIEW_H

#include "base/json.h"
#include "store/posts.h"
#include "web/visit.h"

/* {"site", "menu", "page": {"title", "name", "url", ...}}: what every page has. name is the page's
 * own title, NULL or "" for the home page. `path` is its address for the canonical link, NULL when
 * it has none (404). */
json_t *view_page(struct visit *v, const char *name, const char *path);

/* What a listing shows of a post. */
json_t *view_card(const struct snapshot *site, const struct post *p);

/* "html" of o: the post's, with links between files led to their addresses. */
int view_put_html(json_t *o, const struct snapshot *site, struct db *db, const struct post *p);

/* The picture of a post: {"src", "width", "height", "alt", "caption"}, null without one. */
json_t *view_cover(const struct snapshot *site, struct db *db, const struct post *p);

/* The contents of a post as a tree, from the JSON of its outline; null when there is nothing to choose from. */
json_t *view_toc(const char *outline);

/* {"text": "May 9, 2023", "iso": "2023-05-09T00:00:00Z"} */
json_t *view_date(const struct snapshot *site, int64_t seconds, int offset);

/* {"name", "url", "path", "count"} of a section or term. */
json_t *view_list(const struct snapshot *site, const struct list *l);

/* "Tags" for the taxonomy "tags", as the site's settings say; lent. */
const char *view_taxonomy_title(const struct snapshot *site, const char *plural);

/* {"number", "count", "newer": {"url"} or null, "older": ...} for page `number` of `pages` below
 * base ("/tags/x/"); null when there is one page only. */
json_t *view_pager(const struct snapshot *site, const char *base, int64_t number, int64_t pages);

/* What a walk that makes cards fills: pass it as arg. */
struct view_cards {
    const struct snapshot *site;
    json_t *array; /* owned by the caller */
};

/* o when bad is 0, else NULL (o is freed). */
json_t *view_done(json_t *o, int bad);

#endif
