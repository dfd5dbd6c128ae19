/* Shortcodes of any bytes: as many lines as before, and a way back that ends. */
#include "content/shortcode.h"
#include "content/source.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t lines(const struct buf *b) {
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++)
        n += b->data[i] == '\n';
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct shortcode_options o = {
        .dialect = size % 4 < 2 ? SHORTCODE_HUGO : SHORTCODE_ZOLA,
        .first_line = 1,
        .raw_html = size % 2 == 0,
    };
    struct shortcodes s;
    struct error e = {0};
    struct buf text;
    size_t at = size / 2;

    buf_init(&text, 1U << 20U);
    if (source_clean(&text, (const char *)data, size, &e) == 0 &&
        shortcode_expand(&s, buf_str(&text), text.len, &o, &e) == 0) {
        if (lines(&s.text) != lines(&text) || !json_is_array(s.warnings))
            abort();
        if (at > s.text.len)
            at = s.text.len;
        if (shortcode_restore(&s, &s.text, &at, &e) == 0 && at > s.text.len)
            abort();
        shortcode_free(&s);
    }
    buf_free(&text);
    return 0;
}
