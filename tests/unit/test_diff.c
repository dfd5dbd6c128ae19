/* Differences: both texts come back from what is told, whatever they are; few changes for what changed little. */
#include "base/diff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct told {
    struct buf before, after, all;
    size_t changes;
};

static int take(void *arg, enum diff_kind kind, struct slice line) {
    struct told *t = arg;
    buf_putc(&t->all, (char)kind);
    buf_append(&t->all, line.ptr, line.len);
    buf_putc(&t->all, '\n');
    if (kind != DIFF_NEW) {
        buf_append(&t->before, line.ptr, line.len);
        buf_putc(&t->before, '\n');
    }
    if (kind != DIFF_GONE) {
        buf_append(&t->after, line.ptr, line.len);
        buf_putc(&t->after, '\n');
    }
    t->changes += kind != DIFF_SAME;
    return 0;
}

static void told_free(struct told *t) {
    buf_free(&t->before);
    buf_free(&t->after);
    buf_free(&t->all);
}

static void compare(struct told *t, const char *a, const char *b) {
    struct error err = {0};
    *t = (struct told){.changes = 0};
    buf_init(&t->before, 1 << 22);
    buf_init(&t->after, 1 << 22);
    buf_init(&t->all, 1 << 22);
    if (diff_lines(slice_of(a), slice_of(b), take, t, &err) != 0)
        fail_msg("%s", err.text);
}

static void what_is_told(void **state) {
    (void)state;
    static const char *const rows[][3] = {
        {"", "", ""},
        {"a\n", "a\n", " a\n"},
        {"a", "a\n", " a\n"},
        {"", "a\nb\n", "+a\n+b\n"},
        {"a\nb\n", "", "-a\n-b\n"},
        {"a\nb\nc\n", "a\nx\nc\n", " a\n-b\n+x\n c\n"},
        {"a\nb\nc\n", "a\nc\n", " a\n-b\n c\n"},
        {"a\nc\n", "a\nb\nc\n", " a\n+b\n c\n"},
        {"a\r\nb\r\n", "a\nb\n", " a\n b\n"},
        {"a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", NULL},
        {"\n\n\n", "\n\n", NULL},
        {"x\ny\n", "y\nx\n", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct told t;
        compare(&t, rows[i][0], rows[i][1]);
        if (rows[i][2] != NULL)
            assert_string_equal(buf_str(&t.all), rows[i][2]);
        told_free(&t);
    }
    struct told t;
    compare(&t, rows[9][0], rows[9][1]);
    assert_int_equal(t.changes, 5); /* the example of the paper */
    told_free(&t);
}

static uint64_t seed = 7;
static unsigned roll(unsigned n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((seed >> 33) % n);
}

static void random_text(struct buf *b, unsigned lines, unsigned kinds) {
    buf_init(b, 1 << 22);
    for (unsigned i = 0; i < lines; i++)
        buf_printf(b, "line %u\n", roll(kinds));
}

/* The length of what two texts have in common, by the plain way. */
static size_t common(const struct buf *a, const struct buf *b) {
    static struct slice x[64], y[64];
    size_t n = 0, m = 0, best[65][65] = {{0}};
    struct slice rest = slice_n(buf_str(a), a->len), line;
    while (a->len > 0 && slice_next(&rest, '\n', &line) && rest.ptr != NULL)
        x[n++] = line;
    rest = slice_n(buf_str(b), b->len);
    while (b->len > 0 && slice_next(&rest, '\n', &line) && rest.ptr != NULL)
        y[m++] = line;
    for (size_t i = n; i-- > 0;)
        for (size_t k = m; k-- > 0;) {
            bool same = x[i].len == y[k].len && memcmp(x[i].ptr, y[k].ptr, x[i].len) == 0;
            size_t one = best[i + 1][k], two = best[i][k + 1];
            best[i][k] = same ? best[i + 1][k + 1] + 1 : one > two ? one : two;
        }
    return n + m - 2 * best[0][0];
}

static void both_texts_come_back(void **state) {
    (void)state;
    for (int i = 0; i < 3000; i++) {
        struct buf a, b;
        struct told t;
        random_text(&a, roll(40), 1 + roll(8));
        random_text(&b, roll(40), 1 + roll(8));
        compare(&t, buf_str(&a), buf_str(&b));
        assert_string_equal(buf_str(&t.before), buf_str(&a));
        assert_string_equal(buf_str(&t.after), buf_str(&b));
        assert_int_equal(t.changes, common(&a, &b));
        told_free(&t);
        buf_free(&a);
        buf_free(&b);
    }
}

static void large_ones_are_bounded(void **state) {
    (void)state;
    struct buf a, b;
    struct told t;
    random_text(&a, 9000, 100000);
    random_text(&b, 9000, 100000);
    compare(&t, buf_str(&a), buf_str(&b));
    assert_string_equal(buf_str(&t.before), buf_str(&a));
    assert_string_equal(buf_str(&t.after), buf_str(&b));
    told_free(&t);
    struct error err = {0};
    buf_clear(&a);
    for (int i = 0; i <= DIFF_LINES_MAX; i++)
        buf_putc(&a, '\n');
    assert_int_equal(diff_lines(slice_n(buf_str(&a), a.len), slice_of(""), take, &t, &err), -1);
    assert_non_null(strstr(err.text, "lines"));
    buf_free(&a);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told),
        cmocka_unit_test(both_texts_come_back),
        cmocka_unit_test(large_ones_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
