/* TOML 1.0, case by case: what it means as JSON, and what is refused where. */
#include "content/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool all(const char *key) {
    (void)key;
    return true;
}

static void gives_with(const char *text, const struct toml_options *o, const char *want) {
    json_t *v = NULL;
    struct error err = {0};
    struct buf out;
    buf_init(&out, 1 << 20);
    if (toml_read(&v, text, strlen(text), o, &err) != 0)
        fail_msg("%s: %d:%d: %s", text, err.line, err.column, err.text);
    assert_int_equal(json_write(&out, v), 0);
    assert_string_equal(buf_str(&out), want);
    json_decref(v);
    buf_free(&out);
}

static void gives(const char *text, const char *want) {
    gives_with(text, NULL, want);
}

static void refuses_n(const char *text, size_t n, int line, int column, const char *says) {
    json_t *v = NULL;
    struct error err = {0};
    if (toml_read(&v, text, n, NULL, &err) == 0)
        fail_msg("taken: %s", text);
    if (strstr(err.text, says) == NULL)
        fail_msg("%s: \"%s\" says nothing of \"%s\"", text, err.text, says);
    assert_int_equal(err.line, line);
    if (column > 0)
        assert_int_equal(err.column, column);
}

static void refuses(const char *text, int line, int column, const char *says) {
    refuses_n(text, strlen(text), line, column, says);
}

static void scalars(void **state) {
    (void)state;
    gives("", "{}");
    gives("# only a comment\n\n\t \r\n", "{}");
    gives("a=1\nb = -17 # c\r\nc=+99\nd=0", "{\"a\":1,\"b\":-17,\"c\":99,\"d\":0}");
    gives("a=1_000\nb=0xDEAD_beef\nc=0o755\nd=0b1101",
          "{\"a\":1000,\"b\":3735928559,\"c\":493,\"d\":13}");
    gives("a=3.14\nb=-0.5\nc=5e+22\nd=1e3\ne=6.5E-2\nf=9_224.5",
          "{\"a\":3.14,\"b\":-0.5,\"c\":5e22,\"d\":1000.0,\"e\":0.065,\"f\":9224.5}");
    gives("a=inf\nb=-inf\nc=nan", "{\"a\":\"inf\",\"b\":\"-inf\",\"c\":\"nan\"}");
    gives("a=true\nb=false", "{\"a\":true,\"b\":false}");
    gives("a=9223372036854775807\nb=-9223372036854775808",
          "{\"a\":9223372036854775807,\"b\":-9223372036854775808}");
    gives("a=2024-05-06\nb=2024-05-06T07:08:09Z\nc=2024-05-06 07:08:09.123+02:00\nd=07:08:09",
          "{\"a\":\"2024-05-06\",\"b\":\"2024-05-06T07:08:09Z\","
          "\"c\":\"2024-05-06 07:08:09.123+02:00\",\"d\":\"07:08:09\"}");
    gives("a=2024-05-06 # a day", "{\"a\":\"2024-05-06\"}");
}

static void strings(void **state) {
    (void)state;
    gives("a=\"\"\nb=''", "{\"a\":\"\",\"b\":\"\"}");
    gives("a=\"x\\t\\\"\\\\\\u00e9\\U0001F600\"",
          "{\"a\":\"x\\t\\\"\\\\\xc3\xa9\xf0\x9f\x98\x80\"}");
    gives("a='C:\\x \"q\"'", "{\"a\":\"C:\\\\x \\\"q\\\"\"}");
    gives("a=\"\"\"\nRoses\r\nare \\\n   red\"\"\"", "{\"a\":\"Roses\\nare red\"}");
    gives("a=\"\"\"\"two quotes\"\"\"\"\"", "{\"a\":\"\\\"two quotes\\\"\\\"\"}");
    gives("a='''\nraw \\n\n'x''''\nb=1", "{\"a\":\"raw \\\\n\\n'x'\",\"b\":1}");
    gives("a=\"\\u0041\\b\\f\\n\\r\"", "{\"a\":\"A\\b\\f\\n\\r\"}");
}

