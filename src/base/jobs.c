#include "base/jobs.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

struct jobs {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct job *first, **end;
    size_t count;
    bool stop;
};

static void *serve(void *arg) {
    struct jobs *j = arg;
    pthread_mutex_lock(&j->lock);
    for (;;) {
        while (j->first == NULL && !j->stop)
            pthread_cond_wait(&j->some, &j->lock);
        struct job *job = j->first;
        if (job == NULL)
            break;
        j->first = job->next;
        if (j->first == NULL)
            j->end = &j->first;
        j->count--;
        bool stopping = j->stop;
        pthread_mutex_unlock(&j->lock);
        job->run(job->arg, stopping);
        pthread_mutex_lock(&j->lock);
    }
    pthread_mutex_unlock(&j->lock);
    return NULL;
}

int jobs_start(struct jobs **out, struct error *err) {
    struct jobs *j = calloc(1, sizeof *j);
    if (j == NULL)
        return error_set(err, "out of memory");
    pthread_mutex_init(&j->lock, NULL);
    pthread_cond_init(&j->some, NULL);
    j->end = &j->first;
    sigset_t all, old; /* signals are the main thread's */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int rc = pthread_create(&j->thread, NULL, serve, j);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (rc != 0) {
        pthread_cond_destroy(&j->some);
        pthread_mutex_destroy(&j->lock);
        free(j);
        return error_set(err, "a thread could not be started: %s", strerror(rc));
    }
    *out = j;
    return 0;
}

void jobs_stop(struct jobs *j) {
    if (j == NULL)
        return;
    pthread_mutex_lock(&j->lock);
    j->stop = true;
    pthread_cond_signal(&j->some);
    pthread_mutex_unlock(&j->lock);
    pthread_join(j->thread, NULL);
    pthread_cond_destroy(&j->some);
    pthread_mutex_destroy(&j->lock);
    free(j);
}

int jobs_submit(struct jobs *j, struct job *job) {
    pthread_mutex_lock(&j->lock);
    bool taken = j->count < JOBS_QUEUE && !j->stop;
    if (taken) {
        job->next = NULL;
        *j->end = job;
        j->end = &job->next;
        j->count++;
        pthread_cond_signal(&j->some);
    }
    pthread_mutex_unlock(&j->lock);
    return taken ? 0 : -1;
}
