/* The writing half of lists (private to the store): entries go in and out within a transaction, and
 * at its end counts and boundaries of just the touched lists are mended. */
#ifndef PLATEN_STORE_ENTRIES_H
#define PLATEN_STORE_ENTRIES_H

#include "store/db.h"

/* Every ENTRY_STRIDE-th entry of a list, from its oldest end, has a boundary row. */
enum { ENTRY_STRIDE = 250 };

/* Fixed ids of the two lists every database has. */
enum { LIST_ID_HOME = 1, LIST_ID_ALL = 2 };

/* What comes after rank and age: the beginning of the title in lower case, then what is the file's
 * own, so that the order is the same whichever post came first. */
enum { ENTRY_TITLE_BYTES = 22, ENTRY_TIE_BYTES = ENTRY_TITLE_BYTES + 1 + 8 };

/* The place of a post in its lists; ascending order is reading order. */
struct entry_key {
    int64_t rank; /* weight; ENTRY_NO_WEIGHT when none */
    int64_t age;  /* minus the time of publication */
    unsigned char tie[ENTRY_TIE_BYTES];
    unsigned char tie_len;
    int64_t post;
};

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

int entry_key_compare(const struct entry_key *a, const struct entry_key *b);

struct entries; /* the touched lists of one transaction */

struct entries *entries_new(void); /* NULL: out of memory */
void entries_free(struct entries *e);

int entries_add(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                int64_t updated, struct error *err) CHECKED;
int entries_remove(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                   struct error *err) CHECKED;

/* A post of the list changed in place: no entry moves, but pages of the list do. */
int entries_touch(struct entries *e, int64_t list, struct error *err) CHECKED;

/* The whole list was filled anew: its count and all its boundaries are made again. */
int entries_rebuilt(struct entries *e, struct db *db, int64_t list, struct error *err) CHECKED;

/* Writes counts and boundaries of the lists touched since the last mend. */
int entries_mend(struct entries *e, struct db *db, struct error *err) CHECKED;

/* Calls fn for every touched list. */
int entries_each(const struct entries *e, int (*fn)(void *arg, int64_t list, struct error *err),
                 void *arg, struct error *err) CHECKED;

#endif
