/* The type and size of a picture, from the first bytes of its file.
 *
 * PNG, JPEG (every SOF; the EXIF orientation counts), GIF, WebP, AVIF and SVG are told by what is in
 * them, never by their name. Nothing is decoded but the header, and no length or offset in it is
 * believed: each is held against the bytes there are. Runs in the renderer (renderer.h), since the
 * bytes are an author's. Pure functions, any thread.
 */
#ifndef PLATEN_CONTENT_PICTURE_H
#define PLATEN_CONTENT_PICTURE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is handed in of a file: camera JPEGs have previews and colour profiles before their size. */
enum { PICTURE_HEAD = 256 * 1024 };

struct picture {
    const char *type;       /* "image/png"; static */
    uint32_t width, height; /* as shown, 1 to 2^31 - 1: a picture to be turned is turned */
    bool no_size; /* an SVG without a size of its own, only a viewBox: fills what it is in */
};

/* Reads the head of a file: its first n bytes, all of them when it has fewer than PICTURE_HEAD. Time is linear in n.
 * 0, or -1 with the reason: no picture of these kinds, cut short, no size in its head. *out is then undefined. */
int picture_read(struct picture *out, const void *bytes, size_t n, struct error *err) CHECKED;

#endif
