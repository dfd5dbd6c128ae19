/* From a document and its path to what the store publishes. */
#include "ingest/record.h"

#include "content/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct made {
    struct post_record r;
    struct document doc;
    struct arena *arena;
    json_t *site;
    struct zone *zone;
    struct error err;
    int rc;
};

/* A document with this meta, made into the record of a file; site: JSON put over the defaults. */
static void make(struct made *m, bool hugo, const char *path, const char *meta, const char *site) {
    static const char *const sections[] = {"content/posts/deep"};
    static const char *const bundles[] = {"content/posts/bundle"};
    struct layout l = {.hugo = hugo,
                       .content = "content/",
                       .root = "",
                       .language = "",
                       .sections = (const char **)(uintptr_t)sections,
                       .section_count = 1,
                       .bundles = (const char **)(uintptr_t)bundles,
                       .bundle_count = 1};
    *m = (struct made){.arena = arena_new(1 << 20), .site = site_defaults()};
    json_t *over = json_loads(site, 0, NULL);
    assert_non_null(over);
    json_object_update(m->site, over);
    json_decref(over);
    m->doc.meta = json_loads(meta, 0, NULL);
    assert_non_null(m->doc.meta);
    m->doc.html = strdup("<h1 id=\"x\">Heading</h1>\n<p>Body</p>");
    m->doc.html_len = strlen(m->doc.html);
    m->doc.text = strdup("Heading Body");
    m->doc.text_len = strlen(m->doc.text);
    assert_int_equal(zone_open(&m->zone, json_get_string(m->site, "time_zone", "UTC"), &m->err), 0);
    struct record_context c = {.site = m->site, .layout = &l, .zone = m->zone};
    m->rc = record_make(&m->r, &c, path, &m->doc, m->arena, &m->err);
}

static void drop(struct made *m) {
    document_free(&m->doc);
    zone_free(m->zone);
    json_decref(m->site);
    arena_free(m->arena);
}

static void expect_permalink(const char *path, const char *meta, const char *site,
                             const char *permalink) {
    struct made m;
    make(&m, true, path, meta, site);
    if (m.rc != 0)
        fail_msg("%s: %s", path, m.err.text);
    assert_string_equal(m.r.permalink, permalink);
    drop(&m);
}

#define DATE                                                                                       \
    "\"date\":{\"year\":2024,\"month\":3,\"day\":31,\"hour\":1,\"minute\":0,\"second\":0,\"has_"   \
    "time\":true,\"has_offset\":false,\"offset\":0}"

static void permalinks(void **state) {
    (void)state;
    const char *site = "{\"permalinks\":{\"notes\":\"/:year/:slug/\"}}";
    expect_permalink("content/about.md", "{\"title\":\"T\"}", site, "/about/");
    expect_permalink("content/posts/A_b.md", "{\"title\":\"T\"}", site, "/posts/a_b/");
    expect_permalink("content/posts/bundle/index.md", "{\"title\":\"T\"}", site, "/posts/bundle/");
    expect_permalink("content/posts/_index.md", "{\"title\":\"T\"}", site, "/posts/");
    expect_permalink("content/_index.md", "{\"title\":\"T\"}", site, "/");
    expect_permalink("content/notes/x.md", "{\"title\":\"My Title\"," DATE "}", site,
                     "/2024/my-title/");
    expect_permalink("content/posts/x.md", "{\"title\":\"T\",\"url\":\"/elsewhere.html\"}", site,
                     "/elsewhere.html");
    expect_permalink("content/posts/x.md", "{\"title\":\"T\",\"slug\":\"Other One\"}", site,
                     "/posts/other-one/");
    expect_permalink("content/tags/c++/_index.md", "{\"title\":\"T\"}", site, "/tags/c++/");
}

