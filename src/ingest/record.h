/* From a rendered document and its path to the record that the store publishes: permalink, section,
 * lists, terms, dates in UTC, what to show where the author said nothing. */
#ifndef PLATEN_INGEST_RECORD_H
#define PLATEN_INGEST_RECORD_H

#include "base/arena.h"
#include "base/json.h"
#include "base/zone.h"
#include "content/renderer.h"
#include "ingest/file_dates.h"
#include "ingest/layout.h"
#include "store/publish.h"

struct record_context {
    const json_t *site; /* content/site.h */
    const struct layout *layout;
    const struct zone *zone;  /* NULL = UTC */
    struct file_dates *dates; /* asked for posts that say no date; may be NULL */
    const json_t *branches;   /* ingest/branches.h; may be NULL */
};

/* Fills *out for the file at path. Everything in *out lives in `arena`, in doc or in the context. doc->html and
 * doc->meta may be changed (a heading that serves as title is taken out). Errors are the author's: a permalink that cannot be made, too many terms. */
int record_make(struct post_record *out, const struct record_context *c, const char *path,
                struct document *doc, struct arena *arena, struct error *err) CHECKED;

#endif
