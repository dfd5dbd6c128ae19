/* The pool is a stack: the connection given back last, whose cache is warm, goes out next. */
#include "store/readers.h"

#include "store/settings.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { READERS_MAX = 64 };

/* What is not said to be under the lock belongs to who has it, and in the stack to the pool. */
struct reader {
    struct db *db; /* NULL: not open */
    bool lent;     /* under the lock */
    bool reading;  /* in a transaction that readers_read began: */
    bool may_stay; /* it stands on a state that was kept when it began */
    bool used;     /* since readers_tend last looked */
    int64_t revision;
    uint64_t mark; /* before it began */
};

struct readers {
    char *path;
    const struct db_mark *mark;
    pthread_mutex_t lock; /* over what follows */
    pthread_cond_t given_back;
    struct reader all[READERS_MAX];
    struct reader *idle[READERS_MAX];
    size_t idle_count;
    bool keeping; /* the state at `kept` is wholly in the file: idle ones may stay in it */
    uint64_t kept;
    uint64_t seen; /* the mark when readers_tend last looked */
};

int readers_new(struct readers **out, const char *path, const struct db_mark *mark,
                struct error *err) {
    struct readers *r = calloc(1, sizeof *r);
    if (r == NULL || (r->path = strdup(path)) == NULL) {
        free(r);
        return error_set(err, "out of memory");
    }
    r->mark = mark;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->given_back, NULL);
    *out = r;
    return 0;
}

void readers_free(struct readers *r) {
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->idle_count; i++)
        db_close(r->idle[i]->db);
    pthread_cond_destroy(&r->given_back);
    pthread_mutex_destroy(&r->lock);
    free(r->path);
    free(r);
}

/* ---- keeping; under the lock ---- */

static void end(struct reader *one) {
    if (one->reading)
        db_end_read(one->db);
    one->reading = false;
}

static void let_go(struct readers *r) {
    r->keeping = false;
    for (size_t i = 0; i < r->idle_count; i++)
        end(r->idle[i]);
}

/* Reads the mark, 0 where there is none. Afterwards every idle connection that is in a transaction has that mark:
 * they are let go when it is another one than theirs. */
static uint64_t look(struct readers *r) {
    uint64_t mark = r->mark != NULL ? db_mark(r->mark) : 0;
    if (r->keeping && mark != r->kept)
        let_go(r);
    return mark;
}

/* ---- taking and giving ---- */

/* A place that is not open: there is one, unless READERS_MAX are lent. */
static struct reader *unopened(struct readers *r) {
    for (size_t i = 0; i < READERS_MAX; i++)
        if (r->all[i].db == NULL && !r->all[i].lent)
            return &r->all[i];
    return NULL;
}

/* Under the lock. The mark is one of after the wait, so that no commit of before is missed. */
static struct reader *next(struct readers *r, uint64_t *mark) {
    struct reader *one;
    for (;;) {
        *mark = look(r);
        one = r->idle_count > 0 ? r->idle[--r->idle_count] : unopened(r);
        if (one != NULL)
            break;
        pthread_cond_wait(&r->given_back, &r->lock);
    }
    one->lent = one->used = true;
    return one;
}

/* One that was lent and not opened, so that nothing is to be kept of it. */
static void forget(struct readers *r, struct reader *one) {
    pthread_mutex_lock(&r->lock);
    one->lent = false;
    pthread_cond_signal(&r->given_back);
    pthread_mutex_unlock(&r->lock);
}

static int open_one(struct readers *r, struct reader *one, struct error *err) {
    struct db *db = NULL;
    if (one->db != NULL)
        return 0;
    if (db_open(&db, r->path, DB_READ, err) != 0) {
        forget(r, one);
        return -1;
    }
    pthread_mutex_lock(&r->lock); /* readers_give looks at every place */
    one->db = db;
    pthread_mutex_unlock(&r->lock);
    return 0;
}

struct db *readers_take(struct readers *r, struct error *err) {
    uint64_t mark;
    pthread_mutex_lock(&r->lock);
    struct reader *one = next(r, &mark);
    pthread_mutex_unlock(&r->lock);
    if (open_one(r, one, err) != 0)
        return NULL;
    end(one);
    return one->db;
}

int readers_read(struct readers *r, struct db **out, int64_t *revision, struct error *err) {
    uint64_t mark;
    pthread_mutex_lock(&r->lock);
    struct reader *one = next(r, &mark);
    bool may_stay = r->keeping;
    pthread_mutex_unlock(&r->lock);
    if (!one->reading) {
        if (open_one(r, one, err) != 0)
            return -1;
        one->reading = true;
        one->may_stay = may_stay;
        one->mark = mark;
        if (db_begin_read(one->db, err) != 0 ||
            change_revision(one->db, &one->revision, err) != 0) {
            readers_give(r, one->db);
            return -1;
        }
    }
    *revision = one->revision;
    *out = one->db;
    return 0;
}

static struct reader *find(struct readers *r, const struct db *db) {
    struct reader *one = r->all;
    while (one->db != db)
        one++;
    return one;
}

void readers_give(struct readers *r, struct db *db) {
    pthread_mutex_lock(&r->lock);
    struct reader *one = find(r, db);
    (void)look(r);
    bool stays =
        one->reading && one->may_stay && r->keeping && one->mark == r->kept && db_reads_well(db);
    if (!stays) {
        pthread_mutex_unlock(&r->lock);
        db_end_read(db); /* whoever began it */
        one->reading = false;
        pthread_mutex_lock(&r->lock);
    }
    one->lent = false;
    r->idle[r->idle_count++] = one;
    pthread_cond_signal(&r->given_back);
    pthread_mutex_unlock(&r->lock);
}

/* ---- tending ---- */

/* Copies back what the WAL has. True when all of it is in the file now, and the mark is that one still. */
static bool settle(struct readers *r, uint64_t mark) {
    struct db *db = readers_take(r, NULL);
    if (db == NULL)
        return false;
    bool whole = db_checkpoint(db, NULL) == 1;
    readers_give(r, db);
    return whole && db_mark(r->mark) == mark;
}

void readers_tend(struct readers *r) {
    if (r->mark == NULL)
        return;
    pthread_mutex_lock(&r->lock);
    uint64_t mark = look(r);
    bool stood = mark == r->seen, keeping = r->keeping;
    r->seen = mark;
    for (size_t i = 0; i < r->idle_count; i++) {
        if (!r->idle[i]->used)
            end(r->idle[i]);
        r->idle[i]->used = false;
    }
    pthread_mutex_unlock(&r->lock);
    if (keeping || !stood || !settle(r, mark))
        return;
    pthread_mutex_lock(&r->lock);
    r->keeping = true;
    r->kept = mark;
    pthread_mutex_unlock(&r->lock);
}
