/* The inside of a publication (private to the store): shared by staging (publish.c), the final
 * transaction (commit.c) and the schedule (schedule.c). */
#ifndef PLATEN_STORE_PUBLICATION_H
#define PLATEN_STORE_PUBLICATION_H

#include "base/arena.h"
#include "store/entries.h"
#include "store/publish.h"

/* Something said by path that waits for the final transaction. */
struct pending {
    struct source source; /* strings in the arena */
    bool write_error;     /* the error column is part of it */
};

struct pair {
    const char *key;
    const char *value;
};

struct pairs {
    struct pair *at;
    size_t count, cap;
};

struct publication {
    struct store *store;
    struct publication_options options;
    char *home; /* main sections between line feeds, "*", or "" for the largest */
    struct arena *arena;
    struct pending *pending; /* refused, touched and settings files */
    size_t pending_count, pending_cap;
    const char **removed;
    size_t removed_count, removed_cap;
    struct pairs settings, taxonomies;
    struct db *db;       /* while a chunk's transaction is open */
    int64_t chunk_began; /* monotonic microseconds */
    bool staged;         /* something lies in the tables */
    int64_t written;     /* rows written by chunks that are committed */
};

/* Opens the chunk's transaction (p->db) unless it is open. */
int publication_chunk_open(struct publication *p, struct error *err) CHECKED;
/* After a step that returned rc: ends the chunk when it has taken long enough, cancels it when the step failed.
 * Returns 0 or -1. */
int publication_chunk_step(struct publication *p, int rc, struct error *err) CHECKED;
/* Commits the open chunk, if there is one. */
int publication_close_chunk(struct publication *p, struct error *err) CHECKED;
/* Frees p and what it holds in memory; nothing in the tables is touched. */
void publication_end(struct publication *p);

/* One transaction's bookkeeping: which lists, which names. */
struct touch {
    struct db *db;
    struct entries *entries;
    int64_t rev;
    int64_t now;
    char *home; /* what the home list shows at present: "*" or "\nposts\nnotes\n" */
};

int touch_begin(struct touch *t, struct db *db, int64_t now, struct error *err) CHECKED;
/* Mends lists, writes the names of the touched ones and prunes the change log. */
int touch_finish(struct touch *t, struct error *err) CHECKED;
void touch_free(struct touch *t);
int touch_name(struct touch *t, struct error *err, const char *fmt, ...) PRINTF_LIKE(3, 4) CHECKED;

/* Puts the post's entries into (on) or takes them out of all its lists, and sets its live flag. */
int touch_live(struct touch *t, int64_t post, bool on, struct error *err) CHECKED;

/* Makes home show `wanted` ("*", "\na\nb\n", or "" = the largest section): refills it when it shows something else. */
int touch_home(struct touch *t, const char *wanted, struct error *err) CHECKED;

#endif
