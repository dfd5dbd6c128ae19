/* Colours for code: every grammar's query compiles and colours, the text stays the code, attributes of a
 * fence, the bounds of size and time. */
#include "base/clock.h"
#include "content/code_info.h"
#include "content/highlight.h"
#include "content/highlight_names.h"
#include "content/highlight_tree.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void block(struct buf *out, struct highlighter *h, const char *info, const char *code) {
    buf_init(out, (size_t)16 << 20);
    if (h != NULL)
        highlighter_begin(h);
    highlight_block(out, h, info, code);
    assert_true(buf_ok(out));
}

/* The block's HTML, exactly (has: a part of it). */
static void gives(struct highlighter *h, const char *info, const char *code, const char *html) {
    struct buf b;

    block(&b, h, info, code);
    if (strcmp(buf_str(&b), html) != 0)
        fail_msg("%s %s\n--- gives\n%s\n--- not\n%s", info, code, buf_str(&b), html);
    buf_free(&b);
}

static void has(struct highlighter *h, const char *info, const char *code, const char *part) {
    struct buf b;

    block(&b, h, info, code);
    if (strstr(buf_str(&b), part) == NULL)
        fail_msg("%s %s\n--- gives\n%s\n--- without\n%s", info, code, buf_str(&b), part);
    buf_free(&b);
}

static bool knows(const char *language) {
    return highlight_tree_find(slice_of(language)) != SIZE_MAX;
}

/* A little of each language, and a part that must have its colour. */
static const struct {
    const char *info, *code, *part;
} samples[] = {
    {"python", "def f(): return 'a'", "<span class=\"k\">def</span> <span class=\"nf\">f</span>"},
    {"py", "x = 1", "<span class=\"mi\">1</span>"},
    {"go", "package a\nfunc F() { f(1) }", "<span class=\"nf\">F</span>"},
    {"golang", "package a\nfunc F() { f(1) }", "<span class=\"nf\">f</span>"},
    {"go", "package a\nfunc F() { len(a.B()) }", "<span class=\"nb\">len</span>"},
    {"go", "package a\nfunc F() { len(a.B()) }", "<span class=\"nf\">B</span>"},
    {"sh", "echo \"$A\" # b", "<span class=\"c1\"># b</span>"},
    {"console", "ls | cat", "<span class=\"nf\">cat</span>"},
    {"c", "int f(void) { return 1; }", "<span class=\"nc\">int</span>"},
    {"h", "#define A 1", "<span class=\"no\">A</span>"},
    {"css", "a { color: #fff }", "<span class=\"na\">color</span>"},
    {"html", "<p class=\"a\">", "<span class=\"nt\">p</span>"},
    {"js", "const a = /b/;", "<span class=\"k\">const</span>"},
    {"JavaScript", "f(MAX_1)", "<span class=\"no\">MAX_1</span>"},
    {"jsx", "x = <b c=\"d\"/>", "<span class=\"nt\">b</span>"},
    {"json", "{\"a\": 1}", "<span class=\"mi\">1</span>"},
    {"makefile", "a: b\n\tc\n", "<pre class=\"highlight"},
    {"rb", "def a; :b; end", "<span class=\"ss\">:b</span>"},
    {"rs", "fn main() {}", "<span class=\"nf\">main</span>"},
    {"sql", "SELECT 1", "<span class=\"k\">SELECT</span>"},
    {"toml", "a = \"b\"", "<span class=\"s1\">&quot;b&quot;</span>"},
    {"ts", "let a: number = 1", "<span class=\"kt\">number</span>"},
    {"tsx", "let a = <b>{1}</b>", "<span class=\"mi\">1</span>"},
    {"yml", "a: true # b", "<span class=\"c1\"># b</span>"},
    {"xml", "<a b=\"c\"/>", "<span class=\"nt\">a</span>"},
};

static void test_languages(void **state) {
    struct highlighter *h = highlighter_new();
    size_t known = 0;
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        if (knows(samples[i].info))
            has(h, samples[i].info, samples[i].code, samples[i].part);
    }
    for (size_t g = 0; g < highlight_tree_count(); g++) {
        struct highlight_tree *t = highlight_tree_new();
        uint8_t paint[2] = {0};
        int64_t left = 1000000;
        assert_int_equal(highlight_tree_paint(t, paint, g, "a\n", 2, &left), 0);
        highlight_tree_free(t);
        for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
            known += highlight_tree_find(slice_of(samples[i].info)) == g;
    }
    assert_true(known >= highlight_tree_count());
    highlighter_free(h);
}

