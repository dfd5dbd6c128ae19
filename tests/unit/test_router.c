/* Patterns of routes against paths. */
#include "http/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void literal(void **state) {
    (void)state;
    struct route_match m;
    assert_true(route_match(&m, "/", "/"));
    assert_int_equal(m.count, 0);
    assert_true(route_match(&m, "/feed.xml", "/feed.xml"));
    assert_false(route_match(&m, "/feed.xml", "/feed.xml/"));
    assert_false(route_match(&m, "/feed.xml", "/feed.xm"));
    assert_false(route_match(&m, "/feed.xml", "/FEED.xml"));
    assert_false(route_match(&m, "/", ""));
    assert_false(route_match(&m, "", "/"));
}

static void one_segment(void **state) {
    (void)state;
    struct route_match m;
    assert_true(route_match(&m, "/tags/:tag/", "/tags/c++/"));
    assert_int_equal(m.count, 1);
    assert_true(slice_eq(m.param[0], "c++"));
    assert_false(route_match(&m, "/tags/:tag/", "/tags//"));
    assert_false(route_match(&m, "/tags/:tag/", "/tags/a/b/"));
    assert_false(route_match(&m, "/tags/:tag/", "/tags/a"));
    assert_true(route_match(&m, "/tags/:tag", "/tags/:tag"));
    assert_true(slice_eq(m.param[0], ":tag"));
}

static void several(void **state) {
    (void)state;
    struct route_match m;
    assert_true(route_match(&m, "/:a/:b/:c/:d", "/1/22/333/4444"));
    assert_int_equal(m.count, 4);
    assert_true(slice_eq(m.param[0], "1"));
    assert_true(slice_eq(m.param[3], "4444"));
    /* More parameters than there is room for never match, and never write past the room. */
    assert_false(route_match(&m, "/:a/:b/:c/:d/:e", "/1/2/3/4/5"));
    assert_false(route_match(&m, "/:a/:b/:c/:d/*", "/1/2/3/4/5"));
}

static void the_rest(void **state) {
    (void)state;
    struct route_match m;
    assert_true(route_match(&m, "/static/*", "/static/a/b.css"));
    assert_true(slice_eq(m.param[0], "a/b.css"));
    assert_true(route_match(&m, "/static/*", "/static/"));
    assert_int_equal(m.param[0].len, 0);
    assert_false(route_match(&m, "/static/*", "/static"));
    assert_true(route_match(&m, "*", "/anything/at all"));
    assert_true(route_match(&m, "/:year/*", "/2024/05/a/"));
    assert_true(slice_eq(m.param[0], "2024"));
    assert_true(slice_eq(m.param[1], "05/a/"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literal),
        cmocka_unit_test(one_segment),
        cmocka_unit_test(several),
        cmocka_unit_test(the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