static void kinds_and_lists(void **state) {
    (void)state;
    struct made m;
    make(&m, true, "content/posts/deep/x.md",
         "{\"title\":\"T\",\"tags\":[\"C++\",\"c++\",\"Two Words\"],\"authors\":[\"Ada\"]}", "{}");
    assert_int_equal(m.r.kind, POST_POST);
    assert_string_equal(m.r.section, "posts");
    assert_int_equal(m.r.list_count, 5); /* posts, posts/deep, two tags, an author */
    assert_string_equal(m.r.lists[0].path, "/posts/");
    assert_string_equal(m.r.lists[1].slug, "posts/deep");
    assert_string_equal(m.r.lists[2].path, "/tags/c++/");
    assert_string_equal(m.r.lists[3].slug, "two-words");
    assert_non_null(strstr(m.r.terms, "\"path\":\"/authors/ada/\""));
    drop(&m);
    make(&m, true, "content/about.md", "{\"title\":\"T\"," DATE "}", "{}");
    assert_int_equal(m.r.kind, POST_PAGE);
    drop(&m);
    make(&m, false, "content/note.md", "{\"title\":\"T\"," DATE "}", "{}");
    assert_int_equal(m.r.kind, POST_POST);
    drop(&m);
    make(&m, true, "content/posts/find.md", "{\"title\":\"T\",\"layout\":\"search\"}", "{}");
    assert_int_equal(m.r.kind, POST_PAGE);
    assert_int_equal(m.r.list_count, 0);
    drop(&m);
    make(&m, true, "content/tags/c++/_index.md", "{\"title\":\"All of C++\"}", "{}");
    assert_int_equal(m.r.kind, POST_INDEX);
    assert_int_equal(m.r.list_count, 1);
    assert_int_equal(m.r.lists[0].kind, LIST_TERM);
    drop(&m);
}

static void dates_in_the_sites_zone(void **state) {
    (void)state;
    struct made m;
    make(&m, true, "content/posts/x.md", "{\"title\":\"T\"," DATE "}",
         "{\"time_zone\":\"Europe/Berlin\"}");
    assert_true(m.r.has_date);
    assert_true(m.r.published == 1711843200); /* 2024-03-31T00:00:00Z */
    assert_int_equal(m.r.published_offset, 60);
    assert_true(m.r.updated == m.r.published);
    drop(&m);
    make(&m, true, "content/posts/x.md", "{\"title\":\"T\"}", "{}");
    assert_false(m.r.has_date);
    drop(&m);
}

static void a_heading_serves_as_title_once(void **state) {
    (void)state;
    struct made m;
    make(&m, false, "content/x.md",
         "{\"title\":null,\"outline\":[{\"level\":1,\"id\":\"x\",\"text\":\"Heading\"}],"
         "\"summary\":\"Heading Body\"}",
         "{}");
    assert_string_equal(m.r.title, "Heading");
    assert_string_equal(m.r.html, "<p>Body</p>");
    assert_int_equal(m.r.html_len, strlen("<p>Body</p>"));
    assert_string_equal(m.r.summary, "Body");
    drop(&m);
    make(&m, false, "content/my_first-post.md", "{\"title\":null,\"outline\":[]}", "{}");
    assert_string_equal(m.r.title, "My first post");
    drop(&m);
}

static void expect_refused(const char *meta, const char *part) {
    struct made m;
    make(&m, true, "content/posts/x.md", meta, "{\"permalinks\":{}}");
    if (m.rc == 0)
        fail_msg("taken: %.80s", meta);
    if (strstr(m.err.text, part) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", m.err.text, part);
    drop(&m);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    expect_refused("{\"title\":\"T\",\"url\":\"https://x.org/\"}", "url: ");
    expect_refused("{\"title\":\"T\",\"aliases\":[\"../../../x\"]}", "aliases: ");
    json_t *meta = json_pack("{s:s,s:o}", "title", "T", "tags", json_array());
    for (int i = 0; i < 300; i++)
        json_array_append_new(json_object_get(meta, "tags"), json_sprintf("tag%d", i));
    char *text = json_dumps(meta, 0);
    expect_refused(text, "tags: has 300 entries");
    free(text);
    json_decref(meta);
}

static void aliases_are_made_absolute(void **state) {
    (void)state;
    struct made m;
    make(&m, true, "content/posts/x.md",
         "{\"title\":\"T\",\"aliases\":[\"/old/\",\"beside\",\"/p.html\"]}", "{}");
    assert_int_equal(m.r.alias_count, 3);
    assert_string_equal(m.r.aliases[0], "/old/");
    assert_string_equal(m.r.aliases[1], "/posts/beside/");
    assert_string_equal(m.r.aliases[2], "/p.html");
    drop(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permalinks),
        cmocka_unit_test(kinds_and_lists),
        cmocka_unit_test(dates_in_the_sites_zone),
        cmocka_unit_test(a_heading_serves_as_title_once),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(aliases_are_made_absolute),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
