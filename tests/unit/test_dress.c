/* What pages add to a post's HTML. */
#include "web/dress.h"

#include "content/html_marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINK(id) "<a class=\"anchor\" href=\"#" id "\" aria-label=\"Link to this part\"></a>"

static void check(const char *html, const char *expected) {
    struct buf b;
    buf_init(&b, 8192);
    assert_int_equal(dress_html(&b, html, strlen(html), NULL), 0);
    assert_string_equal(buf_str(&b), expected);
    buf_free(&b);
    /* by marks that were kept, and by ones that cannot be its */
    struct buf marks;
    buf_init(&marks, 8192);
    html_marks_write(&marks, html, strlen(html));
    const char *const kept[] = {buf_str(&marks), "1 0 h9000:1:1", "1 0 d1:", "0 0 d0", "", "1 0 x"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        buf_init(&b, 8192);
        assert_int_equal(dress_html(&b, html, strlen(html), kept[i]), 0);
        assert_string_equal(buf_str(&b), expected);
        buf_free(&b);
    }
    buf_free(&marks);
}

static void marks(void **state) {
    (void)state;
    static const char html[] = "<h2 id=\"ab\">A</h2>\n<p><img src=\"a.png\"></p>\n"
                               "<input type=\"checkbox\" disabled>\n<video style=\"x\"></video>";
    struct buf b;
    unsigned traits = 0;
    buf_init(&b, 8192);
    html_marks_write(&b, html, sizeof html - 1);
    assert_string_equal(buf_str(&b), "1 51 h13:8:2 t67");
    assert_true(html_marks_traits(&traits, buf_str(&b)));
    assert_int_equal(traits, HTML_RELATIVE | HTML_PICTURES | HTML_VIDEO | HTML_STYLES);
    assert_false(html_marks_traits(&traits, NULL));
    assert_false(html_marks_traits(&traits, "2 0"));
    buf_free(&b);
    buf_init(&b, 10);
    html_marks_write(&b, html, sizeof html - 1);
    assert_false(buf_ok(&b));
    buf_free(&b);
}

static void headings(void **state) {
    (void)state;
    check("<h2 id=\"a\">A</h2>\n<p>b</p>\n", "<h2 id=\"a\">A" LINK("a") "</h2>\n<p>b</p>\n");
    check("<h3 id=\"übe\" class=\"x\">A</h3>", "<h3 id=\"übe\" class=\"x\">A" LINK("übe") "</h3>");
    static const char *const same[] = {
        "",
        "\n",
        "<h2>A</h2>",
        "<h2 id=\"a\">A",
        "<h2 id=\"a\">A</h3>",
        "<h2 id=\"",
        "<h2 id=\"a",
        "<h2 id=\"\">A</h2>",
        "<h2 id=\"a&quot;\">A</h2>",
        "<h2 id=\"a b\">A</h2>",
        "<p><h2 id=\"a\">A</h2></p>",
        "<h7 id=\"a\">A</h7>",
        "<hr>\n<header>x</header>",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        check(same[i], same[i]);
}

static void boxes(void **state) {
    (void)state;
    check("<li><input type=\"checkbox\" disabled> a</li>",
          "<li><input type=\"checkbox\" aria-label=\"To do\" disabled> a</li>");
    check("<input type=\"checkbox\" checked disabled><input type=\"checkbox\" name=a>",
          "<input type=\"checkbox\" aria-label=\"Done\" checked disabled><input "
          "type=\"checkbox\" name=a>");
    check("<input type=\"checkbox\" ", "<input type=\"checkbox\" ");
}

static void bounded(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 16);
    assert_int_equal(dress_html(&b, "<h2 id=\"a\">A</h2>", 17, NULL), -1);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(headings), cmocka_unit_test(boxes),
                                       cmocka_unit_test(bounded), cmocka_unit_test(marks)};
    return cmocka_run_group_tests_name("dress", tests, NULL, NULL);
}
