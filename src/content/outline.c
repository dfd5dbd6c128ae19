#include "content/outline.h"

#include "base/unicode.h"

enum { ID_MAX = 1024 * 1024, ENTRIES_MAX = 5000 };

int outline_init(struct outline *o, int min, int max) {
    *o = (struct outline){.entries = json_array(), .taken = json_object(), .min = min, .max = max};
    buf_init(&o->id, ID_MAX);
    if (o->entries == NULL || o->taken == NULL) {
        outline_free(o);
        return -1;
    }
    return 0;
}

void outline_free(struct outline *o) {
    json_decref(o->entries);
    json_decref(o->taken);
    buf_free(&o->id);
    *o = (struct outline){0};
}

/* Makes the id in o->id unlike all before it. The number for a repeat is kept by name, so that a
 * thousand equal headings do not look through each other. */
static int make_unique(struct outline *o) {
    const size_t len = o->id.len;
    json_t *next = json_object_get(o->taken, buf_str(&o->id));

    if (next != NULL) {
        json_int_t n = json_integer_value(next);
        do {
            buf_truncate(&o->id, len);
            if (buf_printf(&o->id, "-%" JSON_INTEGER_FORMAT, n++) != 0)
                return -1;
        } while (json_object_get(o->taken, buf_str(&o->id)) != NULL);
        (void)json_integer_set(next, n);
    }
    return json_put_int(o->taken, buf_str(&o->id), 1);
}

const char *outline_add(struct outline *o, int level, bool own, const char *name, size_t name_len,
                        const char *text, size_t text_len) {
    buf_clear(&o->id);
    if ((own ? buf_append(&o->id, name, name_len) : unicode_anchor(&o->id, name, name_len)) != 0)
        return NULL;
    if (o->id.len == 0 && buf_puts(&o->id, "section") != 0)
        return NULL;
    if (make_unique(o) != 0)
        return NULL;
    if (level >= o->min && level <= o->max && json_array_size(o->entries) < ENTRIES_MAX) {
        json_t *entry = json_object();
        if (json_put_int(entry, "level", level) != 0 ||
            json_put_string(entry, "id", buf_str(&o->id)) != 0 ||
            json_put_stringn(entry, "text", text, text_len) != 0 ||
            json_array_append(o->entries, entry) != 0) {
            json_decref(entry);
            return NULL;
        }
        json_decref(entry);
    }
    return buf_str(&o->id);
}
