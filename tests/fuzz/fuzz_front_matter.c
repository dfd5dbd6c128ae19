/* Front matter of any bytes: meta with all its members, or an error; the body begins in the text. */
#include "content/front_matter.h"
#include "content/source.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct front_matter f;
    struct error e = {0};
    struct buf text;
    struct buf out;

    buf_init(&text, 1U << 20U);
    if (source_clean(&text, (const char *)data, size, &e) == 0) {
        if (front_matter_read(&f, buf_str(&text), text.len, &e) == 0) {
            buf_init(&out, 64U << 20U);
            if (f.body > text.len || f.body_line < 1 || json_write(&out, f.meta) != 0 ||
                !json_is_array(json_object_get(f.meta, "tags")) ||
                !json_is_boolean(json_object_get(f.meta, "draft")))
                abort();
            buf_free(&out);
            json_decref(f.meta);
        } else if (e.text[0] == '\0' || e.line < 1 || f.meta != NULL) {
            abort();
        }
    } else if (e.text[0] == '\0') {
        abort();
    }
    buf_free(&text);
    return 0;
}
