/* See related.h. */
#include "store/related.h"

#include <stdlib.h>
#include <string.h>

/* WALKED: entries looked at for one post, that the rarest of its terms always fits into. SLOTS: a power of two,
 * more than twice as many. KEPT: lists whose entries are kept while posts that share them are looked at. */
enum { WALKED = LIST_FEW, SLOTS = 512, KEPT = 64, WEIGHT = 10000 };

struct fellow {
    int64_t id, age, score;
    unsigned char tie[ENTRY_TIE_BYTES]; /* as in lists; what is missing is 0 */
};

/* The entries of a short list. */
struct walk {
    int64_t list; /* 0: none */
    size_t count;
    struct fellow fellows[LIST_FEW];
};

struct related {
    struct db *db;
    struct walk walks[KEPT]; /* by list */
    struct fellow fellows[WALKED];
    size_t count;
    unsigned short slots[SLOTS]; /* number in fellows, from 1, by id */
};

/* Of the list's index alone: no post is read. NULL: err. */
static const struct walk *walk_of(struct related *r, int64_t list, struct error *err) {
    struct walk *w = &r->walks[(uint64_t)list % KEPT];
    if (w->list == list)
        return w;
    struct db_stmt *s = db_use(r->db, SQL_LIST_FELLOWS, err);
    if (s == NULL)
        return NULL;
    db_bind_int(s, 1, list);
    db_bind_int(s, 2, LIST_FEW);
    w->list = 0;
    w->count = 0;
    int rc;
    while ((rc = db_step(s, err)) == 1 && w->count < LIST_FEW) {
        size_t n;
        const void *tie = db_blob(s, 2, &n);
        struct fellow *one = &w->fellows[w->count++];
        *one = (struct fellow){.id = db_int(s, 0), .age = db_int(s, 1)};
        if (tie != NULL)
            memcpy(one->tie, tie, n < sizeof one->tie ? n : sizeof one->tie);
    }
    db_done(s);
    if (rc < 0)
        return NULL;
    w->list = list;
    return w;
}

/* One entry a post, with the sum of what its terms weigh. */
static void add_fellow(struct related *r, const struct fellow *one, int64_t weight) {
    size_t at = (size_t)((uint64_t)one->id * 0x9e3779b97f4a7c15u >> 32) & (SLOTS - 1);
    while (r->slots[at] != 0 && r->fellows[r->slots[at] - 1].id != one->id)
        at = (at + 1) & (SLOTS - 1);
    if (r->slots[at] == 0) {
        if (r->count == WALKED)
            return;
        r->fellows[r->count++] = *one;
        r->slots[at] = (unsigned short)r->count;
    }
    r->fellows[r->slots[at] - 1].score += weight;
}

static bool is_better(const struct fellow *a, const struct fellow *b) {
    if (a->score != b->score)
        return a->score > b->score;
    if (a->age != b->age)
        return a->age < b->age;
    return memcmp(a->tie, b->tie, sizeof a->tie) < 0;
}

static int take_best(int64_t out[RELATED_MAX], const struct related *r) {
    const struct fellow *best[RELATED_MAX + 1];
    int n = 0;
    for (size_t i = 0; i < r->count; i++) {
        int at = n;
        if (n == RELATED_MAX && !is_better(&r->fellows[i], best[n - 1]))
            continue;
        for (; at > 0 && is_better(&r->fellows[i], best[at - 1]); at--)
            best[at] = best[at - 1];
        best[at] = &r->fellows[i];
        n += n < RELATED_MAX ? 1 : 0;
    }
    for (int i = 0; i < n; i++)
        out[i] = best[i]->id;
    return n;
}

struct related *related_new(struct db *db) {
    struct related *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->db = db;
    return r;
}

void related_free(struct related *r) {
    free(r);
}

/* Its short lists, the rarest first, as far as they go together. */
int related_find(struct related *r, int64_t post, int64_t out[RELATED_MAX], struct error *err) {
    struct db_stmt *s = db_use(r->db, SQL_RELATED_LISTS, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_int(s, 2, LIST_FEW);
    db_bind_int(s, 3, RELATED_TERMS);
    r->count = 0;
    memset(r->slots, 0, sizeof r->slots);
    int64_t walked = 0;
    int rc;
    while ((rc = db_step(s, err)) == 1 && (walked += db_int(s, 1)) <= WALKED) {
        const struct walk *w = walk_of(r, db_int(s, 0), err);
        if (w == NULL) {
            rc = -1;
            break;
        }
        for (size_t i = 0; i < w->count; i++)
            if (w->fellows[i].id != post)
                add_fellow(r, &w->fellows[i], WEIGHT / (db_int(s, 1) + 1));
    }
    db_done(s);
    return rc < 0 ? -1 : take_best(out, r);
}
