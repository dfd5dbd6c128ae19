#include "store/entries.h"

#include "base/text.h"
#include "store/boundaries.h"

#include <stdlib.h>
#include <string.h>

struct touched {
    int64_t list;  /* 0: free slot */
    int64_t delta; /* since the last mend */
    int64_t grown; /* up to the last mend */
    bool asked;    /* entries_once */
    bool moved;    /* up to the last mend something came or went */
    int64_t updated;
    bool all;                 /* boundaries are made anew from `oldest` on */
    struct entry_key oldest;  /* the key nearest to the old end that came or went */
    struct entry_move *moves; /* what came and went, while it is little */
    size_t move_count, move_cap;
};

struct entries {
    struct touched *slots; /* open addressing, at most half full */
    size_t size;
    size_t used;
};

size_t entry_tie(unsigned char tie[ENTRY_TIE_BYTES], const char *title, const char *source) {
    size_t n = 0;
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a */
    while (n < ENTRY_TITLE_BYTES && *title != '\0')
        tie[n++] = (unsigned char)text_lower(*title++);
    tie[n++] = '\0';
    for (const char *p = source; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    for (int shift = 56; shift >= 0; shift -= 8)
        tie[n++] = (unsigned char)(hash >> shift);
    return n;
}

void entry_key_bind(struct db_stmt *s, int64_t list, const struct entry_key *key) {
    db_bind_int(s, 1, list);
    db_bind_int(s, 2, key->rank);
    db_bind_int(s, 3, key->age);
    db_bind_blob(s, 4, key->tie, key->tie_len);
    db_bind_int(s, 5, key->post);
}

struct entry_key entry_key_read(struct db_stmt *s, int column) {
    struct entry_key key = {.rank = db_int(s, column), .age = db_int(s, column + 1)};
    size_t n;
    const void *tie = db_blob(s, column + 2, &n);
    key.tie_len = (unsigned char)(n < sizeof key.tie ? n : sizeof key.tie);
    if (key.tie_len > 0)
        memcpy(key.tie, tie, key.tie_len);
    key.post = db_int(s, column + 3);
    return key;
}

int entry_key_step(struct entry_key *key, int64_t d, struct db *db, int64_t list,
                   struct error *err) {
    struct db_stmt *s = db_use(db, d >= 0 ? SQL_LIST_KEY_AT : SQL_LIST_KEY_BEFORE, err);
    if (s == NULL)
        return -1;
    entry_key_bind(s, list, key);
    db_bind_int(s, 6, d >= 0 ? d : -d - 1);
    int rc = db_step(s, err);
    if (rc == 1)
        *key = entry_key_read(s, 0);
    db_done(s);
    return rc;
}

int entry_key_compare(const struct entry_key *a, const struct entry_key *b) {
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->age != b->age)
        return a->age < b->age ? -1 : 1;
    int c = memcmp(a->tie, b->tie, a->tie_len < b->tie_len ? a->tie_len : b->tie_len);
    if (c != 0 || a->tie_len != b->tie_len)
        return c != 0 ? c : a->tie_len < b->tie_len ? -1 : 1;
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
    for (size_t i = 0; i < e->size; i++)
        free(e->slots[i].moves);
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

/* Beyond this many moves in a list its boundaries are made anew instead of shifted. */
enum { MOVES_MAX = 64 };

/* A key that went and came back, or the other way round, is no move at all: an edited post leaves
 * its lists and returns to its place. */
static bool undone(struct touched *t, const struct entry_key *key, int by) {
    for (size_t i = t->move_count; i-- > 0;)
        if (t->moves[i].by == -by && entry_key_compare(&t->moves[i].key, key) == 0) {
            t->moves[i] = t->moves[--t->move_count];
            return true;
        }
    return false;
}

static int moved(struct touched *t, const struct entry_key *key, int by, struct error *err) {
    t->delta += by;
    if (!t->all && undone(t, key, by))
        return 0;
    if (entry_key_compare(key, &t->oldest) > 0)
        t->oldest = *key;
    if (t->all || t->move_count == MOVES_MAX) {
        t->all = true;
        return 0;
    }
    if (t->move_count == t->move_cap) {
        size_t cap = t->move_cap == 0 ? 4 : t->move_cap * 2;
        struct entry_move *more = realloc(t->moves, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        t->moves = more;
        t->move_cap = cap;
    }
    t->moves[t->move_count++] = (struct entry_move){.key = *key, .by = by};
    return 0;
}

static int change(struct db *db, enum sql_statement name, int64_t list, const struct entry_key *key,
                  struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    entry_key_bind(s, list, key);
    return db_run(s, err);
}

/* The same post in the orders for programs (list_sorted), which home has none of. Its row says what it
 * said when it came, as it does while its entries move. */
static int sort_entry(struct db *db, bool on, int64_t list, int64_t post, struct error *err) {
    if (list == LIST_ID_HOME)
        return 0;
    for (int sort = 0; sort < (on ? 1 : 3); sort++) { /* one statement adds all three */
        struct db_stmt *s = db_use(db, on ? SQL_SORTED_ADD : SQL_SORTED_REMOVE, err);
        if (s == NULL)
            return -1;
        db_bind_int(s, 1, list);
        db_bind_int(s, 2, post);
        if (!on)
            db_bind_int(s, 3, sort);
        if (db_run(s, err) != 0)
            return -1;
    }
    return 0;
}

int entries_add(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                int64_t updated, struct error *err) {
    struct touched *t = touch(e, list, err);
    if (t == NULL || change(db, SQL_ENTRY_ADD, list, key, err) != 0)
        return -1;
    if (updated > t->updated)
        t->updated = updated;
    if (db_changed(db) == 0)
        return 0;
    return sort_entry(db, true, list, key->post, err) == 0 ? moved(t, key, 1, err) : -1;
}

int entries_remove(struct entries *e, struct db *db, int64_t list, const struct entry_key *key,
                   struct error *err) {
    struct touched *t = touch(e, list, err);
    if (t == NULL || change(db, SQL_ENTRY_REMOVE, list, key, err) != 0)
        return -1;
    if (db_changed(db) == 0)
        return 0;
    return sort_entry(db, false, list, key->post, err) == 0 ? moved(t, key, -1, err) : -1;
}

int entries_once(struct entries *e, int64_t list, struct error *err) {
    struct touched *t = touch(e, list, err);
    bool first = t != NULL && !t->asked;
    if (t != NULL)
        t->asked = true;
    return t == NULL ? -1 : first;
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
    t->all = true;
    t->oldest = ENTRY_KEY_LAST;
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

static int mend_one(struct db *db, struct touched *t, struct error *err) {
    if ((t->delta != 0 || t->updated != 0) && write_count(db, t, err) != 0)
        return -1;
    int rc = t->all              ? boundaries_remake(db, t->list, &t->oldest, err)
             : t->move_count > 0 ? boundaries_shift(db, t->list, t->moves, t->move_count, err)
                                 : 0;
    t->moved = t->moved || t->all || t->move_count > 0;
    t->grown += t->delta;
    t->delta = 0;
    t->updated = 0;
    t->all = false;
    t->move_count = 0;
    t->oldest = ENTRY_KEY_FIRST;
    return rc;
}

int entries_mend(struct entries *e, struct db *db, struct error *err) {
    for (size_t i = 0; i < e->size; i++)
        if (e->slots[i].list != 0 && mend_one(db, &e->slots[i], err) != 0)
            return -1;
    return 0;
}

int entries_each_moved(const struct entries *e,
                       int (*fn)(void *arg, int64_t list, int64_t grown, struct error *err),
                       void *arg, struct error *err) {
    for (size_t i = 0; i < e->size; i++) {
        const struct touched *t = &e->slots[i];
        if (t->list != 0 && t->moved && fn(arg, t->list, t->grown, err) != 0)
            return -1;
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
