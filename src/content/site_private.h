/* The inside of site.h: what the files that give settings their shape share. */
#ifndef PLATEN_CONTENT_SITE_PRIVATE_H
#define PLATEN_CONTENT_SITE_PRIVATE_H

#include "content/site.h"

/* Puts a value of its own shape into the site. Errors say what it must be, without the key. */
typedef int site_shape_fn(json_t *site, const json_t *value, struct error *err);

/* The member of a map whose key is `folded` (lower case, no '-' and '_') in any spelling. NULL: none. */
const json_t *site_member(const json_t *map, const char *folded);
/* A scalar as text; NULL when it is none. The caller owns it. */
json_t *site_text(const json_t *v);
/* A scalar or a list of them as a list of texts; NULL when it is neither. */
json_t *site_texts(const json_t *v);

/* site_paths.c: what addresses and the roles of files depend on. */
site_shape_fn site_permalinks, site_taxonomies, site_taxonomy_names, site_languages,
    site_zola_languages, site_ugly, site_front_dates, site_cascade, site_mounts, site_static_dirs,
    site_disable_kinds;
/* site_jekyll.c */
site_shape_fn site_collections, site_defaults_of_paths, site_jekyll_paginate_path,
    site_jekyll_archives;

#endif
