/* WebSub (W3C Recommendation of 2018, https://www.w3.org/TR/websub/): hubs are told which feeds changed, so
 * that who subscribed there has a post seconds after it is live, not at the next look.
 *
 * A thread of its own looks at the log of changes, waits until a burst is over, and sends each hub the
 * addresses of the feeds that changed (hub.mode=publish, hub.url=..., section 6 leaves the form to hubs, and
 * all take this one). Nothing on the way of a publication knows of it.
 *
 * What a hub has been told is a revision in the store, one a hub. So a restart neither loses nor repeats
 * anything but a request that ran, whoever published is heard (this process, an import beside it), and
 * what waits for a hub that is down needs no memory: once it is back it is told the sum. A hub that is
 * configured for the first time is told of what comes from then on.
 *
 * A request has ten seconds; redirects are not followed. A hub that cannot be reached or is busy (408, 429, 5xx)
 * is asked again with growing pauses for five hours, then given up until the next change; what it refuses is
 * not repeated. Messages name the hub's host only: its path may be a secret. */
#ifndef PLATEN_WEB_WEBSUB_H
#define PLATEN_WEB_WEBSUB_H

#include "base/log.h"
#include "store/store.h"
#include "store/writer.h"
#include "web/snapshot.h"

enum { WEBSUB_HUBS_MAX = 8, WEBSUB_URL_MAX = 2000 };

struct websub;

struct websub_options {
    struct store *store;     /* borrowed; so are the others */
    struct writer *writer;   /* runs at least as long */
    const char *const *hubs; /* checked by websub_check; ends with NULL */
    /* The site of that revision as db, inside a read transaction, sees it. The caller owns *out. */
    int (*site)(void *arg, struct db *db, int64_t revision, struct snapshot **out,
                struct error *err);
    void *arg;
    unsigned
        pause_ms; /* before the second try, three times as long before each further one; 0: two seconds */
    struct log *log;
};

/* 0 when hubs (ends with NULL; NULL is none) are at most WEBSUB_HUBS_MAX http or https URLs. */
int websub_check(const char *const *hubs, struct error *err) CHECKED;

/* Starts the thread; client_setup has run. The caller owns *out. */
int websub_open(struct websub **out, const struct websub_options *o, struct error *err) CHECKED;
/* Ends within a second or two; what was not said is said after the next start. NULL is fine. */
void websub_close(struct websub *w);

/* websub_topics.c: the addresses of the feeds that changed after revision `since`, as db sees it. Calls fn for
 * each, at most WEBSUB_TOPICS_MAX, until it returns non-zero, which is returned. */
enum { WEBSUB_TOPICS_MAX = 900 };
int websub_topics(struct db *db, const struct snapshot *site, int64_t since,
                  int (*fn)(void *arg, const char *url), void *arg, struct error *err) CHECKED;

#endif
