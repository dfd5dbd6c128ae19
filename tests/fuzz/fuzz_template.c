/* Template and data, with a NUL byte between them: whatever the bytes, a result or a message, and the
 * same from the linked program. The template is also there under a name, so that it can include and
 * extend itself. */
#include "template/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX ((size_t)1 << 16)

static void compare(const struct template_set *set, const struct value *data, int rc,
                    const struct buf *want) {
    struct error err = {0};
    struct template_pack *pack = template_pack_open(set, "site", value_get(data, "site"));
    struct buf out;
    buf_init(&out, OUT_MAX);
    if (pack == NULL || template_pack_show(pack, "main", data, &out, NULL, &err) != rc ||
        out.len != want->len || memcmp(buf_str(&out), buf_str(want), out.len) != 0) {
        abort();
    }
    buf_free(&out);
    template_pack_free(pack);
}

/* What linking demands of data: a "site" at the root, no other. */
static bool has_other_site(const struct value *data) {
    struct value_member *m = data->kind == VALUE_OBJECT ? data->as.object->newest : NULL;
    for (; m != NULL; m = m->older) {
        json_t *v = value_to_json(&m->value);
        char *text = json_dumps(v, JSON_ENCODE_ANY);
        bool has = text == NULL || strstr(text, "\"site\"") != NULL;
        free(text);
        json_decref(v);
        if (has) {
            return true;
        }
    }
    return false;
}

static void render(const struct template_set *set, const json_t *values) {
    struct error err = {0};
    struct buf out;
    struct arena *arena = arena_new((size_t)64 << 20);
    struct value data = value_of_json(arena, values);
    buf_init(&out, OUT_MAX);
    int rc = template_show(set, "main", &data, &out, NULL, &err);
    if (rc != 0 && (err.text[0] == '\0' || out.len != 0)) {
        abort();
    }
    if (arena_ok(arena) && !has_other_site(&data)) {
        compare(set, &data, rc, &out);
    }
    buf_free(&out);
    arena_free(arena);
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
