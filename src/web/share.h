/* What a post's page tells machines of itself: programs that show a link as a picture with words (OpenGraph,
 * https://ogp.me) and search engines (https://schema.org/BlogPosting as JSON-LD). Any thread. */
#ifndef PLATEN_WEB_SHARE_H
#define PLATEN_WEB_SHARE_H

#include "base/value.h"
#include "web/snapshot.h"

/* "share" of a page: {"image": URL or null, "data": JSON for a script element}, made of page and of post
 * as model.h has them. article false: "data" is null. */
struct value share_value(struct arena *a, const struct snapshot *site, const struct value *page,
                         const struct value *post, bool article);

/* Works out what is the same of every post of the site, once, for share_value; in the snapshot's arena. Its authors and
 * its view are there already. */
void share_prepare(struct snapshot *site);

#endif
