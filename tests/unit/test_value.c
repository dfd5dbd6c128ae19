/* Trees of values: members and what hides them, JSON in both ways, what is refused, memory's end. */
#include "base/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROOM = 1 << 20 };

static void members(void **state) {
    (void)state;
    static const char *const names[] = {"a", "abcdefg", "abcdefgh", "abcdefghi", "abcdefghj", "ü"};
    struct arena *a = arena_new(ROOM);
    struct value o = value_object(a);
    for (int i = 0; i < 6; i++)
        value_put(o, names[i], value_int(i));
    for (int i = 0; i < 6; i++) {
        const struct value *v = value_get(&o, names[i]);
        assert_true(value_is(v, VALUE_INT));
        assert_int_equal(v->as.integer, i);
    }
    assert_null(value_get(&o, "abcdef"));
    assert_null(value_get(&o, "abcdefghk"));
    assert_null(value_get(&o, "A"));
    value_put(o, "abcdefghi", value_word("x"));
    assert_string_equal(value_get_string(&o, "abcdefghi", ""), "x");
    assert_string_equal(value_get_string(&o, "a", "none"), "none"); /* no text */
    value_put(o, "turned", value_word("x"));
    value_turn(o, "turned", "other", value_word("y")); /* in its place, under another name */
    assert_null(value_get(&o, "turned"));
    assert_string_equal(value_get_string(&o, "other", ""), "y");
    value_turn(o, "missing", "new", value_word("z"));
    assert_string_equal(value_get_string(&o, "new", ""), "z");
    struct value no_object = value_int(1);
    value_turn(no_object, "a", "b", value_null());
    value_put(no_object, "a", value_null());
    assert_null(value_get(&no_object, "a"));
    assert_null(value_get(NULL, "a"));
    arena_free(a);
}

static void lists(void **state) {
    (void)state;
    struct arena *a = arena_new(ROOM);
    struct value l = value_list(a);
    assert_null(l.as.list->first);
    for (int i = 0; i < 100; i++)
        value_add(l, value_int(i));
    value_add(value_null(), value_int(1));
    int n = 0;
    for (const struct value_item *i = l.as.list->first; i != NULL; i = i->next)
        assert_int_equal(i->value.as.integer, n++);
    assert_int_equal(n, 100);
    assert_int_equal(l.as.list->count, 100);
    arena_free(a);
}

/* Parsed by us, the text means what jansson finds in it. */
static void same(const char *text) {
    struct arena *a = arena_new(ROOM);
    json_t *theirs = json_loads(text, JSON_DECODE_ANY, NULL);
    struct value ours = value_parse(a, text);
    json_t *back = value_to_json(&ours);
    assert_non_null(theirs);
    if (!json_equal(theirs, back))
        fail_msg("%s", text);
    json_t *again = theirs;
    struct value copy = value_of_json(a, again);
    json_t *copied = value_to_json(&copy);
    assert_true(json_equal(theirs, copied));
    json_decref(theirs);
    json_decref(back);
    json_decref(copied);
    arena_free(a);
}

