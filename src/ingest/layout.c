/* See layout.h. */
#include "ingest/layout.h"

#include "ingest/jekyll.h"
#include "ingest/media_type.h"
#include "ingest/zola.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool is_markdown(const char *path) {
    const char *dot = strrchr(base_name(path), '.');
    return dot != NULL && (text_eq_nocase(dot, ".md") || text_eq_nocase(dot, ".markdown") ||
                           text_eq_nocase(dot, ".mdown") || text_eq_nocase(dot, ".mkd") ||
                           text_eq_nocase(dot, ".mkdown"));
}

/* "index" in any ending that is Markdown. */
static bool is_named(const char *path, const char *stem) {
    const char *name = base_name(path);
    size_t n = strlen(stem);
    return strncmp(name, stem, n) == 0 && name[n] == '.' && is_markdown(name);
}

/* The settings files that may stand at the root, by Hugo's order of names. */
static const char *const hugo_settings[] = {
    "hugo.toml",
    "hugo.yaml",
    "hugo.yml",
    "hugo.json",
    "zola.toml",
    "config.toml",
    "config.yaml",
    "config.yml",
    "config.json",
    "config/_default/hugo.toml",
    "config/_default/hugo.yaml",
    "config/_default/hugo.yml",
    "config/_default/hugo.json",
    "config/_default/config.toml",
    "config/_default/config.yaml",
    "config/_default/config.yml",
    "config/_default/config.json",
};
static const char *const own_settings[] = {"platen.yaml", "platen.yml"};

/* The first of the names that stands in the folder `root` ("" or with a '/' at its end). */
static const struct tree_file *first_of(const struct tree *tree, const char *root,
                                        const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char path[4096];
        int n = snprintf(path, sizeof path, "%s%s", root, names[i]);
        const struct tree_file *f = n > 0 && (size_t)n < sizeof path ? tree_find(tree, path) : NULL;
        if (f != NULL)
            return f;
    }
    return NULL;
}

static bool has_below(const struct tree *tree, const char *prefix) {
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

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Collects the folders (relative to content) that hold a file named `stem`. */
static int collect(struct layout *l, const struct tree *tree, const char *stem, const char ***out,
                   size_t *count, struct error *err) {
    size_t cap = 0;
    for (size_t i = 0; i < tree_count(tree); i++) {
        const char *path = tree_at(tree, i)->path;
        if (!text_starts(path, l->content) || !is_named(path, stem))
            continue;
        const char *relative = path + strlen(l->content);
        if (base_name(relative) == relative)
            continue;
        if (*count == cap) {
            cap = cap == 0 ? 32 : cap * 2;
            const char **more = realloc(*out, cap * sizeof **out);
            if (more == NULL)
                return error_set(err, "out of memory");
            *out = more;
        }
        size_t len = (size_t)(base_name(relative) - relative) - 1;
        (*out)[*count] = arena_strndup(l->arena, relative, len);
        if ((*out)[*count] == NULL)
            return error_set(err, "too many folders");
        ++*count;
    }
    if (*count > 1)
        qsort(*out, *count, sizeof **out, by_text);
    return 0;
}

static bool has_below_both(const struct tree *tree, const char *root, const char *folder) {
    char path[4096];
    int n = snprintf(path, sizeof path, "%s%s", root, folder);
    return n > 0 && (size_t)n < sizeof path && has_below(tree, path);
}

static const char *join(struct layout *l, const char *root, const char *folder) {
    size_t n = strlen(root) + strlen(folder) + 1;
    char *out = arena_alloc(l->arena, n);
    if (out == NULL)
        return "";
    snprintf(out, n, "%s%s", root, folder);
    return out;
}

/* "./blog/" and "/blog" are "blog/"; "" stays. */
static const char *as_folder(struct layout *l, const char *given) {
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
    return name == NULL ? "" : join(l, name, "/");
}

/* Which settings the blog at `root` has. */
static void find_settings(struct layout *l, const struct tree *tree, const char *root) {
    size_t n = 0;
    const struct tree_file *hugo =
        first_of(tree, root, hugo_settings, sizeof hugo_settings / sizeof hugo_settings[0]);
    const struct tree_file *own =
        first_of(tree, root, own_settings, sizeof own_settings / sizeof own_settings[0]);
    if (hugo != NULL && (has_below_both(tree, root, "content/") ||
                         !text_starts(hugo->path + strlen(root), "config")))
        l->settings[n++] = hugo;
    l->hugo = n > 0;
    if (own != NULL)
        l->settings[n++] = own;
}

static int find_folders(struct layout *l, const struct tree *tree, const char *given,
                        struct error *err) {
    const char *folder = as_folder(l, given), *root = "";
    if (*folder != '\0' && !has_below(tree, folder))
        return error_set(err, "there is no folder %s here (--content-dir)", folder);
    find_settings(l, tree, folder);
    if (*folder != '\0' && (l->settings[0] != NULL || has_below_both(tree, folder, "content/")))
        root = folder;
    else if (*folder != '\0')
        find_settings(l, tree, "");
    bool has_content = has_below_both(tree, root, "content/");
    if (*folder != '\0' && root != folder)
        l->content = folder;
    else
        l->content = has_content || l->hugo ? join(l, root, "content/") : root;
    if (*l->content != '\0' || has_below_both(tree, root, "static/"))
        l->static_root = join(l, root, "static/");
    return 0;
}

/* Jekyll's settings come before a platen.yaml; static/ is a folder like any other to it. */
static void find_jekyll(struct layout *l, const struct tree *tree) {
    static const char *const names[] = {"_config.yml", "_config.yaml"};
    const struct tree_file *own = l->settings[0];
    const struct tree_file *theirs = first_of(tree, "", names, sizeof names / sizeof names[0]);
    size_t n = 0;
    if (theirs != NULL)
        l->settings[n++] = theirs;
    l->settings[n] = own;
    l->static_root = NULL;
}

int layout_find(struct layout *out, const struct tree *tree, const char *content,
                struct error *err) {
    *out = (struct layout){.content = "", .arena = arena_new((size_t)256 << 20)};
    if (out->arena == NULL)
        return error_set(err, "out of memory");
    int rc = find_folders(out, tree, content, err);
    if (rc == 0 && out->hugo && zola_settings(tree, out->settings[0])) {
        out->zola = true;
        out->hugo = false;
    }
    out->jekyll =
        rc == 0 && !out->hugo && !out->zola && *out->content == '\0' && jekyll_detects(tree);
    if (out->jekyll)
        find_jekyll(out, tree);
    else if (rc == 0 &&
             (collect(out, tree, "_index", &out->sections, &out->section_count, err) != 0 ||
              collect(out, tree, "index", &out->bundles, &out->bundle_count, err) != 0))
        rc = -1;
    if (rc != 0) {
        layout_free(out);
        return -1;
    }
    return 0;
}

void layout_free(struct layout *l) {
    arena_free(l->arena);
    free(l->sections);
    free(l->bundles);
    *l = (struct layout){0};
}

/* What stands at the root of any repository and is about it, not of it. */
static bool is_about_the_repository(const char *path) {
    static const char *const names[] = {"README",  "LICENSE",      "LICENCE",         "CHANGELOG",
                                        "COPYING", "CONTRIBUTING", "CODE_OF_CONDUCT", "SECURITY"};
    if (strchr(path, '/') != NULL)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);
        if (strncmp(path, names[i], n) == 0 && (path[n] == '.' || path[n] == '\0'))
            return true;
    }
    return false;
}

