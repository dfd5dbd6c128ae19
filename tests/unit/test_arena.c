#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void pieces_are_aligned_zeroed_and_apart(void **state) {
    (void)state;
    struct arena *a = arena_new(10u << 20);
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        pieces[i] = arena_alloc(a, i * 7 % 300);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < i * 7 % 300; k++) {
            assert_int_equal(pieces[i][k], 0);
        }
        memset(pieces[i], (int)i & 0xff, i * 7 % 300);
    }
    for (size_t i = 0; i < 500; i++) {
        for (size_t k = 0; k < i * 7 % 300; k++) {
            assert_int_equal(pieces[i][k], i & 0xff);
        }
    }
    arena_free(a);
    arena_free(NULL);
}

static void has_a_maximum(void **state) {
    (void)state;
    struct arena *a = arena_new(10000);
    size_t got = 0;
    while (arena_alloc(a, 100) != NULL) {
        got += 100;
    }
    assert_true(got > 7000 && got <= 10000);
    assert_null(arena_alloc(a, 100));
    assert_null(arena_alloc(a, SIZE_MAX));
    assert_null(arena_alloc(a, SIZE_MAX - 64));
    arena_reset(a);
    assert_non_null(arena_alloc(a, 1000)); /* works again */
    arena_free(a);

    a = arena_new(0);
    assert_null(arena_alloc(a, 0));
    arena_free(a);
    a = arena_new(100000);
    assert_non_null(arena_alloc(a, 100000)); /* one piece of the whole maximum */
    assert_null(arena_alloc(a, 1));
    arena_reset(a);
    assert_non_null(arena_alloc(a, 100000));
    arena_free(a);
    a = arena_new(SIZE_MAX);
    assert_null(arena_alloc(a, SIZE_MAX));
    assert_non_null(arena_alloc(a, 1));
    arena_free(a);
}

static void reset_zeroes_again(void **state) {
    (void)state;
    struct arena *a = arena_new(1u << 20);
    arena_reset(a); /* nothing there yet */
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 100; i++) {
            unsigned char *p = arena_alloc(a, 1000);
            for (size_t k = 0; k < 1000; k++) {
                assert_int_equal(p[k], 0);
            }
            memset(p, 0xaa, 1000);
        }
        arena_reset(a);
    }
    arena_free(a);
}

static void copies_strings(void **state) {
    (void)state;
    struct arena *a = arena_new(100000);
    assert_null(arena_strdup(a, NULL));
    assert_null(arena_strndup(a, NULL, 5));
    assert_null(arena_strndup(a, "x", SIZE_MAX));
    assert_string_equal(arena_strdup(a, ""), "");
    assert_string_equal(arena_strdup(a, "hello"), "hello");
    char part[3] = {'a', 'b', 'c'}; /* no NUL */
    assert_string_equal(arena_strndup(a, part, 3), "abc");
    assert_string_equal(arena_strndup(a, part, 0), "");
    assert_memory_equal(arena_strndup(a, "a\0b", 3), "a\0b", 4);
    arena_free(a);
}

/* What it has adopted counts, and goes with the pieces. */
static void adopts(void **state) {
    (void)state;
    struct arena *a = arena_new(10000);
    char *memory = malloc(100);
    assert_ptr_equal(arena_adopt(a, memory, 100), memory);
    assert_int_equal(arena_held(a), 4096 + 100);
    arena_reset(a);
    assert_int_equal(arena_held(a), 4096);
    assert_true(arena_ok(a));
    assert_null(arena_adopt(a, malloc(10001), 10001));
    assert_false(arena_ok(a));
    arena_reset(a);
    assert_null(arena_adopt(a, NULL, 0));
    assert_false(arena_ok(a));
    arena_free(a);
    assert_null(arena_adopt(NULL, malloc(1), 1));
    assert_null(arena_take(NULL, 1));
    assert_false(arena_ok(NULL));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adopts),         cmocka_unit_test(pieces_are_aligned_zeroed_and_apart),
        cmocka_unit_test(has_a_maximum),  cmocka_unit_test(reset_zeroes_again),
        cmocka_unit_test(copies_strings),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
