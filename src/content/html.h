/* The walk from libcmark-gfm's tree to HTML: html.c has the blocks, html_inline.c what stands in them.
 * Only markdown.c and these two include this. */
#ifndef PLATEN_CONTENT_HTML_H
#define PLATEN_CONTENT_HTML_H

#include "content/markdown.h"
#include "content/outline.h"

#include <cmark-gfm.h>

/* Appends the HTML of `root` to out->html, and fills out->warnings and out->more; headings go to
 * outline. text (n bytes) is what root was parsed from. */
void html_render(struct markdown *out, struct outline *outline, cmark_node *root, const char *text,
                 size_t n, const struct markdown_options *o);

struct html_walk {
    struct markdown *out;
    struct buf *html; /* out->html */
    struct outline *outline;
    const struct markdown_options *o;
    cmark_node *image;  /* the picture whose alt text is being written */
    struct buf name;    /* scratch: what a heading's id is made from */
    struct buf text;    /* scratch: a heading's text */
    const char *line;   /* where line_number begins in the source */
    const char *end;    /* of the source */
    int line_number;    /* only goes forward */
    unsigned column;    /* of the table cell */
    bool in_footnotes;  /* the section at the end has begun */
    bool back_written;  /* the way back of this footnote */
    unsigned footnote;  /* number of the footnote being written */
    unsigned *mentions; /* by number of the footnote */
    size_t mentions_len;
};

/* --- between html.c and html_inline.c --- */

void html_put(struct html_walk *w, const char *s);      /* as it is */
void html_put_text(struct html_walk *w, const char *s); /* escaped for the place between tags */
const char *html_literal(cmark_node *node);             /* never NULL; lent by the node */

/* Raw HTML, or the mark <!--more--> whose place is then kept. */
void html_raw(struct html_walk *w, const char *s);

/* Writes an inline node. */
void html_inline(struct html_walk *w, cmark_node *node, bool entering);

#endif
