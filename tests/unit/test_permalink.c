/* Addresses as Hugo makes them. */
#include "ingest/permalink.h"

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
        cmocka_unit_test(a_bad_pattern_is_an_error),
        cmocka_unit_test(written_addresses_are_made_absolute),
        cmocka_unit_test(written_addresses_that_lead_away_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
