#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *read_ok(const char *text) {
    json_t *v = NULL;
    struct error err;
    if (json_read(&v, text, strlen(text), &err) != 0) {
        fail_msg("%s: %s", text, err.text);
    }
    return v;
}

static void reads_any_value(void **state) {
    (void)state;
    static const char *const texts[] = {"{}",         "[]",   "null",  "true",
                                        "1",          "-1.5", "\"x\"", "{\"a\":[1,{\"b\":null}]}",
                                        "\"\\u0000\""};
    for (size_t i = 0; i + 1 < sizeof texts / sizeof texts[0]; i++) {
        json_t *v = read_ok(texts[i]);
        struct buf b;
        buf_init(&b, 100);
        assert_int_equal(json_write(&b, v), 0);
        assert_string_equal(buf_str(&b), texts[i]);
        buf_free(&b);
        json_decref(v);
    }
}

static void refuses_with_a_place(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",    " ",        "{",       "[1,]",        "{\"a\":1,\"a\":2}", "tru",
        "1 2", "\"\xff\"", "{'a':1}", "\"\\u0000\"", "[\"\n\"]",          "{}x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *v = NULL;
        struct error err = {0};
        if (json_read(&v, texts[i], strlen(texts[i]), &err) != -1) {
            fail_msg("%s was taken", texts[i]);
        }
        assert_null(v);
        assert_true(err.text[0] != '\0');
    }
    json_t *v = NULL;
    struct error err;
    assert_int_equal(json_read(&v, "{\n  \"a\": x\n}", 12, &err), -1);
    assert_int_equal(err.line, 2);
    assert_true(err.column > 1);
    assert_int_equal(json_read(&v, "[1]x", 3, &err), 0); /* n counts, not a NUL */
    json_decref(v);
    assert_int_equal(json_read(&v, NULL, 0, &err), -1);
    char deep[5000];
    memset(deep, '[', sizeof deep);
    assert_int_equal(json_read(&v, deep, sizeof deep, &err), -1);
}

static void getters_have_defaults(void **state) {
    (void)state;
    json_t *v = read_ok("{\"s\":\"x\",\"i\":-7,\"t\":true,\"f\":false,\"n\":null,\"r\":1.5}");
    assert_string_equal(json_get_string(v, "s", "d"), "x");
    assert_string_equal(json_get_string(v, "i", "d"), "d");
    assert_null(json_get_string(v, "missing", NULL));
    assert_int_equal(json_get_int(v, "i", 3), -7);
    assert_int_equal(json_get_int(v, "s", 3), 3);
    assert_int_equal(json_get_int(v, "r", 3), 3);
    assert_true(json_get_bool(v, "t", false));
    assert_false(json_get_bool(v, "f", true));
    assert_true(json_get_bool(v, "n", true));
    json_decref(v);
    assert_int_equal(json_get_int(NULL, "i", 3), 3);
    v = read_ok("[1]");
    assert_int_equal(json_get_int(v, "i", 3), 3);
    json_decref(v);
}

static void puts_members(void **state) {
    (void)state;
    json_t *v = json_object();
    assert_int_equal(json_put_string(v, "s", "text"), 0);
    assert_int_equal(json_put_string(v, "n", NULL), 0);
    assert_int_equal(json_put_stringn(v, "p", "abcdef", 3), 0);
    assert_int_equal(json_put_stringn(v, "q", NULL, 3), 0);
    assert_int_equal(json_put_int(v, "i", INT64_MIN), 0);
    assert_int_equal(json_put_bool(v, "b", true), 0);
    assert_int_equal(json_put(v, "l", json_array()), 0);
    assert_int_equal(json_put(v, "x", NULL), -1);
    assert_int_equal(json_put_string(v, "x", "\xff"), -1);
    assert_int_equal(json_put_stringn(v, "x", "\xc3\xa9", 1), -1);
    assert_int_equal(json_put(NULL, "x", json_integer(1)), -1); /* and frees the value */
    struct buf b;
    buf_init(&b, 1000);
    assert_int_equal(json_write(&b, v), 0);
    assert_string_equal(buf_str(&b), "{\"s\":\"text\",\"n\":null,\"p\":\"abc\",\"q\":null,"
                                     "\"i\":-9223372036854775808,\"b\":true,\"l\":[]}");
    buf_free(&b);
    buf_init(&b, 10);
    assert_int_equal(json_write(&b, v), -1);
    assert_false(buf_ok(&b));
    assert_int_equal(json_write(&b, NULL), -1);
    buf_free(&b);
    json_decref(v);
}

/* Every byte at every place of a text that is looked at by words: read back it is the same, and nothing in it
 * ends a script element. */
static void strings_come_back(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 256);
    for (int c = 1; c < 128; c++) {
        for (size_t at = 0; at < 20; at++) {
            char text[21];
            memset(text, 'x', 20);
            text[20] = '\0';
            text[at] = (char)c;
            buf_clear(&b);
            json_write_string(&b, text);
            json_t *back = json_loadb(buf_str(&b), b.len, JSON_DECODE_ANY, NULL);
            assert_non_null(back);
            assert_string_equal(json_string_value(back), text);
            assert_null(strpbrk(buf_str(&b), "<>&"));
            json_decref(back);
        }
    }
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_come_back),    cmocka_unit_test(reads_any_value),
        cmocka_unit_test(refuses_with_a_place), cmocka_unit_test(getters_have_defaults),
        cmocka_unit_test(puts_members),
    };
    return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
