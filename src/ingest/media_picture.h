/* What a media file is: its type, and of a picture its size, as the renderer reads them from its head. */
#ifndef PLATEN_INGEST_MEDIA_PICTURE_H
#define PLATEN_INGEST_MEDIA_PICTURE_H

#include "base/error.h"
#include "content/renderer.h"

#include <stdint.h>

struct media_picture {
    char type[96];
    uint32_t width, height; /* 0: no picture, or not known */
};

/* Fills *out for the file `path` of the tree, open at fd, whose offset stays where it is. Only what is named as a
 * picture is looked into: its type is what its bytes say. Bytes that are none of the kinds understood keep
 * the type of the name and have no size; odd then says why, for the author. */
void media_picture_look(struct media_picture *out, struct renderer *r, const char *path, int fd,
                        struct error *odd);

#endif
