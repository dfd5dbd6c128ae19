#include "base/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What f makes of the string, of which an exact copy is given to it (for ASan); lent. */
static const char *via(int (*f)(struct buf *, const char *, size_t), const char *s) {
    static char text[1024];
    struct buf b;
    size_t n = strlen(s);
    char *exact = malloc(n > 0 ? n : 1);
    memcpy(exact, s, n);
    buf_init(&b, sizeof text - 1);
    assert_int_equal(f(&b, exact, n), 0);
    memcpy(text, buf_str(&b), b.len + 1);
    buf_free(&b);
    free(exact);
    return text;
}

static int urlize(struct buf *out, const char *s, size_t n) {
    return unicode_urlize(out, s, n, false);
}

static int urlize_kept(struct buf *out, const char *s, size_t n) {
    return unicode_urlize(out, s, n, true);
}

static void tells_utf8(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int bad; /* offset of the first wrong byte, -1 for none */
    } rows[] = {
        {"", -1},
        {"plain ascii, longer than eight bytes", -1},
        {"\x7f", -1},
        {"\xc2\x80 \xdf\xbf", -1},
        {"\xe0\xa0\x80 \xef\xbf\xbf \xed\x9f\xbf \xee\x80\x80", -1},
        {"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf", -1},
        {"\x80", 0},
        {"ab\xbf", 2},
        {"12345678\xff", 8},
        {"\xc0\xaf", 0}, /* overlong '/' */
        {"\xc1\xbf", 0},
        {"\xe0\x9f\xbf", 0},     /* overlong */
        {"\xf0\x8f\xbf\xbf", 0}, /* overlong */
        {"\xed\xa0\x80", 0},     /* surrogate */
        {"\xed\xbf\xbf", 0},
        {"\xf4\x90\x80\x80", 0}, /* past U+10FFFF */
        {"\xf5\x80\x80\x80", 0},
        {"a\xc3", 1}, /* cut short */
        {"a\xe6\x97", 1},
        {"a\xf0\x9f\x98", 1},
        {"\xc3\x28", 0},
        {"\xe6\x28\xa5", 0},
        {"\xe6\x97\x28", 0},
        {"\xf0\x9f\x98\x28", 0},
        {"\xc3\xa9\xc3\xa9\xa9", 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t n = strlen(rows[i].text);
        size_t bad = 999;
        char *exact = malloc(n > 0 ? n : 1);
        memcpy(exact, rows[i].text, n);
        assert_int_equal(unicode_valid(exact, n, &bad), rows[i].bad < 0);
        assert_int_equal(bad, rows[i].bad < 0 ? 999 : rows[i].bad);
        assert_int_equal(unicode_valid(exact, n, NULL), rows[i].bad < 0);
        free(exact);
    }
    assert_true(unicode_valid("a\0b", 3, NULL)); /* NUL is a character; others refuse it */
}

/* Every character: written by hand, found valid, read back. */
static void reads_every_character(void **state) {
    (void)state;
    for (uint32_t c = 0; c < 0x110000; c++) {
        unsigned char u[4];
        size_t n = 0;
        if (c < 0x80) {
            u[n++] = (unsigned char)c;
        } else {
            int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
            u[n++] = (unsigned char)((more == 1 ? 0xc0 : more == 2 ? 0xe0 : 0xf0) | c >> 6 * more);
            while (more-- > 0) {
                u[n++] = (unsigned char)(0x80 | (c >> 6 * more & 0x3f));
            }
        }
        bool surrogate = c >= 0xd800 && c <= 0xdfff;
        if (unicode_valid((char *)u, n, NULL) == surrogate) {
            fail_msg("U+%04X", (unsigned)c);
        }
        uint32_t back = 0;
        size_t len = unicode_next((char *)u, n, &back);
        if (surrogate ? (len != 1 || back != 0xfffd) : (len != n || back != c)) {
            fail_msg("U+%04X was read as U+%04X", (unsigned)c, (unsigned)back);
        }
    }
    uint32_t c = 0;
    assert_int_equal(unicode_next("\xe6\x97", 2, &c), 1); /* cut short: no read past the end */
    assert_int_equal(c, 0xfffd);
}

static void knows_classes(void **state) {
    (void)state;
    assert_true(unicode_is_letter('a') && unicode_is_letter(0xe9) && unicode_is_letter(0x65e5));
    assert_true(unicode_is_letter(0x985) && unicode_is_letter(0x10400));
    assert_false(unicode_is_letter('1') || unicode_is_letter('_') || unicode_is_letter(0x9be));
    assert_true(unicode_is_digit('7') && unicode_is_digit(0x9e7) && !unicode_is_digit(0x2160));
    assert_true(unicode_is_mark(0x301) && unicode_is_mark(0x9be) && !unicode_is_mark('a'));
    assert_true(unicode_is_space(' ') && unicode_is_space(0xa0) && unicode_is_space(0x3000));
    assert_true(unicode_is_space(0x2028) && !unicode_is_space(0x200b) && !unicode_is_space('a'));
    assert_true(unicode_is_cjk(0x65e5) && unicode_is_cjk(0x3042) && unicode_is_cjk(0xac00));
    assert_true(unicode_is_cjk(0x20000) && !unicode_is_cjk('a') && !unicode_is_cjk(0x3002));
}

