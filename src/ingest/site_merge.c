#include "ingest/site_merge.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { NOCASE_MAX = 200 }; /* a map with more members is looked through by exact names only */

/* The member's own spelling of a name. */
static const char *spelling(const json_t *map, const char *name) {
    const char *key;
    json_t *value;
    if (json_object_get(map, name) != NULL || json_object_size(map) > NOCASE_MAX)
        return name;
    json_object_foreach((json_t *)(uintptr_t)map, key, value) {
        if (text_eq_nocase(key, name))
            return key;
    }
    return name;
}

static int merge(json_t *tree, const json_t *over, int depth) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)over, key, value) {
        const char *name = spelling(tree, key);
        json_t *old = json_object_get(tree, name);
        int bad = json_is_object(old) && json_is_object(value) && depth < SITE_MERGE_DEPTH
                      ? merge(old, value, depth + 1)
                      : json_object_set_new(tree, name, json_deep_copy(value));
        if (bad != 0)
            return -1;
    }
    return 0;
}

int site_merge(json_t *tree, const json_t *over) {
    return merge(tree, over, 0);
}

json_t *site_wrap(const char *key, const json_t *value) {
    json_t *whole = json_deep_copy(value);
    const char *end = key + strlen(key);
    while (whole != NULL && end > key) {
        const char *from = end;
        while (from > key && from[-1] != '.')
            from--;
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(end - from), from);
        json_t *outer = json_object();
        if (json_object_set_new(outer, name, whole) != 0) {
            json_decref(outer);
            return NULL;
        }
        whole = outer;
        end = from > key ? from - 1 : from;
    }
    return whole;
}

static const json_t *member(const json_t *map, const char *name) {
    return json_object_get(map, spelling(map, name));
}

int site_merge_language(json_t *tree) {
    static const char *const own[] = {"weight", "disabled", "languageName", "languageDirection",
                                      "label"};
    const char *language = json_string_value(member(tree, "defaultContentLanguage"));
    const json_t *of = member(member(tree, "languages"), language != NULL ? language : "en");
    if (!json_is_object(of))
        return 0;
    json_t *copy = json_copy((json_t *)(uintptr_t)of);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        json_object_del(copy, spelling(copy, own[i]));
    json_t *deep = json_deep_copy(copy);
    int rc = deep == NULL ? -1 : site_merge(tree, deep);
    json_decref(deep);
    json_decref(copy);
    return rc;
}
