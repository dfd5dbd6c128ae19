#include "ingest/taxonomies.h"

#include <stdio.h>
#include <string.h>

int taxonomies_publish(struct publication *p, const struct layout *l, const json_t *site,
                       struct error *err) {
    size_t i;
    json_t *taxonomy;
    bool below = json_get_bool(json_object_get(site, "paths"), "language_in_subdir", false);
    json_array_foreach(json_object_get(site, "taxonomies"), i, taxonomy) {
        char path[160], key[128];
        const char *plural = json_get_string(taxonomy, "plural", "");
        snprintf(path, sizeof path, "%s%s/%s/", below ? "/" : "", below ? l->language : "", plural);
        if (publication_taxonomy(p, plural, path, err) != 0)
            return -1;
        for (size_t k = 0; k < l->language_count; k++) {
            const struct layout_language *language = &l->languages[k];
            if (language->disabled || strcmp(language->key, l->language) == 0)
                continue;
            snprintf(key, sizeof key, "%s/%s", language->key, plural);
            snprintf(path, sizeof path, "/%s/", key);
            if (publication_taxonomy(p, key, path, err) != 0)
                return -1;
        }
    }
    return 0;
}
