/* From rows of the store to the view model: what templates, feeds and the API show of a post, a
 * list, a page. The shapes are written down in templates/README.md.
 *
 * Trees lie in the arena, which is the visit's. Each function returns a value; where memory is out
 * it is null or lacks something, and answer_show, which asks the arena, refuses it. view.h has the
 * same as JSON. */
#ifndef PLATEN_WEB_MODEL_H
#define PLATEN_WEB_MODEL_H

#include "base/value.h"
#include "store/posts.h"
#include "web/visit.h"

/* {"site", "menu", "page": {"title", "name", "url", ...}}: what every page has. name is the page's
 * own title, NULL or "" for the home page. `path` is its address for the canonical link, NULL when
 * it has none (404). *page is the member of that name, for the caller to put more into. */
struct value model_page(struct visit *v, const char *name, const char *path, struct value *page);

/* What a listing shows of a post. */
struct value model_card(struct arena *a, const struct snapshot *site, const struct post *p);

/* What a post's page shows: the card with "html", "toc" and the rest. db is asked whether a cover
 * lies beside the post. traits: visit_traits. What the HTML is made of may be p's. */
struct value model_post(struct arena *a, const struct snapshot *site, struct db *db,
                        const struct post *p, unsigned traits);

/* The post's HTML, with links between files led to their addresses. */
struct value model_html(struct arena *a, const struct snapshot *site, struct db *db,
                        const struct post *p);

/* The picture of a post: {"src", "width", "height", "alt", "caption"}, null without one. */
struct value model_cover(struct arena *a, const struct snapshot *site, struct db *db,
                         const struct post *p);

/* The contents of a post as a tree, from the JSON of its outline; null when there is nothing to
 * choose from. */
struct value model_toc(struct arena *a, const char *outline);

/* {"text": "May 9, 2023", "iso": "2023-05-09T00:00:00Z"} */
struct value model_date(struct arena *a, const struct snapshot *site, int64_t seconds, int offset);

/* {"name", "url", "path", "count"} of a section or term. */
struct value model_list(struct arena *a, const struct snapshot *site, const struct list *l);

/* {"number", "count", "newer": {"url"} or null, "older": ...} for page `number` of `pages` below
 * base ("/tags/x/"); null when there is one page only. */
struct value model_pager(struct arena *a, const struct snapshot *site, const char *base,
                         int64_t number, int64_t pages);

/* Takes the posts of a walk into a list: pass &cards as arg. */
struct model_cards {
    struct arena *arena;
    const struct snapshot *site;
    struct value list;
    bool shortened; /* of LIST_SHORT: title, url, summary, date, minutes and authors alone */
};
int model_collect(void *arg, const struct post *p);

#endif
