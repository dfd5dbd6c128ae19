/* What a post's page tells machines of itself: programs that show a link as a picture with words (OpenGraph,
 * https://ogp.me) and search engines (https://schema.org/BlogPosting as JSON-LD). Any thread. */
#ifndef PLATEN_WEB_SHARE_H
#define PLATEN_WEB_SHARE_H

#include "base/json.h"
#include "web/snapshot.h"

/* Puts "share" into the page of model: {"image": URL or null, "data": JSON for a script element}, made of
 * post as view_post has it. article false: "data" is null. 0, or -1 when memory is out. */
int share_put(json_t *model, const struct snapshot *site, const json_t *post, bool article);

#endif
