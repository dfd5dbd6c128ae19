/* Formulas in any bytes: as many lines as before, and nothing but formulas is taken. */
#include "content/math.h"
#include "content/source.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lines(const struct buf *b) {
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct shortcodes s = {.warnings = json_array()};
    struct error e = {0};
    struct buf text;
    size_t at = size / 2;

    buf_init(&text, 1U << 20U);
    buf_init(&s.text, 16U << 20U);
    buf_init(&s.html, 16U << 20U);
    if (source_clean(&text, (const char *)data, size, &e) == 0 &&
        buf_append(&s.text, buf_str(&text), text.len) == 0 &&
        math_take(&s, size % 2 == 0, &e) == 0) {
        if (lines(&s.text) != lines(&text))
            abort();
        if (s.count == 0 &&
            (s.text.len != text.len || memcmp(buf_str(&s.text), buf_str(&text), text.len) != 0))
            abort();
        if (at > s.text.len)
            at = s.text.len;
        if (shortcode_restore(&s, &s.text, &at, &e) == 0 && at > s.text.len)
            abort();
    }
    shortcode_free(&s);
    buf_free(&text);
    return 0;
}
