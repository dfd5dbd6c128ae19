/* Settings of Jekyll that decide addresses: collections, and the defaults of front matter by path. */
#include "content/site_private.h"

#include "base/text.h"

#include <string.h>

enum { COLLECTIONS_MAX = 64, DEFAULTS_MAX = 200 };

static int put_collection(json_t *list, const char *name, const json_t *of) {
    const json_t *permalink = site_member(of, "permalink");
    return json_array_append_new(
        list, json_pack("{s:s,s:s,s:b}", "name", name, "permalink",
                        json_is_string(permalink) ? json_string_value(permalink) : "", "output",
                        json_is_true(site_member(of, "output"))));
}

/* collections: a list of names, or a map from name to {output, permalink}. */
int site_collections(json_t *site, const json_t *v, struct error *err) {
    json_t *list = json_array(), *item;
    size_t i;
    const char *key;
    int bad = 0;
    if (json_array_size(v) + json_object_size(v) > COLLECTIONS_MAX) {
        json_decref(list);
        return error_set(err, "%d collections are the most", COLLECTIONS_MAX);
    }
    json_array_foreach(v, i, item) {
        if (json_is_string(item))
            bad |= put_collection(list, json_string_value(item), NULL);
    }
    json_object_foreach((json_t *)(uintptr_t)v, key, item) bad |= put_collection(list, key, item);
    if (bad != 0) {
        json_decref(list);
        return error_set(err, "out of memory");
    }
    return json_put(json_object_get(site, "paths"), "collections", list);
}

/* defaults: [{scope: {path, type}, values: {…}}] in the order of the file. */
int site_defaults_of_paths(json_t *site, const json_t *v, struct error *err) {
    json_t *list = json_array(), *entry;
    size_t i;
    if (!json_is_array(v) || json_array_size(v) > DEFAULTS_MAX) {
        json_decref(list);
        return error_set(err, "must be a list of at most %d entries with scope and values",
                         DEFAULTS_MAX);
    }
    json_array_foreach(v, i, entry) {
        const json_t *scope = site_member(entry, "scope"), *values = site_member(entry, "values");
        const json_t *path = site_member(scope, "path"), *type = site_member(scope, "type");
        if (!json_is_object(values))
            continue;
        json_array_append_new(list,
                              json_pack("{s:s,s:s,s:o}", "path",
                                        json_is_string(path) ? json_string_value(path) : "", "type",
                                        json_is_string(type) ? json_string_value(type) : "",
                                        "values", json_deep_copy(values)));
    }
    return json_put(json_object_get(site, "paths"), "defaults", list);
}

/* paginate_path: pages of lists have one form here. */
int site_jekyll_paginate_path(json_t *site, const json_t *v, struct error *err) {
    const char *path = json_string_value(v);
    if (path == NULL)
        return error_set(err, "must be text");
    return json_put_string(json_object_get(site, "paths"), "paginate_path", path);
}

/* True when the archive of this kind is made: `enabled` is "all" or names it. */
static bool archive_enabled(const json_t *v, const char *plural) {
    const json_t *enabled = site_member(v, "enabled");
    size_t i;
    json_t *item;
    if (json_is_string(enabled))
        return strcmp(json_string_value(enabled), "all") == 0;
    json_array_foreach(enabled, i, item) {
        if (json_is_string(item) && strcmp(json_string_value(item), plural) == 0)
            return true;
    }
    return false;
}

/* jekyll-archives: {enabled: [tags], permalinks: {tag: /tag/:name/}}, as patterns of terms. */
int site_jekyll_archives(json_t *site, const json_t *v, struct error *err) {
    static const char *const kinds[][3] = {{"tag", "tags", "/tag/:name/"},
                                           {"category", "categories", "/category/:name/"}};
    json_t *terms = json_object_get(json_object_get(site, "paths"), "permalinks_term");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *pattern =
            json_string_value(site_member(site_member(v, "permalinks"), kinds[i][0]));
        if (!archive_enabled(v, kinds[i][1]))
            continue;
        if (pattern == NULL)
            pattern = kinds[i][2];
        const char *name = strstr(pattern, ":name");
        if (name != NULL && json_put(terms, kinds[i][1],
                                     json_sprintf("%.*s:contentbasename%s", (int)(name - pattern),
                                                  pattern, name + strlen(":name"))) != 0)
            return error_set(err, "out of memory");
    }
    return 0;
}
