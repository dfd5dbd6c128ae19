/* Jekyll's Liquid tags in a body (jekyllrb.com/docs/liquid), as far as they need no program: raw, comment,
 * highlight, include of a plain file, link, post_url, gist; {{ site.X }}, {{ page.X }} and {{ "text" }} with the
 * filters relative_url, absolute_url, prepend, append, escape and strip.
 *
 * They are expanded before Markdown and, as Jekyll does, everywhere, code included. What they give is
 * Markdown, but for highlight and gist, whose HTML has a token in the text (shortcode.h). link and post_url
 * give addresses that ingest leads to files. Anything else stays as text and is a warning with its place. */
#ifndef PLATEN_CONTENT_LIQUID_H
#define PLATEN_CONTENT_LIQUID_H

#include "content/shortcode.h"

struct liquid_options {
    int first_line;
    bool raw_html;
    const json_t *page;              /* the front matter (document.h), or NULL */
    const json_t *site;              /* "title", "url", "baseurl", ...; or NULL */
    const json_t *params;            /* the site's own settings, or NULL */
    const json_t *includes;          /* {"file": "text"} of what may be included, or NULL */
    struct highlighter *highlighter; /* may be NULL */
};

/* Most that tags may add to a body; more stay as text. */
enum { LIQUID_ADDED_MAX = 4 << 20 };

/* Expands text (n bytes of valid UTF-8). What the options point to is lent. 0: *out is filled
 * (shortcode_free); -1: memory is out or too much would be written. Time grows with n and what is
 * included alone. Any thread may call. */
int liquid_expand(struct shortcodes *out, const char *text, size_t n,
                  const struct liquid_options *o, struct error *err) CHECKED;

#endif
