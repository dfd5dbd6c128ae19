/* The inside of a publication (private to the store): shared by what collects (publish.c,
 * publish_media.c), what writes (batch.c, stage.c), the final transaction (commit*.c) and the
 * schedule (schedule.c). */
#ifndef PLATEN_STORE_PUBLICATION_H
#define PLATEN_STORE_PUBLICATION_H

#include "base/arena.h"
#include "base/buf.h"
#include "store/entries.h"
#include "store/lease.h"
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

/* What waits in memory until it is worth a transaction (batch.c). */
enum batch_kind { BATCH_POST, BATCH_BLOB, BATCH_BLOCK, BATCH_MEDIA };
struct batch_item {
    struct batch_item *next;
    enum batch_kind kind;
    struct post_record post;
    struct source source; /* of media */
    struct media_record media;
    const char *oid;
    uint64_t size; /* of the blob */
    uint64_t nth;  /* of the block */
    const void *data;
    size_t len;
};

struct publication {
    struct store *store;
    struct publication_options options;
    char *home; /* what home shows, as touch_home takes it */
    struct lease lease;
    struct arena *arena;     /* of what is below */
    struct pending *pending; /* refused, touched and settings files */
    size_t pending_count, pending_cap;
    const char **removed;
    size_t removed_count, removed_cap;
    struct pairs settings, taxonomies;
    struct arena *batch_arena;
    struct batch_item *batch_first, **batch_end;
    size_t batch_bytes;
    struct list_ids *lists; /* ids of lists by name */
    struct buf etag;        /* scratch */
    int64_t blob;           /* that blocks are for; 0: the store has it already */
    publication_finish_fn *finish;
    void *finish_arg;
    bool staged;     /* something lies in the tables */
    bool failed;     /* a transaction failed: only abort is left */
    int64_t written; /* rows written by staging */
};

/* Notes that a publication of this process runs, once the one that runs has ended; false when it has
 * not within patience_ms. */
bool store_publishing(struct store *s, unsigned patience_ms);
void store_published(struct store *s);

/* Puts a copy of what r says into the batch; writes the batch when it is large.
 * */
int batch_post(struct publication *p, const struct post_record *r, struct error *err) CHECKED;
int batch_blob(struct publication *p, const char *oid, uint64_t size, struct error *err) CHECKED;
/* Block number nth of the blob begun last. */
int batch_block(struct publication *p, uint64_t nth, const void *data, size_t len,
                struct error *err) CHECKED;
int batch_media(struct publication *p, const struct source *s, const struct media_record *m,
                struct error *err) CHECKED;
/* Writes what waits, in one transaction. */
int batch_write(struct publication *p, struct error *err) CHECKED;
/* True when nothing was written yet and what waits is little enough to be written in the final
 * transaction itself. */
bool batch_is_small(const struct publication *p);
/* Writes what waits within a transaction of the caller's, who holds the lease. */
int batch_write_within(struct publication *p, struct db *db, struct error *err) CHECKED;

/* Write one item into the tables, within the batch's transaction. */
int stage_post(struct publication *p, struct db *db, const struct post_record *r,
               struct error *err) CHECKED;
int stage_blob(struct publication *p, struct db *db, const char *oid, uint64_t size,
               struct error *err) CHECKED;
int stage_block(struct publication *p, struct db *db, uint64_t nth, const void *data, size_t len,
                struct error *err) CHECKED;
int stage_media(struct publication *p, struct db *db, const struct batch_item *m,
                struct error *err) CHECKED;

/* The lists' ids by kind, taxonomy and slug: a lookup in memory instead of one in the table. */
struct list_ids *list_ids_new(bool whole); /* NULL: out of memory. whole: see publication_options */
void list_ids_free(struct list_ids *l);
/* The list's id, made in the table when it is new. Where the key's path is not the list's, it is to move. */
int list_ids_find(struct list_ids *l, struct db *db, const struct list_key *k, int64_t *id,
                  struct error *err) CHECKED;

/* Lists whose page is at another path now, within the final transaction: each that moved is counted in *moved. */
int list_ids_move(const struct list_ids *l, struct db *db, size_t *moved,
                  struct error *err) CHECKED;

/* One transaction's bookkeeping: which lists, which names, which paths. */
struct touch {
    struct db *db;
    struct entries *entries;
    struct around *around;
    int64_t rev;
    int64_t names;   /* written so far */
    int64_t events;  /* written so far */
    char *home;      /* what the home list shows at present: "*" or "\nposts\nnotes\n" */
    char *home_rule; /* what it shall show: as home, or "" for the largest section
                    */
};

int touch_begin(struct touch *t, struct db *db, struct error *err) CHECKED;
/* Mends lists, writes the names of the touched ones and prunes the change log.
 * */
int touch_finish(struct touch *t, struct error *err) CHECKED;
void touch_free(struct touch *t);
int touch_name(struct touch *t, struct error *err, const char *fmt, ...) PRINTF_LIKE(3, 4) CHECKED;

/* True when the home list shows posts of that section. */
bool touch_is_home(const struct touch *t, const char *section);

/* Says in the event log what happened to a post that readers see: its row is as it is now (removed:
 * still there). */
int touch_event(struct touch *t, const char *kind, int64_t post, struct error *err) CHECKED;

/* Puts the post's entries into (on) or takes them out of all its lists, and names it. */
int touch_place(struct touch *t, int64_t post, bool on, struct error *err) CHECKED;

/* Sets what the home list shall show ("*", "\na\nb\n", or "" = the largest section), and fills it
 * anew when it shows something else. */
int touch_home(struct touch *t, const char *rule, struct error *err) CHECKED;

/* Makes the address of a post that went live. */
int address_put(struct touch *t, const char *path, int64_t post, struct error *err) CHECKED;
/* Leads from the path to the post, unless something else stands there when it is settled. */
int address_lead(struct touch *t, const char *path, int64_t post, struct error *err) CHECKED;
/* Makes the table say of path what the other tables imply by now. */
int address_settle(struct touch *t, const char *path, struct error *err) CHECKED;
/* As address_settle, for every path in the post's aliases. */
int address_settle_aliases(struct touch *t, int64_t post, struct error *err) CHECKED;

#endif
