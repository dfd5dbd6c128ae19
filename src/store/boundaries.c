/* Boundary n of a list is the entry at place n * ENTRY_STRIDE from the oldest one, so entries that
 * come or go on a boundary's newer side do not concern it.
 *
 * Shifting: before the moves, n * ENTRY_STRIDE entries were at the boundary's key K or older; now it
 * is as many more as the moves at K or older sum up to, say d. The boundary is then d entries
 * further to the old side than the first entry at or after K, or -d entries to the new side. */
#include "store/boundaries.h"

/* The boundary with the greatest number below `below`: 1 found, 0 none (its number is 0), -1. */
static int newest(struct db *db, int64_t list, int64_t below, int64_t *nth, struct entry_key *key,
                  struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BOUNDARY_BELOW, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, list);
    db_bind_int(s, 2, below);
    int rc = db_step(s, err);
    *nth = 0;
    *key = ENTRY_KEY_LAST;
    if (rc == 1) {
        *nth = db_int(s, 0);
        *key = entry_key_read(s, 1);
    }
    db_done(s);
    return rc;
}

static int put(struct db *db, int64_t list, int64_t nth, const struct entry_key *key,
               struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BOUNDARY_PUT, err);
    if (s == NULL)
        return -1;
    entry_key_bind(s, list, key);
    db_bind_int(s, 6, nth);
    return db_run(s, err);
}

static int drop(struct db *db, int64_t list, int64_t nth, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BOUNDARY_DROP, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, list);
    db_bind_int(s, 2, nth);
    return db_run(s, err);
}

/* Walks from the newest boundary towards the newest entry and sets one at every stride. */
static int extend(struct db *db, int64_t list, struct error *err) {
    int64_t nth, seen = 0;
    struct entry_key key;
    if (newest(db, list, INT64_MAX, &nth, &key, err) < 0)
        return -1;
    struct db_stmt *s = db_use(db, SQL_ENTRY_WALK_BACK, err);
    if (s == NULL)
        return -1;
    entry_key_bind(s, list, &key);
    int rc;
    while ((rc = db_step(s, err)) == 1) {
        if (++seen % ENTRY_STRIDE != 0)
            continue;
        key = entry_key_read(s, 0);
        if (put(db, list, nth + seen / ENTRY_STRIDE, &key, err) != 0) {
            rc = -1;
            break;
        }
    }
    db_done(s);
    return rc;
}

/* What the moves at key or older sum up to; *here tells whether key itself moved. */
static int64_t shift_of(const struct entry_key *key, const struct entry_move *moves, size_t count,
                        bool *here) {
    int64_t d = 0;
    *here = false;
    for (size_t i = 0; i < count; i++) {
        int c = entry_key_compare(&moves[i].key, key);
        d += c >= 0 ? moves[i].by : 0;
        *here |= c == 0;
    }
    return d;
}

int boundaries_shift(struct db *db, int64_t list, const struct entry_move *moves, size_t count,
                     struct error *err) {
    struct entry_key oldest = ENTRY_KEY_FIRST, key;
    for (size_t i = 0; i < count; i++)
        if (entry_key_compare(&moves[i].key, &oldest) > 0)
            oldest = moves[i].key;
    int64_t nth = INT64_MAX;
    int rc;
    while ((rc = newest(db, list, nth, &nth, &key, err)) == 1 &&
           entry_key_compare(&key, &oldest) <= 0) {
        bool here;
        int64_t d = shift_of(&key, moves, count, &here);
        if (d == 0 && !here)
            continue;
        rc = entry_key_step(&key, d, db, list, err);
        if (rc == 1)
            rc = put(db, list, nth, &key, err);
        else if (rc == 0)
            rc = drop(db, list, nth, err);
        if (rc < 0)
            return -1;
    }
    return rc < 0 ? -1 : extend(db, list, err);
}

int boundaries_remake(struct db *db, int64_t list, const struct entry_key *oldest,
                      struct error *err) {
    int64_t nth = INT64_MAX;
    struct entry_key key;
    int rc;
    while ((rc = newest(db, list, nth, &nth, &key, err)) == 1 &&
           entry_key_compare(&key, oldest) <= 0)
        if (drop(db, list, nth, err) != 0)
            return -1;
    return rc < 0 ? -1 : extend(db, list, err);
}
