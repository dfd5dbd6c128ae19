/* Concurrent work with ordered results: many files are read and rendered at once, and come out in
 * the order they were listed, so that an import is the same whatever the machine's load.
 *
 * Bounded: at most `window` jobs are in flight or waiting to be taken, however many there are. */
#ifndef PLATEN_INGEST_PIPELINE_H
#define PLATEN_INGEST_PIPELINE_H

#include "base/buf.h"
#include "content/renderer.h"

enum pipeline_outcome {
    PIPELINE_RENDERED,
    PIPELINE_SAME,   /* load said that there is nothing to render */
    PIPELINE_FAILED, /* refused: err says why */
};

struct pipeline_job {
    size_t index;
    enum pipeline_outcome outcome;
    struct buf source;   /* the file's bytes */
    json_t *options;     /* of this job alone, in place of everybody's; load may set it; owned */
    char oid[41];        /* filled by load */
    struct document doc; /* when rendered */
    struct error err;    /* when failed */
};

struct pipeline {
    struct renderer *renderer;
    unsigned threads;      /* at least 1 */
    size_t max_source;     /* bytes of one file */
    size_t count;          /* jobs are numbered from 0 */
    const json_t *options; /* for the renderer */
    /* On a worker thread: fills job->source and *q (kind, path; source and len are set from job->source). 1: render it; 0: nothing to render; -1: failed,
     * job->err filled. */
    int (*load)(void *arg, struct pipeline_job *job, struct render_request *q);
    /* On the calling thread, in order of index. Non-zero stops the whole. The job's memory is freed afterwards. */
    int (*done)(void *arg, struct pipeline_job *job, struct error *err);
    void *arg;
};

/* Runs all jobs. 0; what `done` returned; or -1 when threads could not be started. */
int pipeline_run(const struct pipeline *p, struct error *err) CHECKED;

#endif
