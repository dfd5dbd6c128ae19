/* Telling others what was published: WebSub hubs which feeds changed (websub.c), caches in front which pages to forget
 * (purge.c).
 *
 * A thread of its own looks at the log of changes, waits until a burst is over, and sends each of them what changed.
 * Nothing on the way of a publication knows of it.
 *
 * What one has been told is a revision in the store, one for each. So a restart neither loses nor repeats
 * anything but a request that ran, whoever published is heard (this process, an import beside it), and
 * what waits for one that is down needs no memory: once it is back it is told the sum. One that
 * is configured for the first time is told of what comes from then on.
 *
 * A request has ten seconds; redirects are not followed. Who cannot be reached or is busy (408, 429, 5xx)
 * is asked again with growing pauses for five hours, then given up until the next change; what is refused is
 * not repeated. Messages name the host only: the path may be a secret. */
#ifndef PLATEN_WEB_HERALD_H
#define PLATEN_WEB_HERALD_H

#include "base/log.h"
#include "base/text.h"
#include "store/store.h"
#include "store/writer.h"
#include "web/snapshot.h"

enum { HERALD_MAX = 8, HERALD_URL_MAX = 2000, HERALD_HEADERS = 2 };

/* Who is told, of what, in which form. */
struct herald_kind {
    const char *name;   /* in messages: "WebSub hub" */
    const char *items;  /* in messages: "feeds" */
    const char *option; /* "websub-hub" */
    const char *key;    /* of the setting that keeps what they know */
    int64_t settle_ms;  /* silence that ends a burst */
    bool needs_address; /* the site's own must be known */
    /* Calls fn for each thing that changed after revision `since`, as db sees it, until it returns non-zero, which is
     * returned. No line end is in a thing. */
    int (*collect)(struct db *db, const struct snapshot *site, int64_t since,
                   int (*fn)(void *arg, const char *item), void *arg, struct error *err);
    void (*add)(struct buf *text, size_t nth, struct slice item); /* to a request's text */
    size_t at_once, at_once_bytes;                                /* about, in one request */
    const char *headers[HERALD_HEADERS + 1];                      /* "Name: value" */
    bool in_headers; /* the text stands at the end of each header; else it is the body */
};

struct herald;

struct herald_options {
    const struct herald_kind *kind;
    struct store *store;     /* borrowed; so are the others */
    struct writer *writer;   /* runs at least as long */
    const char *const *urls; /* checked by herald_check; ends with NULL */
    const char *header;      /* one more, "Name: value", which may be a secret; NULL: none */
    /* The site of that revision as db, inside a read transaction, sees it. The caller owns *out. */
    int (*site)(void *arg, struct db *db, int64_t revision, struct snapshot **out,
                struct error *err);
    void *arg;
    unsigned
        pause_ms; /* before the second try, three times as long before each further one; 0: two seconds */
    struct log *log;
};

/* 0 when urls (ends with NULL; NULL is none) are at most HERALD_MAX http or https URLs; option names them in the error. */
int herald_check(const char *const *urls, const char *option, struct error *err) CHECKED;

/* Starts the thread; client_setup has run. The caller owns *out. */
int herald_open(struct herald **out, const struct herald_options *o, struct error *err) CHECKED;
/* Ends within a second or two; what was not said is said after the next start. NULL is fine. */
void herald_close(struct herald *h);

#endif
