/* What a site of another generator has that is not shown here, or at another address than there. Told with the place
 * in its settings, or the file, in the manner of sync_report_fn. One thread. */
#ifndef PLATEN_INGEST_DIFFERENCES_H
#define PLATEN_INGEST_DIFFERENCES_H

#include "ingest/layout.h"
#include "ingest/sync.h"

void differences_tell(const struct layout *l, const struct tree *tree, sync_report_fn *report,
                      void *arg);

/* The same for one post: what its front matter asks for and does not get here. */
void differences_tell_post(const struct layout *l, const char *path, const json_t *meta,
                           sync_report_fn *report, void *arg);

#endif
