/* What is Jekyll's own about paths: where its posts lie, what their names say, how its permalink styles
 * read. Pure functions, any thread. */
#ifndef PLATEN_INGEST_JEKYLL_H
#define PLATEN_INGEST_JEKYLL_H

#include "base/json.h"
#include "ingest/layout.h"

/* True when the folder `root` of the tree ("" or with a '/' at its end) is a Jekyll site: it has _config.yml, or
 * posts in _posts/. */
bool jekyll_detects(const struct tree *tree, const char *root);

/* The role of a file of a Jekyll site. Names that begin with '_' are its own business, but for _posts and
 * _drafts; of layouts and pages in HTML nothing is taken, nor what the site's settings exclude. */
enum layout_role jekyll_role(const char *path, bool markdown, const json_t *site);

/* True when the settings, or Jekyll itself, leave the path out. */
bool jekyll_is_excluded(const char *path, const json_t *site);

struct jekyll_post {
    struct slice folder; /* above _posts: its parts are categories */
    const char *name;    /* the file's name behind its date, which a draft may do without */
    bool draft;
};
/* True when path is a post ("blog/_posts/2024-05-06-name.md") or a draft ("_drafts/name.md"); else *out is empty. */
bool jekyll_post(struct jekyll_post *out, const char *path);

/* The pattern that a `permalink` setting means, in the tokens of permalink.h: a style's name, "" (the default)
 * or a pattern of its own. */
const char *jekyll_pattern(const char *setting);

/* The terms of a post as Jekyll counts them: its folders, then those of the front matter. One text by the key in the
 * plural (`text`, NULL: none) is a term a word; a list's entries, and one text by the key in the singular, are whole. A
 * new array; NULL when memory is out. */
json_t *jekyll_terms(struct slice folder, const json_t *given, const char *text);

#endif
