/* See related.h. */
#include "store/related.h"

#include "store/entries.h"

#include <stdlib.h>
#include <string.h>

enum { WEIGHT = 10000 };

struct fellow {
    int64_t id, age, score;
    unsigned char tie[ENTRY_TIE_BYTES]; /* as in lists; what is missing is 0 */
};

struct fellows {
    struct fellow list[RELATED_WALKED];
    size_t count;
};

static int by_id(const void *a, const void *b) {
    const struct fellow *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static int best_first(const void *a, const void *b) {
    const struct fellow *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->age != y->age)
        return x->age < y->age ? -1 : 1;
    return memcmp(x->tie, y->tie, sizeof x->tie);
}

/* Of the list's index alone: no post is read. */
static int walk(struct fellows *f, struct db *db, int64_t id, const struct list *l,
                struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_FELLOWS, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, l->id);
    db_bind_int(s, 2, LIST_FEW);
    int rc;
    while ((rc = db_step(s, err)) == 1 && f->count < RELATED_WALKED) {
        size_t n;
        const void *tie = db_blob(s, 2, &n);
        if (db_int(s, 0) == id)
            continue;
        struct fellow *one = &f->list[f->count++];
        *one = (struct fellow){
            .id = db_int(s, 0), .age = db_int(s, 1), .score = WEIGHT / (l->count + 1)};
        if (tie != NULL)
            memcpy(one->tie, tie, n < sizeof one->tie ? n : sizeof one->tie);
    }
    db_done(s);
    return rc < 0 ? -1 : 0;
}

/* One entry a post, with the sum of what its terms weigh. */
static void merge(struct fellows *f) {
    size_t kept = 0;
    qsort(f->list, f->count, sizeof f->list[0], by_id);
    for (size_t i = 0; i < f->count; i++) {
        if (kept > 0 && f->list[kept - 1].id == f->list[i].id)
            f->list[kept - 1].score += f->list[i].score;
        else
            f->list[kept++] = f->list[i];
    }
    f->count = kept;
}

int related_posts(struct db *db, int64_t id, const struct list *lists, size_t count,
                  int64_t ids[RELATED_MAX], struct error *err) {
    struct fellows f;
    f.count = 0;
    int64_t walked = 0;
    int rc = 0;
    for (size_t i = 0; i < count && i < RELATED_TERMS && rc == 0; i++) {
        walked += lists[i].count;
        if (walked > RELATED_WALKED)
            break;
        rc = walk(&f, db, id, &lists[i], err);
    }
    merge(&f);
    qsort(f.list, f.count, sizeof f.list[0], best_first);
    int found = f.count < RELATED_MAX ? (int)f.count : RELATED_MAX;
    for (int i = 0; i < found; i++)
        ids[i] = f.list[i].id;
    return rc == 0 ? found : -1;
}
