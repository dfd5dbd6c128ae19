/* Who may do what only one process may at a time (private to the store): a row that its holder
 * renews. A holder that died is known by its process id, one that hangs by its time. Within one
 * process the caller sees to it that there is one holder at a time. */
#ifndef PLATEN_STORE_LEASE_H
#define PLATEN_STORE_LEASE_H

#include "store/db.h"

struct lease {
    const char *name;
    char holder[33]; /* random */
    bool held;       /* a committed row says so */
};

void lease_init(struct lease *l, const char *name);

/* Takes or renews the lease within a write transaction. -1 when another has it or took it over; the
 * caller sets `held` when the transaction is committed. */
int lease_take(struct lease *l, struct db *db, struct error *err) CHECKED;

/* 0 when lease_take would succeed, -1 with the reason when not. Writes nothing.
 * */
int lease_ask(const struct lease *l, struct db *db, struct error *err) CHECKED;

/* Gives it back within a write transaction. */
int lease_drop(struct lease *l, struct db *db, struct error *err) CHECKED;

#endif