/* A content folder is all for readers. A bare repository also holds scripts, package files and the
 * like, which nobody meant to publish: of those only what a post may show is taken. */
static bool is_resource(const struct layout *l, const char *path) {
    static const char *const shown[] = {"image/",
                                        "video/",
                                        "audio/",
                                        "font/",
                                        "application/pdf",
                                        "application/zip",
                                        "application/epub+zip"};
    const char *type = media_type_of(path);
    if (type == NULL || *l->content != '\0')
        return type != NULL;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (text_starts(type, shown[i]))
            return true;
    return false;
}

enum layout_role layout_role(const struct layout *l, const char *path) {
    for (size_t i = 0; i < LAYOUT_MAX_SETTINGS && l->settings[i] != NULL; i++)
        if (strcmp(l->settings[i]->path, path) == 0)
            return LAYOUT_SETTINGS;
    if (l->static_root != NULL && text_starts(path, l->static_root))
        return LAYOUT_STATIC;
    if (!text_starts(path, l->content) || text_starts(path, "node_modules/"))
        return LAYOUT_IGNORED;
    if (*l->content == '\0' && is_about_the_repository(path))
        return LAYOUT_IGNORED;
    if (l->jekyll)
        return jekyll_role(path, is_markdown(path), l->exclude);
    if (!is_markdown(path))
        return is_resource(l, path) ? LAYOUT_RESOURCE : LAYOUT_IGNORED;
    const char *bundle = layout_bundle_of(l, path);
    if (bundle == NULL)
        return LAYOUT_POST;
    const char *relative = layout_content_path(l, path);
    bool own = strlen(bundle) == (size_t)(base_name(relative) - relative) - 1;
    return own && is_named(relative, "index") ? LAYOUT_POST : LAYOUT_IGNORED;
}

const char *layout_content_path(const struct layout *l, const char *path) {
    return path + strlen(l->content);
}

/* The entry of a sorted list that equals the first len bytes of text, NULL when none does. */
static const char *find_sorted(const char **sorted, size_t count, const char *text, size_t len) {
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

const char *layout_bundle_of(const struct layout *l, const char *path) {
    const char *relative = layout_content_path(l, path);
    for (const char *slash = strchr(relative, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        const char *found =
            find_sorted(l->bundles, l->bundle_count, relative, (size_t)(slash - relative));
        if (found != NULL)
            return found;
    }
    return NULL;
}

bool layout_is_section(const struct layout *l, const char *folder, size_t len) {
    return find_sorted(l->sections, l->section_count, folder, len) != NULL;
}
