#include "base/text.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef int transform(struct buf *out, const char *s, size_t n);

/* What f makes of the n bytes; lent until the next call. */
static const char *via(transform *f, const char *s, size_t n) {
    static char text[4096];
    struct buf b;
    char *exact = malloc(n > 0 ? n : 1); /* so that ASan sees a read past the end */
    memcpy(exact, s, n);
    buf_init(&b, sizeof text - 1);
    assert_int_equal(f(&b, exact, n), 0);
    memcpy(text, buf_str(&b), b.len + 1);
    buf_free(&b);
    free(exact);
    return text;
}

/* Every byte at every place of a text that is looked at by words. */
static void escapes_html_everywhere(void **state) {
    (void)state;
    for (int c = 1; c < 256; c++) {
        for (size_t at = 0; at < 20; at++) {
            char text[21], want[64];
            memset(text, 'x', 20);
            text[20] = '\0';
            text[at] = (char)c;
            const char *ref = c == '&'    ? "&amp;"
                              : c == '<'  ? "&lt;"
                              : c == '>'  ? "&gt;"
                              : c == '"'  ? "&quot;"
                              : c == '\'' ? "&#39;"
                                          : NULL;
            const char same[2] = {(char)c, '\0'};
            snprintf(want, sizeof want, "%.*s%s%s", (int)at, text, ref != NULL ? ref : same,
                     text + at + 1);
            assert_string_equal(via(text_html, text, 20), want);
        }
    }
}

/* Texts of all lengths, into buffers that are nearly full, grow or are too small. */
static void escapes_html_of_any_length(void **state) {
    (void)state;
    static const char bytes[] = "abc #'\"<>&defghijklmnopqrstuvwxyz0123456789\xc3\xa9;:=?@ABC";
    uint32_t seed = 1;
    for (size_t n = 0; n < 400; n++) {
        char *text = malloc(n + 1), want[400 * 6 + 1] = "";
        size_t len = 0;
        uint32_t plain = 1 + (uint32_t)n % 80; /* how many bytes are, of one that may not be */
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525u + 1013904223u;
            uint32_t any = seed >> 8;
            char c = any % plain == 0 ? bytes[any / 256 % (sizeof bytes - 1)] : 'x';
            const char *ref = c == '&'    ? "&amp;"
                              : c == '<'  ? "&lt;"
                              : c == '>'  ? "&gt;"
                              : c == '"'  ? "&quot;"
                              : c == '\'' ? "&#39;"
                                          : NULL;
            text[i] = c;
            len += (size_t)snprintf(want + len, sizeof want - len, "%.*s", ref == NULL ? 1 : 6,
                                    ref == NULL ? &c : ref);
        }
        for (size_t max = len > 0 ? len - 1 : 0; max < len + 150; max += 1 + max % 7) {
            struct buf b;
            buf_init(&b, max);
            assert_int_equal(text_html(&b, text, n), max < len ? -1 : 0);
            assert_int_equal(buf_ok(&b), max >= len);
            assert_true(b.len <= max);
            if (max >= len)
                assert_memory_equal(buf_str(&b), want, len + 1);
            buf_free(&b);
        }
        free(text);
    }
}

