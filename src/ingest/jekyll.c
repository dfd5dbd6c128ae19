#include "ingest/jekyll.h"

#include "ingest/ignore.h"
#include "ingest/media_type.h"

#include <stdio.h>
#include <string.h>

#define POSTS "_posts/"
#define DRAFTS "_drafts/"

bool jekyll_detects(const struct tree *tree, const char *root) {
    static const char *const names[] = {"_config.yml", "_config.yaml"};
    char path[4096];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int n = snprintf(path, sizeof path, "%s%s", root, names[i]);
        if (n > 0 && (size_t)n < sizeof path && tree_find(tree, path) != NULL)
            return true;
    }
    struct jekyll_post p;
    for (size_t i = 0; i < tree_count(tree); i++) {
        const char *at = tree_at(tree, i)->path;
        if (text_starts(at, root) && text_starts(at + strlen(root), POSTS) &&
            jekyll_post(&p, at + strlen(root)))
            return true;
    }
    return false;
}

/* "2024-05-06-" at the beginning of a name: where the rest begins, NULL when it is not there. Months and days may
 * have one digit. */
static const char *behind_date(const char *name) {
    static const int most[] = {4, 2, 2};
    for (size_t i = 0; i < 3; i++) {
        int n = 0;
        while (n < most[i] && text_is_digit(name[n]))
            n++;
        if (n == 0 || (i == 0 && n != 4) || name[n] != '-')
            return NULL;
        name += n + 1;
    }
    return *name == '\0' ? NULL : name;
}

/* Where the folder ("_posts/") begins in path, at the '/' before it; NULL when it is not there. */
static const char *find_folder(const char *path, const char *folder) {
    const char *p = path;
    for (;;) {
        if (text_starts(p, folder))
            return p == path ? p : p - 1;
        p = strchr(p, '/');
        if (p == NULL)
            return NULL;
        p++;
    }
}

bool jekyll_post(struct jekyll_post *out, const char *path) {
    *out = (struct jekyll_post){.folder = slice_of("")};
    const char *at = find_folder(path, POSTS);
    bool draft = at == NULL;
    if (draft)
        at = find_folder(path, DRAFTS);
    if (at == NULL)
        return false;
    const char *file = strrchr(path, '/') + 1;
    out->name = behind_date(file);
    if (draft && out->name == NULL)
        out->name = file;
    if (out->name == NULL)
        return false;
    out->folder = slice_n(path, (size_t)(at - path));
    out->draft = draft;
    return true;
}

/* True when the part of a path that begins at p is of a folder that the settings name: a collection that is put
 * out, at the top, or one of `include`. */
static bool is_named(const char *path, const char *p, const json_t *paths) {
    size_t i, n = strcspn(p, "/");
    json_t *entry;
    json_array_foreach(json_object_get(paths, "include"), i, entry) {
        const char *name = json_string_value(entry);
        while (name != NULL && (*name == '/' || text_starts(name, "./")))
            name += *name == '/' ? 1 : 2;
        if (name != NULL && strcspn(name, "/") == n && strncmp(name, p, n) == 0)
            return true;
    }
    json_array_foreach(json_object_get(paths, "collections"), i, entry) {
        const char *name = json_get_string(entry, "name", "");
        if (p == path && json_get_bool(entry, "output", false) && strlen(name) + 1 == n &&
            *p == '_' && strncmp(name, p + 1, n - 1) == 0)
            return true;
    }
    return false;
}

static bool has_own_folder(const char *path, const json_t *paths) {
    const char *p = path;
    do {
        p += *p == '/';
        bool own = *p == '.' || *p == '#' || *p == '~' ||
                   (*p == '_' && !text_starts(p, POSTS) && !text_starts(p, DRAFTS));
        if (own && !is_named(path, p, paths))
            return true;
        p = strchr(p, '/');
    } while (p != NULL);
    return false;
}

/* An entry names a file, a folder with all that is in it, or is a pattern for either. */
static bool is_excluded(const char *path, const json_t *exclude) {
    static const char *const always[] = {"vendor/bundle/", "vendor/cache/", "vendor/gems/",
                                         "vendor/ruby/",   "node_modules/", "Gemfile"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (text_starts(path, always[i]))
            return true;
    size_t i;
    json_t *entry;
    json_array_foreach(exclude, i, entry) {
        const char *name = json_string_value(entry);
        while (name != NULL && *name == '/')
            name++;
        size_t n = name == NULL ? 0 : strlen(name);
        if (n == 0 || n > 256 || i >= 256)
            continue;
        bool below = strncmp(path, name, n) == 0 &&
                     (path[n] == '\0' || path[n] == '/' || name[n - 1] == '/');
        if (below || ignore_glob_whole(name, path, true, true))
            return true;
    }
    return false;
}

bool jekyll_is_excluded(const char *path, const json_t *site) {
    return is_excluded(path, json_object_get(site, "exclude"));
}

enum layout_role jekyll_role(const char *path, bool markdown, const json_t *site) {
    const json_t *exclude = json_object_get(site, "exclude");
    struct jekyll_post p;
    if (has_own_folder(path, json_object_get(site, "paths")) || text_ends(path, "~") ||
        is_excluded(path, exclude))
        return LAYOUT_IGNORED;
    if (jekyll_post(&p, path)) /* a post in HTML has front matter, or Jekyll would not show it */
        return markdown || text_ends(path, ".html") ? LAYOUT_POST : LAYOUT_IGNORED;
    if (find_folder(path, POSTS) != NULL)
        return LAYOUT_IGNORED;
    if (markdown)
        return LAYOUT_POST;
    /* pages in HTML and feeds are templates */
    const char *type = media_type_of(path);
    bool template = text_ends(path, ".html") || text_ends(path, ".htm") || text_ends(path, ".xml");
    bool asset = text_starts(path, "assets/");
    return type != NULL && (asset || !template) ? LAYOUT_RESOURCE : LAYOUT_IGNORED;
}

const char *jekyll_pattern(const char *setting) {
    static const char *const styles[][2] = {
        {"", "/:categories/:year/:month/:day/:title.html"},
        {"date", "/:categories/:year/:month/:day/:title.html"},
        {"pretty", "/:categories/:year/:month/:day/:title/"},
        {"ordinal", "/:categories/:year/:y_day/:title.html"},
        {"weekdate", "/:categories/:year/W:week/:short_day/:title.html"},
        {"none", "/:categories/:title.html"},
    };
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++)
        if (strcmp(styles[i][0], setting) == 0)
            return styles[i][1];
    return setting;
}

static int add_word(json_t *list, struct slice word) {
    size_t i;
    json_t *known;
    json_array_foreach(list, i, known) {
        if (slice_eq(word, json_string_value(known)))
            return 0;
    }
    return word.len == 0 ? 0 : json_array_append_new(list, json_stringn(word.ptr, word.len));
}

static int add_words(json_t *list, struct slice text, char sep) {
    struct slice word;
    while (slice_next(&text, sep, &word))
        if (add_word(list, slice_trim(word)) != 0)
            return -1;
    return 0;
}

json_t *jekyll_terms(struct slice folder, const json_t *given, const char *text) {
    json_t *list = json_array(), *entry;
    size_t i;
    int bad = list == NULL ? -1 : add_words(list, folder, '/');
    json_array_foreach(given, i, entry) {
        const char *name = json_string_value(entry);
        bool words = text != NULL && name != NULL && strcmp(name, text) == 0;
        if (bad == 0 && i < 256)
            bad = words ? add_words(list, slice_of(name), ' ') : add_word(list, slice_of(name));
    }
    if (bad == 0)
        return list;
    json_decref(list);
    return NULL;
}
