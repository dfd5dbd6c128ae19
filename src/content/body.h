/* The body of a post: its shortcodes or tags expanded as its site's generator does, then Markdown. */
#ifndef PLATEN_CONTENT_BODY_H
#define PLATEN_CONTENT_BODY_H

#include "content/markdown.h"

/* Renders text (n bytes), the body of the file at path (one in HTML is taken as it is; NULL: Markdown), as markdown_render does, with meta the front matter and options the request's
 * (document.h; may be NULL). */
int body_render(struct markdown *out, const char *path, const char *text, size_t n,
                const struct markdown_options *o, const json_t *meta, const json_t *options,
                struct error *err) CHECKED;

#endif
