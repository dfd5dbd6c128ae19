/* Addresses as Hugo makes them. */
#include "ingest/permalink.h"

#include "ingest/zola.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct date day = {.year = 2022, .month = 9, .day = 4, .has_time = false};

static void expect_permalink(const char *pattern, const char *folder, const char *basename,
                             const char *title, const char *slug, const char *expected) {
    struct permalink_parts p = {.folder = folder,
                                .basename = basename,
                                .title = title,
                                .slug = slug,
                                .has_date = true,
                                .date = day};
    struct buf out;
    struct error err = {0};
    buf_init(&out, 1000);
    if (permalink_make(&out, pattern, &p, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}

static void default_is_folder_and_name(void **state) {
    (void)state;
    expect_permalink(NULL, "posts", "My_First Post", "T", NULL, "/posts/my_first-post/");
    expect_permalink(NULL, "posts", "x", "T", "Other Slug", "/posts/other-slug/");
    expect_permalink(NULL, "", "about", "T", NULL, "/about/");
    expect_permalink(NULL, "a/B c/d", "e", "T", NULL, "/a/b-c/d/e/");
    expect_permalink(NULL, "posts", "v1.2", "T", NULL, "/posts/v1.2/");
    expect_permalink(NULL, "posts", "Ünïcode", "T", NULL, "/posts/ünïcode/");
}

static void patterns_have_hugos_tokens(void **state) {
    (void)state;
    expect_permalink("/:year/:month/:day/:slug/", "posts", "x", "A Title", NULL,
                     "/2022/09/04/a-title/");
    expect_permalink("/:monthname/:weekdayname/:weekday/:yearday/", "p", "x", "T", NULL,
                     "/september/sunday/0/247/");
    expect_permalink("/:section/:sections/:filename", "a/b", "File", "T", "s", "/a/a/b/file/");
    expect_permalink("/:slugorfilename.html", "a", "file", "T", NULL, "/file.html");
    expect_permalink("/:title/", "a", "file", "TCP/IP & more", NULL, "/tcp-ip-more/");
    expect_permalink(":year/:contentbasename", "a", "b", "T", NULL, "/2022/b/");
}

static void patterns_have_jekylls_tokens(void **state) {
    (void)state;
    expect_permalink("/:short_year/:i_month/:i_day/:y_day/", "p", "x", "T", NULL, "/22/9/4/247/");
    expect_permalink("/:w_year/W:week/:w_day/", "p", "x", "T", NULL, "/2022/W35/7/");
    expect_permalink("/:short_day:long_day:short_month:long_month/", "p", "x", "T", NULL,
                     "/SunSundaySepSeptember/");
    expect_permalink("/:hour:minute:second:output_ext", "p", "x", "T", NULL, "/000000.html");
}

/* ISO 8601's own hard cases: the first and last days of years. */
static void weeks_are_those_of_iso_8601(void **state) {
    (void)state;
    static const struct {
        int year, month, day;
        const char *expected;
    } cases[] = {{2005, 1, 1, "/2004-53-6/"},   {2005, 1, 2, "/2004-53-7/"},
                 {2005, 12, 31, "/2005-52-6/"}, {2007, 1, 1, "/2007-01-1/"},
                 {2008, 12, 29, "/2009-01-1/"}, {2010, 1, 3, "/2009-53-7/"},
                 {2024, 12, 30, "/2025-01-1/"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct permalink_parts p = {
            .folder = "",
            .basename = "b",
            .title = "t",
            .has_date = true,
            .date = {.year = cases[i].year, .month = cases[i].month, .day = cases[i].day}};
        struct buf out;
        struct error err = {0};
        buf_init(&out, 100);
        assert_int_equal(permalink_make(&out, "/:w_year-:week-:w_day/", &p, &err), 0);
        assert_string_equal(buf_str(&out), cases[i].expected);
        buf_free(&out);
    }
}

static void jekylls_slug_and_categories(void **state) {
    (void)state;
    struct permalink_parts p = {.folder = "",
                                .basename = "b",
                                .title = "A_b.Ç",
                                .jekyll = true,
                                .categories = "big news/x"};
    struct buf out;
    struct error err = {0};
    buf_init(&out, 100);
    assert_int_equal(permalink_make(&out, "/:categories/:slugified_categories/:slug/", &p, &err),
                     0);
    assert_string_equal(buf_str(&out), "/big news/x/big-news/x/a-b-ç/");
    buf_free(&out);
}

static void expect_zola(const char *folder, const char *name, const char *strategy,
                        const char *expected) {
    struct buf out;
    buf_init(&out, 1000);
    assert_int_equal(zola_address(&out, folder, zola_name(name), strategy), 0);
    assert_string_equal(buf_str(&out), expected);
    buf_free(&out);
}

static void zola_cuts_the_last_part_only(void **state) {
    (void)state;
    expect_zola("A b", "2024-05-06-Name_x.1", "on", "/A b/name-x-1/");
    expect_zola("", "2024-05-06_Name", "on", "/name/");
    expect_zola("", "2024-05-06T10:00:00Z-Name", "on", "/name/");
    expect_zola("", "2024-05-06T10:00:00.5+02:00_Name", "on", "/name/");
    expect_zola("", "2024-05-06", "on", "/2024-05-06/");
    expect_zola("", "2024-05-06-", "on", "/2024-05-06/");
    expect_zola("", "2024-5-6-a", "on", "/2024-5-6-a/");
    expect_zola("", "--Ünï  Øre--Straße--", "on", "/uni-ore-strasse/");
    expect_zola("a", "!!!", "on", "/a/");
    expect_zola("a", "x?y: z. ", "safe", "/a/xy z/");
    expect_zola("a", "x?y. ", "off", "/a/x?y. /");
    expect_zola("a/b", "", "on", "/a/b/");
    expect_zola("", "", "on", "/");
}

static void a_bad_pattern_is_an_error(void **state) {
    (void)state;
    struct permalink_parts p = {.folder = "a", .basename = "b", .title = "t"};
    struct buf out;
    struct error err = {0};
    buf_init(&out, 1000);
    assert_int_equal(permalink_make(&out, "/:nonsense/", &p, &err), -1);
    assert_non_null(strstr(err.text, ":nonsense"));
    assert_int_equal(permalink_make(&out, "/:year/", &p, &err), -1);
    assert_non_null(strstr(err.text, "no date"));
    buf_free(&out);
}

static void expect_written(const char *base, const char *written, const char *expected) {
    struct buf out;
    struct error err = {0};
    buf_init(&out, 1000);
    int rc = permalink_written(&out, base, written, &err);
    if (expected == NULL) {
        assert_int_equal(rc, -1);
        assert_true(err.text[0] != '\0');
    } else {
        if (rc != 0)
            fail_msg("%s: %s", written, err.text);
        assert_string_equal(buf_str(&out), expected);
    }
    buf_free(&out);
}

/* To Hugo every page is a folder; Jekyll takes a pattern at its word. */
static void ends_are_the_generators(void **state) {
    (void)state;
    static const struct {
        const char *pattern;
        bool jekyll, folders;
        const char *collection, *expected;
    } rows[] = {
        {"/x/:contentbasename.html", false, true, NULL, "/x/na-me.html/"},
        {"/:title", false, true, NULL, "/a-title/"},
        {"/:title", true, false, NULL, "/A-Title"},
        {"/:title/", true, false, NULL, "/A-Title/"},
        {"/:categories/:title:output_ext", true, false, NULL, "/A-Title.html"},
        {"/:collection/:path:output_ext", true, false, "recipes", "/recipes/deep/Na Me.html"},
        {"/:collection/:name/", true, false, "recipes", "/recipes/na-me/"},
        {"/:slug", true, false, NULL, "/a-title"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct permalink_parts p = {.folder = "deep",
                                    .basename = "Na Me",
                                    .title = "A  Title",
                                    .keep_case = rows[i].jekyll,
                                    .jekyll = rows[i].jekyll,
                                    .folders = rows[i].folders,
                                    .collection = rows[i].collection};
        struct buf out;
        struct error err = {0};
        buf_init(&out, 1000);
        if (permalink_make(&out, rows[i].pattern, &p, &err) != 0)
            fail_msg("%s: %s", rows[i].pattern, err.text);
        assert_string_equal(buf_str(&out), rows[i].expected);
        buf_free(&out);
    }
}

static void written_ends_are_the_generators(void **state) {
    (void)state;
    static const struct {
        enum permalink_end end;
        const char *written, *expected;
    } rows[] = {
        {PERMALINK_HUGO, "/a", "/a/"},
        {PERMALINK_HUGO, "/a.b", "/a.b"},
        {PERMALINK_HUGO, "/a.b/", "/a.b/"},
        {PERMALINK_HUGO, "/v1.2/a", "/v1.2/a"},
        {PERMALINK_JEKYLL, "/a", "/a"},
        {PERMALINK_JEKYLL, "a/", "/x/a/"},
        {PERMALINK_JEKYLL, "/a.html", "/a.html"},
        {PERMALINK_FILE_OR_FOLDER, "/v1.2", "/v1.2/"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out;
        struct error err = {0};
        buf_init(&out, 1000);
        if (permalink_written_as(&out, "/x/", rows[i].written, rows[i].end, &err) != 0)
            fail_msg("%s: %s", rows[i].written, err.text);
        assert_string_equal(buf_str(&out), rows[i].expected);
        buf_free(&out);
    }
}

static void written_addresses_are_made_absolute(void **state) {
    (void)state;
    expect_written("/posts/", "/old/", "/old/");
    expect_written("/posts/", "/old", "/old/");
    expect_written("/posts/", "old", "/posts/old/");
    expect_written("/posts/", "../old/", "/old/");
    expect_written("/posts/", "./a/../b", "/posts/b/");
    expect_written("/", "/a//b/", "/a/b/");
    expect_written("/", "/old.html", "/old.html");
    expect_written("/", "/caf%C3%A9/", "/café/");
    expect_written("/", "/a/?x=1#y", "/a/");
    expect_written("/", "/", "/");
}

static void written_addresses_that_lead_away_are_refused(void **state) {
    (void)state;
    expect_written("/", "https://example.org/x", NULL);
    expect_written("/", "//example.org/x", NULL);
    expect_written("/", "../../x", NULL);
    expect_written("/", "/a/%zz", NULL);
    expect_written("/", "/a/%00", NULL);
    char longest[4000];
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[sizeof longest - 1] = '\0';
    expect_written("/", longest, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_is_folder_and_name),
        cmocka_unit_test(patterns_have_hugos_tokens),
        cmocka_unit_test(patterns_have_jekylls_tokens),
        cmocka_unit_test(weeks_are_those_of_iso_8601),
        cmocka_unit_test(jekylls_slug_and_categories),
        cmocka_unit_test(zola_cuts_the_last_part_only),
        cmocka_unit_test(a_bad_pattern_is_an_error),
        cmocka_unit_test(ends_are_the_generators),
        cmocka_unit_test(written_ends_are_the_generators),
        cmocka_unit_test(written_addresses_are_made_absolute),
        cmocka_unit_test(written_addresses_that_lead_away_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
