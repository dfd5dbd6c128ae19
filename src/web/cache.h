/* Pages that are kept ready to be sent.
 *
 * An entry is one page (its key: the decoded path, which for a page is the only one) in up to three codings, with
 * the names of what it depends on: "post:42", "list:tags:python". A publication names what it touched
 * (store/touch.c); entries with one of those names go. Names ending in ":*" stand for every name of their kind,
 * "any" for all.
 *
 * Who wants a page that is not there makes it, others who want the same wait for that, never longer than
 * the cache's patience; the lock is not held meanwhile. What was made from an older state of the store than
 * the cache knows is not kept. At most max_bytes are held; what was asked for longest ago goes first.
 *
 * A coding that has been sent often is made anew with the most effort, on a thread of the cache's own with the
 * lowest priority, and takes the first one's place when it is smaller. At most a few hundred wait for that.
 * Every function may be called by any thread. */
#ifndef PLATEN_WEB_CACHE_H
#define PLATEN_WEB_CACHE_H

#include "base/error.h"
#include "http/http.h"

struct cache;
struct cache_fill;

struct cache_options {
    size_t max_bytes;
    unsigned patience_ms; /* how long one waits for another's page */
    unsigned hot;         /* asked for so often, a coding is worth the most effort; 0: never */
    int64_t revision;     /* that it begins at */
};

int cache_new(struct cache **out, const struct cache_options *o, struct error *err) CHECKED;
void cache_free(struct cache *c); /* no fill is open; NULL is fine */

enum cache_answer {
    CACHE_HIT,  /* *out is the page: a reference of the caller's */
    CACHE_FILL, /* the caller makes it: cache_keep or cache_leave with *fill, always one of them */
    CACHE_AGAIN, /* another one has made it by now: see that the cache is up to date, and ask again */
    CACHE_PASS, /* another one is making it and takes too long: the caller makes its own, and keeps nothing */
};

/* Asks for the page of `key` in a coding; identity is given while that coding is being made by another,
 * or when it is no smaller. */
enum cache_answer cache_ask(struct cache *c, const char *key, enum http_coding coding,
                            struct http_shared **out, struct cache_fill **fill) CHECKED;

/* The page of a fill: identity (a reference is taken), names separated by line ends, the revision it was read at.
 * Ends the fill. False: not kept, as the store has moved on or it is too large. */
bool cache_keep(struct cache *c, struct cache_fill *fill, struct http_shared *identity,
                const char *names, int64_t revision);
/* There is no page to keep. Ends the fill. */
void cache_leave(struct cache *c, struct cache_fill *fill);

/* The store is at `revision`: what depends on one of the names goes. all: everything goes, whatever it is. */
void cache_advance(struct cache *c, int64_t revision, const char *const *names, size_t count,
                   bool all);
/* Everything goes, fills that are open are not kept. */
void cache_clear(struct cache *c);

struct cache_counts {
    size_t entries, bytes;
    uint64_t hits, fills, dropped, evicted, shrunk;
};
void cache_counts(struct cache *c, struct cache_counts *out);

#endif