static void escapes_html(void **state) {
    (void)state;
    assert_string_equal(via(text_html, "", 0), "");
    assert_string_equal(via(text_html, "plain", 5), "plain");
    assert_string_equal(via(text_html, "<a href=\"x\">'&'</a>", 19),
                        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
    assert_string_equal(via(text_html, "&&", 2), "&amp;&amp;");
    assert_string_equal(via(text_html, "a<", 2), "a&lt;");
    assert_string_equal(via(text_html, ">a", 2), "&gt;a");
    assert_string_equal(via(text_html, "caf\xc3\xa9", 5), "caf\xc3\xa9");
    struct buf b;
    buf_init(&b, 10);
    assert_int_equal(text_html(&b, "abc<<<<", 7), -1);
    assert_true(b.len <= 10);
    buf_free(&b);
}

static void encodes_urls(void **state) {
    (void)state;
    assert_string_equal(via(text_url_path, "/a b/c%d?e#f", 12), "/a%20b/c%25d%3Fe%23f");
    assert_string_equal(via(text_url_path, "-._~!$&'()*+,;=:@/", 18), "-._~!$&'()*+,;=:@/");
    assert_string_equal(via(text_url_path, "\xc3\xa9\x01\x7f\xff", 5), "%C3%A9%01%7F%FF");
    assert_string_equal(via(text_url_query, "-._~aZ09", 8), "-._~aZ09");
    assert_string_equal(via(text_url_query, "a b&c=d+e/f", 11), "a%20b%26c%3Dd%2Be%2Ff");
    assert_string_equal(via(text_url_query, "\"<>\"", 4), "%22%3C%3E%22");
    struct buf b;
    buf_init(&b, 5);
    assert_int_equal(text_url_query(&b, "    ", 4), -1);
    buf_free(&b);
}

/* Every byte alone: what is encoded decodes to itself. */
static void urls_come_back(void **state) {
    (void)state;
    for (int c = 1; c < 128; c++) {
        char byte = (char)c;
        struct buf b;
        buf_init(&b, 10);
        const char *path = via(text_url_path, &byte, 1);
        assert_int_equal(text_url_decode(&b, path, strlen(path), false), 0);
        const char *query = via(text_url_query, &byte, 1);
        assert_int_equal(text_url_decode(&b, query, strlen(query), true), 0);
        assert_int_equal(b.len, 2);
        assert_int_equal(b.data[0], byte);
        assert_int_equal(b.data[1], byte);
        buf_free(&b);
    }
}

static void decodes_urls(void **state) {
    (void)state;
    static const struct {
        const char *in;
        const char *out; /* NULL: refused */
        bool plus;
    } rows[] = {
        {"", "", false},
        {"abc", "abc", false},
        {"a%20b", "a b", false},
        {"a+b", "a+b", false},
        {"a+b", "a b", true},
        {"%2f%2F", "//", false},
        {"caf%c3%A9", "caf\xc3\xa9", false},
        {"%", NULL, false},
        {"%2", NULL, false},
        {"%zz", NULL, false},
        {"%2z", NULL, false},
        {"abc%", NULL, false},
        {"%00", NULL, false},
        {"%ff", NULL, false},
        {"%c3", NULL, false},
        {"%ed%a0%80", NULL, false},
        {"%c0%af", NULL, false},
        {"%252f", "%2f", false}, /* once only */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf b;
        size_t n = strlen(rows[i].in);
        char *exact = malloc(n > 0 ? n : 1);
        memcpy(exact, rows[i].in, n);
        buf_init(&b, 100);
        assert_int_equal(buf_puts(&b, "kept:"), 0);
        int rc = text_url_decode(&b, exact, n, rows[i].plus);
        assert_int_equal(rc, rows[i].out != NULL ? 0 : -1);
        assert_string_equal(buf_str(&b) + 5, rows[i].out != NULL ? rows[i].out : "");
        assert_int_equal(b.len, strlen(buf_str(&b)));
        assert_true(buf_ok(&b)); /* a bad escape is no fault of the buffer */
        buf_free(&b);
        free(exact);
    }
    struct buf b;
    buf_init(&b, 10);
    assert_int_equal(text_url_decode(&b, "a\0b", 3, false), -1);
    assert_int_equal(text_url_decode(&b, "01234567890", 11, false), -1);
    assert_false(buf_ok(&b));
    buf_free(&b);
}

static void parses_integers(void **state) {
    (void)state;
    int64_t v = 0;
    assert_int_equal(text_int(&v, "42", 0, 100), 0);
    assert_int_equal(v, 42);
    assert_int_equal(text_int(&v, "-5", -5, 5), 0);
    assert_int_equal(v, -5);
    assert_int_equal(text_int(&v, "0042", 0, 100), 0);
    assert_int_equal(text_int(&v, "9223372036854775807", INT64_MIN, INT64_MAX), 0);
    assert_true(v == INT64_MAX);
    assert_int_equal(text_int(&v, "-9223372036854775808", INT64_MIN, INT64_MAX), 0);
    assert_true(v == INT64_MIN);
    static const char *const wrong[] = {"",
                                        "-",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1x",
                                        "0x10",
                                        "1.0",
                                        "101",
                                        "-1",
                                        "--1",
                                        "9223372036854775808",
                                        "99999999999999999999"};
    v = 7;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(text_int(&v, wrong[i], 0, 100), -1);
    }
    assert_int_equal(text_int(&v, "9223372036854775808", INT64_MIN, INT64_MAX), -1);
    assert_int_equal(v, 7);
}