static void keys_and_tables(void **state) {
    (void)state;
    gives("\"a b\"=1\n'c.d'=2\n1234=3\n\"\"=4", "{\"a b\":1,\"c.d\":2,\"1234\":3,\"\":4}");
    gives("a.b.c=1\na . \"d e\" = 2", "{\"a\":{\"b\":{\"c\":1},\"d e\":2}}");
    gives("[a]\nx=1\n[a.b]\ny=2\n[ c . d ]\nz=3",
          "{\"a\":{\"x\":1,\"b\":{\"y\":2}},\"c\":{\"d\":{\"z\":3}}}");
    gives("[a.b]\nx=1\n[a]\ny=2", "{\"a\":{\"b\":{\"x\":1},\"y\":2}}");
    gives("[[m]]\nn=1\n[[m]]\n[m.o]\np=2\n[[m.q]]\nr=3\n[[m.q]]",
          "{\"m\":[{\"n\":1},{\"o\":{\"p\":2},\"q\":[{\"r\":3},{}]}]}");
    gives("[fruit]\napple.color='r'\napple.taste.sweet=true\n[fruit.apple.texture]\ns=1",
          "{\"fruit\":{\"apple\":{\"color\":\"r\",\"taste\":{\"sweet\":true},\"texture\":{\"s\":1}}"
          "}}");
    gives("a={x=1, y.z='s' }\nb={}", "{\"a\":{\"x\":1,\"y\":{\"z\":\"s\"}},\"b\":{}}");
    gives("a=[ ]\nb=[1,2,]\nc=[\n 'x', # one\n [true, 1.5],\n {y=1}\n]",
          "{\"a\":[],\"b\":[1,2],\"c\":[\"x\",[true,1.5],{\"y\":1}]}");
}

static void refusals(void **state) {
    (void)state;
    refuses("a=1\na=2", 2, 2, "duplicate key \"a\"");
    refuses("a.b=1\na.b.c=2", 2, 0, "no table");
    refuses("a={b=1}\na.c=2", 2, 0, "no table");
    refuses("a={b=1}\n[a.c]", 2, 0, "no table");
    refuses("[a]\n[a]", 2, 0, "defined twice");
    refuses("a.b=1\n[a]", 2, 0, "defined twice");
    refuses("[a]\nb=1\n[a.b]", 3, 0, "defined twice");
    refuses("a=[1]\n[[a]]", 2, 0, "no array of tables");
    refuses("[[a]]\n[a]", 2, 0, "defined twice");
    refuses("[a]\n[[a]]", 2, 0, "no array of tables");
    refuses("a=", 1, 3, "a value is expected");
    refuses("a=x", 1, 3, "\"x\" is no value");
    refuses("a=01", 1, 3, "no value");
    refuses("a=1__0", 1, 3, "no value");
    refuses("a=1_", 1, 3, "no value");
    refuses("a=.5", 1, 3, "no value");
    refuses("a=5.", 1, 3, "no value");
    refuses("a=0x", 1, 3, "no value");
    refuses("a=9223372036854775808", 1, 3, "no value");
    refuses("a=1 b=2", 1, 5, "the line should end here");
    refuses("a", 1, 2, "= is expected");
    refuses("=1", 1, 1, "a key is expected");
    refuses("[a", 1, 3, "] is expected");
    refuses("[[a]", 1, 0, "] is expected");
    refuses("a=[1 2]", 1, 6, "a comma or ]");
    refuses("a=[1,", 1, 0, "a value is expected");
    refuses("a={x=1,}", 1, 8, "a key is expected");
    refuses("a={x=1\n}", 1, 7, "a comma or }");
    refuses("a=\"x\ny\"", 1, 5, "has no end");
    refuses("x=1\na=\"\"\"\n\n", 2, 1, "has no end");
    refuses("a=\"\\q\"", 1, 5, "an unknown escape");
    refuses("a=\"\\ud800\"", 1, 0, "no character");
    refuses("a=\"\\u00g0\"", 1, 0, "hex digits");
    refuses("a=\"\x01\"", 1, 4, "a control character");
    refuses("# \x02", 1, 0, "a control character");
    refuses("\"a\\u0001b\"=1", 1, 0, "a control character in a key");
    refuses("a='\xff'", 1, 0, "no UTF-8");
    refuses("\"\xff\"=1", 1, 0, "no UTF-8");
    refuses_n("a=1\0", 4, 1, 1, "NUL");
}

