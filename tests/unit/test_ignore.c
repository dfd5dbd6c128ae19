/* Patterns that leave files out: what they match, what they do not understand, that they end. */
#include "ingest/ignore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void regex(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *path;
        bool matches;
    } rows[] = {
        {"\\.Rmd$", "content/posts/a.Rmd", true},
        {"\\.Rmd$", "content/posts/a.Rmd.md", false},
        {"\\.Rmd$", "content/posts/aXRmd", false},
        {"_files$", "content/a_files/p.png", true},
        {"_cache", "content/a_cache/p.png", true},
        {"^content/x", "content/xy.md", true},
        {"^x", "content/xy.md", false},
        {"a.c", "abc", true},
        {"ab*c", "ac", true},
        {"ab+c", "ac", false},
        {"ab+c", "abbbc", true},
        {"ab?c", "abbc", false},
        {".*", "", true},
        {"", "x", true},
        {"x$", "", false},
        {"a$b", "a$b", true},
        {"a|b", "a", false},
        {"(a)", "a", false},
        {"[a]", "a", false},
        {"\\d", "1", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (ignore_regex(rows[i].pattern, rows[i].path) != rows[i].matches)
            fail_msg("%s on %s", rows[i].pattern, rows[i].path);
}

static void understands(void **state) {
    (void)state;
    static const char *const no[] = {"a|b", "(x)", "[x]", "x{2}", "\\d+", "a^b", NULL};
    for (const char *const *p = no; *p != NULL; p++)
        assert_false(ignore_understands(*p));
    assert_true(ignore_understands("^\\.foo.*~$"));
    assert_false(ignore_understands(NULL));
    char large[400];
    memset(large, 'a', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_false(ignore_understands(large));
}

/* A pattern that would try every way to part a text gives up. */
static void bounded(void **state) {
    (void)state;
    char text[2000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(ignore_regex("a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text));
    assert_false(ignore_regex(".*.*.*.*.*.*.*.*.*.*.*.*.*.*.*.*b$", text));
}

static void glob(void **state) {
    (void)state;
    assert_true(ignore_glob("*.xlsx", "deep/er/a.xlsx"));
    assert_true(ignore_glob("drafts/**", "drafts/a/b.md"));
    assert_false(ignore_glob("drafts/*", "drafts/a/b.md"));
    assert_false(ignore_glob("*.md", "a.markdown"));
    assert_false(ignore_glob(NULL, "a"));
    static const struct {
        const char *pattern, *text;
        bool parts, leading, matches;
    } rows[] = {
        {"/posts/**", "/posts/a/b", true, false, true},
        {"/posts/*", "/posts/a/b", true, false, false},
        {"/posts/*", "/posts/a/b", true, true, true},
        {"/posts/*", "/posts/a/b", false, false, true},
        {"**/x", "x", true, false, true},
        {"**/x", "a/b/x", true, false, true},
        {"a?c", "abc", true, false, true},
        {"a?c", "a/c", true, false, false},
        {"?", "\xc3\xa9", true, false, true},
        {"[a-c]x", "bx", true, false, true},
        {"[!a-c]x", "bx", true, false, false},
        {"[]]", "]", true, false, true},
        {"[", "[", true, false, false},
        {"\\*", "*", true, false, true},
        {"\\*", "a", true, false, false},
        {"d*", "docs/a.md", true, true, true},
        {"", "", true, false, true},
        {"*", "", true, false, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (ignore_glob_whole(rows[i].pattern, rows[i].text, rows[i].parts, rows[i].leading) !=
            rows[i].matches)
            fail_msg("%s on %s", rows[i].pattern, rows[i].text);
    char text[3000];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(ignore_glob_whole("*a*a*a*a*a*a*a*a*a*a*a*a*b", text, true, false));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regex),
        cmocka_unit_test(understands),
        cmocka_unit_test(bounded),
        cmocka_unit_test(glob),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
