/* HTML that strangers may publish: an allow-list over a real HTML parser (libgumbo, the WHATWG
 * algorithm), so that what a browser will see is what was looked at.
 *
 * Kept: the elements of prose, lists, tables, figures and pictures, and what our own Markdown renderer
 * writes, each with the attributes named for it and addresses that run no script. An element that is
 * not on the list goes and its content stays; one whose content is no prose (script, style, iframe,
 * svg, math, form controls and their kin) goes with it. Written out anew: every tag closed, every
 * value quoted. One thread; only a fenced child may be given what a stranger wrote. */
#ifndef PLATEN_CONTENT_ALLOW_H
#define PLATEN_CONTENT_ALLOW_H

#include "base/buf.h"

/* Appends what is allowed of n bytes of html (a fragment, UTF-8) to out. -1: out of memory, out is full,
 * or the tree would be larger than ALLOW_MEMORY. */
enum { ALLOW_MEMORY = 96 << 20 };
int allow_html(struct buf *out, const char *html, size_t n, struct error *err) CHECKED;

#endif
