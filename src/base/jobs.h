/* A thread that does jobs one after the other, in the order they came, for threads that must not wait. */
#ifndef PLATEN_BASE_JOBS_H
#define PLATEN_BASE_JOBS_H

#include "base/error.h"

#include <stdbool.h>

enum { JOBS_QUEUE = 256 };

/* One job. The caller owns it and leaves it alone from jobs_submit until `run` has returned, which may free it. */
struct job {
    /* On the thread of the jobs. stopping: nobody waits for the outcome any more, and it should be brief. */
    void (*run)(void *arg, bool stopping);
    void *arg;
    struct job *next; /* the queue's own */
};

struct jobs;

int jobs_start(struct jobs **out, struct error *err) CHECKED;
/* Runs what waits, with `stopping`, and ends the thread. NULL is fine. */
void jobs_stop(struct jobs *j);

/* 0, or -1 when JOBS_QUEUE wait already or it stops: then run is not called. Any thread. */
int jobs_submit(struct jobs *j, struct job *job) CHECKED;

#endif
