#include "ingest/differences.h"

#include "content/document.h"
#include "ingest/ignore.h"
#include "ingest/jekyll.h"

#include <stdio.h>
#include <string.h>

enum { SETTINGS_MAX = 1 << 20, FILES_TOLD = 50 };

struct teller {
    const struct layout *l;
    const struct tree *tree;
    sync_report_fn *report;
    void *arg;
    size_t told; /* of the files of one sort */
};

/* ---- places in settings ---- */

/* True when the line gives the key: "paginatePath = ", "  paginate_path: ", "\"paginatePath\": ". */
static bool gives_key(struct slice line, const char *key, int *column) {
    size_t i = 0, k = 0;
    while (i < line.len && (text_is_space(line.ptr[i]) || strchr("\"'-[", line.ptr[i]) != NULL))
        i++;
    *column = (int)i + 1;
    static const char prefix[] = "languages.";
    if (line.len - i > strlen(prefix) && strncmp(line.ptr + i, prefix, strlen(prefix)) == 0)
        i += strlen(prefix);
    for (; i < line.len && key[k] != '\0'; i++) {
        if (line.ptr[i] == '_' || line.ptr[i] == '-')
            continue;
        if (text_lower(line.ptr[i]) != key[k++])
            return false;
    }
    while (i < line.len && strchr(" \t\"'", line.ptr[i]) != NULL)
        i++;
    return key[k] == '\0' && i < line.len && strchr("=:]", line.ptr[i]) != NULL;
}

static bool find_line(const struct buf *text, const char *key, int *line, int *column) {
    struct slice rest = slice_n(buf_str(text), text->len), one;
    for (*line = 1; slice_next(&rest, '\n', &one); ++*line)
        if (gives_key(one, key, column))
            return true;
    return false;
}

/* Tells of a setting, at the last file that gives it. key: in lower case without '_' and '-'. */
static void tell_setting(const struct teller *t, const char *key, const char *text) {
    size_t n = 0;
    while (n < LAYOUT_MAX_SETTINGS && t->l->settings[n] != NULL)
        n++;
    for (size_t i = n; i > 0; i--) {
        const struct tree_file *f = t->l->settings[i - 1];
        struct buf b;
        int line = 0, column = 0;
        buf_init(&b, SETTINGS_MAX);
        bool found = tree_read(t->tree, f, &b, NULL) == 0 && find_line(&b, key, &line, &column);
        buf_free(&b);
        if (!found && i > 1)
            continue;
        if (!found)
            line = column = 0;
        t->report(t->arg, false, f->path, line, column, text);
        return;
    }
}

/* ---- settings ---- */

static void tell_paginate_path(const struct teller *t) {
    const char *path = json_get_string(json_object_get(t->l->site, "paths"), "paginate_path", "");
    char text[300];
    if (*path == '\0' || strcmp(path, "page") == 0 || strcmp(path, "/page/:num/") == 0 ||
        strcmp(path, "page/:num") == 0 || strcmp(path, "/page/:num") == 0)
        return;
    snprintf(text, sizeof text,
             "the pages of lists are at /page/2/ and so on here, not by \"%.100s\"", path);
    tell_setting(
        t, t->l->hugo && json_object_get(t->l->site, "pagination") ? "path" : "paginatepath", text);
}

/* Nothing, and an empty line as Jekyll has it by itself, need no word. */
static void tell_excerpt(const struct teller *t) {
    const char *mark = json_get_string(t->l->site, "excerpt_separator", "");
    if (mark[strspn(mark, "\n")] != '\0' && !document_is_mark(mark))
        tell_setting(t, "excerptseparator",
                     "only <!--more--> or a comment that this names ends a summary here, else it "
                     "is the beginning of the text");
}

static void tell_hugo(const struct teller *t) {
    const json_t *paths = json_object_get(t->l->site, "paths"),
                 *ugly = json_object_get(paths, "ugly");
    size_t i;
    json_t *pattern;
    char text[400];
    if (json_get_bool(paths, "language_in_subdir", false)) {
        snprintf(text, sizeof text,
                 "the home page, its further pages and its feed are at / here, not at /%.30s/",
                 t->l->language);
        tell_setting(t, "defaultcontentlanguageinsubdir", text);
    }
    if (json_is_true(ugly) || json_object_size(ugly) > 0)
        tell_setting(t, "uglyurls",
                     "lists stay at folders here: /posts/ and /tags/a/, not /posts.html and "
                     "/tags/a.html");
    json_array_foreach(json_object_get(paths, "ignore"), i, pattern) {
        const char *regex = json_string_value(pattern);
        if (regex == NULL || ignore_understands(regex))
            continue;
        snprintf(text, sizeof text,
                 "ignoreFiles: \"%.100s\" is not understood (only characters, . * + ? ^ $ and \\ "
                 "before one): what it names is taken",
                 regex);
        tell_setting(t, "ignorefiles", text);
    }
}