static void test_plain(void **state) {
    struct highlighter *h = highlighter_new();
    (void)state;
    gives(h, NULL, "a < b\n", "<pre><code>a &lt; b\n</code></pre>\n");
    gives(h, "", "", "<pre><code></code></pre>\n");
    gives(h, "nothing-known", "\"&\"",
          "<pre><code class=\"language-nothing-known\">&quot;&amp;&quot;</code></pre>\n");
    gives(h, "\"><b>", "x", "<pre><code class=\"language-&quot;&gt;&lt;b&gt;\">x</code></pre>\n");
    gives(NULL, "go", "x", "<pre><code class=\"language-go\">x</code></pre>\n");
    gives(
        NULL, "an-endless-name-of-a-language-nobody-uses", "x",
        "<pre><code class=\"language-an-endless-name-of-a-language-nobody-uses\">x</code></pre>\n");
    highlighter_free(h);
}

static void test_attributes(void **state) {
    (void)state;
    gives(NULL, "x {hl_lines=[2]}", "a\nb\nc\n",
          "<pre><code class=\"language-x\">a\n<span class=\"hl\">b\n</span>c\n</code></pre>\n");
    gives(NULL, "x,hl_lines=1 3-9", "a\nb\nc",
          "<pre><code class=\"language-x\"><span class=\"hl\">a\n</span>b\n"
          "<span class=\"hl\">c</span></code></pre>\n");
    gives(NULL, "x {linenos=true,linenostart=9, unknown=\"}\"}", "a\nb\n",
          "<pre><code class=\"language-x\"><span class=\"ln\" data-n=\"9\"></span>a\n"
          "<span class=\"ln\" data-n=\"10\"></span>b\n</code></pre>\n");
    gives(NULL, "x {linenos=false}", "a", "<pre><code class=\"language-x\">a</code></pre>\n");
    gives(NULL, "x {title=\"a<b>.go\"}", "a",
          "<figure class=\"code\"><figcaption>a&lt;b&gt;.go</figcaption>\n"
          "<pre><code class=\"language-x\">a</code></pre></figure>\n");
}

static void test_info(void **state) {
    struct code_info i;
    char long_one[2000];
    (void)state;
    code_info_read(&i, "go {hl_lines=[1,\"3-5\"] linenos=table title='x'}");
    assert_true(slice_eq(i.language, "go") && slice_eq(i.title, "x") && i.numbers);
    assert_true(code_info_is_marked(&i, 1) && !code_info_is_marked(&i, 2));
    assert_true(code_info_is_marked(&i, 3) && code_info_is_marked(&i, 5));
    assert_false(code_info_is_marked(&i, 6));
    code_info_read(&i, "rust,linenos,hl_lines=3-4 8-9,hide_lines=2");
    assert_true(i.numbers && code_info_is_marked(&i, 8) && !code_info_is_marked(&i, 2));
    code_info_read(&i, "x hl_lines=99999999999999999999-1,linenostart=88888888888888");
    assert_int_equal(i.first, 1000000);
    assert_false(code_info_is_marked(&i, 1));
    (void)strcpy(long_one, "x hl_lines=");
    for (size_t n = strlen(long_one); n + 3 < sizeof long_one; n += 2)
        (void)strcpy(long_one + n, "7 ");
    code_info_read(&i, long_one);
    assert_int_equal(i.marked_len, CODE_INFO_RANGES);
    for (size_t n = 0; n < 40; n++) { /* cut anywhere, nothing is read past the end */
        char cut[64] = "go {hl_lines=[1,\"3-5\"] title=\"x\",a='b'}";
        cut[n] = '\0';
        code_info_read(&i, cut);
    }
}

static void test_colours(void **state) {
    (void)state;
    assert_string_equal(highlight_class(highlight_colour(slice_of("function.method.call"))), "nf");
    assert_string_equal(highlight_class(highlight_colour(slice_of("keyword.return"))), "k");
    assert_int_equal(highlight_colour(slice_of("no.such")), HIGHLIGHT_UNKNOWN);
    assert_true(highlight_says_less(highlight_colour(slice_of("variable")),
                                    highlight_colour(slice_of("function"))));
    assert_false(highlight_says_less(highlight_colour(slice_of("constant")),
                                     highlight_colour(slice_of("variable"))));
}

/* Text of n bytes made of a piece, again and again. */
static char *many(const char *piece, size_t n) {
    const size_t len = strlen(piece);
    char *s = malloc(n + 1);

    assert_non_null(s);
    for (size_t i = 0; i < n; i++)
        s[i] = piece[i % len];
    s[n] = '\0';
    return s;
}

