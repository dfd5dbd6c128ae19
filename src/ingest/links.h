/* Links of posts that lead nowhere. What a post links to is looked for in two places: beside its file, as an editor and
 * the git host's page take it, and at the address that the page makes of it, which is known only when all is
 * published. So links are remembered while posts are made, and told afterwards. One thread at a time. */
#ifndef PLATEN_INGEST_LINKS_H
#define PLATEN_INGEST_LINKS_H

#include "base/arena.h"
#include "base/error.h"
#include "content/renderer.h"
#include "ingest/layout.h"
#include "store/publish.h"
#include "store/store.h"

struct loose_link;

struct links {
    const struct tree *tree;
    const struct layout *layout;
    char prefix[512]; /* the base URL's path, "" or "/blog" */
    struct arena *arena;
    struct loose_link *first, **last;
    size_t count;
};

/* base_url may be NULL. Tree and layout are lent until links_close. Out of memory: nothing is remembered. */
void links_open(struct links *l, const struct tree *tree, const struct layout *layout,
                const char *base_url);
void links_close(struct links *l);

/* Remembers the links of a post, made of a document, to Markdown files that are not in the tree, and those to pages, pictures and other media of
 * this site whose files are not beside it: at most 200 of a post and 20,000 in all. */
void links_look(struct links *l, const struct post_record *post, const struct document *doc);

typedef void links_tell_fn(void *arg, const char *path, const struct error *e);

/* Tells of what was remembered that is at no address db sees: with the place of the link, at most 20 of a post. It is
 * forgotten then. */
void links_tell(struct links *l, struct db *db, links_tell_fn *tell, void *arg);
/* The same as everybody sees it now; nothing is told when the store cannot be read. */
void links_tell_live(struct links *l, struct store *store, links_tell_fn *tell, void *arg);

#endif
