/* Site settings: Hugo's spellings and ours come out in one shape; wrong ones are named. */
#include "content/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static json_t *apply(enum site_flavour flavour, const char *text, struct error *err) {
    json_t *tree = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(tree);
    json_t *site = site_defaults();
    assert_non_null(site);
    int rc = site_apply(site, flavour, tree, err);
    json_decref(tree);
    if (rc != 0) {
        json_decref(site);
        return NULL;
    }
    return site;
}

static void every_default_is_there(void **state) {
    (void)state;
    json_t *site = site_defaults();
    assert_int_equal(json_get_int(site, "page_size", 0), 10);
    assert_string_equal(json_get_string(site, "date_format", ""), "January 2, 2006");
    assert_int_equal(json_array_size(json_object_get(site, "taxonomies")), 4);
    json_decref(site);
}

static void hugo_with_papermod(void **state) {
    (void)state;
    struct error err = {0};
    json_t *site = apply(
        SITE_HUGO,
        "{\"baseURL\":\"https://example.org/blog\",\"title\":\"A blog\",\"paginate\":20,"
        "\"languageCode\":\"en-us\",\"buildFuture\":true,\"theme\":\"PaperMod\","
        "\"outputs\":{\"home\":[\"HTML\",\"RSS\",\"JSON\"]},"
        "\"params\":{\"DateFormat\":\"2 Jan "
        "2006\",\"author\":[\"Ada\",\"Bob\"],\"mainSections\":[\"posts\"],"
        "\"ShowToc\":true,\"homeInfoParams\":{\"Title\":\"Hi\",\"Content\":\"Words\"},"
        "\"socialIcons\":[{\"name\":\"github\",\"url\":\"https://github.com/x\"}],"
        "\"editPost\":{\"URL\":\"https://git/x\",\"appendFilePath\":true}},"
        "\"menu\":{\"main\":[{\"identifier\":\"b\",\"name\":\"B\",\"url\":\"/b/\",\"weight\":20},"
        "{\"name\":\"Z\",\"url\":\"/z/\"},{\"name\":\"A\",\"url\":\"/a/\",\"weight\":10}]},"
        "\"permalinks\":{\"posts\":\"/:year/:slug/\"}}",
        &err);
    if (site == NULL)
        fail_msg("%s", err.text);
    assert_string_equal(json_get_string(site, "base_url", ""), "https://example.org/blog/");
    assert_int_equal(json_get_int(site, "page_size", 0), 20);
    assert_string_equal(json_get_string(site, "date_format", ""), "2 Jan 2006");
    assert_string_equal(json_get_string(json_object_get(site, "author"), "name", ""), "Ada");
    assert_true(json_get_bool(site, "json_index", false));
    assert_true(json_get_bool(site, "build_future", false));
    assert_true(json_get_bool(site, "show_toc", false));
    assert_false(json_get_bool(site, "largest_section", true));
    assert_string_equal(json_get_string(site, "edit_url", ""), "https://git/x");
    assert_string_equal(json_get_string(json_object_get(site, "home"), "title", ""), "Hi");
    const json_t *menu = json_object_get(site, "menu");
    assert_int_equal(json_array_size(menu), 3);
    assert_string_equal(json_get_string(json_array_get(menu, 0), "name", ""), "A");
    assert_string_equal(json_get_string(json_array_get(menu, 1), "name", ""), "B");
    assert_string_equal(json_get_string(json_array_get(menu, 2), "name", ""), "Z");
    assert_int_equal(json_array_size(json_object_get(site, "taxonomies")), 2);
    assert_string_equal(json_get_string(json_object_get(site, "permalinks"), "posts", ""),
                        "/:year/:slug/");
    json_decref(site);
}