static void tell_languages(const struct teller *t) {
    for (size_t i = 0; i < t->l->language_count; i++) {
        const struct layout_language *language = &t->l->languages[i];
        char text[300];
        if (language->disabled || strcmp(language->key, t->l->language) == 0)
            continue;
        snprintf(text, sizeof text,
                 "%.30s: its pages, sections and terms are at /%.30s/ with the menu and words of "
                 "the site's own language, no feed joins all of them",
                 language->key, language->key);
        tell_setting(t, language->key, text);
    }
}

/* ---- files ---- */

static bool ends_in(const char *path, const char *const *endings) {
    for (; *endings != NULL; endings++)
        if (text_ends(path, *endings))
            return true;
    return false;
}

/* Tells of a file, of the first ones only. */
static void tell_file(struct teller *t, const char *path, const char *text) {
    if (t->told++ < FILES_TOLD)
        t->report(t->arg, false, path, 0, 0, text);
}

/* Hugo reads more kinds of text than Markdown. */
static void look_hugo(struct teller *t, const char *path) {
    static const char *const others[] = {".adoc", ".asciidoc", ".ad",  ".rst",
                                         ".org",  ".pandoc",   ".pdc", NULL};
    bool page = text_starts(path, t->l->content) && ends_in(path, others);
    if (page)
        tell_file(t, path, "is no Markdown: not shown");
}

static bool begins_with_dashes(const struct teller *t, const struct tree_file *f) {
    struct buf text;
    buf_init(&text, (size_t)1 << 20);
    bool is = tree_read(t->tree, f, &text, NULL) == 0 && text_starts(buf_str(&text), "---");
    buf_free(&text);
    return is;
}

/* Jekyll's pages that are templates, and posts in Textile. */
static void look_jekyll(struct teller *t, const struct tree_file *f) {
    static const char *const templates[] = {".html", ".htm", ".xml",  ".json", ".txt",
                                            ".js",   ".css", ".scss", NULL};
    static const char *const ours[] = {"index.html", "feed.xml",    "atom.xml", "sitemap.xml",
                                       "robots.txt", "search.html", "404.html", NULL};
    const char *path = layout_content_path(t->l, f->path);
    struct jekyll_post post;
    if (!text_starts(f->path, t->l->content) || jekyll_role(path, false, t->l->site) == LAYOUT_POST)
        return;
    if (text_ends(path, ".textile")) {
        tell_file(t, f->path, "is no Markdown: not shown");
        return;
    }
    /* What begins with '_' or '.' Jekyll keeps to itself, too. */
    bool own =
        *path == '_' || *path == '.' || strstr(path, "/_") != NULL || strstr(path, "/.") != NULL;
    bool known = strchr(path, '/') == NULL && ends_in(path, ours);
    if (own || known || jekyll_post(&post, path) || !ends_in(path, templates) ||
        f->size > (1 << 20) || jekyll_is_excluded(path, t->l->site) || !begins_with_dashes(t, f))
        return;
    tell_file(t, f->path, "is a template: not shown");
}

/* Drafts and the like keep what they are told; what is said in a folder's own page of Zola. */
static void tell_files(struct teller *t) {
    for (size_t i = 0; i < tree_count(t->tree); i++) {
        const struct tree_file *f = tree_at(t->tree, i);
        if (t->l->hugo)
            look_hugo(t, f->path);
        else if (t->l->jekyll)
            look_jekyll(t, f);
    }
    if (t->told > FILES_TOLD) {
        char text[100];
        snprintf(text, sizeof text, "and %zu more files like these", t->told - FILES_TOLD);
        t->report(t->arg, false, t->l->settings[0] == NULL ? "" : t->l->settings[0]->path, 0, 0,
                  text);
    }
}

void differences_tell(const struct layout *l, const struct tree *tree, sync_report_fn *report,
                      void *arg) {
    struct teller t = {.l = l, .tree = tree, .report = report, .arg = arg};
    if (l->settings[0] == NULL)
        return;
    tell_paginate_path(&t);
    if (l->jekyll)
        tell_excerpt(&t);
    if (l->hugo)
        tell_hugo(&t);
    tell_languages(&t);
    tell_files(&t);
}

/* ---- one post ---- */

void differences_tell_post(const struct layout *l, const char *path, const json_t *meta,
                           sync_report_fn *report, void *arg) {
    const json_t *params = json_object_get(meta, "params");
    const char *paginate = json_get_string(params, "paginate_path", NULL);
    char text[300];
    if (l->zola && paginate != NULL && strcmp(paginate, "page") != 0) {
        snprintf(text, sizeof text,
                 "paginate_path: its further pages are at page/2/ here, not at %.100s/2/",
                 paginate);
        report(arg, false, path, 0, 0, text);
    }
    if (l->zola && json_is_false(json_object_get(params, "render")) &&
        text_starts(strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1, "_index."))
        report(arg, false, path, 0, 0, "render: the section has its list here all the same");
    if (l->hugo && json_object_get(params, "outputs") != NULL)
        report(arg, false, path, 0, 0, "outputs: a page has its HTML only here");
}
