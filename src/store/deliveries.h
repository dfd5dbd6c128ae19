/* Deliveries: what git hosts told us, kept until it is done and a while longer. The table is the
 * queue: a row in state DELIVERY_PENDING is work. Times are UTC milliseconds. */
#ifndef PLATEN_STORE_DELIVERIES_H
#define PLATEN_STORE_DELIVERIES_H

#include "store/store.h"

#include <stdint.h>

enum delivery_state {
    DELIVERY_PENDING, /* to be done, or tried in vain and to be tried again */
    DELIVERY_DONE,
    DELIVERY_FAILED,  /* given up; a repeat or a replay makes it pending again */
    DELIVERY_IGNORED, /* verified, and nothing to do for us */
    DELIVERY__STATES
};
const char *delivery_state_name(enum delivery_state state);
/* -1 when it is no state's name. */
int delivery_state_of(const char *name);

/* What is known of a delivery when it comes. Texts are cut to their room at a UTF-8 boundary. */
struct delivery_draft {
    char host[16];        /* github, gitea, forgejo, gitlab, bitbucket, platen */
    char guid[129];       /* the host's name for it, unique with host */
    char event[65];       /* push, ping, ... */
    char ref[256];        /* refs/heads/main, "" when it is about none */
    char commit[65];      /* the ref's new commit as the host says */
    char repository[256]; /* owner/name */
    char sender[128];
    char title[256]; /* first line of the commit's message */
    char client[64]; /* address it came from */
    char note[256];  /* why it is ignored */
    enum delivery_state state;
    int64_t received;
};

enum delivery_taken {
    DELIVERY_NEW,
    DELIVERY_KNOWN, /* it is waiting, or has succeeded: nothing was written */
    DELIVERY_AGAIN, /* it had failed and is pending once more */
};

/* Writes one down, within a write transaction. *id gets its number, d->state what is so now: a known
 * one's may be another. */
int delivery_put(struct db *db, struct delivery_draft *d, int64_t *id, enum delivery_taken *how,
                 struct error *err) CHECKED;

/* A row as the table has it; texts are lent until the callback returns. */
struct delivery {
    int64_t id;
    const char *host, *guid, *event, *ref, *commit, *repository, *sender, *title, *client;
    int64_t received;
    enum delivery_state state;
    int64_t attempts, next_try, finished;
    const char *applied; /* "" when none */
    int64_t merged_into; /* 0 when it was looked at by itself */
    const char *error;   /* "" when none */
    const char *result;  /* JSON, "" when none */
};
typedef int delivery_fn(void *arg, const struct delivery *d);

/* 1 with fn called once (or what it returned), 0 not there, -1. */
int delivery_by_id(struct db *db, int64_t id, delivery_fn *fn, void *arg,
                   struct error *err) CHECKED;
/* At most limit rows with ids below `before`, newest first; state -1: of all. */
int delivery_page(struct db *db, int64_t before, int state, int64_t limit, delivery_fn *fn,
                  void *arg, struct error *err) CHECKED;
/* The `before` of the page that lies in front of the one that begins with id `first`: 0 when `first`
 * is the newest. -1 on error. */
int64_t delivery_page_front(struct db *db, int64_t first, int state, int64_t limit,
                            struct error *err) CHECKED;

struct delivery_waiting {
    int64_t newest; /* id, 0 when none waits */
    int64_t due;    /* earliest next_try of all */
    int64_t count;
};
int delivery_waiting(struct db *db, struct delivery_waiting *out, struct error *err) CHECKED;

/* When a delivery was received; 0 when it is not there. */
int delivery_received(struct db *db, int64_t id, int64_t *ms, struct error *err) CHECKED;

struct delivery_counts {
    int64_t of[DELIVERY__STATES];
};
int delivery_counts(struct db *db, struct delivery_counts *out, struct error *err) CHECKED;

struct delivery_outcome {
    enum delivery_state state; /* done or failed */
    const char *applied;       /* commit, "" when none */
    const char *error;         /* "" when none */
    const char *result;        /* JSON, of the newest one only */
    int64_t now;
};
/* Within a write transaction: the delivery `newest` has this outcome, and so have all that waited
 * with smaller ids, which are noted as merged into it. */
int delivery_finish(struct db *db, int64_t newest, const struct delivery_outcome *o,
                    struct error *err) CHECKED;
/* As delivery_finish, for this one alone. */
int delivery_finish_one(struct db *db, int64_t id, const struct delivery_outcome *o,
                        struct error *err) CHECKED;
/* Within a write transaction: all that wait up to `newest` are tried again at next_try; those
 * received before give_up are failed for good. */
int delivery_retry(struct db *db, int64_t newest, int64_t next_try, int64_t give_up, int64_t now,
                   const char *why, struct error *err) CHECKED;

/* Deletes what is older than `before` or beyond `keep` rows, never what waits nor the newest success:
 * at most 1,000 rows a call, within a write transaction. *deleted gets how many. */
int delivery_prune(struct db *db, int64_t before, int64_t keep, int64_t *deleted,
                   struct error *err) CHECKED;

#endif
