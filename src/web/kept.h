/* Between the page cache and what it must agree with: the store, the requests, the visit.
 *
 * Before a page is taken out, the store's mark is compared with the one of the last look: equal, nobody has
 * committed anything anywhere, and the page is what the store says now. Else the change log is read and the cache
 * advanced first. So a reader who has heard of a publication, from whomever, never gets what was before it.
 * Any thread. */
#ifndef PLATEN_WEB_KEPT_H
#define PLATEN_WEB_KEPT_H

#include "web/cache.h"
#include "web/visit.h"

struct kept;

struct kept_options {
    struct store *store; /* borrowed */
    struct log *log;     /* borrowed */
    size_t max_bytes;    /* 0: nothing is kept */
    bool surrogate_keys; /* the names go out, for a cache in front */
    bool purged;         /* which is told what to forget, and so may keep pages */
};

int kept_open(struct kept **out, const struct kept_options *o, struct error *err) CHECKED;
void kept_close(struct kept *k); /* NULL is fine */
/* Everything goes: another theme, other settings of the operator. */
void kept_clear(struct kept *k);

/* True for what programs read: its requests are counted before they are answered from here. */
bool kept_is_data(const struct http_request *q);

/* True when q is answered. Else the caller answers, and calls kept_finish with the same *fill always. */
bool kept_answer(struct kept *k, struct cache_fill **fill, const struct http_request *q,
                 struct http_response *r);
/* True when somebody will ask what the page depends on: it is to be kept here (fill), or by a cache in front. */
bool kept_wants_names(const struct kept *k, const struct cache_fill *fill);
/* The visit is answered, or has failed: keeps the page when it named what it depends on. Ends the visit's
 * transaction. */
void kept_finish(struct kept *k, struct cache_fill *fill, struct visit *v, bool done);

#endif
