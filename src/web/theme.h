/* What the theme consists of: compiled templates and static files, built in or from the theme's
 * folder (DIR/NAME.mustache and DIR/static/NAME, each over the built-in one of that name).
 * Immutable and reference-counted; any thread may read. */
#ifndef PLATEN_WEB_THEME_H
#define PLATEN_WEB_THEME_H

#include "base/json.h"
#include "base/text.h"
#include "template/template.h"

#include <stdatomic.h>

enum { ASSET_HASH = 16, THEME_MAX_ASSETS = 500, THEME_MAX_ASSET_BYTES = 8 << 20 };

struct asset {
    const char *name; /* "style.css", "fonts/a.woff2" */
    const void *data;
    size_t len;
    const char *hash; /* ASSET_HASH hex digits of the content */
    char *owned;      /* what is freed with the theme: name, hash and data of a folder's file */
};

struct theme {
    atomic_int refs;
    struct template_set *templates;
    struct asset *assets; /* sorted by name */
    size_t asset_count;
    bool short_cards; /* the listing asks for no more of a post than LIST_SHORT has */
};

/* Reads and compiles the theme; dir NULL = built-in only. Error: which file, where, what. The caller
 * owns the one reference. */
int theme_open(struct theme **out, const char *dir, struct error *err) CHECKED;
struct theme *theme_ref(struct theme *t);
void theme_unref(struct theme *t); /* NULL is fine */

/* The asset called name, NULL when there is none. */
const struct asset *theme_asset(const struct theme *t, struct slice name);

/* {"style_css": "PREFIX/static/style.HASH.css", ...}: '.', '/' and '-' of a name become '_', since
 * Mustache splits names at dots. NULL when memory is out. */
json_t *theme_links(const struct theme *t, const char *prefix);

/* Appends "/static/style.HASH.css" for an asset. */
int theme_asset_path(struct buf *out, const struct asset *a);

#endif
