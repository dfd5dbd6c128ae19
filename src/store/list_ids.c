/* A hash table in memory from (kind, taxonomy, slug) to the list's id. Lists are never deleted, so
 * an id once seen stays right; one made in a transaction that failed ends with its publication. Their addresses
 * follow the settings: a list whose posts say another path than the table moves with the publication. */
#include "store/publication.h"

#include <stdlib.h>
#include <string.h>

struct known {
    uint64_t hash;
    const char *taxonomy, *slug;
    enum list_kind kind;
    int64_t id; /* 0: free slot */
};

struct move {
    int64_t id;
    const char *path; /* in the arena */
};

struct list_ids {
    struct arena *arena;
    bool whole;
    struct move *moves;
    size_t move_count, move_cap;
    struct known *slots; /* open addressing, at most half full */
    size_t size, used;
};

enum { NAMES_MAX = 64 << 20 };

struct list_ids *list_ids_new(bool whole) {
    struct list_ids *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    l->size = 256;
    l->whole = whole;
    l->arena = arena_new(NAMES_MAX);
    l->slots = calloc(l->size, sizeof *l->slots);
    if (l->arena == NULL || l->slots == NULL) {
        list_ids_free(l);
        return NULL;
    }
    return l;
}

void list_ids_free(struct list_ids *l) {
    if (l == NULL)
        return;
    arena_free(l->arena);
    free(l->slots);
    free(l->moves);
    free(l);
}

/* FNV-1a; the terminating NULs part the fields. */
static uint64_t hash_of(const struct list_key *k) {
    uint64_t h = 14695981039346656037u ^ (uint64_t)k->kind;
    for (const char *s = k->taxonomy;; s++) {
        h = (h ^ (unsigned char)*s) * 1099511628211u;
        if (*s == '\0')
            break;
    }
    for (const char *s = k->slug; *s != '\0'; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static struct known *slot_of(struct known *slots, size_t size, uint64_t hash,
                             const struct list_key *k) {
    size_t at = (size_t)(hash ^ hash >> 32) & (size - 1);
    for (; slots[at].id != 0; at = (at + 1) & (size - 1))
        if (slots[at].hash == hash && slots[at].kind == k->kind &&
            strcmp(slots[at].slug, k->slug) == 0 && strcmp(slots[at].taxonomy, k->taxonomy) == 0)
            break;
    return &slots[at];
}

static int grow(struct list_ids *l, struct error *err) {
    struct known *slots = calloc(l->size * 2, sizeof *slots);
    if (slots == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < l->size; i++) {
        const struct known *old = &l->slots[i];
        struct list_key k = {.kind = old->kind, .taxonomy = old->taxonomy, .slug = old->slug};
        if (old->id != 0)
            *slot_of(slots, l->size * 2, old->hash, &k) = *old;
    }
    free(l->slots);
    l->slots = slots;
    l->size *= 2;
    return 0;
}

static int add_move(struct list_ids *l, int64_t id, const char *path, struct error *err) {
    if (l->move_count == l->move_cap) {
        size_t cap = l->move_cap == 0 ? 16 : l->move_cap * 2;
        struct move *more = realloc(l->moves, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        l->moves = more;
        l->move_cap = cap;
    }
    const char *copy = arena_strdup(l->arena, path);
    if (copy == NULL)
        return error_set(err, "out of memory");
    l->moves[l->move_count++] = (struct move){id, copy};
    return 0;
}

/* The id in the table: 1 found, 0 not, -1. A list is where it was when settings that are over said so:
 * readers get it at its new path when the publication is theirs. */
static int look_up(struct list_ids *l, struct db *db, const struct list_key *k, int64_t *id,
                   struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_ID_OF, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)k->kind);
    db_bind_text(s, 2, k->taxonomy);
    db_bind_text(s, 3, k->slug);
    int rc = db_step(s, err);
    bool moves = false;
    if (rc == 1) {
        *id = db_int(s, 0);
        moves = strcmp(db_text(s, 1), k->path) != 0 && (l->whole || db_int(s, 2) == 0);
    }
    db_done(s);
    return moves && add_move(l, *id, k->path, err) != 0 ? -1 : rc;
}

static int move_one(struct db *db, enum sql_statement name, const struct move *m,
                    struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, m->id);
    db_bind_text(s, 2, m->path);
    return db_run(s, err);
}

int list_ids_move(const struct list_ids *l, struct db *db, size_t *moved, struct error *err) {
    for (size_t i = 0; i < l->move_count; i++) {
        if (move_one(db, SQL_LIST_MOVED, &l->moves[i], err) != 0 ||
            move_one(db, SQL_LIST_MOVE, &l->moves[i], err) != 0)
            return -1;
        *moved += db_changed(db) > 0;
    }
    return 0;
}

static int make(struct db *db, const struct list_key *k, int64_t *id, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_MAKE, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)k->kind);
    db_bind_text(s, 2, k->taxonomy);
    db_bind_text(s, 3, k->slug);
    db_bind_text(s, 4, k->name);
    db_bind_text(s, 5, k->path);
    if (db_run(s, err) != 0)
        return -1;
    *id = db_last_id(db);
    return 0;
}

int list_ids_find(struct list_ids *l, struct db *db, const struct list_key *k, int64_t *id,
                  struct error *err) {
    if (l->used * 2 >= l->size && grow(l, err) != 0)
        return -1;
    uint64_t hash = hash_of(k);
    struct known *slot = slot_of(l->slots, l->size, hash, k);
    if (slot->id != 0) {
        *id = slot->id;
        return 0;
    }
    int rc = look_up(l, db, k, id, err);
    if (rc < 0 || (rc == 0 && make(db, k, id, err) != 0))
        return -1;
    struct known new = {.hash = hash,
                        .kind = k->kind,
                        .taxonomy = arena_strdup(l->arena, k->taxonomy),
                        .slug = arena_strdup(l->arena, k->slug),
                        .id = *id};
    if (new.taxonomy == NULL || new.slug == NULL)
        return 0; /* it is looked up again the next time */
    *slot = new;
    l->used++;
    return 0;
}
