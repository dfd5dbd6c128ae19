/* How a blog's folder is laid out: which files are posts, settings or media, and what the path of a
 * post says (section, sections, base name, bundle). Knows paths only; reads a config.toml to know whose it is.
 *
 * Hugo: content/ holds posts, static/ is served at the root. A folder content/ is the content root even without any
 * settings file; else the folder itself is. In a leaf bundle (a folder with index.md) every other file belongs to
 * that post. A layout lends from the tree and is immutable once made: any thread may ask. */
#ifndef PLATEN_INGEST_LAYOUT_H
#define PLATEN_INGEST_LAYOUT_H

#include "base/arena.h"
#include "base/json.h"
#include "base/text.h"
#include "ingest/tree.h"

enum layout_role {
    LAYOUT_IGNORED,
    LAYOUT_POST,     /* Markdown with an address of its own */
    LAYOUT_SETTINGS, /* hugo.yaml, config.yaml, _config.yml, zola.toml, platen.yaml */
    LAYOUT_STATIC,   /* served at its path below static/ */
    LAYOUT_RESOURCE, /* served beside the posts: below its bundle's permalink, else at its folder's path */
};

enum { LAYOUT_MAX_SETTINGS = 4, LAYOUT_MAX_DEPTH = 32 };

struct layout {
    bool hugo;
    bool jekyll;
    bool zola;
    const json_t
        *exclude; /* paths that Jekyll's settings leave out; the site's, set when they are read */
    const char *content;     /* "content/" or "" */
    const char *static_root; /* "static/" or NULL */
    const struct tree_file
        *settings[LAYOUT_MAX_SETTINGS]; /* weakest first; NULL-terminated unless full */
    const char *
        *sections; /* folders with _index.md, relative to content, sorted; "" is not among them */
    size_t section_count;
    const char **bundles; /* leaf bundles: folders with index.md, relative to content, sorted */
    size_t bundle_count;
    struct arena *arena;
};

/* content: the folder that the author says holds the blog or its posts; NULL or "": found by itself.
 * One that holds settings or a folder content/ is taken for the whole blog. An error when it is not in
 * the tree. */
int layout_find(struct layout *out, const struct tree *tree, const char *content,
                struct error *err) CHECKED;
void layout_free(struct layout *l);

enum layout_role layout_role(const struct layout *l, const char *path);

/* The path relative to the content root (path must lie below it). */
const char *layout_content_path(const struct layout *l, const char *path);

/* The leaf bundle (relative folder) that a file belongs to, NULL when none. For index.md its own folder. */
const char *layout_bundle_of(const struct layout *l, const char *path);

/* True when the relative folder has an _index.md. */
bool layout_is_section(const struct layout *l, const char *folder, size_t len);

#endif
