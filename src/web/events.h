/* /events: pages that are open hear of posts that were published, changed or taken down (server-sent events,
 * WHATWG HTML section 9.2). The log of events is the store's; this tells it on, whichever process wrote it.
 *
 * A reader is told where it stands (the id of the newest event) and then everything that follows; who comes back
 * says what it had last (Last-Event-ID, or ?last=ID), or since when it has been looking at its page (?since=UTC
 * seconds), and is told what it missed: at most 100 events, more are one "many". Ids never repeat and never
 * go back. A comment every 15 s keeps proxies patient and finds out who has gone. */
#ifndef PLATEN_WEB_EVENTS_H
#define PLATEN_WEB_EVENTS_H

#include "http/http.h"
#include "web/snapshot.h"

struct events;

struct events_options {
    struct store *store; /* borrowed; so is log */
    struct log *log;
    size_t most;                         /* readers at a time */
    struct snapshot *(*site)(void *arg); /* the present one; the caller owns the reference */
    void *arg;
};

/* Starts the thread that looks for news (only while somebody listens). */
int events_open(struct events **out, const struct events_options *o, struct error *err) CHECKED;
/* After the http server has stopped. NULL is fine. */
void events_close(struct events *e);

/* Tells everybody that the server goes, and ends the streams. Any thread. */
void events_end(struct events *e);

enum events_from { EVENTS_NEW, EVENTS_AFTER_ID, EVENTS_SINCE_TIME };

/* Makes the stream r's body, from the event after `from` (an id, or UTC seconds) on. 0; 1 when there are too
 * many readers, or the end is near; -1. Any thread. */
int events_join(struct events *e, struct http_response *r, enum events_from how, int64_t from,
                struct error *err) CHECKED;

#endif
