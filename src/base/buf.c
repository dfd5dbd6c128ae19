#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

#define SMALLEST 64

void buf_init(struct buf *b, size_t max) {
    *b = (struct buf){.max = max < SIZE_MAX ? max : SIZE_MAX - 1};
}

void buf_free(struct buf *b) {
    free(b->data);
    *b = (struct buf){.max = b->max};
}

void buf_clear(struct buf *b) {
    b->len = 0;
    b->failed = false;
    if (b->data != NULL) {
        b->data[0] = '\0';
    }
}

/* Makes cap >= len + n + 1. Doubles, so that many small appends cost one copy each on average, and
 * never takes more than max + 1. */
static int grow(struct buf *b, size_t n) {
    if (b->failed || n > b->max - b->len) {
        b->failed = true;
        return -1;
    }
    size_t need = b->len + n + 1;
    if (need <= b->cap) {
        return 0;
    }
    size_t cap = b->cap > 0 ? b->cap : SMALLEST;
    while (cap < need) {
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    }
    if (cap > b->max + 1) {
        cap = b->max + 1;
    }
    char *data = realloc(b->data, cap);
    if (data == NULL) {
        b->failed = true;
        return -1;
    }
    b->data = data;
    b->cap = cap;
    return 0;
}

int buf_append_growing(struct buf *b, const void *bytes, size_t n) {
    if (grow(b, n) != 0) {
        return -1;
    }
    if (n > 0) {
        memcpy(b->data + b->len, bytes, n);
    }
    b->len += n;
    b->data[b->len] = '\0';
    return 0;
}

int buf_printf(struct buf *b, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    va_list again;
    va_copy(again, args);
    size_t space = b->failed ? 0 : b->cap - b->len;
    int n = vsnprintf(space > 0 ? b->data + b->len : NULL, space, fmt, args);
    va_end(args);
    int result = -1;
    if (n < 0) {
        b->failed = true;
    } else if ((size_t)n < space) {
        result = 0;
    } else if (grow(b, (size_t)n) == 0) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        result = 0;
    }
    va_end(again);
    if (result == 0) {
        b->len += (size_t)n;
    } else if (b->data != NULL) {
        b->data[b->len] = '\0'; /* a first try that did not fit left its beginning behind */
    }
    return result;
}

int buf_put_int(struct buf *b, int64_t n, int width) {
    char text[24];
    if (n >= 0 && n < 10 && width <= 1)
        return buf_putc(b, (char)('0' + n));
    size_t at = sizeof text;
    uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;
    for (; left > 0 || width > 0 || at == sizeof text; left /= 10, width--)
        text[--at] = (char)('0' + left % 10);
    if (n < 0)
        text[--at] = '-';
    return buf_append(b, text + at, sizeof text - at);
}

char *buf_room(struct buf *b, size_t n) {
    if (grow(b, n) != 0) {
        return NULL;
    }
    b->data[b->len] = '\0'; /* fresh memory is no string yet, and nothing may be added */
    return b->data + b->len;
}

void buf_added(struct buf *b, size_t n) {
    if (n > 0 && n < b->cap - b->len) {
        b->len += n;
        b->data[b->len] = '\0';
    }
}

void buf_truncate(struct buf *b, size_t n) {
    if (n < b->len) {
        b->len = n;
        b->data[n] = '\0';
    }
}

char *buf_take(struct buf *b, size_t *len) {
    if (grow(b, 0) != 0) {
        return NULL;
    }
    char *data = b->data;
    data[b->len] = '\0';
    if (len != NULL) {
        *len = b->len;
    }
    *b = (struct buf){.max = b->max};
    return data;
}
