#include "store/writer.h"

#include "base/clock.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* A transaction holds no more than this, so that nobody waits long for the database. */
enum { GROUP_MAX = 1024, GROUP_MS = 100 };

struct writer {
    struct store *store;
    struct log *log;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct write *first, **end;
    size_t count;
    bool stop;
};

static int run_named(struct db *db, enum sql_statement name, struct error *err) {
    struct db_stmt *s = db_use(db, name, err);
    return s == NULL ? -1 : db_run(s, err);
}

/* 0: the group can go on (w has succeeded or is undone); -1: the transaction is lost. */
static int run_one(struct db *db, struct write *w) {
    w->result = WRITE_FAILED;
    if (run_named(db, SQL_SAVEPOINT, &w->err) != 0)
        return -1;
    if (w->run(w->arg, db, &w->err) == 0)
        w->result = WRITE_DONE;
    else if (run_named(db, SQL_SAVEPOINT_BACK, NULL) != 0)
        return -1;
    return run_named(db, SQL_SAVEPOINT_RELEASE, NULL);
}

/* Everybody in the list gets the same end; the list is over. */
static void finish(struct write *list) {
    while (list != NULL) {
        struct write *next = list->next;
        list->done(list->arg, list->result, &list->err);
        list = next;
    }
}

static void fail_all(struct write *list, enum write_result result, const struct error *err) {
    for (struct write *w = list; w != NULL; w = w->next) {
        if (w->result == WRITE_FAILED && w->err.text[0] != '\0')
            continue; /* it has a reason of its own */
        w->result = result;
        w->err = *err;
    }
}

static int patience_left(const struct write *w) {
    int64_t left = w->deadline_ms - clock_mono_ms();
    return left < 1 ? 1 : (int)left;
}

static void run_group(struct db *db, struct write *list) {
    struct error err = {0};
    int rc = db_begin_within(db, patience_left(list), &err);
    bool busy = rc == 1;
    for (struct write *w = list; rc == 0 && w != NULL; w = w->next)
        rc = run_one(db, w);
    if (rc == 0)
        rc = db_commit(db, &err);
    if (rc == 0)
        return;
    db_rollback(db);
    if (err.text[0] == '\0')
        error_set(&err, "the transaction that it was part of could not go on");
    fail_all(list, busy ? WRITE_BUSY : WRITE_FAILED, &err);
}

/* Takes the first of those that wait, at most GROUP_MAX. Under the lock. */
static struct write *take_group(struct writer *w) {
    struct write *list = w->first, **cut = &list;
    for (size_t i = 0; i < GROUP_MAX && *cut != NULL; i++) {
        cut = &(*cut)->next;
        w->count--;
    }
    w->first = *cut;
    *cut = NULL;
    if (w->first == NULL)
        w->end = &w->first;
    return list;
}

/* Takes out those whose patience is over. Under the lock. */
static struct write *take_overdue(struct writer *w, int64_t now) {
    struct write *list = NULL, **end = &list;
    while (w->first != NULL && w->first->deadline_ms <= now) {
        struct write *over = w->first;
        w->first = over->next;
        w->count--;
        over->next = NULL;
        over->result = WRITE_BUSY;
        *end = over;
        end = &over->next;
    }
    if (w->first == NULL)
        w->end = &w->first;
    return list;
}

/* One turn, with something waiting. Under the lock, which is let go while the work is done. */
static void turn(struct writer *w) {
    pthread_mutex_unlock(&w->lock);
    struct db *db = store_writer_within(w->store, GROUP_MS);
    pthread_mutex_lock(&w->lock);
    struct write *list = db != NULL ? take_group(w) : take_overdue(w, clock_mono_ms());
    pthread_mutex_unlock(&w->lock);
    if (db != NULL) {
        run_group(db, list);
        store_writer_done(w->store);
    }
    finish(list);
    pthread_mutex_lock(&w->lock);
}

static void *writer_main(void *arg) {
    struct writer *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        while (w->first == NULL && !w->stop)
            pthread_cond_wait(&w->work, &w->lock);
        if (w->first == NULL)
            break;
        turn(w);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

int writer_start(struct writer **out, struct store *store, struct log *log, struct error *err) {
    struct writer *w = calloc(1, sizeof *w);
    if (w == NULL)
        return error_set(err, "out of memory");
    w->store = store;
    w->log = log;
    w->end = &w->first;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->work, NULL);
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&w->thread, NULL, writer_main, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        pthread_cond_destroy(&w->work);
        pthread_mutex_destroy(&w->lock);
        free(w);
        return error_set(err, "the writer's thread could not be started");
    }
    *out = w;
    return 0;
}

void writer_stop(struct writer *w) {
    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->work);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->work);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

int writer_submit(struct writer *writer, struct write *w) {
    w->next = NULL;
    w->err = (struct error){0};
    w->result = WRITE_BUSY;
    w->deadline_ms = clock_mono_ms() + WRITER_PATIENCE_MS;
    pthread_mutex_lock(&writer->lock);
    bool taken = !writer->stop && writer->count < WRITER_QUEUE;
    if (taken) {
        *writer->end = w;
        writer->end = &w->next;
        writer->count++;
        pthread_cond_signal(&writer->work);
    }
    pthread_mutex_unlock(&writer->lock);
    return taken ? 0 : -1;
}

/* ---- waiting ---- */

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool done;
    int (*run)(void *arg, struct db *db, struct error *err);
    void *arg;
    struct error *err;
    enum write_result result;
};

static int waiter_run(void *arg, struct db *db, struct error *err) {
    struct waiter *w = arg;
    return w->run(w->arg, db, err);
}

static void waiter_done(void *arg, enum write_result result, const struct error *err) {
    struct waiter *w = arg;
    pthread_mutex_lock(&w->lock);
    w->result = result;
    if (result != WRITE_DONE && w->err != NULL)
        *w->err = *err;
    w->done = true;
    pthread_cond_signal(&w->over);
    pthread_mutex_unlock(&w->lock);
}

enum write_result writer_run(struct writer *writer,
                             int (*run)(void *arg, struct db *db, struct error *err), void *arg,
                             struct error *err) {
    struct waiter w = {.run = run, .arg = arg, .err = err};
    struct write write = {.run = waiter_run, .done = waiter_done, .arg = &w};
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.over, NULL);
    if (writer_submit(writer, &write) == 0) {
        pthread_mutex_lock(&w.lock);
        while (!w.done)
            pthread_cond_wait(&w.over, &w.lock);
        pthread_mutex_unlock(&w.lock);
    } else {
        w.result = WRITE_BUSY;
    }
    pthread_cond_destroy(&w.over);
    pthread_mutex_destroy(&w.lock);
    if (w.result == WRITE_BUSY)
        error_set(err, "the database is busy: try again");
    return w.result;
}
