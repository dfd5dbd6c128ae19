/* The folders of a blog: what its settings say of them, and which of them are sections and bundles. */
#include "ingest/layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool layout_is_markdown(const char *path) {
    static const char *const endings[] = {".md", ".markdown", ".mdown", ".mkd", ".mkdown"};
    const char *dot = strrchr(base_name(path), '.');
    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof endings[0]; i++)
        if (text_eq_nocase(dot, endings[i]))
            return true;
    return false;
}

bool layout_is_named(const struct layout *l, const char *path, const char *stem) {
    struct layout_where w;
    layout_where(&w, l, path);
    return slice_eq(w.stem, stem) &&
           (layout_is_markdown(path) ||
            layout_sorted(l->pages, l->page_count, path, strlen(path)) != NULL);
}

bool layout_has_below(const struct tree *tree, const char *prefix) {
    size_t low = 0, high = tree_count(tree);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(tree_at(tree, mid)->path, prefix) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < tree_count(tree) && text_starts(tree_at(tree, low)->path, prefix);
}

const char *layout_join(struct layout *l, const char *root, const char *folder) {
    size_t n = strlen(root) + strlen(folder) + 1;
    char *out = arena_alloc(l->arena, n);
    if (out == NULL)
        return "";
    snprintf(out, n, "%s%s", root, folder);
    return out;
}

const char *layout_folder(struct layout *l, const char *given) {
    if (given == NULL)
        return "";
    while (text_starts(given, "./") || *given == '/')
        given += *given == '/' ? 1 : 2;
    size_t n = strlen(given);
    while (n > 0 && given[n - 1] == '/')
        n--;
    if (n == 0 || (n == 1 && *given == '.'))
        return "";
    const char *name = arena_strndup(l->arena, given, n);
    return name == NULL ? "" : layout_join(l, name, "/");
}

/* ---- where a path lies ---- */

const char *layout_sorted(const char **sorted, size_t count, const char *text, size_t len) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = strncmp(sorted[mid], text, len);
        if (c == 0 && sorted[mid][len] == '\0')
            return sorted[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static const struct layout_language *language_named(const struct layout *l, struct slice key) {
    char folded[64];
    if (key.len >= sizeof folded)
        return NULL;
    for (size_t i = 0; i < key.len; i++) /* "post.zh-CN.md" is in Hugo's "zh-cn" */
        folded[i] = l->hugo ? text_lower(key.ptr[i]) : key.ptr[i];
    for (size_t i = 0; i < l->language_count; i++)
        if (slice_eq(slice_n(folded, key.len), l->languages[i].key))
            return &l->languages[i];
    return NULL;
}

/* The language whose own folder holds the path, and that folder's length (else that of all). */
static const struct layout_language *language_of_folder(const struct layout *l, const char *path,
                                                        size_t *root) {
    const struct layout_language *found = NULL;
    *root = text_starts(path, l->content) ? strlen(l->content) : 0;
    for (size_t i = 0; i < l->language_count; i++) {
        const char *folder = l->languages[i].folder;
        if (folder == NULL || strlen(folder) < *root || !text_starts(path, folder))
            continue;
        *root = strlen(folder);
        found = &l->languages[i];
    }
    return found;
}

/* The language that the end of a name gives ("post.de"); it is cut off. */
static const struct layout_language *language_of_name(const struct layout *l, struct slice *stem) {
    for (size_t i = stem->len; i > 1; i--) {
        if (stem->ptr[i - 1] != '.')
            continue;
        const struct layout_language *found =
            language_named(l, slice_n(stem->ptr + i, stem->len - i));
        if (found != NULL)
            stem->len = i - 1;
        return found;
    }
    return NULL;
}

void layout_where(struct layout_where *out, const struct layout *l, const char *path) {
    const struct layout_language *language = language_of_folder(l, path, &out->root_len);
    out->relative = path + out->root_len;
    if (l->jekyll) { /* a folder that holds all collections stands in no address */
        const char *all = json_get_string(json_object_get(l->site, "paths"), "collections_dir", "");
        size_t n = strlen(all);
        if (n > 0 && strncmp(out->relative, all, n) == 0 && out->relative[n] == '/' &&
            out->relative[n + 1] == '_') {
            out->root_len += n + 1;
            out->relative += n + 1;
        }
    }
    const char *name = base_name(out->relative), *dot = strrchr(name, '.');
    out->folder_len = name == out->relative ? 0 : (size_t)(name - out->relative) - 1;
    out->stem = slice_n(name, dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name));
    const struct layout_language *named = language_of_name(l, &out->stem);
    if (named != NULL)
        language = named;
    out->language =
        language == NULL || strcmp(language->key, l->language) == 0 ? "" : language->key;
}

/* ---- sections, bundles, pages ---- */

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
    const char **list;
    size_t count, cap;
};

