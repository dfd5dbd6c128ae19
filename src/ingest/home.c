#include "ingest/home.h"

#include <string.h>

struct counted {
    const char *name;
    size_t files;
};

enum { SECTIONS_MAX = 64 };

static void count(struct counted *sections, size_t *n, const struct layout *l, const char *path) {
    struct layout_where w;
    layout_where(&w, l, path);
    size_t len = 0, i = 0;
    while (len < w.folder_len && w.relative[len] != '/')
        len++;
    if (*w.language != '\0' || (slice_eq(w.stem, "index") && len == w.folder_len && len > 0))
        return;
    while (i < *n &&
           (strncmp(sections[i].name, w.relative, len) != 0 || sections[i].name[len] != '\0'))
        i++;
    if (i == *n && *n < SECTIONS_MAX) {
        sections[i] = (struct counted){arena_strndup(l->arena, w.relative, len), 0};
        *n += sections[i].name != NULL;
    }
    if (i < *n)
        sections[i].files++;
}

size_t home_sections(const char **out, size_t max, const struct layout *l, const struct tree *tree,
                     bool largest) {
    struct counted sections[SECTIONS_MAX + 1];
    size_t n = 0, best = 0, made = 0;
    for (size_t i = 0; i < tree_count(tree); i++)
        if (layout_role(l, tree_at(tree, i)->path) == LAYOUT_POST)
            count(sections, &n, l, tree_at(tree, i)->path);
    for (size_t i = 0; i < n; i++)
        if (*sections[i].name != '\0' &&
            (*sections[best].name == '\0' || sections[i].files > sections[best].files))
            best = i;
    for (size_t i = 0; i < n && made < max; i++)
        if (!largest || i == best)
            out[made++] = sections[i].name;
    return made;
}
