/* YAML to JSON: the core schema, what is refused, and where errors are said to be. */
#include "content/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void reads(const char *yaml, const char *json) {
    struct error e = {0};
    json_t *v = NULL;
    struct buf b;

    if (yaml_read(&v, yaml, strlen(yaml), false, 1, &e) != 0)
        fail_msg("%s\n%d:%d: %s", yaml, e.line, e.column, e.text);
    buf_init(&b, 1U << 20);
    assert_int_equal(json_write(&b, v), 0);
    assert_string_equal(buf_str(&b), json);
    buf_free(&b);
    json_decref(v);
}

static void refuses(const char *yaml, int line, int column, const char *why) {
    struct error e = {0};
    json_t *v = NULL;

    assert_int_equal(yaml_read(&v, yaml, strlen(yaml), false, 1, &e), -1);
    assert_null(v);
    if (strstr(e.text, why) == NULL)
        fail_msg("%s\nsays: %s", yaml, e.text);
    assert_int_equal(e.line, line);
    assert_int_equal(e.column, column);
}

static void test_scalars(void **state) {
    (void)state;
    reads("", "null");
    reads("# only a comment\n", "null");
    reads("[~, null, Null, NULL, ]", "[null,null,null,null]");
    reads("a:\nb: ''", "{\"a\":null,\"b\":\"\"}");
    reads("[true, True, TRUE, false, False, FALSE]", "[true,true,true,false,false,false]");
    reads("[yes, no, on, off, y, n, tRue]", "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\",\"tRue\"]");
    reads("[0, 7, -7, +7, 007, 0o17, 0xfF]", "[0,7,-7,7,7,15,255]");
    reads("[1.5, -.5, 1., 1e3, 1.5E-1]", "[1.5,-0.5,1.0,1000.0,0.15]");
    reads("[., .e1, 1e, 1e+, +, -, 0x, 0o9, 1_000, 1.2.3]",
          "[\".\",\".e1\",\"1e\",\"1e+\",\"+\",\"-\",\"0x\",\"0o9\",\"1_000\",\"1.2.3\"]");
    reads("[.inf, -.Inf, .nan, 99999999999999999999, 1e999]",
          "[\".inf\",\"-.Inf\",\".nan\",\"99999999999999999999\",\"1e999\"]");
    reads("['1', \"true\", !!str 2, ! 3]", "[\"1\",\"true\",\"2\",\"3\"]");
    reads("[2022-09-10, 2022-09-10T12:00:00Z, 12:30]",
          "[\"2022-09-10\",\"2022-09-10T12:00:00Z\",\"12:30\"]");
}

static void test_collections(void **state) {
    (void)state;
    reads("a: 1\nb:\n  - x\n  - y: {z: [q]}\n", "{\"a\":1,\"b\":[\"x\",{\"y\":{\"z\":[\"q\"]}}]}");
    reads("a: |\n  one\n  two\nb: >\n  one\n  two\n",
          "{\"a\":\"one\\ntwo\\n\",\"b\":\"one two\\n\"}");
    reads("a: 1\r\nb: 2\r\n", "{\"a\":1,\"b\":2}");
    reads("1: x\ntrue: y\n", "{\"1\":\"x\",\"true\":\"y\"}");
    reads("---\na: 1\n...\n", "{\"a\":1}");
    reads("\"k\\u00e9\": \"\\U0001F600\"", "{\"k\xC3\xA9\":\"\xF0\x9F\x98\x80\"}");
}

static void test_refusals(void **state) {
    (void)state;
    refuses("a: 1\na: 2\n", 2, 1, "duplicate key \"a\"");
    refuses("x: {b: 1, b: 2}", 1, 11, "duplicate key \"b\"");
    refuses("a: &x 1\n", 1, 4, "anchors");
    refuses("a: &x [1]\n", 1, 4, "anchors");
    refuses("a: *x\n", 1, 4, "aliases");
    refuses("[a]: 1\n", 1, 1, "a key must be text");
    refuses("? {a: 1}\n: 1\n", 1, 3, "a key must be text");
    refuses("a: 1\n---\nb: 2\n", 2, 1, "second document");
    refuses("a: b: c\n", 1, 5, "mapping values are not allowed");
    refuses("a: [1, 2\n", 2, 1, "expected");
    refuses("a: \"x\\0y\"\n", 1, 4, "NUL");
    refuses("a: 'x\n", 1, 4, "unexpected end");
    refuses("a: \"\\ud800\"\n", 1, 7, "invalid Unicode");
    refuses("\ta: 1\n", 1, 1, "cannot start any token");
}

static void test_depth(void **state) {
    char text[400];
    struct error e = {0};
    json_t *v;

    (void)state;
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    assert_int_equal(yaml_read(&v, text, 128, false, 1, &e), 0);
    json_decref(v);
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    assert_int_equal(yaml_read(&v, text, 130, false, 1, &e), -1);
    assert_non_null(strstr(e.text, "64 levels"));
    assert_int_equal(e.column, 65);
}

static void test_fold_and_lines(void **state) {
    struct error e = {0};
    const char *text = "Title: x\nSub: {Key: 1}\n";
    const char *twice = "Date: 1\ndate: 2\n";
    json_t *v;

    (void)state;
    assert_int_equal(yaml_read(&v, text, strlen(text), true, 2, &e), 0);
    assert_non_null(json_object_get(v, "title"));
    assert_non_null(json_object_get(json_object_get(v, "sub"), "Key"));
    json_decref(v);
    assert_int_equal(yaml_read(&v, twice, strlen(twice), true, 2, &e), -1);
    assert_int_equal(e.line, 3);
    assert_int_equal(yaml_read(&v, twice, strlen(twice), false, 2, &e), 0);
    json_decref(v);
}

static bool is_tags(const char *key) {
    return strcmp(key, "tags") == 0;
}

static void test_keep_text_and_places(void **state) {
    const char *text = "v: 1.10\ntags: [1.10, {x: 007}, null]\n";
    struct yaml_options o = {.keep_text = is_tags, .places = json_object(), .first_line = 5};
    struct error e = {0};
    json_t *v;
    json_t *tags;
    json_t *place;

    (void)state;
    assert_int_equal(yaml_read_with(&v, text, strlen(text), &o, &e), 0);
    assert_true(json_is_real(json_object_get(v, "v")));
    tags = json_object_get(v, "tags");
    assert_string_equal(json_string_value(json_array_get(tags, 0)), "1.10");
    assert_string_equal(json_get_string(json_array_get(tags, 1), "x", ""), "007");
    assert_true(json_is_null(json_array_get(tags, 2)));
    place = json_object_get(o.places, "tags");
    assert_int_equal(json_integer_value(json_array_get(place, 0)), 6);
    assert_int_equal(json_integer_value(json_array_get(place, 1)), 7);
    assert_int_equal(json_object_size(o.places), 2);
    json_decref(v);
    json_decref(o.places);
}

static void test_broken_bytes(void **state) {
    struct error e = {0};
    json_t *v;

    (void)state;
    assert_int_equal(yaml_read(&v, "a: \x01", 4, false, 1, &e), -1);
    assert_int_equal(yaml_read(&v, "a: \xff\xfe", 5, false, 1, &e), -1);
    assert_int_equal(e.line, 1);
    assert_int_equal(yaml_read(&v, "a: b\0c", 6, false, 1, NULL), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars),        cmocka_unit_test(test_collections),
        cmocka_unit_test(test_refusals),       cmocka_unit_test(test_depth),
        cmocka_unit_test(test_fold_and_lines), cmocka_unit_test(test_keep_text_and_places),
        cmocka_unit_test(test_broken_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
