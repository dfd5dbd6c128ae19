/* The fence that a renderer child puts around itself before it reads the first byte of an author.
 * Behind it there are no files, no network, no other programs and no memory beyond a limit: only
 * reading standard input and writing standard output. Called once, by the child, with one thread. */
#ifndef PLATEN_CONTENT_FENCE_H
#define PLATEN_CONTENT_FENCE_H

#include "base/error.h"

#include <stddef.h>

/* Ways in which a child ends that the pool tells apart. */
enum { FENCE_EXIT_BAD_FRAME = 70, FENCE_EXIT_FENCE = 71 };

enum fence_state {
    FENCE_FULL,   /* limits and system call filter */
    FENCE_LIMITS, /* limits only: the kernel refused the filter (why is in the error) */
    FENCE_NONE    /* neither: a build with sanitizers, which need more than the fence allows */
};

/* Closes every descriptor but 0..2, sets the limits (memory: bytes of address space), gives up new
 * privileges for good and installs the filter, under which a forbidden system call kills the
 * process. 0: *state says what holds, and when it is FENCE_LIMITS, err says why. -1: a limit could
 * not be set; the child must not go on. */
int fence_raise(enum fence_state *state, size_t memory, struct error *err) CHECKED;

#endif
