/* The struct has two owners: the request, and the writer until the write is over. */
#include "web/deferred.h"

#include "web/pages.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct deferred {
    atomic_int owners;
    struct write write;
    struct job job;
    struct http_pause *pause;
    int (*run)(void *payload, struct db *db, struct error *err);
    int (*run_job)(void *payload, struct error *err);
    void (*clear)(void *payload);
    atomic_bool over; /* what follows is settled */
    enum write_result result;
    struct error err;
    max_align_t payload[];
};

static void leave(void *arg) {
    struct deferred *d = arg;
    if (atomic_fetch_sub(&d->owners, 1) != 1)
        return;
    if (d->clear != NULL)
        d->clear(d->payload);
    free(d);
}

static int run(void *arg, struct db *db, struct error *err) {
    struct deferred *d = arg;
    return d->run(d->payload, db, err);
}

static void settle(struct deferred *d, enum write_result result) {
    d->result = result;
    atomic_store(&d->over, true);
    http_resume(d->pause);
    leave(d);
}

static void done(void *arg, enum write_result result, const struct error *err) {
    struct deferred *d = arg;
    d->err = *err;
    settle(d, result);
}

static void run_job(void *arg, bool stopping) {
    struct deferred *d = arg;
    settle(d, stopping                               ? WRITE_BUSY
              : d->run_job(d->payload, &d->err) == 0 ? WRITE_DONE
                                                     : WRITE_FAILED);
}

static int busy(struct visit *v) {
    (void)http_response_header(v->r, "Retry-After", "2");
    answer_failure(v, 503, "the database is busy: try again");
    return VISIT_DONE;
}

/* The request put aside; NULL when memory is out. */
static struct deferred *put_aside(struct visit *v, const void *payload, size_t size) {
    struct deferred *d = calloc(1, sizeof *d + size);
    if (d == NULL)
        return NULL;
    atomic_init(&d->owners, 2);
    memcpy(d->payload, payload, size);
    d->pause = http_pause(v->q, d, leave);
    if (d->pause == NULL) {
        free(d);
        return NULL;
    }
    return d;
}

int deferred_start(struct visit *v, int (*fn)(void *payload, struct db *db, struct error *err),
                   const void *payload, size_t size, struct error *err) {
    struct deferred *d = put_aside(v, payload, size);
    if (d == NULL)
        return error_set(err, "out of memory");
    d->run = fn;
    d->write = (struct write){.run = run, .done = done, .arg = d};
    if (writer_submit(visit_writer(v), &d->write) != 0)
        settle(d, WRITE_BUSY);
    return VISIT_DONE;
}

int deferred_job(struct visit *v, int (*fn)(void *payload, struct error *err),
                 void (*clear)(void *payload), const void *payload, size_t size,
                 struct error *err) {
    struct deferred *d = put_aside(v, payload, size);
    if (d == NULL)
        return error_set(err, "out of memory");
    d->run_job = fn;
    d->clear = clear;
    d->job = (struct job){.run = run_job, .arg = d};
    if (jobs_submit(visit_jobs(v), &d->job) != 0)
        settle(d, WRITE_BUSY);
    return VISIT_DONE;
}

struct deferred *deferred_of(const struct visit *v) {
    return http_request_state(v->q);
}

void *deferred_payload(struct deferred *d) {
    return d->payload;
}

int deferred_result(struct visit *v, struct deferred *d, struct error *err) {
    if (!atomic_load(&d->over) || d->result == WRITE_BUSY)
        return busy(v);
    if (d->result == WRITE_DONE)
        return 0;
    *err = d->err;
    return -1;
}
