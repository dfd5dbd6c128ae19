#include "store/entries.h"

#include "base/text.h"

#include <stdlib.h>

struct touched {
    int64_t list; /* 0: free slot */
    int64_t delta;
    int64_t updated;
    bool moved;              /* an entry came or went */
    struct entry_key oldest; /* the key nearest to the old end that came or went */
    /* What the last removal changed, so that putting the same key back undoes it: an edited post
     * leaves its lists and returns to its old place, and no boundary need be looked at. */
    struct entry_key removed, oldest_before;
    bool moved_before;
    bool may_return;
};

struct entries {
    struct touched *slots; /* open addressing, at most half full */
    size_t size;
    size_t used;
};

int64_t entry_tie(const char *title) {
    uint64_t tie = 0;
    for (int i = 0; i < 7; i++) {
        tie <<= 8;
        if (*title != '\0')
            tie |= (unsigned char)text_lower(*title++);
    }
    return (int64_t)tie;
}

int entry_key_compare(const struct entry_key *a, const struct entry_key *b) {
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->age != b->age)
        return a->age < b->age ? -1 : 1;
    if (a->tie != b->tie)
        return a->tie < b->tie ? -1 : 1;
    return a->post < b->post ? -1 : a->post > b->post;
}

struct entries *entries_new(void) {
    struct entries *e = calloc(1, sizeof *e);
    if (e == NULL)
        return NULL;
    e->size = 64;
    e->slots = calloc(e->size, sizeof *e->slots);
    if (e->slots == NULL) {
        free(e);
        return NULL;
    }
    return e;
}

void entries_free(struct entries *e) {
    if (e == NULL)
        return;
    free(e->slots);
    free(e);
}

static struct touched *slot_of(struct touched *slots, size_t size, int64_t list) {
    size_t at = (size_t)((uint64_t)list * 0x9e3779b97f4a7c15u >> 20) & (size - 1);
    while (slots[at].list != 0 && slots[at].list != list)
        at = (at + 1) & (size - 1);
    return &slots[at];
}

static int grow(struct entries *e) {
    size_t size = e->size * 2;
    struct touched *slots = calloc(size, sizeof *slots);
    if (slots == NULL)
        return -1;
    for (size_t i = 0; i < e->size; i++)
        if (e->slots[i].list != 0)
            *slot_of(slots, size, e->slots[i].list) = e->slots[i];
    free(e->slots);
    e->slots = slots;
    e->size = size;
    return 0;
}

static struct touched *touch(struct entries *e, int64_t list, struct error *err) {
    if (e->used * 2 >= e->size && grow(e) != 0) {
        error_set(err, "out of memory");
        return NULL;
    }
    struct touched *t = slot_of(e->slots, e->size, list);
    if (t->list == 0) {
        *t = (struct touched){.list = list, .oldest = ENTRY_KEY_FIRST};
        e->used++;
    }
    return t;
}

static void moved(struct touched *t, const struct entry_key *key, int64_t delta) {
    t->delta += delta;
    t->moved = true;
    if (entry_key_compare(key, &t->oldest) > 0)
        t->oldest = *key;
}

static void bind_key(struct db_stmt *s, int64_t list, const struct entry_key *key) {
    db_bind_int(s, 1, list);
    db_bind_int(s, 2, key->rank);
    db_bind_int(s, 3, key->age);
    db_bind_int(s, 4, key->tie);
    db_bind_int(s, 5, key->post);
}

static int change(struct db *db, enum sql_statement name, int64_t list, const struct entry_key *key,
                  struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    bind_key(s, list, key);
    return db_run(s, err);
}

int entries_add(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                int64_t updated, struct error *err) {
    struct touched *t = touch(e, list, err);
    if (t == NULL || change(db, SQL_ENTRY_ADD, list, key, err) != 0)
        return -1;
    if (updated > t->updated)
        t->updated = updated;
    if (t->may_return && entry_key_compare(key, &t->removed) == 0) {
        t->delta++;
        t->moved = t->moved_before;
        t->oldest = t->oldest_before;
    } else if (db_changed(db) > 0) {
        moved(t, key, 1);
    }
    t->may_return = false;
    return 0;
}

