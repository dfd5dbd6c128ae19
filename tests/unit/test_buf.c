#include "base/buf.h"
#include "base/error.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void grows_to_its_maximum_and_no_further(void **state) {
    (void)state;
    for (size_t max = 0; max < 200; max++) {
        struct buf b;
        buf_init(&b, max);
        for (size_t i = 0; i < max; i++) {
            assert_int_equal(buf_putc(&b, (char)('a' + i % 26)), 0);
            assert_int_equal(b.data[b.len], '\0');
            assert_true(b.cap <= max + 1);
        }
        assert_int_equal(b.len, max);
        assert_true(buf_ok(&b));
        assert_int_equal(buf_append(&b, "", 0), 0);
        assert_int_equal(buf_putc(&b, 'x'), -1);
        assert_false(buf_ok(&b));
        assert_int_equal(b.len, max);
        buf_free(&b);
    }
}

static void failure_sticks_until_cleared(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    assert_int_equal(buf_puts(&b, "abc"), 0);
    assert_int_equal(buf_puts(&b, "de"), -1);
    assert_int_equal(buf_puts(&b, "d"), -1); /* would fit, but the buffer has failed */
    assert_int_equal(buf_append(&b, "", 0), -1);
    assert_int_equal(buf_printf(&b, "%d", 1), -1);
    assert_null(buf_room(&b, 1));
    assert_null(buf_take(&b, NULL));
    assert_string_equal(buf_str(&b), "abc");
    buf_clear(&b);
    assert_true(buf_ok(&b));
    assert_string_equal(buf_str(&b), "");
    assert_int_equal(buf_puts(&b, "wxyz"), 0);
    buf_free(&b);
    assert_string_equal(buf_str(&b), "");
    assert_int_equal(buf_puts(&b, "again"), -1); /* the same max */
    buf_free(&b);
}

static void prints(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    assert_int_equal(buf_printf(&b, "%s", ""), 0);
    assert_string_equal(buf_str(&b), "");
    for (int i = 0; i < 10; i++) {
        assert_int_equal(buf_printf(&b, "%d-%s|", i, "1234567"), 0);
    }
    assert_int_equal(b.len, 100);
    assert_int_equal(strlen(buf_str(&b)), 100);
    assert_int_equal(buf_printf(&b, "%c", 'x'), -1);
    assert_int_equal(strlen(buf_str(&b)), 100); /* nothing of the refused text is seen */
    buf_free(&b);

    buf_init(&b, 63);
    assert_int_equal(buf_puts(&b, "abc"), 0);
    assert_int_equal(buf_printf(&b, "%070d", 1),
                     -1); /* begins in the room there is, does not fit */
    assert_string_equal(buf_str(&b), "abc");
    buf_free(&b);
}

static void room_is_given_and_taken(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (int i = 0; i < 100; i++) {
        char *p = buf_room(&b, 10);
        assert_non_null(p);
        memset(p, '0' + i % 10, 10);
        buf_added(&b, 10);
    }
    assert_int_equal(b.len, 1000);
    assert_int_equal(strlen(buf_str(&b)), 1000);
    assert_non_null(buf_room(&b, 0));
    assert_null(buf_room(&b, 1));
    buf_clear(&b);
    assert_non_null(buf_room(&b, 1000));
    buf_added(&b, 0);
    assert_int_equal(b.len, 0);
    assert_null(buf_room(&b, SIZE_MAX));
    buf_free(&b);

    buf_init(&b, SIZE_MAX); /* no bound: still no overflow */
    assert_int_equal(buf_puts(&b, "x"), 0);
    assert_null(buf_room(&b, SIZE_MAX - 1));
    assert_int_equal(b.len, 1);
    buf_free(&b);
}

static void cuts(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    buf_truncate(&b, 0);
    assert_int_equal(buf_puts(&b, "abcdef"), 0);
    buf_truncate(&b, 6);
    assert_string_equal(buf_str(&b), "abcdef");
    buf_truncate(&b, 2);
    assert_string_equal(buf_str(&b), "ab");
    buf_truncate(&b, 5);
    assert_int_equal(b.len, 2);
    buf_free(&b);
}

