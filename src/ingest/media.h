/* The media of a tree: which address each file gets, and its way into the store.
 *
 * A file below static/ stands at its own path. A file in a leaf bundle stands below its post's permalink and moves with it, so it is published
 * again whenever the post was; anything else beside posts stands at its folder's address. */
#ifndef PLATEN_INGEST_MEDIA_H
#define PLATEN_INGEST_MEDIA_H

#include "ingest/known.h"
#include "ingest/layout.h"
#include "ingest/sync.h"
#include "store/publish.h"

struct media_file {
    const struct tree_file *file;
    bool is_static;
    bool settled; /* known with this stamp */
};

struct media_bundle {
    const char *folder;
    char *permalink;
};

struct media_plan {
    const struct layout *layout;
    const struct known *known;
    struct store *store;
    struct renderer *renderer; /* reads the headers of pictures */
    struct media_file *files;
    size_t count, cap;
    struct media_bundle *moved; /* bundles whose post was published */
    size_t moved_count, moved_cap;
};

void media_plan_open(struct media_plan *p, const struct layout *l, const struct known *k,
                     struct store *store, struct renderer *renderer);
void media_plan_close(struct media_plan *p);

int media_plan_add(struct media_plan *p, const struct tree_file *f, bool is_static, bool settled,
                   struct error *err) CHECKED;

/* The post of this bundle was published at permalink. `bundle` lives as long as the layout. */
int media_plan_moved(struct media_plan *p, const char *bundle, const char *permalink,
                     struct error *err) CHECKED;

/* Publishes what is new, changed or moved. Files that cannot be read are reported and counted in *refused. */
int media_plan_run(struct media_plan *p, const struct tree *tree, struct publication *publication,
                   sync_report_fn *report, void *arg, size_t *refused, struct error *err) CHECKED;

#endif
