/* What the paths of a blog say: real folders made for each test. */
#include "ingest/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct folder {
    char path[64];
    struct tree *tree;
    struct layout layout;
    size_t notes;
};

static void note(void *arg, const char *path, const char *why) {
    (void)path;
    assert_non_null(why);
    ++*(size_t *)arg;
}

static void make_file(const struct folder *f, const char *path) {
    char full[512];
    snprintf(full, sizeof full, "%s/%s", f->path, path);
    for (char *slash = strchr(full + strlen(f->path) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        assert_true(mkdir(full, 0755) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs("x", file);
    fclose(file);
}

static void folder_make(struct folder *f, const char *const *paths) {
    struct error err = {0};
    *f = (struct folder){.path = "/tmp/platen-layout-XXXXXX"};
    assert_non_null(mkdtemp(f->path));
    for (; *paths != NULL; paths++)
        make_file(f, *paths);
    const char *folders[] = {f->path};
    if (tree_open(&f->tree, folders, 1, note, &f->notes, &err) != 0)
        fail_msg("%s", err.text);
    if (layout_find(&f->layout, f->tree, NULL, &err) != 0)
        fail_msg("%s", err.text);
}

static void folder_remove(struct folder *f) {
    char command[128];
    layout_free(&f->layout);
    tree_close(f->tree);
    snprintf(command, sizeof command, "rm -rf '%s'", f->path);
    assert_int_equal(system(command), 0);
}

static void hugo_site(void **state) {
    (void)state;
    static const char *const paths[] = {"hugo.yaml",
                                        "README.md",
                                        "archetypes/default.md",
                                        "content/about.md",
                                        "content/posts/_index.md",
                                        "content/posts/a.md",
                                        "content/posts/a-b/index.md",
                                        "content/posts/a-b/pic.png",
                                        "content/posts/a-b/notes.md",
                                        "content/posts/a-b/deep/pic.png",
                                        "content/posts/a/index.md",
                                        "content/posts/loose.png",
                                        "content/posts/script.py",
                                        "static/favicon.ico",
                                        "static/files/any.thing",
                                        "themes/T/static/x.png",
                                        NULL};
    struct folder f;
    folder_make(&f, paths);
    const struct layout *l = &f.layout;
    assert_true(l->hugo);
    assert_int_equal(layout_role(l, "hugo.yaml"), LAYOUT_SETTINGS);
    assert_int_equal(layout_role(l, "README.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "archetypes/default.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "content/about.md"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "content/posts/_index.md"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "content/posts/a.md"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "content/posts/a-b/index.md"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "content/posts/a-b/pic.png"), LAYOUT_RESOURCE);
    assert_int_equal(layout_role(l, "content/posts/a-b/notes.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "content/posts/script.py"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "static/files/any.thing"), LAYOUT_STATIC);
    assert_int_equal(layout_role(l, "themes/T/static/x.png"), LAYOUT_IGNORED);
    assert_string_equal(layout_bundle_of(l, "content/posts/a-b/deep/pic.png"), "content/posts/a-b");
    assert_null(layout_bundle_of(l, "content/posts/loose.png"));
    assert_true(layout_is_section(l, "content/posts", 13));
    assert_false(layout_is_section(l, "content/posts/a", 15));
    assert_string_equal(layout_content_path(l, "content/posts/a.md"), "posts/a.md");
    folder_remove(&f);
}

static void content_folder_without_settings(void **state) {
    (void)state;
    static const char *const paths[] = {"content/posts/a.md", "notes.md", NULL};
    struct folder f;
    folder_make(&f, paths);
    assert_false(f.layout.hugo);
    assert_int_equal(layout_role(&f.layout, "content/posts/a.md"), LAYOUT_POST);
    assert_int_equal(layout_role(&f.layout, "notes.md"), LAYOUT_IGNORED);
    folder_remove(&f);
}

static void plain_markdown(void **state) {
    (void)state;
    static const char *const paths[] = {"a.md",    "dir/b.markdown", "dir/pic.jpg", "README.md",
                                        "LICENSE", "package.json",   "platen.yaml", NULL};
    struct folder f;
    folder_make(&f, paths);
    assert_false(f.layout.hugo);
    assert_int_equal(layout_role(&f.layout, "a.md"), LAYOUT_POST);
    assert_int_equal(layout_role(&f.layout, "dir/b.markdown"), LAYOUT_POST);
    assert_int_equal(layout_role(&f.layout, "dir/pic.jpg"), LAYOUT_RESOURCE);
    assert_int_equal(layout_role(&f.layout, "README.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(&f.layout, "package.json"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(&f.layout, "platen.yaml"), LAYOUT_SETTINGS);
    folder_remove(&f);
}

static void jekyll_site(void **state) {
    (void)state;
    static const char *const paths[] = {"_config.yml",        "_posts/2024-05-06-a.md",
                                        "_posts/undated.md",  "x/_drafts/b.mkd",
                                        "_includes/c.md",     "d/e.mkdown",
                                        "old/f.md",           "g.txt~",
                                        "assets/h.css",       "page.html",
                                        "vendor/bundle/i.md", NULL};
    struct folder f;
    folder_make(&f, paths);
    struct layout *l = &f.layout;
    json_t *site = json_pack("{s:[s,s,s]}", "exclude", "/old/", "d*", "[");
    assert_true(l->jekyll);
    assert_int_equal(layout_role(l, "_config.yml"), LAYOUT_SETTINGS);
    assert_int_equal(layout_role(l, "_posts/2024-05-06-a.md"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "_posts/undated.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "x/_drafts/b.mkd"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "_includes/c.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "d/e.mkdown"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "old/f.md"), LAYOUT_POST);
    assert_int_equal(layout_role(l, "g.txt~"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "assets/h.css"), LAYOUT_RESOURCE);
    assert_int_equal(layout_role(l, "page.html"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "vendor/bundle/i.md"), LAYOUT_IGNORED);
    l->site = site;
    assert_int_equal(layout_role(l, "d/e.mkdown"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "old/f.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(l, "assets/h.css"), LAYOUT_RESOURCE);
    json_decref(site);
    folder_remove(&f);
}

static void zola_site(void **state) {
    (void)state;
    static const char *const paths[] = {"zola.toml",          "content/_index.md",
                                        "content/a/index.md", "content/a/p.png",
                                        "static/x.css",       NULL};
    struct folder f;
    folder_make(&f, paths);
    assert_true(f.layout.zola);
    assert_false(f.layout.hugo);
    assert_int_equal(layout_role(&f.layout, "zola.toml"), LAYOUT_SETTINGS);
    assert_int_equal(layout_role(&f.layout, "content/a/index.md"), LAYOUT_POST);
    assert_int_equal(layout_role(&f.layout, "content/a/p.png"), LAYOUT_RESOURCE);
    assert_int_equal(layout_role(&f.layout, "static/x.css"), LAYOUT_STATIC);
    folder_remove(&f);
}

static void links_and_odd_names_are_noted(void **state) {
    (void)state;
    static const char *const paths[] = {"a.md", "new\nline.md", "not-\xff-utf8.md", NULL};
    struct folder f;
    struct error err = {0};
    folder_make(&f, paths);
    assert_int_equal(f.notes, 2);
    assert_int_equal(tree_count(f.tree), 1);
    tree_close(f.tree);
    f.tree = NULL;
    char link[128];
    snprintf(link, sizeof link, "%s/out.md", f.path);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    const char *folders[] = {f.path};
    f.notes = 0;
    assert_int_equal(tree_open(&f.tree, folders, 1, note, &f.notes, &err), 0);
    assert_int_equal(f.notes, 3);
    assert_null(tree_find(f.tree, "out.md"));
    folder_remove(&f);
}

static void expect_where(const struct layout *l, const char *path, const char *relative,
                         const char *language, const char *stem) {
    struct layout_where w;
    layout_where(&w, l, path);
    assert_string_equal(w.relative, relative);
    assert_string_equal(w.language, language);
    assert_true(slice_eq(w.stem, stem));
}

static void settle(struct folder *f, const char *paths, const char *const *files) {
    struct error err = {0};
    folder_make(f, files);
    json_t *site = json_pack("{s:o}", "paths", json_loads(paths, 0, NULL));
    if (layout_settle(&f->layout, f->tree, site, &err) != 0)
        fail_msg("%s", err.text);
}

static void languages_by_folder_and_name(void **state) {
    (void)state;
    static const char *const files[] = {"hugo.toml",
                                        "content/en/posts/a.md",
                                        "content/en/posts/b/index.md",
                                        "content/de/posts/b/index.md",
                                        "content/de/posts/b/p.png",
                                        "content/it/x.md",
                                        "content/en/c.de.md",
                                        "content/en/v1.2.md",
                                        NULL};
    struct folder f;
    settle(&f,
           "{\"language\":\"en\",\"languages\":[{\"key\":\"en\",\"content_dir\":\"content/en\"},"
           "{\"key\":\"de\",\"content_dir\":\"./content/de/\"},{\"key\":\"it\",\"content_dir\":"
           "\"content/it\",\"disabled\":true}],\"content_dir\":\"content/en\"}",
           files);
    expect_where(&f.layout, "content/en/posts/a.md", "posts/a.md", "", "a");
    expect_where(&f.layout, "content/de/posts/b/index.md", "posts/b/index.md", "de", "index");
    expect_where(&f.layout, "content/en/c.de.md", "c.de.md", "de", "c");
    expect_where(&f.layout, "content/en/v1.2.md", "v1.2.md", "", "v1.2");
    assert_string_equal(layout_bundle_of(&f.layout, "content/de/posts/b/p.png"),
                        "content/de/posts/b");
    assert_int_equal(layout_role(&f.layout, "content/de/posts/b/index.md"), LAYOUT_POST);
    assert_int_equal(layout_role(&f.layout, "content/it/x.md"), LAYOUT_IGNORED);
    json_decref((json_t *)(uintptr_t)f.layout.site);
    folder_remove(&f);
}

static void folders_that_settings_name(void **state) {
    (void)state;
    static const char *const files[] = {"config.toml",
                                        "archetypes/a.md",
                                        "words/posts/a.md",
                                        "words/.b.md",
                                        "words/a.Rmd",
                                        "words/c_files/p.png",
                                        "one/x.png",
                                        "two/y.png",
                                        "static/z.png",
                                        "content/no.md",
                                        NULL};
    struct folder f;
    settle(
        &f,
        "{\"content_dir\":\"words\",\"static_dirs\":[\"one\",\"/two/\"],\"ignore\":[\"_files$\"]}",
        files);
    assert_int_equal(layout_role(&f.layout, "words/posts/a.md"), LAYOUT_POST);
    assert_int_equal(layout_role(&f.layout, "words/.b.md"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(&f.layout, "words/c_files/p.png"), LAYOUT_IGNORED);
    assert_int_equal(layout_role(&f.layout, "content/no.md"), LAYOUT_IGNORED);
    assert_string_equal(layout_static_path(&f.layout, "one/x.png"), "x.png");
    assert_string_equal(layout_static_path(&f.layout, "two/y.png"), "y.png");
    assert_null(layout_static_path(&f.layout, "static/z.png"));
    json_decref((json_t *)(uintptr_t)f.layout.site);
    folder_remove(&f);
}

static void split_settings_are_in_order(void **state) {
    (void)state;
    static const char *const files[] = {"config/_default/params.toml",
                                        "config/_default/hugo.toml",
                                        "config/_default/menus.de.toml",
                                        "config/production/config.yaml",
                                        "config/development/hugo.toml",
                                        "config/_default/notes.txt",
                                        "content/a.md",
                                        "platen.yaml",
                                        NULL};
    static const char *const expected[][2] = {
        {"config/_default/hugo.toml", NULL},
        {"config/_default/menus.de.toml", "languages.de.menus"},
        {"config/_default/params.toml", "params"},
        {"config/production/config.yaml", NULL},
        {"platen.yaml", NULL},
    };
    struct folder f;
    folder_make(&f, files);
    assert_true(f.layout.hugo);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_string_equal(f.layout.settings[i]->path, expected[i][0]);
        if (expected[i][1] == NULL)
            assert_null(f.layout.settings_key[i]);
        else
            assert_string_equal(f.layout.settings_key[i], expected[i][1]);
    }
    assert_null(f.layout.settings[5]);
    assert_int_equal(layout_role(&f.layout, "config/_default/params.toml"), LAYOUT_SETTINGS);
    folder_remove(&f);
}

static void sources_that_are_no_folder(void **state) {
    (void)state;
    struct tree *t = NULL;
    struct error err = {0};
    size_t notes = 0;
    const char *missing[] = {"/tmp/platen-there-is-no-such-folder"};
    assert_int_equal(tree_open(&t, missing, 1, note, &notes, &err), -1);
    const char *file[] = {"/etc/passwd"};
    assert_int_equal(tree_open(&t, file, 1, note, &notes, &err), -1);
    assert_non_null(strstr(err.text, "no folder"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hugo_site),
        cmocka_unit_test(content_folder_without_settings),
        cmocka_unit_test(plain_markdown),
        cmocka_unit_test(jekyll_site),
        cmocka_unit_test(zola_site),
        cmocka_unit_test(links_and_odd_names_are_noted),
        cmocka_unit_test(languages_by_folder_and_name),
        cmocka_unit_test(folders_that_settings_name),
        cmocka_unit_test(split_settings_are_in_order),
        cmocka_unit_test(sources_that_are_no_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