int entries_remove(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                   struct error *err) {
    struct touched *t = touch(e, list, err);
    if (t == NULL || change(db, SQL_ENTRY_REMOVE, list, key, err) != 0)
        return -1;
    if (db_changed(db) == 0)
        return 0;
    t->may_return = true;
    t->removed = *key;
    t->moved_before = t->moved;
    t->oldest_before = t->oldest;
    moved(t, key, -1);
    return 0;
}

int entries_touch(struct entries *e, int64_t list, struct error *err) {
    return touch(e, list, err) == NULL ? -1 : 0;
}

int entries_rebuilt(struct entries *e, struct db *db, int64_t list, struct error *err) {
    struct touched *t = touch(e, list, err);
    struct db_stmt *s = t == NULL ? NULL : db_use(db, SQL_LIST_RECOUNT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, list);
    t->delta = 0;
    t->moved = true;
    t->oldest = (struct entry_key){INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    return db_run(s, err);
}

static int write_count(struct db *db, const struct touched *t, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_COUNT_ADD, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, t->list);
    db_bind_int(s, 2, t->delta);
    db_bind_int(s, 3, t->updated);
    return db_run(s, err);
}

/* The boundary nearest to the change on its older side: all beyond it are right as they are. */
static int last_right(struct db *db, const struct touched *t, int64_t *nth, struct entry_key *key,
                      struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BOUNDARY_DROP, err);
    if (s == NULL)
        return -1;
    bind_key(s, t->list, &t->oldest);
    if (db_run(s, err) != 0 || (s = db_use(db, SQL_BOUNDARY_LAST, err)) == NULL)
        return -1;
    db_bind_int(s, 1, t->list);
    int rc = db_step(s, err);
    *nth = 0;
    *key = (struct entry_key){INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    if (rc == 1) {
        *nth = db_int(s, 0);
        *key = (struct entry_key){db_int(s, 1), db_int(s, 2), db_int(s, 3), db_int(s, 4)};
    }
    db_done(s);
    return rc < 0 ? -1 : 0;
}

static int add_boundary(struct db *db, int64_t list, int64_t nth, const struct entry_key *key,
                        struct error *err) {
    struct db_stmt *s = db_use(db, SQL_BOUNDARY_ADD, err);
    if (s == NULL)
        return -1;
    bind_key(s, list, key);
    db_bind_int(s, 6, nth);
    return db_run(s, err);
}

/* Walks from the last right boundary towards the newest entry and sets one at every stride. */
static int write_boundaries(struct db *db, const struct touched *t, struct error *err) {
    int64_t nth, seen = 0;
    struct entry_key key;
    if (last_right(db, t, &nth, &key, err) != 0)
        return -1;
    struct db_stmt *s = db_use(db, SQL_ENTRY_WALK_BACK, err);
    if (s == NULL)
        return -1;
    bind_key(s, t->list, &key);
    int rc;
    while ((rc = db_step(s, err)) == 1) {
        if (++seen % ENTRY_STRIDE != 0)
            continue;
        key = (struct entry_key){db_int(s, 0), db_int(s, 1), db_int(s, 2), db_int(s, 3)};
        if (add_boundary(db, t->list, nth + seen / ENTRY_STRIDE, &key, err) != 0) {
            rc = -1;
            break;
        }
    }
    db_done(s);
    return rc;
}

int entries_mend(struct entries *e, struct db *db, struct error *err) {
    for (size_t i = 0; i < e->size; i++) {
        struct touched *t = &e->slots[i];
        if (t->list == 0)
            continue;
        if ((t->delta != 0 || t->updated != 0) && write_count(db, t, err) != 0)
            return -1;
        if (t->moved && write_boundaries(db, t, err) != 0)
            return -1;
        t->delta = 0;
        t->updated = 0;
        t->moved = false;
        t->may_return = false;
        t->oldest = ENTRY_KEY_FIRST;
    }
    return 0;
}

int entries_each(const struct entries *e, int (*fn)(void *arg, int64_t list, struct error *err),
                 void *arg, struct error *err) {
    for (size_t i = 0; i < e->size; i++)
        if (e->slots[i].list != 0 && fn(arg, e->slots[i].list, err) != 0)
            return -1;
    return 0;
}
