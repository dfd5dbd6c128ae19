/* The access log: NCSA combined, then request id and microseconds. One write a line of at most PIPE_BUF
 * bytes, so that lines of threads and processes never mix, in a file or in a pipe; the three fields that
 * clients choose are cut to fit. */
#include "http/private.h"

#include "base/clock.h"
#include "base/date.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = PIPE_BUF, TARGET_MAX = 2000, FIELD_MAX = 800 };
static_assert(TARGET_MAX + 2 * FIELD_MAX + 400 <= LINE_MAX_BYTES, "a line always fits");

/* A client's bytes between quotes: nothing of them may end the field or the line, or move a terminal's
 * cursor (C1 controls, too, so everything beyond ASCII is escaped as other servers do). */
static void put_field(struct buf *line, const char *s, size_t max) {
    static const char hex[] = "0123456789abcdef";
    size_t from = line->len;
    for (; *s != '\0' && line->len - from < max; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') {
            buf_putc(line, '\\');
            buf_putc(line, *s);
        } else if (c < 0x20 || c >= 0x7f) {
            char escaped[5] = {'\\', 'x', hex[c >> 4], hex[c & 15], '\0'};
            buf_puts(line, escaped);
        } else {
            buf_putc(line, *s);
        }
    }
}

static void put_header(struct buf *line, const struct http_request *r, const char *name) {
    const char *value = http_request_header(r, name);
    buf_puts(line, " \"");
    put_field(line, value == NULL ? "-" : value, FIELD_MAX);
    buf_putc(line, '"');
}

void access_log_write(int fd, const struct http_request *r) {
    struct buf line;
    buf_init(&line, LINE_MAX_BYTES);
    buf_printf(&line, "%s - - [", http_request_client(r));
    date_layout(&line, "02/Jan/2006:15:04:05 -0700", clock_now(), 0);
    buf_puts(&line, "] \"");
    put_field(&line, r->method_name, 32);
    buf_putc(&line, ' ');
    put_field(&line, r->target, TARGET_MAX);
    buf_putc(&line, ' ');
    put_field(&line, r->version, 32);
    bool empty = r->method == HTTP_HEAD || r->status == 304;
    buf_printf(&line, "\" %d %llu", r->status, empty ? 0ULL : (unsigned long long)r->sent);
    put_header(&line, r, "Referer");
    put_header(&line, r, "User-Agent");
    buf_printf(&line, " %s %lld\n", r->id, (long long)(clock_mono_us() - r->began_us));
    if (line.len > 0 && line.data[line.len - 1] == '\n')
        (void)!write(fd, line.data, line.len);
    buf_free(&line);
}
