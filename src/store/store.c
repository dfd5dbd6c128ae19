#include "store/store.h"

#include "base/embed.h"
#include "store/migrate.h"
#include "store/publication.h"
#include "store/readers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct store {
    char *path;
    struct log *log;
    struct db *writer;
    const struct db_mark *mark; /* of the writer */
    pthread_mutex_t writer_lock;
    struct readers *readers;
    pthread_mutex_t lock;
    bool publishing; /* under lock */
    pthread_cond_t published;
};

int store_open(struct store **out, const char *path, struct log *log, struct error *err) {
    struct store *s = calloc(1, sizeof *s);
    if (s == NULL)
        return error_set(err, "out of memory");
    pthread_mutex_init(&s->writer_lock, NULL);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->published, NULL);
    s->log = log;
    s->path = strdup(path);
    if (s->path == NULL) {
        error_set(err, "out of memory");
        goto fail;
    }
    if (db_open(&s->writer, path, DB_WRITE, err) != 0)
        goto fail;
    if (migrate(s->writer, path, embedded_sql, embedded_sql_count, log, err) != 0) {
        error_prefix(err, "%s", path);
        goto fail;
    }
    s->mark = db_mark_open(s->writer);
    if (readers_new(&s->readers, path, s->mark, err) != 0)
        goto fail;
    *out = s;
    return 0;
fail:
    store_close(s);
    return -1;
}

void store_close(struct store *s) {
    if (s == NULL)
        return;
    readers_free(s->readers);
    db_close(s->writer);
    pthread_cond_destroy(&s->published);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->writer_lock);
    free(s->path);
    free(s);
}

struct db *store_reader(struct store *s, struct error *err) {
    return readers_take(s->readers, err);
}

void store_reader_done(struct store *s, struct db *db) {
    if (db != NULL)
        readers_give(s->readers, db);
}

int store_read(struct store *s, struct db **out, int64_t *revision, struct error *err) {
    return readers_read(s->readers, out, revision, err);
}

void store_tend(struct store *s) {
    readers_tend(s->readers);
}

struct db *store_writer(struct store *s) {
    pthread_mutex_lock(&s->writer_lock);
    return s->writer;
}

/* By the wall clock, which ThreadSanitizer knows: one that is set meanwhile makes the wait longer or
 * shorter, once. */
struct db *store_writer_within(struct store *s, unsigned ms) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    return pthread_mutex_timedlock(&s->writer_lock, &until) == 0 ? s->writer : NULL;
}

void store_writer_done(struct store *s) {
    pthread_mutex_unlock(&s->writer_lock);
}

int store_transaction(struct store *s, int (*fn)(void *arg, struct db *db, struct error *err),
                      void *arg, struct error *err) {
    struct db *db = store_writer(s);
    int rc = db_begin(db, err);
    if (rc == 0)
        rc = fn(arg, db, err);
    if (rc == 0)
        rc = db_commit(db, err);
    if (rc != 0)
        db_rollback(db);
    store_writer_done(s);
    return rc == 0 ? 0 : -1;
}

bool store_publishing(struct store *s, unsigned patience_ms) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += patience_ms / 1000;
    until.tv_nsec += (long)(patience_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&s->lock);
    while (s->publishing && pthread_cond_timedwait(&s->published, &s->lock, &until) == 0)
        ;
    bool free_now = !s->publishing;
    s->publishing = true;
    pthread_mutex_unlock(&s->lock);
    return free_now;
}

void store_published(struct store *s) {
    pthread_mutex_lock(&s->lock);
    s->publishing = false;
    pthread_cond_signal(&s->published);
    pthread_mutex_unlock(&s->lock);
}

int store_version(struct store *s, int64_t *version, struct error *err) {
    struct db *db = NULL;
    if (store_read(s, &db, version, err) != 0)
        return -1;
    store_reader_done(s, db);
    return 0;
}

bool store_mark(const struct store *s, uint64_t *mark) {
    if (s->mark != NULL)
        *mark = db_mark(s->mark);
    return s->mark != NULL;
}
