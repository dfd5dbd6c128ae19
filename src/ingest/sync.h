/* A changed tree becomes posts, in one publication: compare the tree with the store's own source
 * table, render what changed, publish all of it or nothing.
 *
 * Whatever tree was published before, afterwards the store shows this one; a tree that is already shown costs one
 * look at each file's stamp, no rendering and no written row. A file that is refused keeps the last good version of its post. */
#ifndef PLATEN_INGEST_SYNC_H
#define PLATEN_INGEST_SYNC_H

#include "base/log.h"
#include "content/renderer.h"
#include "ingest/file_dates.h"
#include "ingest/tree.h"
#include "store/publish.h"
#include "store/store.h"

/* What happened to a file that its author should know. Line and column are 0 when there is no place.
 * error: the file is refused; else it was taken (or left out on purpose) with a remark. */
typedef void sync_report_fn(void *arg, bool error, const char *path, int line, int column,
                            const char *text);

/* Called now and then while rendering: done of total documents. */
typedef void sync_progress_fn(void *arg, size_t done, size_t total);

struct sync_result;
/* Called last in the publishing transaction, also when nothing changed (then in one of its own):
 * what the caller writes belongs to it. revision: of the change log, 0 when nothing changed. -1
 * undoes the whole. */
typedef int sync_finish_fn(void *arg, struct db *db, const struct sync_result *r, int64_t revision,
                           struct error *err);

struct sync_options {
    struct store *store;
    struct renderer *renderer;
    unsigned threads;    /* workers that read and hand to the renderer */
    size_t max_post;     /* bytes of one Markdown file */
    bool strict;         /* any refused file stops the whole */
    bool replace;        /* may remove every source that is known */
    const char *content; /* folder of the tree that holds the posts; NULL or "": found by itself */
    bool (*also)(const char *key); /* keys of platen.yaml that are the server's; may be NULL */
    struct file_dates *dates;      /* for posts that say no date; may be NULL; lent */
    sync_report_fn *report;
    sync_progress_fn *progress; /* may be NULL */
    sync_finish_fn *finish;     /* may be NULL */
    void *arg;
    const struct publication_change *change; /* what brought it; NULL: not known */
    int64_t keep_revisions;                  /* of a post; 0: none are recorded */
    struct log *log;
};

struct sync_result {
    size_t posts; /* Markdown files with an address, refused ones too */
    size_t media;
    size_t rendered;
    size_t refused;                 /* files with errors, those known from before too */
    size_t added, changed, removed; /* posts and media */
    int64_t rows_written;
    int64_t render_us; /* comparing, reading and rendering, up to the publishing transaction */
};

/* 0; -1 when nothing could be published (the store is as before); 1 when `strict` stopped it (as before, too). One thread. */
int sync_tree(struct sync_result *out, const struct sync_options *o, const struct tree *tree,
              struct error *err) CHECKED;

#endif
