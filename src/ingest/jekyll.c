#include "ingest/jekyll.h"

#include "ingest/media_type.h"

#include <string.h>

#define POSTS "_posts/"

bool jekyll_detects(const struct tree *tree) {
    static const char *const names[] = {"_config.yml", "_config.yaml"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (tree_find(tree, names[i]) != NULL)
            return true;
    struct jekyll_post p;
    for (size_t i = 0; i < tree_count(tree); i++)
        if (text_starts(tree_at(tree, i)->path, POSTS) && jekyll_post(&p, tree_at(tree, i)->path))
            return true;
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

bool jekyll_post(struct jekyll_post *out, const char *path) {
    const char *at = text_starts(path, POSTS) ? path : strstr(path, "/" POSTS);
    if (at == NULL)
        return false;
    out->folder = slice_n(path, (size_t)(at - path));
    const char *slash = strrchr(path, '/');
    out->name = behind_date(slash + 1);
    return out->name != NULL;
}

static bool has_own_folder(const char *path) {
    for (const char *p = path; p != NULL; p = strchr(p, '/')) {
        p += *p == '/';
        if (*p == '_' && !text_starts(p, POSTS))
            return true;
    }
    return false;
}

enum layout_role jekyll_role(const char *path, bool markdown) {
    struct jekyll_post p;
    if (has_own_folder(path) || text_starts(path, "vendor/"))
        return LAYOUT_IGNORED;
    bool posts = text_starts(path, POSTS) || strstr(path, "/" POSTS) != NULL;
    if (posts)
        return markdown && jekyll_post(&p, path) ? LAYOUT_POST : LAYOUT_IGNORED;
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
        {"none", "/:categories/:title.html"},
    };
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++)
        if (strcmp(styles[i][0], setting) == 0)
            return styles[i][1];
    return setting;
}

static int add_words(json_t *list, struct slice text, char sep) {
    struct slice word;
    while (slice_next(&text, sep, &word))
        if (word.len > 0 && json_array_append_new(list, json_stringn(word.ptr, word.len)) != 0)
            return -1;
    return 0;
}

json_t *jekyll_categories(struct slice folder, const json_t *given) {
    json_t *list = json_array(), *entry;
    size_t i;
    int bad = list == NULL ? -1 : add_words(list, folder, '/');
    bool one = json_array_size(given) == 1;
    json_array_foreach(given, i, entry) {
        struct slice text = slice_of(json_string_value(entry));
        if (bad == 0)
            bad = one ? add_words(list, text, ' ') : json_array_append(list, entry);
    }
    if (bad == 0)
        return list;
    json_decref(list);
    return NULL;
}
