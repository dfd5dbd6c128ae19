#include "ingest/site.h"

#include "base/zone.h"
#include "content/site.h"
#include "ingest/site_merge.h"

#include <string.h>

enum { SETTINGS_MAX = 1 << 20 };

static enum site_flavour flavour_of(const struct layout *l, const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    return text_starts(name, "platen.")    ? SITE_PLATEN
           : text_starts(name, "_config.") ? SITE_JEKYLL
           : l->zola                       ? SITE_ZOLA
                                           : SITE_HUGO;
}

/* One settings file as a tree. */
static int read_file(json_t **out, const struct tree_file *f, const struct tree *tree,
                     struct renderer *renderer, struct error *err) {
    struct buf text;
    buf_init(&text, SETTINGS_MAX);
    struct document doc = {0};
    *out = NULL;
    int rc = tree_read(tree, f, &text, err);
    if (rc == 0) {
        struct render_request q = {
            .kind = RENDER_SETTINGS, .path = f->path, .source = buf_str(&text), .len = text.len};
        rc = renderer_run(renderer, &q, &doc, err);
    }
    if (rc == 0) {
        *out = json_incref(json_object_get(doc.meta, "settings"));
        document_free(&doc);
    }
    buf_free(&text);
    return rc;
}

struct reading {
    const struct tree_file *file;
    site_refused_fn *refused;
    void *arg;
    bool quiet; /* what is wrong was told already */
};

static void tell(void *arg, const struct error *why) {
    const struct reading *r = arg;
    if (!r->quiet)
        r->refused(r->arg, false, r->file, why);
}

/* A file of somebody else's generator, laid over those before it in `all`; the site is made anew of them. */
static int apply_theirs(json_t **site, json_t *all, const struct layout *l, size_t i,
                        const json_t *value, struct reading *r, struct error *err) {
    const struct tree_file *f = l->settings[i];
    const char *key = l->settings_key[i] == NULL ? "" : l->settings_key[i];
    json_t *whole = site_wrap(key, value), *own = site_defaults(), *alone = site_defaults();
    enum site_flavour flavour = flavour_of(l, f->path);
    int rc = whole == NULL || own == NULL || alone == NULL ? error_set(err, "out of memory") : 0;
    r->quiet = false;
    if (rc == 0) /* alone first, so that each file's mistakes are told with its name, and once */
        rc = site_apply_all(alone, flavour, whole, tell, r, err);
    r->quiet = true;
    if (rc == 0 && json_is_object(whole) && site_merge(all, whole) != 0)
        rc = error_set(err, "out of memory");
    json_t *merged = rc == 0 ? json_deep_copy(all) : NULL;
    if (rc == 0 && (merged == NULL || (l->hugo && site_merge_language(merged) != 0)))
        rc = error_set(err, "out of memory");
    if (rc == 0)
        rc = site_apply_all(own, flavour, merged, tell, r, err);
    json_decref(merged);
    json_decref(alone);
    json_decref(whole);
    if (rc != 0) {
        json_decref(own);
        return -1;
    }
    json_decref(*site);
    *site = own;
    return 0;
}

/* A zone that the system does not know would shift every date in silence. */
static int check_zone(const json_t *site, struct error *err) {
    struct zone *z = NULL;
    if (zone_open(&z, json_get_string(site, "time_zone", "UTC"), err) != 0)
        return error_prefix(err, "timezone");
    zone_free(z);
    return 0;
}

static int apply_own(json_t *site, const json_t *value, bool (*also)(const char *),
                     struct error *err) {
    if (json_is_object(value) && site_check_keys(value, also, err) != 0)
        return -1;
    return site_apply(site, SITE_PLATEN, value, err);
}

int site_read(json_t **out, const struct layout *l, const struct tree *tree,
              struct renderer *renderer, bool (*also)(const char *key), site_refused_fn *refused,
              void *arg, struct error *err) {
    json_t *site = site_defaults(), *all = json_object();
    struct reading r = {.refused = refused, .arg = arg};
    bool zone_told = false;
    for (size_t i = 0; site != NULL && i < LAYOUT_MAX_SETTINGS && l->settings[i] != NULL; i++) {
        struct error why = {0};
        json_t *before = json_deep_copy(site), *value = NULL;
        r.file = l->settings[i];
        int rc = read_file(&value, r.file, tree, renderer, &why);
        if (rc == 0 && flavour_of(l, r.file->path) == SITE_PLATEN)
            rc = apply_own(site, value, also, &why);
        else if (rc == 0)
            rc = apply_theirs(&site, all, l, i, value, &r, &why);
        json_decref(value);
        bool theirs = flavour_of(l, r.file->path) != SITE_PLATEN;
        if (rc == 0 && theirs && check_zone(site, &why) != 0) {
            if (!zone_told)
                refused(arg, false, r.file, &why);
            zone_told = true;
            rc = json_put_string(site, "time_zone", "UTC");
        }
        if (rc == 0 && check_zone(site, &why) == 0) {
            json_decref(before);
            continue;
        }
        refused(arg, true, r.file, &why);
        json_decref(site);
        site = before;
    }
    json_decref(all);
    *out = site;
    return site != NULL ? 0 : error_set(err, "out of memory");
}