static void gives_its_content_away(void **state) {
    (void)state;
    struct buf b;
    size_t len = 99;
    buf_init(&b, 10);
    char *empty = buf_take(&b, &len);
    assert_string_equal(empty, "");
    assert_int_equal(len, 0);
    free(empty);
    assert_int_equal(buf_append(&b, "a\0b", 3), 0);
    char *s = buf_take(&b, &len);
    assert_int_equal(len, 3);
    assert_memory_equal(s, "a\0b", 4);
    free(s);
    assert_null(b.data);
    assert_int_equal(b.max, 10);
    assert_int_equal(buf_puts(&b, "0123456789"), 0);
    buf_free(&b);
}

static void errors_are_cut_at_a_character(void **state) {
    (void)state;
    static const char *const characters[] = {"x", "\xc3\xa9", "\xe6\x97\xa5", "\xf0\x9f\x98\x80"};
    for (size_t c = 0; c < 4; c++) {
        size_t n = strlen(characters[c]);
        for (size_t shift = 0; shift < 4; shift++) {
            char text[700] = "";
            memset(text, 'a', shift);
            for (size_t i = shift; i + n < sizeof text; i += n) {
                memcpy(text + i, characters[c], n + 1);
            }
            struct error err;
            assert_int_equal(error_set(&err, "%s", text), -1);
            size_t len = strlen(err.text);
            assert_true(len > sizeof err.text - 1 - n && len < sizeof err.text);
            assert_int_equal((len - shift) % n, 0);
            assert_int_equal(err.line, 0);
            assert_int_equal(error_prefix(&err, "%s", "12345"), -1);
            assert_memory_equal(err.text, "12345: ", 7);
            len = strlen(err.text);
            assert_int_equal((len - 7 - shift) % n, 0);
        }
    }
}

static void errors_carry_a_place(void **state) {
    (void)state;
    struct error err;
    assert_int_equal(error_at(&err, 3, 14, "no %s", "pi"), -1);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 14);
    assert_int_equal(error_prefix(&err, "a.md"), -1);
    assert_string_equal(err.text, "a.md: no pi");
    assert_int_equal(err.line, 3);
    assert_int_equal(error_set(&err, "plain"), -1);
    assert_int_equal(err.line, 0);
    assert_int_equal(error_set(NULL, "x"), -1);
    assert_int_equal(error_at(NULL, 1, 1, "x"), -1);
    assert_int_equal(error_prefix(NULL, "x"), -1);
}

static void numbers(void **state) {
    (void)state;
    static const int64_t all[] = {0,  1,   9,         10,        99,       100,
                                  -1, -10, INT64_MAX, INT64_MIN, 20260912, -99999999999};
    struct buf b;
    buf_init(&b, 64);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char want[32];
        snprintf(want, sizeof want, "%lld", (long long)all[i]);
        buf_clear(&b);
        assert_int_equal(buf_put_int(&b, all[i], 0), 0);
        assert_string_equal(buf_str(&b), want);
    }
    buf_clear(&b);
    buf_put_int(&b, 7, 2);
    buf_put_int(&b, 0, 3);
    buf_put_int(&b, 12345, 4);
    assert_string_equal(buf_str(&b), "0700012345");
    buf_clear(&b);
    buf_put_int(&b, 3, 20);
    assert_string_equal(buf_str(&b), "00000000000000000003");
    buf_free(&b);
}

static void on_foreign_memory(void **state) {
    (void)state;
    char memory[8];
    struct buf b;
    buf_init_on(&b, memory, sizeof memory);
    assert_string_equal(buf_str(&b), "");
    assert_int_equal(buf_puts(&b, "1234567"), 0);
    assert_string_equal(memory, "1234567");
    assert_int_equal(buf_putc(&b, '8'), -1);
    assert_string_equal(memory, "1234567");
    buf_clear(&b);
    assert_int_equal(buf_puts(&b, "12345678"), -1);
    assert_ptr_equal(b.data, memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(on_foreign_memory),
        cmocka_unit_test(grows_to_its_maximum_and_no_further),
        cmocka_unit_test(failure_sticks_until_cleared),
        cmocka_unit_test(prints),
        cmocka_unit_test(room_is_given_and_taken),
        cmocka_unit_test(cuts),
        cmocka_unit_test(gives_its_content_away),
        cmocka_unit_test(errors_are_cut_at_a_character),
        cmocka_unit_test(errors_carry_a_place),
    };
    return cmocka_run_group_tests_name("buf and error", tests, NULL, NULL);
}
