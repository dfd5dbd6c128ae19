/* Dates: the first line is read as a date and as an HTTP date; what was read is printed by the
 * layout in the second line. What was read must be a possible date and survive the way to seconds
 * and back. */
#include "base/date.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = strndup((const char *)data, size);
    char *layout = strchr(text, '\n');
    struct date d;
    struct error err;
    int64_t seconds = 0;
    struct buf out;
    if (layout != NULL) {
        *layout++ = '\0';
    }
    (void)!date_http_parse(&seconds, text);
    if (date_parse(&d, text, &err) == 0) {
        seconds = date_seconds(&d);
        struct date back = date_at(seconds, d.offset);
        require(d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31 && d.year >= 1);
        require(d.offset > -1440 && d.offset < 1440 && (d.has_offset || d.offset == 0));
        bool edge = d.year == 1 || d.year == 9999; /* UTC may fall into a year there is not */
        require(edge || (back.year == d.year && back.day == d.day && back.second == d.second));
        buf_init(&out, 1000);
        require(date_rfc3339(&out, seconds, d.offset) == 0);
        require(edge ||
                (date_parse(&back, buf_str(&out), NULL) == 0 && date_seconds(&back) == seconds));
        buf_free(&out);
    }
    buf_init(&out, 4096);
    (void)date_layout(&out, layout != NULL ? layout : text, seconds, 345);
    buf_free(&out);
    free(text);
    return 0;
}
