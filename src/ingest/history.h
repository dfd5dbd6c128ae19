/* What posts said before this server knew them: fetched from the repository once, some time after the start,
 * by a thread of its own that nobody waits for. It has its own bare repository, takes the writer for short
 * transactions, and renders one document at a time. Versions that are drafts, or that are refused, are left out. */
#ifndef PLATEN_INGEST_HISTORY_H
#define PLATEN_INGEST_HISTORY_H

#include "content/renderer.h"
#include "ingest/git.h"
#include "store/store.h"

struct history;

struct history_options {
    struct store *store;
    struct renderer *renderer;
    struct git_options git; /* its folder is this thread's alone */
    int64_t keep;           /* versions of a post; 0: what there is is deleted */
    int64_t delay_s;        /* after the start */
    size_t max_post;        /* bytes of one Markdown file */
    struct log *log;
};

/* Everything in o must outlive it. */
int history_start(struct history **out, const struct history_options *o, struct error *err) CHECKED;
void history_stop(struct history *h); /* NULL is fine */

#endif
