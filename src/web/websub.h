/* WebSub (W3C Recommendation of 2018, https://www.w3.org/TR/websub/): hubs are told which feeds changed, so
 * that who subscribed there has a post seconds after it is live, not at the next look: hub.mode=publish,
 * hub.url=... (section 6 leaves the form to hubs, and all take this one). */
#ifndef PLATEN_WEB_WEBSUB_H
#define PLATEN_WEB_WEBSUB_H

#include "web/herald.h"

extern const struct herald_kind websub_kind;

/* The addresses of the feeds that changed after revision `since`, at most WEBSUB_TOPICS_MAX: see
 * herald_kind.collect. */
enum { WEBSUB_TOPICS_MAX = 900 };
int websub_topics(struct db *db, const struct snapshot *site, int64_t since,
                  int (*fn)(void *arg, const char *url), void *arg, struct error *err) CHECKED;

#endif
