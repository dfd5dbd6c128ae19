/* Template and data, with a NUL byte between them: whatever the bytes, a result or a message. The
 * template is also there under a name, so that it can include and extend itself. */
#include "template/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)1 << 16)

static void render(const struct template_set *set, const json_t *values) {
    struct error err = {0};
    struct buf out;
    buf_init(&out, OUT_MAX);
    if (template_render(set, "main", values, &out, &err) != 0 &&
        (err.text[0] == '\0' || out.len != 0)) {
        abort();
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *split = size > 0 ? memchr(data, 0, size) : NULL;
    size_t len = split == NULL ? size : (size_t)(split - data);
    const char *text = (const char *)data;
    static const char base[] = "<\n  {{$a}}1{{/a}}\n {{$b}}\n   {{x}}\n {{/b}}\n>\n";
    const struct template_source list[] = {
        {"main", text, len}, {"p", text, len / 2}, {"base", base, sizeof base - 1}};
    struct template_set *set = NULL;
    struct error err = {0};
    json_t *values = NULL;
    if (split != NULL && json_read(&values, text + len + 1, size - len - 1, NULL) != 0) {
        return 0;
    }
    if (template_set_open(&set, list, 3, NULL, &err) == 0) {
        render(set, values);
    } else if (set != NULL || err.text[0] == '\0') {
        abort();
    }
    /* One half alone is often broken; alone and whole it counts too. */
    template_set_free(set);
    if (template_set_open(&set, list, 1, NULL, NULL) == 0) {
        render(set, values);
        template_set_free(set);
    }
    json_decref(values);
    return 0;
}