/* Every form of the specification, and beside each what is nearly one. */
static void words(void **state) {
    (void)state;
    static const char *const texts[] = {
        "2024-02-29",
        "2000-02-29",
        "0001-01-01",
        "2024-12-31T23:59:60Z",
        "2024-05-06t07:08:09z",
        "2024-05-06 07:08:09",
        "2024-05-06T07:08:09.000001-00:30",
        "00:00:00",
        "23:59:59.5",
        "+inf",
        "-nan",
        "1e999",
        "-1_0.0e4_0_0",
    };
    static const char *const wrong[] = {
        "2024-5-6",
        "2024-05-06x",
        "2024-05-06T",
        "2024-05-06T07:08",
        "2024-05-06T07:08:09+1",
        "07:08",
        "07:08:09Z",
        "07:08:09.",
        "07:08:09 x",
        "2024-05-06T07:08:09ZZ",
        "0_1",
        "-0_1",
        "0x0x1",
        "0b0b1",
        "0o8",
        "0x+1",
        "+0x1",
        "0b2",
        "0X1",
        "1e5.5",
        "1e_5",
        "1._5",
        "--1",
        "+-1",
        "True",
        "Inf",
        "+true",
        "00.5",
        "0x_1",
        "0x1_",
        "1.2.3",
        "1e",
        "e1",
        "_1",
        "0xg",
        "0x10000000000000000",
    };
    static const char *const never[] = {
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-01",
        "2024-04-31",
        "2024-01-00",
        "2024-05-06T24:00:00",
        "2024-05-06 07:60:00",
        "07:08:61",
        "2024-05-06T07:08:09+24:00",
    };
    char text[100], want[100];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        snprintf(text, sizeof text, "a=%s # as written", texts[i]);
        snprintf(want, sizeof want, "{\"a\":\"%s\"}", texts[i]);
        gives(text, want);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, "b=[\n%s]", wrong[i]);
        refuses(text, 2, 0, "");
    }
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++) {
        snprintf(text, sizeof text, "\na = %s", never[i]);
        refuses(text, 2, 5, "no such day or time");
    }
    gives("a=-0\nb=+0.0\nc=1e+05", "{\"a\":0,\"b\":0.0,\"c\":100000.0}");
    gives("a=[2024-05-06 , 1]", "{\"a\":[\"2024-05-06\",1]}");
}

static void line_ends(void **state) {
    (void)state;
    gives("a=\"\"\"x\\ \t\r\n \t\n y\"\"\"\r\nb='''\r\nz\r\n'''", "{\"a\":\"xy\",\"b\":\"z\\n\"}");
    gives("a=\"\"\"\"\"\"\nb=''''''''", "{\"a\":\"\",\"b\":\"''\"}");
    gives("a=\"\"\"\\\"\"\"\\\"\"\"\"", "{\"a\":\"\\\"\\\"\\\"\\\"\"}");
    refuses("a=\"\"\"x\ry\"\"\"", 1, 7, "a control character");
    refuses("a='''x\ry'''", 1, 7, "a control character");
    refuses("a=\"\"\"x\\ y\"\"\"", 1, 8, "an unknown escape");
    refuses("a=\"\"\"x\\\n\v\"\"\"", 2, 1, "a control character");
    refuses("a=\"x\r\n\"", 1, 5, "has no end");
    refuses("a=1\rb=2", 1, 0, "the line should end");
    refuses("a=\"\\e\"", 1, 0, "an unknown escape");
    refuses("a=\"\\x41\"", 1, 0, "an unknown escape");
    refuses("\"\"\"a\"\"\"=1", 1, 0, "=");
    refuses("a\n=1", 1, 2, "= is expected");
    refuses("a=\n1", 1, 3, "a value is expected");
    refuses("[a\n]", 1, 3, "] is expected");
    refuses("[[a] ]", 1, 0, "] is expected");
    refuses("[a] b=1", 1, 5, "the line should end");
    refuses("[]", 1, 2, "a key is expected");
    refuses("a.=1", 1, 3, "a key is expected");
    refuses("a..b=1", 1, 3, "a key is expected");
}

