/* Where the pages of a list begin (private to the store): the table list_boundary holds the key of
 * every ENTRY_STRIDE-th entry, counted from the oldest. Called after entries came or went, within
 * the same transaction. */
#ifndef PLATEN_STORE_BOUNDARIES_H
#define PLATEN_STORE_BOUNDARIES_H

#include "store/entries.h"

struct entry_move {
    struct entry_key key;
    int by; /* 1 came, -1 went */
};

/* After few moves: each boundary newer than a move is shifted by as many entries as came or went on
 * its older side. Costs a seek a boundary. */
int boundaries_shift(struct db *db, int64_t list, const struct entry_move *moves, size_t count,
                     struct error *err) CHECKED;

/* After many: all boundaries at or newer than `oldest` are made anew by walking the list. */
int boundaries_remake(struct db *db, int64_t list, const struct entry_key *oldest,
                      struct error *err) CHECKED;

#endif
