/* Width and height for the pictures in a piece of HTML, so that a page does not jump while they come. Pure functions,
 * any thread. */
#ifndef PLATEN_CONTENT_HTML_IMAGES_H
#define PLATEN_CONTENT_HTML_IMAGES_H

#include "base/buf.h"
#include "base/text.h"

/* Says the size of the picture at src (character references decoded, percent-encoding not). False: not known. */
typedef bool html_image_fn(void *arg, struct slice src, uint32_t *width, uint32_t *height);

/* Appends html (n bytes) to out; an <img> with neither width nor height gets both, one with one of them, in pixels, gets
 * the other by the picture's shape, when `size` knows it. Nothing else changes. Comments and the insides of script, style and the like are passed over. -1: out is full. */
int html_images(struct buf *out, const char *html, size_t n, html_image_fn *size,
                void *arg) CHECKED;

#endif