static void slices(void **state) {
    (void)state;
    struct slice s = slice_of("hello");
    assert_true(slice_eq(s, "hello") && !slice_eq(s, "hell") && !slice_eq(s, "hellox"));
    assert_true(slice_starts(s, "he") && slice_starts(s, "") && !slice_starts(s, "hello!"));
    assert_true(slice_ends(s, "lo") && slice_ends(s, "") && !slice_ends(s, "xhello"));
    assert_int_equal(slice_of(NULL).len, 0);
    assert_true(slice_eq(slice_of(NULL), "") && slice_starts(slice_of(NULL), ""));
    assert_true(slice_eq(slice_trim(slice_of(" \t a b \r\n")), "a b"));
    assert_int_equal(slice_trim(slice_of(" \v\f ")).len, 0);
    assert_int_equal(slice_trim(slice_of(NULL)).len, 0);
    assert_true(slice_eq(slice_n("abcdef", 3), "abc"));
}

static void slices_are_parted(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *parts[5];
    } rows[] = {
        {"a,b,c", {"a", "b", "c"}}, {"", {""}},       {",", {"", ""}}, {"a,", {"a", ""}},
        {",,a", {"", "", "a"}},     {"abc", {"abc"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct slice rest = slice_of(rows[i].text);
        struct slice part;
        size_t k = 0;
        while (slice_next(&rest, ',', &part)) {
            assert_non_null(rows[i].parts[k]);
            assert_true(slice_eq(part, rows[i].parts[k]));
            k++;
        }
        assert_null(rows[i].parts[k]);
    }
    struct slice none = slice_of(NULL);
    struct slice part;
    assert_false(slice_next(&none, ',', &part));
}

static void characters_and_prefixes(void **state) {
    (void)state;
    for (int c = -128; c < 128; c++) {
        char b = (char)c;
        bool digit = c >= '0' && c <= '9';
        bool upper = c >= 'A' && c <= 'Z';
        bool small = c >= 'a' && c <= 'z';
        assert_int_equal(text_is_digit(b), digit);
        assert_int_equal(text_is_alpha(b), upper || small);
        assert_int_equal(text_lower(b), upper ? c + 32 : c);
        assert_int_equal(text_is_space(b), c == ' ' || (c >= 9 && c <= 13));
        int hex = digit                  ? c - '0'
                  : c >= 'a' && c <= 'f' ? c - 87
                  : c >= 'A' && c <= 'F' ? c - 55
                                         : -1;
        assert_int_equal(text_hex(b), hex);
    }
    assert_true(text_eq_nocase("Content-TYPE", "content-type") && text_eq_nocase("", ""));
    assert_false(text_eq_nocase("a", "ab") || text_eq_nocase("ab", "a") ||
                 text_eq_nocase("@", "`"));
    assert_true(text_starts("abc", "ab") && !text_starts("a", "ab") && text_starts("", ""));
    assert_true(text_ends("a.md", ".md") && !text_ends("md", ".md") && text_ends("x", ""));
}

static void measures_distance(void **state) {
    (void)state;
    char longest[66];
    memset(longest, 'a', sizeof longest);
    longest[64] = '\0';
    assert_int_equal(text_distance("", ""), 0);
    assert_int_equal(text_distance("listen", "listen"), 0);
    assert_int_equal(text_distance("lisen", "listen"), 1);
    assert_int_equal(text_distance("kitten", "sitting"), 3);
    assert_int_equal(text_distance("", "abc"), 3);
    assert_int_equal(text_distance("abc", ""), 3);
    assert_int_equal(text_distance(longest, ""), 64);
    longest[64] = 'a';
    longest[65] = '\0';
    assert_int_equal(text_distance(longest, ""), 99);
    assert_int_equal(text_distance("", longest), 99);
}

/* Each byte at each place of texts of each length up to three blocks of sixteen. */
static void paths_that_stay(void **state) {
    (void)state;
    for (size_t n = 0; n <= 48; n++) {
        char s[48];
        memset(s, 'a', sizeof s);
        assert_true(text_is_url_path(s, n));
        for (size_t at = 0; at < n; at++) {
            for (int c = 0; c < 256; c++) {
                s[at] = (char)c;
                struct buf b;
                buf_init(&b, 1000);
                (void)text_url_path(&b, s + at, 1);
                assert_int_equal(text_is_url_path(s, n), b.len == 1);
                buf_free(&b);
            }
            s[at] = 'a';
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_html),
        cmocka_unit_test(escapes_html_everywhere),
        cmocka_unit_test(escapes_html_of_any_length),
        cmocka_unit_test(encodes_urls),
        cmocka_unit_test(urls_come_back),
        cmocka_unit_test(paths_that_stay),
        cmocka_unit_test(decodes_urls),
        cmocka_unit_test(parses_integers),
        cmocka_unit_test(slices),
        cmocka_unit_test(slices_are_parted),
        cmocka_unit_test(characters_and_prefixes),
        cmocka_unit_test(measures_distance),
    };
    return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
