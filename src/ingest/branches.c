#include "ingest/branches.h"

#include "ingest/ignore.h"
#include "ingest/jekyll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 512, DEFAULTS_MAX = 256 };

/* ---- reading ---- */

static bool is_worth(const struct buf *text) {
    static const char *const words[] = {"cascade", "url", "Cascade", "URL"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (memmem(buf_str(text), text->len, words[i], strlen(words[i])) != NULL)
            return true;
    return false;
}

static json_t *branch_of(const json_t *meta) {
    json_t *branch = json_object();
    const json_t *params = json_object_get(meta, "params");
    json_t *cascade = json_object_get(params, "cascade");
    const char *url = json_get_string(meta, "url", NULL);
    if (cascade != NULL)
        json_object_set_new(branch, "cascade", json_deep_copy(cascade));
    if (url != NULL)
        json_object_set_new(branch, "url", json_string(url));
    return branch;
}

static int read_branch(json_t *out, const struct layout *l, const struct tree *tree,
                       const struct tree_file *f, struct renderer *renderer, size_t max_post) {
    struct buf text;
    struct document doc = {0};
    struct error why;
    int rc = 0;
    buf_init(&text, max_post);
    if (tree_read(tree, f, &text, &why) == 0 && is_worth(&text)) {
        struct render_request q = {
            .kind = RENDER_POST, .path = f->path, .source = buf_str(&text), .len = text.len};
        if (renderer_run(renderer, &q, &doc, &why) == 0) {
            struct layout_where w;
            char key[4096];
            layout_where(&w, l, f->path);
            snprintf(key, sizeof key, "%.*s", (int)(w.root_len + w.folder_len), f->path);
            json_t *branch = branch_of(doc.meta);
            if (json_object_size(branch) > 0)
                rc = json_object_set_new(out, key, branch);
            else
                json_decref(branch);
            document_free(&doc);
        }
    }
    buf_free(&text);
    return rc;
}

int branches_read(json_t **out, const struct layout *l, const struct tree *tree,
                  struct renderer *renderer, size_t max_post, struct error *err) {
    *out = json_object();
    int rc = *out == NULL ? -1 : 0;
    for (size_t i = 0; rc == 0 && l->hugo && i < tree_count(tree); i++) {
        const struct tree_file *f = tree_at(tree, i);
        const char *slash = strrchr(f->path, '/');
        struct layout_where w;
        if (!text_starts(slash == NULL ? f->path : slash + 1, "_index.") || f->size > max_post)
            continue;
        layout_where(&w, l, f->path);
        if (layout_role(l, f->path) == LAYOUT_POST && *w.language == '\0')
            rc = read_branch(*out, l, tree, f, renderer, max_post);
    }
    return rc == 0 ? 0 : error_set(err, "out of memory");
}

/* ---- Hugo ---- */

/* A pattern with one list of choices in braces, which stands for each of them. */
static bool glob_matches(const char *pattern, const char *path) {
    const char *open = strchr(pattern, '{'), *close = open == NULL ? NULL : strchr(open, '}');
    char one[PATTERN_MAX];
    if (strlen(pattern) >= sizeof one)
        return false;
    if (close == NULL)
        return ignore_glob_whole(pattern, path, true, false);
    struct slice rest = slice_n(open + 1, (size_t)(close - open) - 1), choice;
    while (slice_next(&rest, ',', &choice)) {
        snprintf(one, sizeof one, "%.*s%.*s%s", (int)(open - pattern), pattern, (int)choice.len,
                 choice.ptr, close + 1);
        if (ignore_glob_whole(one, path, true, false))
            return true;
    }
    return false;
}

/* "/posts/a" of "content/posts/a.md" and of "content/posts/a/index.md". */
static void logical_path(char *out, size_t n, const struct layout_where *w) {
    bool folder = slice_eq(w->stem, "index") || slice_eq(w->stem, "_index");
    snprintf(out, n, "/%.*s%s%.*s", (int)w->folder_len, w->relative,
             folder || w->folder_len == 0 ? "" : "/", folder ? 0 : (int)w->stem.len, w->stem.ptr);
    for (char *p = out; *p != '\0'; p++)
        *p = text_lower(*p);
}

static bool text_of_target(const json_t *target, const char *key, const char *text) {
    const char *wanted = json_get_string(target, key, NULL);
    return wanted == NULL || glob_matches(wanted, text);
}

static bool is_target(const json_t *item, const struct layout_where *w, const struct layout *l) {
    const json_t *target = json_object_get(item, "target");
    char path[4096];
    if (!json_is_object(target))
        target = json_object_get(item, "_target");
    if (!json_is_object(target))
        return true;
    const char *kind = !slice_eq(w->stem, "_index") ? "page"
                       : w->folder_len == 0         ? "home"
                                                    : "section";
    logical_path(path, sizeof path, w);
    return text_of_target(target, "path", path) && text_of_target(target, "kind", kind) &&
           text_of_target(target, "lang", *w->language == '\0' ? l->language : w->language) &&
           text_of_target(target, "environment", "production");
}

/* What `from` says and *to does not. */
static void add_missing(json_t *to, const json_t *from) {
    const char *key, *inner;
    json_t *value, *member;
    json_object_foreach((json_t *)(uintptr_t)from, key, value) {
        json_t *own = json_object_get(to, key);
        if (strcmp(key, "target") == 0 || strcmp(key, "_target") == 0)
            continue;
        if (own == NULL)
            json_object_set_new(to, key, json_deep_copy(value));
        else if (json_is_object(own) && json_is_object(value))
            json_object_foreach(value, inner, member) {
                if (json_object_get(own, inner) == NULL)
                    json_object_set_new(own, inner, json_deep_copy(member));
            }
    }
}

static void add_cascade(json_t *to, const json_t *cascade, const struct layout_where *w,
                        const struct layout *l) {
    size_t n = json_is_array(cascade) ? json_array_size(cascade) : json_is_object(cascade);
    for (size_t i = 0; i < n && i < DEFAULTS_MAX; i++) {
        const json_t *item = json_is_array(cascade) ? json_array_get(cascade, i) : cascade;
        if (is_target(item, w, l))
            add_missing(to, item);
    }
}

/* From the nearest folder up to the site's own. */
static void hugo_defaults(json_t *to, const struct layout *l, const json_t *branches,
                          const char *path) {
    struct layout_where w;
    char folder[4096];
    layout_where(&w, l, path);
    snprintf(folder, sizeof folder, "%.*s", (int)(w.root_len + w.folder_len), path);
    size_t least = strlen(l->content);
    for (size_t n = strlen(folder); json_object_size(branches) > 0;) {
        add_cascade(to, json_object_get(json_object_get(branches, folder), "cascade"), &w, l);
        if (n <= least)
            break;
        while (n > least && folder[n - 1] != '/')
            n--;
        folder[n > least ? n - 1 : n] = '\0';
        n = strlen(folder);
    }
    add_cascade(to, json_object_get(json_object_get(l->site, "paths"), "cascade"), &w, l);
}

/* ---- Jekyll ---- */

static bool is_in_scope(const char *scope, const char *path) {
    while (text_starts(scope, "./") || *scope == '/')
        scope += *scope == '/' ? 1 : 2;
    size_t n = strlen(scope);
    while (n > 0 && scope[n - 1] == '/')
        n--;
    if (n == 0)
        return true;
    if (strchr(scope, '*') != NULL)
        return ignore_glob_whole(scope, path, true, true);
    return strncmp(scope, path, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool is_of_type(const char *type, const char *relative) {
    struct jekyll_post p;
    bool post = jekyll_post(&p, relative);
    size_t n = strlen(type);
    if (n == 0)
        return true;
    if (post)
        return strcmp(type, p.draft ? "drafts" : "posts") == 0;
    if (*relative == '_')
        return strncmp(relative + 1, type, n) == 0 && relative[n + 1] == '/';
    return strcmp(type, "pages") == 0;
}

/* The one with the longer path is the stronger, then the one with a type, then the later. */
static bool is_weaker(const json_t *a, const json_t *b) {
    size_t na = strlen(json_get_string(a, "path", "")), nb = strlen(json_get_string(b, "path", ""));
    bool ta = *json_get_string(a, "type", "") != '\0', tb = *json_get_string(b, "type", "") != '\0';
    return na != nb ? na < nb : ta != tb ? tb : true;
}

static void jekyll_defaults(json_t *to, const struct layout *l, const char *path) {
    const json_t *list = json_object_get(json_object_get(l->site, "paths"), "defaults");
    const json_t *found[DEFAULTS_MAX];
    const char *relative = layout_content_path(l, path);
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list) && count < DEFAULTS_MAX; i++) {
        const json_t *entry = json_array_get(list, i);
        if (!is_in_scope(json_get_string(entry, "path", ""), relative) ||
            !is_of_type(json_get_string(entry, "type", ""), relative))
            continue;
        size_t at = count++;
        for (; at > 0 && !is_weaker(found[at - 1], entry); at--)
            found[at] = found[at - 1];
        found[at] = entry;
    }
    while (count > 0)
        add_missing(to, json_object_get(found[--count], "values"));
}

json_t *branches_defaults(const struct layout *l, const json_t *branches, const char *path) {
    json_t *to = json_object();
    if (to != NULL && l->hugo)
        hugo_defaults(to, l, branches, path);
    if (to != NULL && l->jekyll)
        jekyll_defaults(to, l, path);
    if (json_object_size(to) > 0)
        return to;
    json_decref(to);
    return NULL;
}