static void test_bounds(void **state) {
    static const char *const pieces[] = {"(",  "{[", "`${", "<a>",   "\"",
                                         "#{", "/*", "a ",  "<<A\n", "- "};
    struct highlighter *h = highlighter_new();
    struct buf b;
    (void)state;
    for (size_t p = 0; p < sizeof pieces / sizeof pieces[0]; p++) {
        char *code = many(pieces[p], 20000);
        for (size_t g = 0; g < highlight_tree_count(); g += 1 + p % 3) {
            const int64_t began = clock_cpu_us();
            int64_t ms;
            block(&b, h, highlight_tree_name(g), code);
            buf_free(&b);
            ms = (clock_cpu_us() - began) / 1000;
            if (ms > 4 * HIGHLIGHT_BLOCK_MS)
                print_message("%s of '%s': %d ms\n", highlight_tree_name(g), pieces[p], (int)ms);
            assert_true(ms < 5000);
        }
        free(code);
    }
    {
        char *code = many("1 ", HIGHLIGHT_MAX + 1);
        block(&b, h, "json", code);
        assert_int_equal(strncmp(buf_str(&b), "<pre><code", 10), 0);
        buf_free(&b);
        free(code);
    }
    highlighter_free(h);
}

/* What is coloured hangs on the processor's time alone: a parse that the wall's clock interrupts goes on. */
static void *spin(void *stop) {
    while (!atomic_load((atomic_bool *)stop))
        ;
    return NULL;
}

static void test_a_busy_machine(void **state) {
    enum { SPINNERS = 24, SIZE = HIGHLIGHT_MAX / 4 };
    struct highlight_tree *t = highlight_tree_new();
    const size_t g = highlight_tree_find(slice_of("json"));
    char *code = many("{\"a\": [1, 2]} ", SIZE);
    uint8_t *paint = calloc(SIZE, 1);
    int64_t left = INT64_MAX / 2, took, wall;
    pthread_t threads[SPINNERS];
    atomic_bool stop = false;

    (void)state;
    if (g == SIZE_MAX)
        skip();
    assert_non_null(paint);
    for (int i = 0; i < 2; i++) { /* the first one compiles, too */
        left = took = INT64_MAX / 2;
        assert_int_equal(highlight_tree_paint(t, paint, g, code, SIZE, &left), 0);
        took -= left;
    }
    for (size_t i = 0; i < SPINNERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, spin, &stop), 0);
    for (int i = 0; i < 3; i++) {
        left = 4 * took;
        wall = clock_mono_us();
        assert_int_equal(highlight_tree_paint(t, paint, g, code, SIZE, &left), 0);
        wall = clock_mono_us() - wall;
        assert_in_range(left, 1, 4 * took);
        print_message("%d us on a quiet machine, %d us by the wall\n", (int)took, (int)wall);
    }
    atomic_store(&stop, true);
    for (size_t i = 0; i < SPINNERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    left = 1;
    assert_int_equal(highlight_tree_paint(t, paint, g, code, SIZE, &left), -1);
    assert_true(left <= 0);
    free(paint);
    free(code);
    highlight_tree_free(t);
}

/* Every line one column further in, with what opens a level in some language. */
static char *ladder(const char *step, size_t levels) {
    struct buf b;
    buf_init(&b, 1 << 20);
    for (size_t i = 0; i < levels; i++)
        buf_printf(&b, "%*s%s\n", (int)i, "", step);
    return buf_take(&b, NULL);
}

static void test_ladders(void **state) {
    static const char *const steps[] = {"a:", "- a:", "if x:", "<a>", "?  a", "((("};
    struct highlighter *h = highlighter_new();
    struct buf b;
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char *code = ladder(steps[i], 300), *shallow = ladder(steps[i], HIGHLIGHT_INDENT - 10);
        for (size_t g = 0; g < highlight_tree_count(); g++) {
            block(&b, h, highlight_tree_name(g), code);
            buf_free(&b);
            block(&b, h, highlight_tree_name(g), shallow);
            buf_free(&b);
        }
        free(code);
        free(shallow);
    }
    highlighter_free(h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_busy_machine), cmocka_unit_test(test_ladders),
        cmocka_unit_test(test_languages),      cmocka_unit_test(test_plain),
        cmocka_unit_test(test_attributes),     cmocka_unit_test(test_info),
        cmocka_unit_test(test_colours),        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests_name("highlight", tests, NULL, NULL);
}