static int add_name(struct names *names, struct layout *l, const char *text, size_t len,
                    struct error *err) {
    if (names->count == names->cap) {
        size_t cap = names->cap == 0 ? 32 : names->cap * 2;
        const char **more = realloc(names->list, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        names->list = more;
        names->cap = cap;
    }
    names->list[names->count] = arena_strndup(l->arena, text, len);
    return names->list[names->count++] != NULL ? 0 : error_set(err, "too many folders");
}

/* True when the HTML file begins with front matter: then Hugo takes it for a page. */
static bool has_front_matter(const struct tree *tree, const struct tree_file *f) {
    struct buf text;
    buf_init(&text, (size_t)4 << 20);
    bool has = tree_read(tree, f, &text, NULL) == 0 &&
               (text_starts(buf_str(&text), "---") || text_starts(buf_str(&text), "+++"));
    buf_free(&text);
    return has;
}

static bool is_content(const struct layout *l, const char *path) {
    size_t root;
    return text_starts(path, l->content) || language_of_folder(l, path, &root) != NULL;
}

static int collect_pages(struct layout *l, const struct tree *tree, struct error *err) {
    struct names names = {0};
    for (size_t i = 0; l->hugo && i < tree_count(tree); i++) {
        const struct tree_file *f = tree_at(tree, i);
        if ((text_ends(f->path, ".html") || text_ends(f->path, ".htm")) && is_content(l, f->path) &&
            layout_static_path(l, f->path) == NULL && has_front_matter(tree, f) &&
            add_name(&names, l, f->path, strlen(f->path), err) != 0) {
            free(names.list);
            return -1;
        }
    }
    free(l->pages);
    l->pages = names.list;
    l->page_count = names.count;
    return 0;
}

/* Collects the folders that hold a file named `stem`. */
static int collect(struct layout *l, const struct tree *tree, const char *stem, const char ***out,
                   size_t *count, struct error *err) {
    struct names names = {0};
    for (size_t i = 0; i < tree_count(tree); i++) {
        const char *path = tree_at(tree, i)->path;
        if (strstr(path, stem) == NULL || !is_content(l, path) || !layout_is_named(l, path, stem))
            continue;
        struct layout_where w;
        layout_where(&w, l, path);
        if (w.folder_len > 0 && add_name(&names, l, path, w.root_len + w.folder_len, err) != 0) {
            free(names.list);
            return -1;
        }
    }
    if (names.count > 1)
        qsort(names.list, names.count, sizeof *names.list, by_text);
    free(*out);
    *out = names.list;
    *count = names.count;
    return 0;
}

int layout_collect(struct layout *l, const struct tree *tree, struct error *err) {
    if (l->jekyll)
        return 0;
    if (collect_pages(l, tree, err) != 0 ||
        collect(l, tree, "_index", &l->sections, &l->section_count, err) != 0)
        return -1;
    return collect(l, tree, "index", &l->bundles, &l->bundle_count, err);
}

/* ---- settings ---- */

/* To Hugo the case of a language's name is nothing. */
static const char *language_key(struct layout *l, const char *written) {
    char *key = l->hugo ? arena_strdup(l->arena, written) : NULL;
    for (char *p = key; p != NULL && *p != '\0'; p++)
        *p = text_lower(*p);
    return key != NULL ? key : written;
}

static int settle_languages(struct layout *l, const json_t *paths, struct error *err) {
    const json_t *list = json_object_get(paths, "languages");
    size_t i, n = json_array_size(list);
    json_t *item;
    l->language = json_get_string(paths, "language", "");
    if (l->zola)
        l->language = json_get_string(l->site, "language", "en");
    else if (l->hugo)
        l->language = *l->language == '\0' ? "en" : language_key(l, l->language);
    if (n == 0 || l->jekyll)
        return 0;
    l->languages = arena_alloc(l->arena, (n + 1) * sizeof *l->languages);
    if (l->languages == NULL)
        return error_set(err, "out of memory");
    json_array_foreach(list, i, item) {
        const char *folder = layout_folder(l, json_get_string(item, "content_dir", ""));
        l->languages[l->language_count++] =
            (struct layout_language){language_key(l, json_get_string(item, "key", "")),
                                     *folder == '\0' ? NULL : layout_join(l, l->root, folder),
                                     json_get_bool(item, "disabled", false)};
    }
    if (language_named(l, slice_of(l->language)) == NULL)
        l->languages[l->language_count++] = (struct layout_language){l->language, NULL, false};
    return 0;
}

static void settle_static(struct layout *l, const json_t *paths) {
    const json_t *dirs = json_object_get(paths, "static_dirs");
    size_t i;
    json_t *dir;
    if (json_array_size(dirs) == 0)
        return;
    l->static_count = 0;
    json_array_foreach(dirs, i, dir) {
        const char *folder = layout_folder(l, json_string_value(dir));
        if (*folder != '\0' && l->static_count < LAYOUT_MAX_STATIC)
            l->static_roots[l->static_count++] = layout_join(l, l->root, folder);
    }
}

int layout_settle(struct layout *l, const struct tree *tree, const json_t *site,
                  struct error *err) {
    const json_t *paths = json_object_get(site, "paths");
    l->site = site;
    l->language_count = 0;
    if (l->hugo) {
        const char *folder = layout_folder(l, json_get_string(paths, "content_dir", ""));
        if (*folder != '\0')
            l->content = layout_join(l, l->root, folder);
        settle_static(l, paths);
    }
    if (l->jekyll) {
        const char *folder = layout_folder(l, json_get_string(paths, "source", ""));
        if (*folder != '\0' && layout_has_below(tree, layout_join(l, l->root, folder)))
            l->content = layout_join(l, l->root, folder);
    }
    if (settle_languages(l, paths, err) != 0)
        return -1;
    return layout_collect(l, tree, err);
}

bool layout_has_own_post(const struct layout *l, const struct tree *tree, const char *bundle) {
    char path[4200];
    if (bundle == NULL)
        return false;
    snprintf(path, sizeof path, "%s/index.md", bundle);
    if (tree_find(tree, path) != NULL)
        return true;
    snprintf(path, sizeof path, "%s/index.%s.md", bundle, l->language);
    return tree_find(tree, path) != NULL;
}