static void lowers(void **state) {
    (void)state;
    assert_string_equal(via(unicode_lower, ""), "");
    assert_string_equal(via(unicode_lower, "Hello WORLD @[`{"), "hello world @[`{");
    assert_string_equal(via(unicode_lower, "\xc3\x89T\xc3\x89"), "\xc3\xa9t\xc3\xa9");
    assert_string_equal(via(unicode_lower, "\xce\xa3 \xd0\x94"), "\xcf\x83 \xd0\xb4");
    assert_string_equal(via(unicode_lower, "\xe6\x97\xa5\xf0\x9f\x98\x80"),
                        "\xe6\x97\xa5\xf0\x9f\x98\x80");
    struct buf b;
    buf_init(&b, 3);
    assert_int_equal(unicode_lower(&b, "ABCD", 4), -1);
    buf_clear(&b);
    assert_int_equal(unicode_lower(&b, "AB\xc3\x89", 4), -1);
    buf_free(&b);
}

static void makes_paths_as_hugo(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"Hello, World & more", "hello-world-more"},
        {"  Hello   World  ", "hello-world"},
        {"C++ and C#", "c++-and-c#"},
        {"a - b", "a-b"},
        {"a -- b", "a--b"},
        {"a- b", "a-b"},
        {"a -b", "a-b"},
        {"-a-", "-a-"},
        {" - ", "-"},
        {"a & b", "a-b"},
        {"a&b", "ab"},
        {"v1.2_3~4@5/6\\7", "v1.2_3~4@5/6\\7"},
        {"Caf\xc3\xa9 \xc3\x89TUDE", "caf\xc3\xa9-\xc3\xa9tude"},
        {"\xe6\x97\xa5\xe6\x9c\xac \xe8\xaa\x9e", "\xe6\x97\xa5\xe6\x9c\xac-\xe8\xaa\x9e"},
        {"\xe0\xa6\xac\xe0\xa6\xbe\xe0\xa6\x82\xe0\xa6\xb2\xe0\xa6"
         "\xbe",
         "\xe0\xa6\xac\xe0\xa6\xbe\xe0\xa6\x82\xe0\xa6\xb2\xe0\xa6"
         "\xbe"}, /* vowel signs are marks */
        {"a\xc2\xa0"
         "b\xe3\x80\x80"
         "c",
         "a-b-c"},
        {"What's \"up\"? (100%)", "whats-up-100"},
        {"\xe2\x80\x9cquoted\xe2\x80\x9d \xe2\x80\x94 dash", "quoted-dash"},
        {"\xf0\x9f\x98\x80", ""},
        {"", ""},
        {"   ", ""},
        {"tab\tand\nline", "tab-and-line"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(via(urlize, rows[i][0]), rows[i][1]);
    }
    assert_string_equal(via(urlize_kept, "Hello, World \xc3\x89"), "Hello-World-\xc3\x89");
    for (size_t max = 0; max < 16; max++) {
        struct buf b;
        buf_init(&b, max);
        assert_int_equal(unicode_urlize(&b, "Hello, World & more", 19, false), -1);
        buf_free(&b);
    }
}

static void makes_anchors_as_github(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"C++ & you", "c--you"},
        {"Hello World", "hello-world"},
        {"a  b", "a--b"},
        {"snake_case-and.dots", "snake_case-anddots"},
        {"\xc3\x89tude 1", "\xc3\xa9tude-1"},
        {"What's new?", "whats-new"},
        {"\xf0\x9f\x98\x80 fun", "-fun"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(via(unicode_anchor, rows[i][0]), rows[i][1]);
    }
    struct buf b;
    buf_init(&b, 3);
    assert_int_equal(unicode_anchor(&b, "abcd", 4), -1);
    buf_free(&b);
}

static void counts_words(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t words;
    } rows[] = {
        {"", 0},
        {"   ", 0},
        {"one", 1},
        {" one  two\nthree\t", 3},
        {"don't stop-now", 2},
        {"caf\xc3\xa9 \xc3\xa9tude", 2},
        {"a\xc2\xa0"
         "b",
         2},
        {"\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 3},
        {"\xe6\x97\xa5 a\xe6\x9c\xac", 3},
        {"\xe6\x97\xa5"
         "abc",
         2},
        {"\xd0\xbc\xd0\xb8\xd1\x80 \xd1\x82\xd1\x80\xd1\x83\xd0\xb4", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(unicode_words(rows[i].text, strlen(rows[i].text)), rows[i].words);
    }
    assert_int_equal(unicode_words("a\xe6\x97", 3), 1); /* broken bytes do not break it */
}

static void lines_of_others(void **state) {
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {{"plain", "plain"},
                {"first\nsecond", "first"},
                {"first\r\n", "first"},
                {"tab\there", "tab here"},
                {"bell\a del\x7f", "bell? del?"},
                {"\xb5odd \xc3", "?odd ?"},
                {"\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac"},
                {"1234567\xc3\xa4", "1234567"}, /* has no room for the last */
                {"", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[12] = "x";
        unicode_line(out, i == 7 ? 9 : sizeof out, rows[i].text, strlen(rows[i].text));
        assert_string_equal(out, rows[i].want);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_others),
        cmocka_unit_test(tells_utf8),
        cmocka_unit_test(reads_every_character),
        cmocka_unit_test(knows_classes),
        cmocka_unit_test(lowers),
        cmocka_unit_test(makes_paths_as_hugo),
        cmocka_unit_test(makes_anchors_as_github),
        cmocka_unit_test(counts_words),
    };
    return cmocka_run_group_tests_name("unicode", tests, NULL, NULL);
}
