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

enum {
    LAYOUT_MAX_SETTINGS = 64,
    LAYOUT_MAX_DEPTH = 32,
    LAYOUT_MAX_ROOTS = 65,
    LAYOUT_MAX_STATIC = 16
};

/* A language whose files this site holds. */
struct layout_language {
    const char *key;    /* "de" */
    const char *folder; /* its own content root, with a '/' at its end; NULL: that of all */
    bool disabled;
};

struct layout {
    bool hugo;
    bool jekyll;
    bool zola;
    const json_t *site;  /* the site object, NULL before layout_settle */
    const char *root;    /* where the blog begins in the tree, "" or with a '/' at its end */
    const char *content; /* "content/" or "" */
    const char *static_roots[LAYOUT_MAX_STATIC]; /* "static/", weakest first */
    size_t static_count;
    const struct tree_file
        *settings[LAYOUT_MAX_SETTINGS];            /* weakest first; NULL-terminated unless full */
    const char *settings_key[LAYOUT_MAX_SETTINGS]; /* which part it holds ("params"), NULL: all */
    const char *language;                          /* the site's own, "" when it is not said */
    struct layout_language *languages; /* all of them, with the site's own; none: one language */
    size_t language_count;
    const char **sections; /* folders with _index.md, sorted */
    size_t section_count;
    const char **bundles; /* leaf bundles: folders with index.md, sorted */
    size_t bundle_count;
    const char **pages; /* HTML files with front matter, which are posts; sorted */
    size_t page_count;
    struct arena *arena;
};

/* content: the folder that the author says holds the blog or its posts; NULL or "": found by itself.
 * One that holds settings or a folder content/ is taken for the whole blog. An error when it is not in
 * the tree. Without settings, content/ and static/ are where Hugo has them. */
int layout_find(struct layout *out, const struct tree *tree, const char *content,
                struct error *err) CHECKED;
/* What the site's settings say of its folders and languages. The site is lent for the layout's life. */
int layout_settle(struct layout *l, const struct tree *tree, const json_t *site,
                  struct error *err) CHECKED;
void layout_free(struct layout *l);

enum layout_role layout_role(const struct layout *l, const char *path);

/* The path relative to its content root (path must lie below one). */
const char *layout_content_path(const struct layout *l, const char *path);
/* The path below static/ of a file that is served there, NULL of others. */
const char *layout_static_path(const struct layout *l, const char *path);

/* What a path below a content root says. */
struct layout_where {
    const char *relative; /* behind its content root */
    size_t root_len;      /* of the path before it */
    const char *language; /* key; "" for the site's own */
    size_t folder_len;    /* of relative, without the slash */
    struct slice stem;    /* the file's name without ending and language */
};
void layout_where(struct layout_where *out, const struct layout *l, const char *path);

/* The leaf bundle (a folder of the tree) that a file belongs to, NULL when none. For index.md its own folder. */
const char *layout_bundle_of(const struct layout *l, const char *path);

/* The bundle (may be NULL) has a post in the site's own language: index.md, or index.en.md. */
bool layout_has_own_post(const struct layout *l, const struct tree *tree, const char *bundle);

/* True when the folder (the first len bytes of path) has an _index.md. */
bool layout_is_section(const struct layout *l, const char *path, size_t len);

/* --- layout_settle.c, for layout.c --- */

bool layout_is_markdown(const char *path);
/* The file is named `stem` in any ending that is Markdown, with or without a language. */
bool layout_is_named(const struct layout *l, const char *path, const char *stem);
bool layout_has_below(const struct tree *tree, const char *prefix);
const char *layout_join(struct layout *l, const char *root, const char *folder);
/* "./blog/" and "/blog" are "blog/"; "" stays. */
const char *layout_folder(struct layout *l, const char *given);
/* Fills sections, bundles and pages. */
int layout_collect(struct layout *l, const struct tree *tree, struct error *err) CHECKED;
/* The entry of a sorted list that equals the first len bytes of text, NULL when none does. */
const char *layout_sorted(const char **sorted, size_t count, const char *text, size_t len);

#endif