/* What a table that is already there may still take. */
static void redefinitions(void **state) {
    (void)state;
    gives("[a]\n[a.b]\n[c]\n[a.d]\nx=1", "{\"a\":{\"b\":{},\"d\":{\"x\":1}},\"c\":{}}");
    gives("a={b.c=1,b.d=2}", "{\"a\":{\"b\":{\"c\":1,\"d\":2}}}");
    gives("x.a=1\ny.a=2\nx.b=3", "{\"x\":{\"a\":1,\"b\":3},\"y\":{\"a\":2}}");
    gives("[[a.b]]\n[a]\nc=1", "{\"a\":{\"b\":[{}],\"c\":1}}");
    refuses("[a.b.c]\nz=9\n[a]\nb.c.t=1", 4, 0, "no table");
    refuses("[[a.b]]\n[a]\nb.y=2", 3, 0, "no table");
    refuses("a={b={x=1},b.y=2}", 1, 0, "no table");
    refuses("a={b=1,b=2}", 1, 0, "duplicate key");
    refuses("a=[{b=1}]\n[a.c]", 2, 0, "no table");
    refuses("a=[{b=1}]\n[[a]]", 2, 0, "no array of tables");
    refuses("a=[]\n[[a]]", 2, 0, "no array of tables");
    refuses("[a.b]\n[[a]]", 2, 0, "no array of tables");
    refuses("[[a]]\n[a.b]\n[a.b]", 3, 0, "defined twice");
    refuses("a=1\n[a.b]", 2, 0, "no table");
    refuses("a=1\n'a'=2", 2, 0, "duplicate key");
    refuses("[f]\na.b=1\n[f.a]", 3, 0, "defined twice");
}

static void options(void **state) {
    (void)state;
    struct toml_options o = {.fold_keys = true, .first_line = 5, .places = json_object()};
    gives_with("Title='T'\n\n[Params.Deep]\nKeepCase=1", &o,
               "{\"title\":\"T\",\"params\":{\"Deep\":{\"KeepCase\":1}}}");
    struct buf out;
    buf_init(&out, 1000);
    assert_int_equal(json_write(&out, o.places), 0);
    assert_string_equal(buf_str(&out), "{\"title\":[5,7],\"params\":[7,13]}");
    buf_free(&out);
    json_decref(o.places);
    o = (struct toml_options){.keep_text = all};
    gives_with("tags=[1.10, true, 0x1f, 'x']", &o, "{\"tags\":[\"1.10\",\"true\",\"0x1f\",\"x\"]}");
    json_t *v = NULL;
    struct error err = {0};
    o = (struct toml_options){.fold_keys = true, .first_line = 5};
    assert_int_equal(toml_read(&v, "A=1\na=2", 7, &o, &err), -1);
    assert_int_equal(err.line, 6);
}

/* Nested deep, wide, long: refused or taken at once. */
static void bounds(void **state) {
    (void)state;
    enum { MANY = 200000 };
    struct buf b;
    json_t *v = NULL;
    struct error err = {0};
    buf_init(&b, 8 << 20);
    buf_puts(&b, "a=");
    for (int i = 0; i < MANY; i++)
        buf_putc(&b, '[');
    assert_int_equal(toml_read(&v, b.data, b.len, NULL, &err), -1);
    assert_non_null(strstr(err.text, "nested deeper"));
    buf_clear(&b);
    for (int i = 0; i < 100; i++)
        buf_puts(&b, "a.");
    buf_puts(&b, "a=1");
    assert_int_equal(toml_read(&v, b.data, b.len, NULL, &err), -1);
    assert_non_null(strstr(err.text, "more than 64 parts"));
    buf_clear(&b);
    for (int i = 0; i < MANY; i++)
        buf_printf(&b, "[[t]]\nk%d.x=%d\n", i, i);
    assert_int_equal(toml_read(&v, b.data, b.len, NULL, &err), 0);
    assert_int_equal(json_array_size(json_object_get(v, "t")), MANY);
    json_decref(v);
    buf_clear(&b);
    buf_puts(&b, "a=");
    for (int i = 0; i < 40; i++)
        buf_puts(&b, "{a=[");
    assert_int_equal(toml_read(&v, b.data, b.len, NULL, &err), -1);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scalars),         cmocka_unit_test(strings),
        cmocka_unit_test(keys_and_tables), cmocka_unit_test(refusals),
        cmocka_unit_test(words),           cmocka_unit_test(line_ends),
        cmocka_unit_test(redefinitions),   cmocka_unit_test(options),
        cmocka_unit_test(bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
