/* YAML to JSON: whatever the bytes, a tree that can be written as JSON, or an error with a place. */
#include "content/yaml.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool keep_text(const char *key) {
    return key[0] == 't';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct yaml_options o = {.fold_keys = size % 2 == 0, .keep_text = keep_text};
    struct error e = {0};
    json_t *v = NULL;
    struct buf b;

    o.places = json_object();
    if (yaml_read_with(&v, (const char *)data, size, &o, &e) == 0) {
        buf_init(&b, 64U << 20U);
        if (json_write(&b, v) != 0)
            abort();
        buf_free(&b);
        json_decref(v);
    } else if (v != NULL || e.text[0] == '\0' || e.line < 1 || e.column < 1) {
        abort();
    }
    json_decref(o.places);
    return 0;
}
