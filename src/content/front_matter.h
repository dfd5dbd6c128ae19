/* The head of an author's file: `---` YAML `---`, `+++` TOML `+++`, or a JSON object that the file
 * begins with. Any thread may call. */
#ifndef PLATEN_CONTENT_FRONT_MATTER_H
#define PLATEN_CONTENT_FRONT_MATTER_H

#include "base/json.h"

struct front_matter {
    json_t *meta;  /* all keys of RENDER_POST's meta (document.h) that come from the author, in a
                    * fixed order, missing ones with their defaults; "summary" as written or null;
                    * owned by the caller */
    size_t body;   /* offset of the body in the text */
    int body_line; /* line of the file in which the body begins, from 1 */
};

/* Reads text (n bytes, cleaned by source_clean). A file without front matter is fine. -1: err says
 * what is wrong, with line and column: no end of the front matter, duplicate keys, a value of the
 * wrong type, an impossible date. */
int front_matter_read(struct front_matter *out, const char *text, size_t n,
                      struct error *err) CHECKED;

/* The same over `defaults` (an object or NULL): a key that the file does not give has the value that stands there; of
 * maps the members are joined. */
int front_matter_read_over(struct front_matter *out, const char *text, size_t n,
                           const json_t *defaults, struct error *err) CHECKED;

#endif
