#include "ingest/site.h"

#include "base/zone.h"
#include "content/site.h"

#include <string.h>

enum { SETTINGS_MAX = 1 << 20 };

static enum site_flavour flavour_of(const struct layout *l, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    return text_starts(name, "platen.")    ? SITE_PLATEN
           : text_starts(name, "_config.") ? SITE_JEKYLL
           : l->zola                       ? SITE_ZOLA
                                           : SITE_HUGO;
}

static int apply_file(json_t *site, const struct layout *l, const struct tree_file *f,
                      const struct tree *tree, struct renderer *renderer,
                      bool (*also)(const char *), struct error *err) {
    struct buf text;
    buf_init(&text, SETTINGS_MAX);
    struct document doc = {0};
    int rc = tree_read(tree, f, &text, err);
    if (rc == 0) {
        struct render_request q = {
            .kind = RENDER_SETTINGS, .path = f->path, .source = buf_str(&text), .len = text.len};
        rc = renderer_run(renderer, &q, &doc, err);
    }
    if (rc == 0) {
        const json_t *tree_value = json_object_get(doc.meta, "settings");
        enum site_flavour flavour = flavour_of(l, f->path);
        bool own = flavour == SITE_PLATEN;
        if (own && json_is_object(tree_value))
            rc = site_check_keys(tree_value, also, err);
        if (rc == 0)
            rc = site_apply(site, flavour, tree_value, err);
        document_free(&doc);
    }
    buf_free(&text);
    return rc;
}

/* A zone that the system does not know would shift every date in silence. */
static int check_zone(const json_t *site, struct error *err) {
    struct zone *z = NULL;
    if (zone_open(&z, json_get_string(site, "time_zone", "UTC"), err) != 0)
        return error_prefix(err, "timezone");
    zone_free(z);
    return 0;
}

int site_read(json_t **out, const struct layout *l, const struct tree *tree,
              struct renderer *renderer, bool (*also)(const char *key), site_refused_fn *refused,
              void *arg, struct error *err) {
    json_t *site = site_defaults();
    if (site == NULL)
        return error_set(err, "out of memory");
    for (size_t i = 0; i < LAYOUT_MAX_SETTINGS && l->settings[i] != NULL; i++) {
        struct error why = {0};
        json_t *before = json_deep_copy(site);
        if (apply_file(site, l, l->settings[i], tree, renderer, also, &why) == 0 &&
            check_zone(site, &why) == 0) {
            json_decref(before);
            continue;
        }
        refused(arg, l->settings[i], &why);
        json_decref(site);
        site = before;
        if (site == NULL)
            return error_set(err, "out of memory");
    }
    *out = site;
    return 0;
}
