/* Any bytes as TOML: what is taken is JSON that can be written and read again, without a trace of how it was
 * read; what is refused says where. */
#include "content/toml.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held) {
    if (!held)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct toml_options o = {.fold_keys = true, .places = json_object()};
    struct error err = {0};
    struct buf text;
    json_t *v = NULL, *again = NULL;
    buf_init(&text, (size_t)64 << 20);
    if (toml_read(&v, (const char *)data, size, &o, &err) == 0) {
        must(json_is_object(v) && json_write(&text, v) == 0);
        must(memchr(text.data, '\x01', text.len) == NULL);
        must(strstr(buf_str(&text), "\"\\u0001\":") == NULL);
        must(json_read(&again, buf_str(&text), text.len, &err) == 0);
        json_decref(again);
    } else {
        must(err.line >= 1 && err.column >= 1 && err.text[0] != '\0');
    }
    json_decref(v);
    json_decref(o.places);
    buf_free(&text);
    return 0;
}
