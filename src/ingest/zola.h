/* What is Zola's own about paths: how its settings are told from Hugo's, and the addresses of its pages. A
 * folder stands in an address as it is written; only the last part, the slug, is made plain. Pure
 * but for reading one settings file, any thread. */
#ifndef PLATEN_INGEST_ZOLA_H
#define PLATEN_INGEST_ZOLA_H

#include "base/buf.h"
#include "ingest/tree.h"

/* True when a settings file is Zola's: zola.toml, or a config.toml that says base_url, which Zola cannot do without and
 * Hugo writes baseURL. A file that cannot be read is not. */
bool zola_settings(const struct tree *tree, const struct tree_file *f);

/* Where the name of a page begins behind a date and '-' or '_' ("2024-05-06-name", "2024-05-06T10:00:00Z-name"); the
 * name itself when it has none. */
const char *zola_name(const char *name);

/* Appends the page's address, "/folder/slug/", cut to slugs by `strategy` ("on", "safe", "off": slugify.paths of its
 * settings). `folder` and `name` are as in permalink.h; an empty name gives the folder's own address. */
int zola_address(struct buf *out, const char *folder, const char *name, const char *strategy);

/* Appends a name as a slug: "on" in plain letters, "safe" without what no file may be named, "off" as it is. */
int zola_slug(struct buf *out, const char *name, const char *strategy);

#endif
