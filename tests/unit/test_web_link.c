/* Links of the site, links in feeds, and what XML cannot hold. */
#include "web/link.h"
#include "web/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct snapshot root_site(void) {
    static char origin[] = "https://x.org", none[] = "", base[] = "https://x.org/";
    return (struct snapshot){
        .origin = origin, .prefix = none, .prefix_raw = none, .base_url = base};
}

static struct snapshot sub_site(void) {
    static char origin[] = "https://x.org", prefix[] = "/my%20blog", raw[] = "/my blog",
                base[] = "https://x.org/my%20blog/";
    return (struct snapshot){
        .origin = origin, .prefix = prefix, .prefix_raw = raw, .base_url = base};
}

static void paths_are_encoded(void **state) {
    struct snapshot root = root_site(), sub = sub_site();
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    assert_int_equal(link_path(&b, &root, "/tags/c++ \"x\"/größe/"), 0);
    assert_string_equal(buf_str(&b), "/tags/c++%20%22x%22/gr%C3%B6%C3%9Fe/");
    buf_clear(&b);
    assert_int_equal(link_url(&b, &sub, "/a/"), 0);
    assert_string_equal(buf_str(&b), "https://x.org/my%20blog/a/");
    buf_free(&b);
}

static void written_links(void **state) {
    static const struct {
        const char *written, *root, *sub;
    } cases[] = {
        {"/tags/", "/tags/", "/my%20blog/tags/"},
        {"tags/", "/tags/", "/my%20blog/tags/"},
        {"/my%20blog/tags/", "/my%20blog/tags/", "/my%20blog/tags/"},
        {"/my%20blogger/", "/my%20blogger/", "/my%20blog/my%20blogger/"},
        {"/my%20blog", "/my%20blog", "/my%20blog"},
        {"https://y.org/a?b=c#d", "https://y.org/a?b=c#d", "https://y.org/a?b=c#d"},
        {"//y.org/", "//y.org/", "//y.org/"},
        {"mailto:a@y.org", "mailto:a@y.org", "mailto:a@y.org"},
        {"#top", "#top", "#top"},
        {"/a b\"<", "/a%20b%22%3C", "/my%20blog/a%20b%22%3C"},
        {"", "/", "/my%20blog/"},
    };
    struct snapshot root = root_site(), sub = sub_site();
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&b);
        assert_int_equal(link_written(&b, &root, cases[i].written), 0);
        assert_string_equal(buf_str(&b), cases[i].root);
        buf_clear(&b);
        assert_int_equal(link_written(&b, &sub, cases[i].written), 0);
        assert_string_equal(buf_str(&b), cases[i].sub);
    }
    buf_free(&b);
}

static void schemes(void **state) {
    (void)state;
    assert_true(link_has_scheme("http:", 5));
    assert_true(link_has_scheme("a+b-c.d:x", 9));
    assert_false(link_has_scheme("1a:", 3));
    assert_false(link_has_scheme("a/b:c", 5));
    assert_false(link_has_scheme("abc", 3));
    assert_false(link_has_scheme("", 0));
}

static void expect_absolute(const char *html, const char *expected) {
    struct snapshot site = root_site();
    struct buf b;
    buf_init(&b, 65536);
    assert_int_equal(link_absolute_html(&b, &site, "/posts/a/", html, strlen(html)), 0);
    assert_string_equal(buf_str(&b), expected);
    buf_free(&b);
}

