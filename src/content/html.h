/* The walk from libcmark-gfm's tree to HTML: html.c has the blocks, html_inline.c what stands in them,
 * html_definitions.c a list that CommonMark has not. Only markdown.c and these include this. */
#ifndef PLATEN_CONTENT_HTML_H
#define PLATEN_CONTENT_HTML_H

#include "content/markdown.h"
#include "content/outline.h"

#include <cmark-gfm.h>

/* Appends the HTML of `root` to out->html, and fills out->warnings and out->more; headings go to
 * outline. text (n bytes) is what root was parsed from. */
void html_render(struct markdown *out, struct outline *outline, cmark_node *root, const char *text,
                 size_t n, const struct markdown_options *o);

/* What of a list of definitions is being written. */
enum html_definition {
    HTML_NO_DEFINITION,
    HTML_TERM,     /* <dt> */
    HTML_MEANING,  /* <dd> */
    HTML_MEANINGS, /* <dd><p> */
    HTML_BETWEEN,  /* <dl> */
};

struct html_walk {
    struct markdown *out;
    struct buf *html; /* out->html */
    struct outline *outline;
    const struct markdown_options *o;
    cmark_node *image; /* the picture whose alt text is being written */
    struct buf name;   /* scratch: what a heading's id is made from */
    struct buf text;   /* scratch: a heading's text */
    const char *line;  /* where line_number begins in the source */
    const char *end;   /* of the source */
    int line_number;   /* only goes forward */
    unsigned column;   /* of the table cell */
    enum html_definition definition;
    bool in_footnotes;  /* the section at the end has begun */
    bool back_written;  /* the way back of this footnote */
    unsigned footnote;  /* number of the footnote being written */
    unsigned *mentions; /* by number of the footnote */
    size_t mentions_len;
};

/* --- between the files of the walk --- */

void html_put(struct html_walk *w, const char *s);      /* as it is */
void html_put_text(struct html_walk *w, const char *s); /* escaped for the place between tags */
const char *html_literal(cmark_node *node);             /* never NULL; lent by the node */

/* Raw HTML, or the mark <!--more--> whose place is then kept. */
void html_raw(struct html_walk *w, const char *s);

/* Tells the author, at most 100 times a text. */
void html_warn(struct html_walk *w, cmark_node *node, const char *what);

/* Writes the beginning or the end of a paragraph that is a part of a list of definitions; false: it is none. */
bool html_definition(struct html_walk *w, cmark_node *paragraph, bool entering);
/* The same of the end of a line in it; false: it is as any other. */
bool html_definition_break(struct html_walk *w, cmark_node *node);
/* Bytes of text that mark a meaning, and are left out. */
size_t html_definition_mark(struct html_walk *w, cmark_node *node);

/* Writes an inline node. */
void html_inline(struct html_walk *w, cmark_node *node, bool entering);

#endif
