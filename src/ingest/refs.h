/* Links by name: Hugo's ref and relref, Zola's @/path.md, Jekyll's link and post_url. Content writes them as addresses
 * that begin with @ (it knows no files); here each becomes a relative link to the file it means, which is led to
 * the file's present address when a page is shown. One thread at a time. */
#ifndef PLATEN_INGEST_REFS_H
#define PLATEN_INGEST_REFS_H

#include "content/renderer.h"
#include "ingest/layout.h"

struct refs {
    const struct tree *tree;
    const struct layout *layout;
    const struct tree_file **by_name; /* posts sorted by file name; made when first needed; owned */
    size_t count;
};

void refs_open(struct refs *r, const struct tree *tree, const struct layout *layout);
void refs_close(struct refs *r);

/* Puts the html of the post at path (n bytes) with its named links as relative ones into out. A link whose target is not
 * there leads to where it would stand, so that links_check tells it. 1; 0 when there are none (nothing is
 * appended); -1: out is full or memory is out. */
int refs_resolve(struct refs *r, struct buf *out, const char *path, const char *html,
                 size_t n) CHECKED;

/* As refs_resolve, within the document of the post at path. 0, -1: memory is out. */
int refs_apply(struct refs *r, const char *path, struct document *doc, struct error *err) CHECKED;

#endif
