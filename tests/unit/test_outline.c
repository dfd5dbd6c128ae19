/* Ids of headings: as GitHub's, unique, and cheap however many repeat. */
#include "content/outline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void gives(struct outline *o, const char *name, const char *id) {
    const char *got = outline_add(o, 2, false, name, strlen(name), name, strlen(name));

    assert_non_null(got);
    assert_string_equal(got, id);
}

static void test_ids(void **state) {
    struct outline o;

    (void)state;
    assert_int_equal(outline_init(&o, 2, 4), 0);
    gives(&o, "Hello, World", "hello-world");
    gives(&o, "Hello World", "hello-world-1");
    gives(&o, "hello world", "hello-world-2");
    gives(&o, "", "section");
    gives(&o, "!", "section-1");
    gives(&o, "snake_case and-dash", "snake_case-and-dash");
    outline_free(&o);
}

static void test_repeats_that_meet(void **state) {
    struct outline o;

    (void)state;
    assert_int_equal(outline_init(&o, 1, 6), 0);
    gives(&o, "a-1", "a-1");
    gives(&o, "a", "a");
    gives(&o, "a", "a-2");
    gives(&o, "a-1", "a-1-1");
    gives(&o, "a", "a-3");
    gives(&o, "a-2", "a-2-1");
    outline_free(&o);
}

static void test_levels(void **state) {
    struct outline o;

    (void)state;
    assert_int_equal(outline_init(&o, 2, 3), 0);
    for (int level = 1; level <= 6; level++)
        assert_non_null(outline_add(&o, level, false, "x", 1, "X", 1));
    assert_int_equal(json_array_size(o.entries), 2);
    assert_int_equal(json_get_int(json_array_get(o.entries, 0), "level", 0), 2);
    assert_string_equal(json_get_string(json_array_get(o.entries, 0), "id", ""), "x-1");
    assert_string_equal(json_get_string(json_array_get(o.entries, 0), "text", ""), "X");
    outline_free(&o);
}

static void test_many(void **state) {
    struct outline o;
    char last[32];

    (void)state;
    assert_int_equal(outline_init(&o, 7, 7), 0);
    for (int i = 0; i < 50000; i++)
        assert_non_null(outline_add(&o, 2, false, "a", 1, "a", 1));
    (void)snprintf(last, sizeof last, "a-%d", 50000);
    gives(&o, "a", last);
    outline_free(&o);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_repeats_that_meet),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
