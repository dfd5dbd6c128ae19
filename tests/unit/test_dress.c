/* What pages add to a post's HTML. */
#include "web/dress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define LINK(id) "<a class=\"anchor\" href=\"#" id "\" aria-label=\"Link to this part\"></a>"

static void check(const char *html, const char *expected) {
    struct buf b;
    buf_init(&b, 8192);
    assert_int_equal(dress_html(&b, html, strlen(html)), 0);
    assert_string_equal(buf_str(&b), expected);
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
    assert_int_equal(dress_html(&b, "<h2 id=\"a\">A</h2>", 17), -1);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(headings), cmocka_unit_test(boxes),
                                       cmocka_unit_test(bounded)};
    return cmocka_run_group_tests_name("dress", tests, NULL, NULL);
}
