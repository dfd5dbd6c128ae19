/* See layout.h. */
#include "ingest/layout.h"

#include "ingest/ignore.h"
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

/* The settings files that may stand at the root, by Hugo's order of names. */
static const char *const hugo_settings[] = {
    "hugo.toml",   "hugo.yaml",   "hugo.yml",   "hugo.json",   "zola.toml",
    "config.toml", "config.yaml", "config.yml", "config.json",
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

static bool has_in(const struct tree *tree, const char *root, const char *folder) {
    char path[4096];
    int n = snprintf(path, sizeof path, "%s%s", root, folder);
    return n > 0 && (size_t)n < sizeof path && layout_has_below(tree, path);
}

static void add_settings(struct layout *l, const struct tree_file *f, const char *key) {
    size_t n = 0;
    while (n < LAYOUT_MAX_SETTINGS && l->settings[n] != NULL)
        n++;
    if (f == NULL || n == LAYOUT_MAX_SETTINGS)
        return;
    l->settings[n] = f;
    l->settings_key[n] = key;
}

static bool is_settings_name(const char *name) {
    return text_ends(name, ".toml") || text_ends(name, ".yaml") || text_ends(name, ".yml") ||
           text_ends(name, ".json");
}

/* "params.toml" holds the part "params", "menus.de.toml" the part "languages.de.menus", "hugo.toml" all. */
static const char *settings_part(struct layout *l, const char *name) {
    char part[128];
    size_t n = strcspn(name, ".");
    const char *behind = name + n + 1;
    bool all =
        (n == 4 && strncmp(name, "hugo", n) == 0) || (n == 6 && strncmp(name, "config", n) == 0);
    const char *dot = strchr(behind, '.');
    if (dot != NULL)
        snprintf(part, sizeof part, "languages.%.*s%s%.*s", (int)(dot - behind), behind,
                 all ? "" : ".", all ? 0 : (int)n, name);
    else
        snprintf(part, sizeof part, "%.*s", all ? 0 : (int)n, name);
    return *part == '\0' ? NULL : arena_strdup(l->arena, part);
}

/* The files right in a folder of config/: those for all first, since they are the weakest. */
static void add_settings_folder(struct layout *l, const struct tree *tree, const char *root,
                                const char *folder) {
    const char *prefix = layout_join(l, root, folder);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < tree_count(tree); i++) {
            const struct tree_file *f = tree_at(tree, i);
            const char *name = base_name(f->path);
            if (!text_starts(f->path, prefix) || f->path + strlen(prefix) != name ||
                !is_settings_name(name))
                continue;
            const char *part = settings_part(l, name);
            if ((part == NULL) == (pass == 0))
                add_settings(l, f, part);
        }
}

/* A file "config.toml" may be anybody's: it is Hugo's where the rest of the folder is, too. */
static bool looks_hugo(const struct tree *tree, const char *root) {
    static const char *const folders[] = {"content/", "archetypes/", "layouts/", "themes/"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (has_in(tree, root, folders[i]))
            return true;
    return false;
}

/* Which settings the blog at `root` has. */
static void find_settings(struct layout *l, const struct tree *tree, const char *root) {
    const struct tree_file *hugo =
        first_of(tree, root, hugo_settings, sizeof hugo_settings / sizeof hugo_settings[0]);
    const struct tree_file *own =
        first_of(tree, root, own_settings, sizeof own_settings / sizeof own_settings[0]);
    if (hugo != NULL &&
        (!text_starts(hugo->path + strlen(root), "config") || looks_hugo(tree, root)))
        add_settings(l, hugo, NULL);
    if (looks_hugo(tree, root)) {
        add_settings_folder(l, tree, root, "config/_default/");
        add_settings_folder(l, tree, root, "config/production/");
    }
    l->hugo = l->settings[0] != NULL;
    add_settings(l, own, NULL);
}

/* True when `name` is of a file that tells whose blog its folder is. */
static bool tells_blog(const struct tree *tree, const char *path, size_t folder) {
    static const char *const names[] = {"hugo.toml", "hugo.yaml",   "hugo.yml",    "hugo.json",
                                        "zola.toml", "_config.yml", "_config.yaml"};
    static const char *const maybe[] = {"config.toml", "config.yaml", "config.yml", "config.json"};
    char root[4096];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(path + folder, names[i]) == 0)
            return true;
    snprintf(root, sizeof root, "%.*s", (int)(folder < 4000 ? folder : 0), path);
    for (size_t i = 0; i < sizeof maybe / sizeof maybe[0]; i++)
        if (strcmp(path + folder, maybe[i]) == 0)
            return has_in(tree, root, "content/");
    return false;
}

