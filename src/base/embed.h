/* Files that the build puts into the binary: templates, static files, SQL. Made by src/tools/embed.c.
 *
 * `hash` is 16 hex digits of the content (FNV-1a, 64 bits): it fingerprints static files' addresses
 * and checksums migrations; it tells an edit, not an attack. Constant data, any thread. */
#ifndef PLATEN_BASE_EMBED_H
#define PLATEN_BASE_EMBED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* "post", "feeds/rss" (templates: no ending); "style.css"; "0001_core.sql" */
    const unsigned char *data; /* NUL-terminated, the NUL not counted */
    size_t len;
    const char *hash;
};

extern const struct embedded_file embedded_templates[];
extern const size_t embedded_templates_count;
extern const struct embedded_file embedded_static[];
extern const size_t embedded_static_count;
extern const struct embedded_file embedded_sql[]; /* in order of name */
extern const size_t embedded_sql_count;

#endif
