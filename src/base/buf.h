/* A growing byte buffer with a maximum fixed at birth.
 *
 * No input can make it grow past `max`: an append that would is refused and marks the buffer
 * failed. Failure is sticky, so a caller may append many times and ask once (buf_ok) at the end.
 * The data is always NUL-terminated (the NUL is not counted in len and not held against max). A
 * struct buf belongs to one thread at a time.
 */
#ifndef PLATEN_BASE_BUF_H
#define PLATEN_BASE_BUF_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
    char *data; /* NULL until the first append */
    size_t len;
    size_t cap;
    size_t max;
    bool failed; /* an append was refused: too big, or out of memory */
};

/* Makes an empty buffer that may hold up to max bytes. Allocates nothing. */
void buf_init(struct buf *b, size_t max);

/* Makes an empty buffer of at most size - 1 bytes in memory that is the caller's: it never allocates, and
 * is not to be freed, taken or given away. */
static inline void buf_init_on(struct buf *b, char *memory, size_t size) {
    *b = (struct buf){.data = memory, .cap = size, .max = size - 1};
    memory[0] = '\0';
}

/* Frees the data; the buffer is empty and may be used again with the same max. */
void buf_free(struct buf *b);

/* Forgets the content and the failure, keeps the memory. */
void buf_clear(struct buf *b);

/* As buf_append, where the memory may have to grow. */
int buf_append_growing(struct buf *b, const void *bytes, size_t n);

/* Each returns 0, or -1 when refused (then nothing was appended and the buffer is failed). */
static inline int buf_append(struct buf *b, const void *bytes, size_t n) {
    if (n >= b->cap - b->len || b->failed)
        return buf_append_growing(b, bytes, n);
    if (n > 0)
        memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
    return 0;
}

static inline int buf_puts(struct buf *b, const char *s) {
    return buf_append(b, s, strlen(s));
}

static inline int buf_putc(struct buf *b, char c) {
    return buf_append(b, &c, 1);
}

int buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Decimal, with zeros before it up to width (at most 20) digits; many times faster than buf_printf. */
int buf_put_int(struct buf *b, int64_t n, int width);

/* Makes room for n more bytes and returns where they go, or NULL when refused; the caller writes at
 * most n bytes there and then calls buf_added with how many it wrote. */
char *buf_room(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);

/* Cuts the content to n bytes (n <= len). */
void buf_truncate(struct buf *b, size_t n);

/* True when no append was refused. */
static inline bool buf_ok(const struct buf *b) {
    return !b->failed;
}

/* The content as a string, "" when empty; lent until the next change. */
static inline const char *buf_str(const struct buf *b) {
    return b->data != NULL ? b->data : "";
}

/* Gives the content away as a malloc'ed, NUL-terminated string (len in *len unless NULL); the
 * buffer is empty afterwards. NULL when the buffer has failed or memory is out. The caller frees.
 */
char *buf_take(struct buf *b, size_t *len) CHECKED;

#endif
