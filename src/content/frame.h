/* Messages between the pool and its children: a fixed head, then up to three byte strings, each with
 * its length. Both ends are the same binary on the same machine, so numbers are in host order.
 * Whatever is not a frame, or is larger than the receiver allows, is an error and ends the talk.
 * One end belongs to one thread at a time. */
#ifndef PLATEN_CONTENT_FRAME_H
#define PLATEN_CONTENT_FRAME_H

#include "base/text.h"

#include <stdint.h>

enum frame_kind {
    FRAME_HELLO = 1, /* to the child: limits as JSON; from it: how the fence stands, as JSON */
    FRAME_POST,      /* path, options as JSON or nothing, source */
    FRAME_SETTINGS,  /* the same */
    FRAME_PICTURE,   /* path, nothing, the head of the file */
    FRAME_DONE,      /* meta as JSON, html, text */
    FRAME_REFUSED    /* line, column, message */
};

enum { FRAME_PARTS = 3 };
enum { FRAME_PLAIN = 1 }; /* the line of a FRAME_POST that wants no colours for code */

struct frame {
    uint32_t kind;
    int32_t line, column;
    struct slice part[FRAME_PARTS]; /* borrowed */
};

enum frame_result { FRAME_OK, FRAME_END, FRAME_LATE, FRAME_BAD };

/* Sends the frame over the stream socket fd. deadline: clock_mono_ms() at which to give up, or
 * negative for never. FRAME_END: the other side is gone. Never raises SIGPIPE. */
enum frame_result frame_send(int fd, const struct frame *f, int64_t deadline);

/* Receives one frame into in (cleared first; its max bounds the frame) and makes *f point into it.
 * FRAME_END: the other side closed; FRAME_BAD: no frame, or too large. */
enum frame_result frame_receive(int fd, struct frame *f, struct buf *in, int64_t deadline);

#endif
