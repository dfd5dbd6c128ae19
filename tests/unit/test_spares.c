/* Memory of bodies that were sent, and serves again. */
#include "http/spares.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = 1 << 20 };

static void returned_memory_is_lent(void **state) {
    (void)state;
    struct spares s = {0};
    struct buf b;
    buf_init(&b, MAX);
    spares_lend(&s, &b); /* nothing waits */
    assert_null(b.data);
    assert_non_null(buf_room(&b, SPARE_MIN));
    buf_puts(&b, "words");
    const char *memory = b.data;
    const size_t cap = b.cap;
    spares_return(&s, &b);
    assert_null(b.data);
    assert_int_equal(b.cap, 0);
    spares_lend(&s, &b);
    assert_ptr_equal(b.data, memory);
    assert_int_equal(b.cap, cap);
    assert_int_equal(b.len, 0);
    assert_string_equal(buf_str(&b), "");
    buf_puts(&b, "own");
    spares_lend(&s, &b); /* who has memory keeps it */
    assert_string_equal(buf_str(&b), "own");
    spares_return(&s, &b);
    spares_free(&s);
}

static void small_and_large_ones_do_not_wait(void **state) {
    (void)state;
    static const size_t sizes[] = {100, SPARE_MAX + 1};
    struct spares s = {0};
    struct buf b;
    buf_init(&b, MAX);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_non_null(buf_room(&b, sizes[i]));
        spares_return(&s, &b);
        spares_lend(&s, &b);
        assert_null(b.data);
    }
    spares_return(&s, &b); /* nothing to return */
    spares_free(&s);
}

static void no_more_wait_than_there_is_room_for(void **state) {
    (void)state;
    struct spares s = {0};
    struct buf many[SPARES + 3];
    for (size_t i = 0; i < SPARES + 3; i++) {
        buf_init(&many[i], MAX);
        assert_non_null(buf_room(&many[i], SPARE_MIN));
    }
    for (size_t i = 0; i < SPARES + 3; i++)
        spares_return(&s, &many[i]);
    size_t lent = 0;
    for (size_t i = 0; i < SPARES + 3; i++) {
        spares_lend(&s, &many[i]);
        lent += many[i].data != NULL;
    }
    assert_int_equal(lent, SPARES);
    for (size_t i = 0; i < SPARES + 3; i++)
        buf_free(&many[i]);
    spares_free(&s);
}

/* Whatever room is left behind the content: what was sent returns, or is freed. */
static void what_was_sent_returns(void **state) {
    (void)state;
    struct spares s = {0};
    for (size_t left = 0; left < 80; left++) {
        struct buf b;
        buf_init(&b, MAX);
        assert_non_null(buf_room(&b, SPARE_MIN));
        const size_t cap = b.cap;
        const char *memory = b.data;
        memset(b.data, 'x', cap - 1 - left);
        buf_added(&b, cap - 1 - left);
        struct MHD_Response *m = spares_response(&s, &b);
        assert_non_null(m);
        assert_null(b.data);
        MHD_destroy_response(m);
        spares_lend(&s, &b);
        if (left >= 40) {
            assert_ptr_equal(b.data, memory);
            assert_int_equal(b.cap, cap);
        }
        buf_free(&b);
    }
    spares_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(returned_memory_is_lent),
        cmocka_unit_test(small_and_large_ones_do_not_wait),
        cmocka_unit_test(no_more_wait_than_there_is_room_for),
        cmocka_unit_test(what_was_sent_returns),
    };
    return cmocka_run_group_tests_name("spares", tests, NULL, NULL);
}