static void html_made_absolute(void **state) {
    static const struct {
        const char *html, *expected;
    } cases[] = {
        {"", ""},
        {"no tags & nothing < to do > here", "no tags & nothing < to do > here"},
        {"<a href=\"/x\">", "<a href=\"https://x.org/x\">"},
        {"<A HREF='x'>", "<A HREF='https://x.org/posts/a/x'>"},
        {"<a href=x>y", "<a href=https://x.org/posts/a/x>y"},
        {"<a href=\"#f\">", "<a href=\"https://x.org/posts/a/#f\">"},
        {"<a href=\"?q\">", "<a href=\"https://x.org/posts/a/?q\">"},
        {"<a href=\"\">", "<a href=\"\">"},
        {"<a href>", "<a href>"},
        {"<a href=>", "<a href=>"},
        {"<a href=\"//y/\">", "<a href=\"//y/\">"},
        {"<a href=\"DATA:x\">", "<a href=\"DATA:x\">"},
        {"<a title=\"href='/x'\">", "<a title=\"href='/x'\">"},
        {"<a data-href=\"/x\">", "<a data-href=\"/x\">"},
        {"<img src=\"/a\"/><img\nsrc = '/b' alt>",
         "<img src=\"https://x.org/a\"/><img\nsrc = 'https://x.org/b' alt>"},
        {"<img srcset=\"a 1x,/b 2x\">",
         "<img srcset=\"https://x.org/posts/a/a 1x, https://x.org/b 2x\">"},
        {"<!-- <a href=\"/x\"> --><a href=\"/y\">",
         "<!-- <a href=\"/x\"> --><a href=\"https://x.org/y\">"},
        {"<!-- <a href=\"/x\">", "<!-- <a href=\"/x\">"},
        {"</a href=\"/x\">", "</a href=\"/x\">"},
        {"a < b <a", "a < b <a"},
        {"<a ", "<a "},
        {"<a href", "<a href"},
        {"<a href=", "<a href="},
        {"<a href=\"", "<a href=\""},
        {"<a href=\"/x", "<a href=\"https://x.org/x"},
        {"<a / = href=\"/x\">", "<a / = href=\"https://x.org/x\">"},
        {"<a href=\"/x\"href='/y'>", "<a href=\"https://x.org/x\"href='https://x.org/y'>"},
        {"<", "<"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_absolute(cases[i].html, cases[i].expected);
}

/* A page at a file's address: what is relative stands beside the file. */
static void html_below_a_file(void **state) {
    struct snapshot site = sub_site();
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    const char *html = "<a href=\"c.png\"><a href=\"#x\">";
    assert_int_equal(link_absolute_html(&b, &site, "/a/b.html", html, strlen(html)), 0);
    assert_string_equal(buf_str(&b), "<a href=\"https://x.org/my%20blog/a/c.png\">"
                                     "<a href=\"https://x.org/my%20blog/a/b.html#x\">");
    buf_free(&b);
}

static void html_beyond_the_bound_fails(void **state) {
    struct snapshot site = root_site();
    struct buf b;
    (void)state;
    buf_init(&b, 20);
    const char *html = "<a href=\"/x\"><a href=\"/x\">";
    assert_int_equal(link_absolute_html(&b, &site, "/", html, strlen(html)), -1);
    buf_free(&b);
}

static void xml_loses_what_it_cannot_hold(void **state) {
    static const char text[] =
        "a\x01"
        "b\tc\nd\re\x1f\x7f\xc3\xa9\xef\xbf\xbd\xef\xbf\xbe\xef\xbf\xbf!\xef\xbf";
    struct buf b;
    (void)state;
    buf_init(&b, 1024);
    buf_append(&b, text, sizeof text - 1);
    answer_clean_xml(&b);
    assert_string_equal(buf_str(&b), "ab\tc\nd\re\x7f\xc3\xa9\xef\xbf\xbd!\xef\xbf");
    buf_clear(&b);
    answer_clean_xml(&b);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

static void page_numbers(void **state) {
    static const struct {
        const char *text;
        int64_t number;
    } cases[] = {{"1", 1},          {"42", 42}, {"999999999", 999999999},
                 {"1000000000", 0}, {"0", 0},   {"01", 0},
                 {"", 0},           {"-1", 0},  {"+1", 0},
                 {"1 ", 0},         {"x", 0},   {"1.0", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(page_number(slice_of(cases[i].text)), cases[i].number);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_encoded),
        cmocka_unit_test(written_links),
        cmocka_unit_test(schemes),
        cmocka_unit_test(html_made_absolute),
        cmocka_unit_test(html_below_a_file),
        cmocka_unit_test(html_beyond_the_bound_fails),
        cmocka_unit_test(xml_loses_what_it_cannot_hold),
        cmocka_unit_test(page_numbers),
    };
    return cmocka_run_group_tests_name("web_link", tests, NULL, NULL);
}
