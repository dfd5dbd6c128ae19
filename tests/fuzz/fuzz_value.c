/* JSON that the store might have: any bytes give null or a tree, and what jansson takes, too, gives the same. */
#include "base/value.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROOM = 16 << 20, TEXT_MAX = 1 << 16 };

static bool shallow(const json_t *v, int depth) {
    size_t i;
    const char *name;
    json_t *one;
    if (depth > 60)
        return false;
    json_array_foreach(v, i, one) {
        if (!shallow(one, depth + 1))
            return false;
    }
    json_object_foreach((json_t *)(uintptr_t)v, name, one) {
        if (!shallow(one, depth + 1))
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > TEXT_MAX)
        return 0;
    struct arena *a = arena_new(ROOM);
    char *text = arena_strndup(a, (const char *)data, size);
    struct value ours = value_parse(a, text);
    json_t *theirs = json_loads(text, JSON_DECODE_ANY, NULL);
    if (theirs != NULL && shallow(theirs, 0) && arena_ok(a)) {
        json_t *back = value_to_json(&ours);
        if (back == NULL || !json_equal(theirs, back))
            abort();
        json_decref(back);
    }
    json_decref(theirs);
    arena_free(a);
    return 0;
}
