/* The server's one worker: a thread that serves deliveries, the periodic sweep and a watched folder
 * in turn. (The publishing schedule is the main thread's, so that no slow git host delays it.)
 *
 * Deliveries are prompts: one look at the tip serves all that wait. A burst is looked at no more than
 * a few times a second. What fails for want of the host is tried again with growing pauses. */
#ifndef PLATEN_INGEST_WORKER_H
#define PLATEN_INGEST_WORKER_H

#include "ingest/look.h"

struct worker;

struct worker_options {
    struct look_options look;
    struct git_options git; /* url "": no repository */
    const char *watch;      /* a folder that is published as it changes, "": none */
    unsigned sweep_s;       /* 0: no sweep */
    int64_t keep_days;      /* of deliveries and events */
    int64_t keep_deliveries;
    /* Called after a look has published a commit (ok) or what it found cannot be (not ok): for commit
     * statuses. On the worker's thread. NULL: nobody. */
    void (*published)(void *arg, const char *commit, bool ok, const char *text, const char *page);
    void *published_arg;
};

/* Starts the thread, which looks at once. Everything in o must outlive it. */
int worker_start(struct worker **out, const struct worker_options *o, struct error *err) CHECKED;
/* Ends what is running (a fetch is killed, a publication is undone) and the thread. NULL is fine. */
void worker_stop(struct worker *w);

/* A delivery waits. Any thread. */
void worker_wake(struct worker *w);

#endif
