/* Token buckets: how many, how soon again, and whose. */
#include "web/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

static struct limits *limits(unsigned address, unsigned token) {
    const struct limits_options o = {.address_rate = address, .token_rate = token};
    struct limits *l = NULL;
    assert_int_equal(limits_new(&l, &o, NULL), 0);
    return l;
}

static unsigned asks(struct limits *l, const char *client, int64_t now, unsigned n) {
    unsigned within = 0;
    for (unsigned i = 0; i < n; i++)
        within += limits_address(l, client, now, NULL);
    return within;
}

static void a_burst_and_then_the_rate(void **state) {
    (void)state;
    struct limits *l = limits(60, 0);
    int64_t now = 1000 * (int64_t)SECOND;
    assert_int_equal(asks(l, "203.0.113.1", now, 100), 20);
    assert_int_equal(asks(l, "203.0.113.1", now + SECOND - 1, 5), 0);
    assert_int_equal(asks(l, "203.0.113.1", now + SECOND, 5), 1);
    assert_int_equal(asks(l, "203.0.113.1", now + 4 * SECOND, 5), 3);
    assert_int_equal(asks(l, "203.0.113.1", now + 600 * (int64_t)SECOND, 100), 20);
    limits_free(l);
}

static void what_is_said(void **state) {
    (void)state;
    struct limits *l = limits(60, 0);
    struct limits_state s;
    assert_true(limits_address(l, "203.0.113.1", 5, &s));
    assert_int_equal(s.quota, 60);
    assert_int_equal(s.remaining, 19);
    assert_int_equal(s.reset_s, 1);
    assert_int_equal(s.retry_s, 0);
    asks(l, "203.0.113.1", 5, 19);
    assert_false(limits_address(l, "203.0.113.1", 5, &s));
    assert_int_equal(s.remaining, 0);
    assert_int_equal(s.reset_s, 20);
    assert_int_equal(s.retry_s, 1);
    limits_free(l);
}

static void each_has_its_own(void **state) {
    (void)state;
    struct limits *l = limits(60, 30);
    assert_int_equal(asks(l, "203.0.113.1", 5, 50), 20);
    assert_int_equal(asks(l, "203.0.113.2", 5, 50), 20);
    assert_int_equal(asks(l, "2001:db8::1", 5, 15), 15);
    assert_int_equal(asks(l, "2001:db8::ffff:2", 5, 15), 5); /* the same /64 */
    assert_int_equal(asks(l, "2001:db8:0:1::1", 5, 50), 20);
    unsigned within = 0;
    for (int i = 0; i < 50; i++)
        within += limits_token(l, 1, 5, NULL);
    assert_int_equal(within, 10);
    assert_true(limits_token(l, 2, 5, NULL));
    limits_free(l);
}

static void who_has_none(void **state) {
    (void)state;
    struct limits *l = limits(1, 0);
    struct limits_state s;
    assert_int_equal(asks(l, "127.0.0.1", 5, 50), 50);
    assert_int_equal(asks(l, "127.9.0.1", 5, 50), 50);
    assert_int_equal(asks(l, "::1", 5, 50), 50);
    assert_int_equal(asks(l, "unix", 5, 50), 50);
    assert_true(limits_token(l, 1, 5, &s));
    assert_int_equal(s.quota, 0);
    limits_free(l);
    l = limits(0, 0);
    assert_int_equal(asks(l, "203.0.113.1", 5, 5000), 5000);
    limits_free(l);
}

/* However many come, the table does not grow; who was over the limit and asks again and again stays so. */
static void a_crowd(void **state) {
    (void)state;
    struct limits *l = limits(60, 0);
    char client[32];
    assert_int_equal(asks(l, "203.0.113.1", 5, 50), 20);
    for (unsigned i = 0; i < 200000; i++) {
        snprintf(client, sizeof client, "198.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
        assert_true(limits_address(l, client, 5, NULL));
    }
    assert_int_equal(asks(l, "203.0.113.1", 5, 50), 0);
    limits_free(l);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_burst_and_then_the_rate),
        cmocka_unit_test(what_is_said),
        cmocka_unit_test(each_has_its_own),
        cmocka_unit_test(who_has_none),
        cmocka_unit_test(a_crowd),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
