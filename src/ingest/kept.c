#include "ingest/kept.h"

#include "store/settings.h"

#include <string.h>

/* Adds the file's text; *left is what there is room for. One that is too large, no UTF-8 or cannot be
 * read is named, with null for its text: an export says that it lacks it. 0, -1: memory is out. */
static int add(json_t *kept, const struct tree *tree, const struct tree_file *f, size_t *left) {
    struct buf text;
    struct error err = {0};
    buf_init(&text, *left < KEPT_FILE_MAX ? *left : KEPT_FILE_MAX);
    int rc = 0;
    if (json_object_get(kept, f->path) == NULL) {
        json_t *value = NULL;
        if (tree_read(tree, f, &text, &err) == 0)
            value = json_stringn(buf_str(&text), text.len); /* NULL: no UTF-8 */
        *left -= value != NULL ? text.len : 0;
        rc = json_put(kept, f->path, value != NULL ? value : json_null());
    }
    buf_free(&text);
    return rc;
}

static bool is_included(const struct layout *l, const char *path) {
    size_t n = strlen(l->root);
    return l->jekyll && strncmp(path, l->root, n) == 0 &&
           (text_starts(path + n, "_includes/") || text_starts(path + n, "_data/"));
}

json_t *kept_read(const struct layout *l, const struct tree *tree) {
    json_t *kept = json_object();
    size_t left = KEPT_MAX;
    int bad = kept == NULL ? -1 : 0;
    for (size_t i = 0; bad == 0 && i < LAYOUT_MAX_SETTINGS && l->settings[i] != NULL; i++)
        bad = add(kept, tree, l->settings[i], &left);
    for (size_t i = 0; bad == 0 && l->jekyll && i < tree_count(tree); i++)
        if (is_included(l, tree_at(tree, i)->path))
            bad = add(kept, tree, tree_at(tree, i), &left);
    if (bad == 0)
        return kept;
    json_decref(kept);
    return NULL;
}

int kept_publish(struct publication *p, struct store *store, const struct layout *l,
                 const struct tree *tree, struct error *err) {
    struct buf now, before;
    buf_init(&now, (size_t)8 * KEPT_MAX);
    buf_init(&before, (size_t)8 * KEPT_MAX);
    json_t *kept = kept_read(l, tree);
    int rc = kept == NULL || json_write(&now, kept) != 0
                 ? error_set(err, "the site's settings cannot be kept: out of memory")
                 : setting_read(store, "kept", &before, err);
    if (rc >= 0)
        rc = strcmp(buf_str(&now), rc == 1 ? buf_str(&before) : "{}") == 0
                 ? 0
                 : publication_setting(p, "kept", buf_str(&now), err);
    buf_free(&now);
    buf_free(&before);
    json_decref(kept);
    return rc;
}
