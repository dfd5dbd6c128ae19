/* Settings files laid over each other. */
#include "ingest/site_merge.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static json_t *parse(const char *text) {
    json_t *v = json_loads(text, 0, NULL);
    assert_non_null(v);
    return v;
}

static void expect(json_t *made, const char *text) {
    json_t *wanted = parse(text);
    if (json_equal(made, wanted) != 1) {
        char *is = json_dumps(made, 0);
        fail_msg("%s, not %s", is, text);
    }
    json_decref(wanted);
    json_decref(made);
}

static void expect_merge(const char *under, const char *over, const char *wanted) {
    json_t *tree = parse(under), *more = parse(over);
    assert_int_equal(site_merge(tree, more), 0);
    json_decref(more);
    expect(tree, wanted);
}

static void merged(void **state) {
    (void)state;
    expect_merge("{}", "{\"a\":1}", "{\"a\":1}");
    expect_merge("{\"a\":1,\"b\":2}", "{\"a\":3}", "{\"a\":3,\"b\":2}");
    expect_merge("{\"Params\":{\"x\":1}}", "{\"params\":{\"X\":2,\"y\":3}}",
                 "{\"Params\":{\"x\":2,\"y\":3}}");
    expect_merge("{\"a\":[1,2]}", "{\"a\":[3]}", "{\"a\":[3]}");
    expect_merge("{\"a\":{\"b\":1}}", "{\"a\":4}", "{\"a\":4}");
    expect_merge("{\"a\":4}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}");
}

static void wrapped(void **state) {
    (void)state;
    json_t *v = parse("{\"x\":1}");
    expect(site_wrap("", v), "{\"x\":1}");
    expect(site_wrap("params", v), "{\"params\":{\"x\":1}}");
    expect(site_wrap("languages.de.params", v), "{\"languages\":{\"de\":{\"params\":{\"x\":1}}}}");
    json_decref(v);
}

static void language(void **state) {
    (void)state;
    json_t *tree =
        parse("{\"title\":\"T\",\"defaultcontentlanguage\":\"de\",\"languages\":{\"de\":"
              "{\"title\":\"D\",\"weight\":3,\"params\":{\"a\":1}},\"en\":{\"title\":\"E\"}}}");
    assert_int_equal(site_merge_language(tree), 0);
    assert_string_equal(json_get_string(tree, "title", ""), "D");
    assert_null(json_object_get(tree, "weight"));
    assert_int_equal(json_get_int(json_object_get(tree, "params"), "a", 0), 1);
    json_decref(tree);
    tree = parse("{\"languages\":{\"en\":{\"title\":\"E\"}}}");
    assert_int_equal(site_merge_language(tree), 0);
    assert_string_equal(json_get_string(tree, "title", ""), "E");
    json_decref(tree);
    tree = parse("{\"languages\":7}");
    assert_int_equal(site_merge_language(tree), 0);
    json_decref(tree);
}

/* A tree deeper than is joined is replaced from there on; nothing overflows. */
static void deep(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 1000; i++)
        buf_puts(&b, "{\"a\":");
    buf_puts(&b, "1");
    for (int i = 0; i < 1000; i++)
        buf_puts(&b, "}");
    json_t *tree = parse(buf_str(&b)), *more = parse(buf_str(&b));
    assert_int_equal(site_merge(tree, more), 0);
    assert_int_equal(json_equal(tree, more), 1);
    json_decref(tree);
    json_decref(more);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merged),
        cmocka_unit_test(wrapped),
        cmocka_unit_test(language),
        cmocka_unit_test(deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