static void parsing(void **state) {
    (void)state;
    same("null");
    same("true");
    same(" [ ] ");
    same("{}");
    same("[1,-2,0,9223372036854775807,-9223372036854775808,1.5,-2e3,1E-2]");
    same("{\"a\":{\"b\":[{\"c\":null},true,false]},\"long name of a member\":\"x\"}");
    same("\"\"");
    same("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"");
    same("[\"a\\u00fcb\",\"\\u20ac\",\"\\ud83d\\ude00\",\"plain\",\"\\\\\"]");
    same("{\"\\u0061\\n\":\"\xc3\xbc\"}");
    /* by digits up to 18 bytes, by strtoll beyond */
    same("[999999999999999999,-99999999999999999,1000000000000000000,-999999999999999999]");
}

/* Texts of every length to what is scanned at once, with what ends or interrupts them at every place. */
static void long_texts(void **state) {
    (void)state;
    char json[256];
    for (int n = 0; n < 70; n++) {
        snprintf(json, sizeof json, "[\"%.*s\",\"b\"]", n,
                 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg");
        same(json);
        snprintf(json, sizeof json, "[\"%.*s\\n%.*s\"]", n,
                 "abcdefghij0123456789abcdefghij0123456789abcdefghij0123456789abcdefghij", 70 - n,
                 "abcdefghij0123456789abcdefghij0123456789abcdefghij0123456789abcdefghij");
        same(json);
        struct arena *a = arena_new(1 << 20);
        json[n + 1] = '\0'; /* cut: no end of the text */
        assert_int_equal(value_parse(a, json).kind, VALUE_NULL);
        arena_free(a);
    }
}

/* Many members, among them names that share their first eight bytes: each is found, the newest of a name wins. */
static void many_members(void **state) {
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct value o = value_object(a);
    static char names[200][24];
    for (int i = 0; i < 200; i++) {
        snprintf(names[i], sizeof names[i], i % 2 ? "n%d" : "a long name %d", i);
        value_put(o, names[i], value_int(i));
    }
    for (int i = 0; i < 200; i += 3)
        value_put(o, names[i], value_int(1000 + i));
    value_turn(o, "n1", "turned", value_int(-1));
    assert_null(value_get(&o, "n1"));
    assert_int_equal(value_get(&o, "turned")->as.integer, -1);
    for (int i = 0; i < 200; i++)
        if (i != 1)
            assert_int_equal(value_get(&o, names[i])->as.integer, i % 3 == 0 ? 1000 + i : i);
    assert_null(value_get(&o, "n200"));
    assert_null(value_get(&o, "a long name 1"));
    arena_free(a);
}

static void refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "{",
        "[",
        "[1",
        "[1,]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "\"",
        "\"a",
        "\"a\\",
        "\"a\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud83d\"",
        "\"\\udc00\"",
        "\"\\ud83d\\u0041\"",
        "\"\\u0000\"",
        "1 2",
        "-",
        "nul",
        "99999999999999999999",
        "[1}",
        "{\"a\":1]",
    };
    struct arena *a = arena_new(ROOM);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (value_parse(a, bad[i]).kind != VALUE_NULL)
            fail_msg("%s", bad[i]);
    assert_int_equal(value_parse(a, NULL).kind, VALUE_NULL);
    char deep[4096];
    memset(deep, '[', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    assert_int_equal(value_parse(a, deep).kind, VALUE_NULL);
    arena_free(a);
}

/* Of two members of a name the newer is what JSON has; many members keep their order. */
static void to_json(void **state) {
    (void)state;
    struct arena *a = arena_new(ROOM);
    struct value o = value_object(a);
    char names[300][8];
    for (int i = 0; i < 300; i++) {
        snprintf(names[i], sizeof names[i], "n%03d", i);
        value_put(o, names[i], value_int(i));
    }
    value_put(o, "n000", value_word("newer"));
    json_t *j = value_to_json(&o);
    assert_int_equal(json_object_size(j), 300);
    assert_string_equal(json_get_string(j, "n000", ""), "newer");
    assert_int_equal(json_get_int(j, "n299", -1), 299);
    json_decref(j);
    struct value bad = value_object(a), text = value_word("\xff");
    value_put(bad, "x", text);
    assert_null(value_to_json(&bad)); /* no UTF-8 */
    arena_free(a);
}

/* How often a member was made, and of what. */
struct making {
    struct arena *arena;
    struct value object;
    int times;
};

static struct value make_name(const char *name, void *with) {
    struct making *m = with;
    m->times++;
    value_put(m->object, "while making", value_or(value_get(&m->object, name)));
    return value_text(m->arena, name);
}

static void later(void **state) {
    (void)state;
    struct arena *a = arena_new(ROOM);
    struct making making = {.arena = a, .object = value_object(a)};
    const struct value_later make = {make_name, &making};
    value_put_later(making.object, "a", &make);
    value_put_later(making.object, "long enough for two", &make);
    value_put_later(making.object, "hidden", &make);
    value_put(making.object, "hidden", value_int(1));
    assert_null(value_get(&making.object, "b"));
    assert_true(value_is(value_get(&making.object, "hidden"), VALUE_INT));
    assert_int_equal(making.times, 0); /* nobody has looked */
    for (int i = 0; i < 3; i++)
        assert_string_equal(value_get_string(&making.object, "a", ""), "a");
    assert_int_equal(making.times, 1);
    const struct value *meanwhile = value_get(&making.object, "while making");
    assert_true(value_is(meanwhile, VALUE_NULL)); /* it cannot ask for itself without end */
    json_t *json = value_to_json(&making.object);
    assert_string_equal(json_get_string(json, "long enough for two", ""), "long enough for two");
    assert_int_equal(making.times, 3);
    json_decref(json);
    value_turn(making.object, "a", "z", value_int(2));
    assert_null(value_get(&making.object, "a"));
    arena_free(a);
}

static void of_buffers(void **state) {
    (void)state;
    struct arena *a = arena_new(ROOM);
    struct buf b;
    buf_init(&b, 100);
    buf_puts(&b, "some text");
    struct value v = value_of_buf(a, &b);
    assert_int_equal(v.len, 9);
    assert_string_equal(v.as.text, "some text");
    assert_true(arena_ok(a));
    b.failed = true;
    assert_int_equal(value_of_buf(a, &b).kind, VALUE_NULL);
    assert_false(arena_ok(a));
    arena_reset(a);
    assert_true(arena_ok(a));
    arena_free(a);
}

/* Where memory ends, nothing breaks, and the arena tells. */
static void out_of_memory(void **state) {
    (void)state;
    for (size_t max = 0; max < 4096; max += 64) {
        struct arena *a = arena_new(max);
        struct value o = value_object(a), l = value_list(a);
        for (int i = 0; i < 100; i++) {
            value_put(o, "name", value_text(a, "some text that is not short"));
            value_add(l, o);
        }
        assert_false(arena_ok(a));
        (void)value_parse(a, "{\"a\":[1,2,3]}");
        arena_free(a);
    }
    struct value none = value_object(NULL);
    value_put(none, "a", value_text(NULL, "b"));
    assert_int_equal(none.kind, VALUE_NULL);
    assert_false(arena_ok(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members),      cmocka_unit_test(lists),
        cmocka_unit_test(parsing),      cmocka_unit_test(long_texts),
        cmocka_unit_test(many_members), cmocka_unit_test(refused),
        cmocka_unit_test(to_json),      cmocka_unit_test(later),
        cmocka_unit_test(of_buffers),   cmocka_unit_test(out_of_memory),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
