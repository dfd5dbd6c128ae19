/* A ring of slots between worker threads and the caller. A slot belongs to a worker from the moment it takes the next
 * number until it marks the slot ready, then to the caller; nobody else touches it, so only the
 * counters and marks are under the lock. */
#include "ingest/pipeline.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_A_THREAD = 4, MAX_THREADS = 256 };

struct slot {
    struct pipeline_job job;
    bool ready;
};

struct ring {
    const struct pipeline *p;
    pthread_mutex_t lock;
    pthread_cond_t taken;  /* a slot became free, or stop */
    pthread_cond_t filled; /* a slot became ready */
    struct slot *slots;
    size_t size;
    size_t next;  /* first job no worker has taken */
    size_t first; /* first job the caller has not finished */
    bool stop;
};

static void job_run(const struct pipeline *p, struct pipeline_job *job) {
    struct render_request q = {.kind = RENDER_POST, .options = p->options};
    int rc = p->load(p->arg, job, &q);
    if (rc == 0) {
        job->outcome = PIPELINE_SAME;
        return;
    }
    job->outcome = PIPELINE_FAILED;
    if (rc < 0)
        return;
    if (job->options != NULL)
        q.options = job->options;
    q.source = buf_str(&job->source);
    q.len = job->source.len;
    if (renderer_run(p->renderer, &q, &job->doc, &job->err) == 0)
        job->outcome = PIPELINE_RENDERED;
}

static void job_clear(struct pipeline_job *job) {
    buf_free(&job->source);
    json_decref(job->options);
    if (job->outcome == PIPELINE_RENDERED)
        document_free(&job->doc);
    *job = (struct pipeline_job){0};
}

static void *worker(void *arg) {
    struct ring *r = arg;
    pthread_mutex_lock(&r->lock);
    while (!r->stop && r->next < r->p->count) {
        if (r->next >= r->first + r->size) {
            pthread_cond_wait(&r->taken, &r->lock);
            continue;
        }
        struct slot *s = &r->slots[r->next % r->size];
        s->job = (struct pipeline_job){.index = r->next++};
        buf_init(&s->job.source, r->p->max_source);
        pthread_mutex_unlock(&r->lock);
        job_run(r->p, &s->job);
        pthread_mutex_lock(&r->lock);
        s->ready = true;
        pthread_cond_signal(&r->filled);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* The caller's half: takes slots in order until all are done or one says stop. */
static int take_all(struct ring *r, struct error *err) {
    int rc = 0;
    pthread_mutex_lock(&r->lock);
    while (rc == 0 && r->first < r->p->count) {
        struct slot *s = &r->slots[r->first % r->size];
        if (!s->ready) {
            pthread_cond_wait(&r->filled, &r->lock);
            continue;
        }
        pthread_mutex_unlock(&r->lock);
        rc = r->p->done(r->p->arg, &s->job, err);
        job_clear(&s->job);
        pthread_mutex_lock(&r->lock);
        s->ready = false;
        r->first++;
        pthread_cond_broadcast(&r->taken);
    }
    r->stop = true;
    pthread_cond_broadcast(&r->taken);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static unsigned start_workers(struct ring *r, pthread_t *threads, unsigned wanted) {
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    unsigned n = 0;
    while (n < wanted && pthread_create(&threads[n], NULL, worker, r) == 0)
        n++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return n;
}

int pipeline_run(const struct pipeline *p, struct error *err) {
    if (p->count == 0)
        return 0;
    unsigned threads = p->threads < 1 ? 1 : p->threads > MAX_THREADS ? MAX_THREADS : p->threads;
    struct ring r = {.p = p, .size = (size_t)threads * SLOTS_A_THREAD};
    pthread_t ids[MAX_THREADS];
    r.slots = calloc(r.size, sizeof *r.slots);
    if (r.slots == NULL)
        return error_set(err, "out of memory");
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.taken, NULL);
    pthread_cond_init(&r.filled, NULL);
    unsigned started = start_workers(&r, ids, threads);
    int rc = started > 0 ? take_all(&r, err) : error_set(err, "no thread could be started");
    for (unsigned i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    for (size_t i = 0; i < r.size; i++)
        if (r.slots[i].ready)
            job_clear(&r.slots[i].job);
    pthread_cond_destroy(&r.filled);
    pthread_cond_destroy(&r.taken);
    pthread_mutex_destroy(&r.lock);
    free(r.slots);
    return rc;
}