static void hugos_newer_forms(void **state) {
    (void)state;
    struct error err = {0};
    json_t *site =
        apply(SITE_HUGO,
              "{\"pagination\":{\"pagerSize\":7},\"permalinks\":{\"page\":{\"p\":\"/:slug/\"}},"
              "\"taxonomies\":{\"tag\":\"tags\",\"topic\":\"topics\"},\"menus\":{\"main\":[]}}",
              &err);
    if (site == NULL)
        fail_msg("%s", err.text);
    assert_int_equal(json_get_int(site, "page_size", 0), 7);
    assert_string_equal(json_get_string(json_object_get(site, "permalinks"), "p", ""), "/:slug/");
    const json_t *taxonomies = json_object_get(site, "taxonomies");
    assert_int_equal(json_array_size(taxonomies), 2);
    assert_string_equal(json_get_string(json_array_get(taxonomies, 1), "plural", ""), "topics");
    assert_true(json_get_bool(site, "largest_section", false));
    json_decref(site);
}

static void platens_own(void **state) {
    (void)state;
    struct error err = {0};
    json_t *site =
        apply(SITE_PLATEN,
              "{\"title\":2048,\"base_url\":\"http://x.org/\",\"page_size\":5,\"author\":\"Ada\","
              "\"menu\":[{\"name\":\"T\",\"url\":\"/tags/\"}],\"taxonomies\":[\"tags\"]}",
              &err);
    if (site == NULL)
        fail_msg("%s", err.text);
    assert_string_equal(json_get_string(site, "title", ""), "2048");
    assert_int_equal(json_array_size(json_object_get(site, "menu")), 1);
    assert_int_equal(json_array_size(json_object_get(site, "taxonomies")), 1);
    json_decref(site);
}

static void expect_refused(enum site_flavour flavour, const char *text, const char *word) {
    struct error err = {0};
    json_t *site = apply(flavour, text, &err);
    if (site != NULL)
        fail_msg("taken: %s", text);
    if (strstr(err.text, word) == NULL)
        fail_msg("%s: \"%s\" does not name %s", text, err.text, word);
}

static void wrong_types_are_named(void **state) {
    (void)state;
    expect_refused(SITE_HUGO, "{\"paginate\":0}", "paginate");
    expect_refused(SITE_HUGO, "{\"paginate\":\"ten\"}", "paginate");
    expect_refused(SITE_HUGO, "{\"title\":[1]}", "title");
    expect_refused(SITE_HUGO, "{\"baseURL\":\"example.org\"}", "http");
    expect_refused(SITE_HUGO, "{\"buildDrafts\":\"maybe\"}", "builddrafts");
    expect_refused(SITE_HUGO, "{\"permalinks\":{\"posts\":3}}", "posts");
    expect_refused(SITE_HUGO, "{\"menu\":{\"main\":[{\"url\":\"/x/\"}]}}", "name");
    expect_refused(SITE_HUGO, "[1]", "settings");
    expect_refused(SITE_PLATEN, "{\"taxonomies\":[3]}", "taxonomies");
}

static bool also_listen(const char *key) {
    return strcmp(key, "listen") == 0;
}

static void unknown_keys_name_the_nearest(void **state) {
    (void)state;
    struct error err = {0};
    json_t *tree = json_loads("{\"titel\":\"x\"}", 0, NULL);
    assert_int_equal(site_check_keys(tree, NULL, &err), -1);
    assert_non_null(strstr(err.text, "\"titel\", did you mean \"title\""));
    json_decref(tree);
    tree = json_loads("{\"title\":\"x\",\"listen\":\"y\"}", 0, NULL);
    assert_int_equal(site_check_keys(tree, also_listen, &err), 0);
    assert_int_equal(site_check_keys(tree, NULL, &err), -1);
    json_decref(tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_default_is_there), cmocka_unit_test(hugo_with_papermod),
        cmocka_unit_test(hugos_newer_forms),      cmocka_unit_test(platens_own),
        cmocka_unit_test(wrong_types_are_named),  cmocka_unit_test(unknown_keys_name_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
