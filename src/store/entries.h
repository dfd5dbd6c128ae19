/* The writing half of lists (private to the store): entries go in and out within a transaction, and
 * at its end counts and boundaries of just the touched lists are mended. */
#ifndef PLATEN_STORE_ENTRIES_H
#define PLATEN_STORE_ENTRIES_H

#include "store/posts.h"

/* Every ENTRY_STRIDE-th entry of a list, from its oldest end, has a boundary row. */
enum { ENTRY_STRIDE = 250 };

/* Fixed ids of the two lists every database has. */
enum { LIST_ID_HOME = 1, LIST_ID_ALL = 2 };

#define ENTRY_NO_WEIGHT ((int64_t)1 << 40)
/* Before and behind every entry: no post has such a rank. */
#define ENTRY_KEY_FIRST ((struct entry_key){.rank = INT64_MIN})
#define ENTRY_KEY_LAST ((struct entry_key){.rank = INT64_MAX})

/* Fills tie; returns its length. */
size_t entry_tie(unsigned char tie[ENTRY_TIE_BYTES], const char *title, const char *source);

/* Binds list, rank, age, tie and post as parameters 1 to 5. */
void entry_key_bind(struct db_stmt *s, int64_t list, const struct entry_key *key);
/* Reads rank, age, tie and post from four columns. */
struct entry_key entry_key_read(struct db_stmt *s, int column);

/* Moves *key to the entry d places to the old side of the first one at or behind it (d < 0: to the new side of that
 * before which it is). Costs d entries. 1, 0 when the list ends before, -1. */
int entry_key_step(struct entry_key *key, int64_t d, struct db *db, int64_t list,
                   struct error *err) CHECKED;

int entry_key_compare(const struct entry_key *a, const struct entry_key *b);

struct entries; /* the touched lists of one transaction */

struct entries *entries_new(void); /* NULL: out of memory */
void entries_free(struct entries *e);

int entries_add(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                int64_t updated, struct error *err) CHECKED;
int entries_remove(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                   struct error *err) CHECKED;

/* 1 when this is asked for the first time of that list, else 0, or -1. */
int entries_once(struct entries *e, int64_t list, struct error *err) CHECKED;

/* A post of the list changed in place: no entry moves, but pages of the list do. */
int entries_touch(struct entries *e, int64_t list, struct error *err) CHECKED;

/* The whole list was filled anew: its count and all its boundaries are made again. */
int entries_rebuilt(struct entries *e, struct db *db, int64_t list, struct error *err) CHECKED;

/* Writes counts and boundaries of the lists touched since the last mend. */
int entries_mend(struct entries *e, struct db *db, struct error *err) CHECKED;

/* Calls fn for every list that has other entries than before; grown: by how many it is longer. */
int entries_each_moved(const struct entries *e,
                       int (*fn)(void *arg, int64_t list, int64_t grown, struct error *err),
                       void *arg, struct error *err) CHECKED;

/* Calls fn for every touched list. */
int entries_each(const struct entries *e, int (*fn)(void *arg, int64_t list, struct error *err),
                 void *arg, struct error *err) CHECKED;

#endif