static bool is_example(const char *path) {
    static const char *const parts[] = {"themes/", "exampleSite/", "node_modules/",
                                        "test",    "vendor/",      "example"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (const char *p = path; p != NULL; p = strchr(p, '/')) {
            p += *p == '/';
            if (text_starts(p, parts[i]))
                return true;
        }
    return false;
}

/* The one folder, at most two deep, that holds a blog when the tree's root holds none: "docs/", "site/". */
static const char *find_root(struct layout *l, const struct tree *tree) {
    const char *found = NULL;
    size_t count = 0, folder = 0;
    if (l->settings[0] != NULL || has_in(tree, "", "content/") || jekyll_detects(tree, ""))
        return "";
    for (size_t i = 0; i < tree_count(tree); i++) {
        const char *path = tree_at(tree, i)->path, *first = strchr(path, '/');
        const char *second = first == NULL ? NULL : strchr(first + 1, '/');
        if (first == NULL || (second != NULL && strchr(second + 1, '/') != NULL))
            continue;
        size_t len = (size_t)(base_name(path) - path);
        bool same = found != NULL && len == folder && strncmp(path, found, len) == 0;
        if (same || is_example(path) || !tells_blog(tree, path, len))
            continue;
        found = path;
        folder = len;
        count++;
    }
    return count == 1 ? arena_strndup(l->arena, found, folder) : "";
}

static int find_folders(struct layout *l, const struct tree *tree, const char *given,
                        struct error *err) {
    const char *folder = layout_folder(l, given);
    if (*folder != '\0' && !layout_has_below(tree, folder))
        return error_set(err, "there is no folder %s here (--content-dir)", folder);
    find_settings(l, tree, folder);
    if (*folder == '\0') {
        folder = find_root(l, tree);
        if (folder == NULL)
            return error_set(err, "out of memory");
        if (*folder != '\0')
            find_settings(l, tree, folder);
    }
    bool whole =
        l->settings[0] != NULL || has_in(tree, folder, "content/") || jekyll_detects(tree, folder);
    if (*folder != '\0' && whole)
        l->root = folder;
    else if (*folder != '\0')
        find_settings(l, tree, "");
    if (*folder != '\0' && l->root != folder)
        l->content = folder;
    else
        l->content = has_in(tree, l->root, "content/") || l->hugo
                         ? layout_join(l, l->root, "content/")
                         : l->root;
    if (*l->content != '\0' || has_in(tree, l->root, "static/"))
        l->static_roots[l->static_count++] = layout_join(l, l->root, "static/");
    return 0;
}

/* Jekyll's settings come before a platen.yaml; static/ is a folder like any other to it. */
static void find_jekyll(struct layout *l, const struct tree *tree) {
    static const char *const names[] = {"_config.yml", "_config.yaml"};
    const struct tree_file *own = l->settings[0];
    l->settings[0] = NULL;
    add_settings(l, first_of(tree, l->root, names, sizeof names / sizeof names[0]), NULL);
    add_settings(l, own, NULL);
    l->static_count = 0;
}

int layout_find(struct layout *out, const struct tree *tree, const char *content,
                struct error *err) {
    *out = (struct layout){
        .content = "", .root = "", .language = "", .arena = arena_new((size_t)256 << 20)};
    if (out->arena == NULL)
        return error_set(err, "out of memory");
    int rc = find_folders(out, tree, content, err);
    if (rc == 0 && out->hugo && zola_settings(tree, out->settings[0])) {
        out->zola = true;
        out->hugo = false;
    }
    out->jekyll = rc == 0 && !out->hugo && !out->zola && strcmp(out->content, out->root) == 0 &&
                  jekyll_detects(tree, out->root);
    if (out->jekyll)
        find_jekyll(out, tree);
    if (rc == 0)
        rc = layout_collect(out, tree, err);
    if (rc != 0)
        layout_free(out);
    return rc == 0 ? 0 : -1;
}

void layout_free(struct layout *l) {
    arena_free(l->arena);
    free(l->sections);
    free(l->bundles);
    free(l->pages);
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
    if (type == NULL || strcmp(l->content, l->root) != 0)
        return type != NULL;
    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
        if (text_starts(type, shown[i]))
            return true;
    return false;
}

/* What Hugo passes over in a content folder: hidden and backup files, and what the settings name. */
static bool is_ignored(const struct layout *l, const char *path) {
    const json_t *patterns = json_object_get(json_object_get(l->site, "paths"), "ignore");
    const char *name = base_name(path);
    size_t i;
    json_t *pattern;
    if (l->hugo && (*name == '.' || *name == '#' || text_ends(name, "~")))
        return true;
    json_array_foreach(patterns, i, pattern) {
        const char *text = json_string_value(pattern);
        if (l->hugo ? ignore_regex(text, path) : ignore_glob(text, layout_content_path(l, path)))
            return true;
    }
    return false;
}

static bool is_disabled(const struct layout *l, const char *path) {
    struct layout_where w;
    if (l->language_count == 0)
        return false;
    layout_where(&w, l, path);
    for (size_t i = 0; i < l->language_count; i++)
        if (l->languages[i].disabled && strcmp(l->languages[i].key, w.language) == 0)
            return true;
    return false;
}

static bool is_content(const struct layout *l, const char *path) {
    if (text_starts(path, l->content))
        return true;
    for (size_t i = 0; i < l->language_count; i++)
        if (l->languages[i].folder != NULL && text_starts(path, l->languages[i].folder))
            return true;
    return false;
}

static enum layout_role content_role(const struct layout *l, const char *path) {
    bool page = layout_sorted(l->pages, l->page_count, path, strlen(path)) != NULL;
    if (!layout_is_markdown(path) && !page)
        return is_resource(l, path) ? LAYOUT_RESOURCE : LAYOUT_IGNORED;
    const char *bundle = layout_bundle_of(l, path);
    if (bundle == NULL)
        return LAYOUT_POST;
    bool own = strlen(bundle) == (size_t)(base_name(path) - path) - 1;
    return own && layout_is_named(l, path, "index") ? LAYOUT_POST : LAYOUT_IGNORED;
}

/* The folder served at the root that holds the path, the strongest first. */
static const char *static_root_of(const struct layout *l, const char *path) {
    for (size_t i = l->static_count; i > 0; i--)
        if (text_starts(path, l->static_roots[i - 1]))
            return l->static_roots[i - 1];
    return NULL;
}

enum layout_role layout_role(const struct layout *l, const char *path) {
    for (size_t i = 0; i < LAYOUT_MAX_SETTINGS && l->settings[i] != NULL; i++)
        if (strcmp(l->settings[i]->path, path) == 0)
            return LAYOUT_SETTINGS;
    if (static_root_of(l, path) != NULL)
        return LAYOUT_STATIC;
    if (!is_content(l, path) || text_starts(path + strlen(l->root), "node_modules/"))
        return LAYOUT_IGNORED;
    if (strcmp(l->content, l->root) == 0 && is_about_the_repository(path + strlen(l->root)))
        return LAYOUT_IGNORED;
    if (l->jekyll)
        return jekyll_role(layout_content_path(l, path), layout_is_markdown(path), l->site);
    if (is_ignored(l, path) || is_disabled(l, path))
        return LAYOUT_IGNORED;
    return content_role(l, path);
}

const char *layout_content_path(const struct layout *l, const char *path) {
    struct layout_where w;
    layout_where(&w, l, path);
    return w.relative;
}

const char *layout_static_path(const struct layout *l, const char *path) {
    const char *root = static_root_of(l, path);
    return root == NULL ? NULL : path + strlen(root);
}

const char *layout_bundle_of(const struct layout *l, const char *path) {
    const char *relative = layout_content_path(l, path);
    for (const char *slash = strchr(relative, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        const char *found =
            layout_sorted(l->bundles, l->bundle_count, path, (size_t)(slash - path));
        if (found != NULL)
            return found;
    }
    return NULL;
}

bool layout_is_section(const struct layout *l, const char *path, size_t len) {
    return layout_sorted(l->sections, l->section_count, path, len) != NULL;
}
