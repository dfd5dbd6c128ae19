/* Liquid tags of any bytes: text within its bound, and a way back that ends. */
#include "content/liquid.h"
#include "content/source.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    json_t *site =
        json_pack("{s:s,s:s,s:s}", "title", "T", "url", "https://x.org", "baseurl", "/b");
    json_t *includes = json_pack("{s:s,s:s}", "a", "*in*\n", "b", "{{ x }}");
    const struct liquid_options o = {.first_line = 1,
                                     .raw_html = size % 2 == 0,
                                     .site = site,
                                     .page = site,
                                     .includes = includes};
    struct shortcodes s;
    struct error e = {0};
    struct buf text;
    size_t at = size / 2;

    buf_init(&text, 1U << 20U);
    if (source_clean(&text, (const char *)data, size, &e) == 0 &&
        liquid_expand(&s, buf_str(&text), text.len, &o, &e) == 0) {
        if (s.text.len > 2 * text.len + LIQUID_ADDED_MAX || !json_is_array(s.warnings))
            abort();
        if (at > s.text.len)
            at = s.text.len;
        if (shortcode_restore(&s, &s.text, &at, &e) == 0 && at > s.text.len)
            abort();
        shortcode_free(&s);
    }
    buf_free(&text);
    json_decref(site);
    json_decref(includes);
    return 0;
}
