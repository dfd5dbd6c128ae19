/* What the feed files share. */
#ifndef PLATEN_WEB_FEED_H
#define PLATEN_WEB_FEED_H

#include "base/json.h"
#include "store/posts.h"
#include "web/snapshot.h"

enum { FEED_BODY_MAX = 16 << 20, FEED_MAX_TERMS = 10000 };

/* Sets member key to the post's HTML with absolute links; p has its body. 0 or -1. */
int feed_put_html(json_t *o, const char *key, const struct snapshot *site, struct db *db,
                  const struct post *p);

#endif
