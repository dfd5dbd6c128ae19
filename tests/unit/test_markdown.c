/* Markdown to HTML: the dialect, our ids, dropped schemes, the bound on output. */
#include "content/link.h"
#include "content/markdown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct markdown_options standard = {
    .raw_html = true, .smart = true, .toc_min = 2, .toc_max = 4, .first_line = 1};

static void render(struct markdown *m, const char *text, const struct markdown_options *o) {
    struct error e = {0};

    *m = (struct markdown){0};
    buf_init(&m->html, 1U << 20);
    if (markdown_render(m, text, strlen(text), o, &e) != 0)
        fail_msg("%s", e.text);
}

static void gives_with(const char *text, const char *html, const struct markdown_options *o) {
    struct markdown m;

    render(&m, text, o);
    if (strcmp(buf_str(&m.html), html) != 0)
        fail_msg("%s\n--- gives\n%s\n--- not\n%s", text, buf_str(&m.html), html);
    markdown_free(&m);
}

static void gives(const char *text, const char *html) {
    gives_with(text, html, &standard);
}

static void test_blocks(void **state) {
    (void)state;
    gives("", "");
    gives("a\nb  \nc", "<p>a\nb<br>\nc</p>\n");
    gives("> a\n> > b\n", "<blockquote>\n<p>a</p>\n<blockquote>\n<p>b</p>\n</blockquote>\n"
                          "</blockquote>\n");
    gives("- a\n- b\n", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n");
    gives("3. a\n\n4. b\n", "<ol start=\"3\">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n"
                            "</ol>\n");
    gives("- a\n  - b\n", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n");
    gives("***\n", "<hr>\n");
    gives("    a < b\n", "<pre><code>a &lt; b\n</code></pre>\n");
    gives("```go {hl_lines=[1]}\nx\n```\n",
          "<pre><code class=\"language-go\"><span class=\"hl\">x\n</span></code></pre>\n");
    gives("```\"><b>\nx\n```\n",
          "<pre><code class=\"language-&quot;&gt;&lt;b&gt;\">x\n</code></pre>\n");
    gives("- [x] a\n- [ ] b\n",
          "<ul>\n<li class=\"task\"><input type=\"checkbox\" checked disabled> a</li>\n"
          "<li class=\"task\"><input type=\"checkbox\" disabled> b</li>\n</ul>\n");
}

static void test_definitions(void **state) {
    struct markdown_options o = standard;

    (void)state;
    gives_with("a\n: b\n", "<p>a\n: b</p>\n", &o);
    o.definitions = true;
    gives_with("a\n: b\n", "<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>\n", &o);
    gives_with("*a*\nb\n:   c\nd\n: [e](f)  \n: g\n\nh\n:i\n",
               "<dl>\n<dt><em>a</em></dt>\n<dt>b</dt>\n<dd>c\nd</dd>\n"
               "<dd><a href=\"f\">e</a></dd>\n<dd>g</dd>\n</dl>\n<p>h\n:i</p>\n",
               &o);
    gives_with("a\n\n: b\n\n  c\n\n: d\n\ne\n: f\n\ng\n",
               "<dl>\n<dt>a</dt>\n<dd>\n<p>b</p>\n<p>c</p>\n</dd>\n<dd>\n<p>d</p>\n</dd>\n"
               "<dt>e</dt>\n<dd>f</dd>\n</dl>\n<p>g</p>\n",
               &o);
    gives_with("a\n\n: b\n: c\n", "<dl>\n<dt>a</dt>\n<dd>\n<p>b</p>\n</dd>\n<dd>c</dd>\n</dl>\n",
               &o);
    gives_with("> a\n> : b\n\nc\n",
               "<blockquote>\n<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>\n</blockquote>\n<p>c</p>\n", &o);
    gives_with("1. a\n   : b\n\n2. c\n",
               "<ol>\n<li>\n<dl>\n<dt>a</dt>\n<dd>b</dd>\n</dl>\n</li>\n<li>\n<p>c</p>\n</li>\n"
               "</ol>\n",
               &o);
    /* what has no term, and what is no mark */
    gives_with(": a\n: b\n", "<p>: a\n: b</p>\n", &o);
    gives_with("# a\n\n: b\n", "<h1 id=\"a\">a</h1>\n<p>: b</p>\n", &o);
    gives_with("- a\n  : b\n", "<ul>\n<li>a\n: b</li>\n</ul>\n", &o);
    gives_with("a *b\n: c*\n", "<p>a <em>b\n: c</em></p>\n", &o);
    gives_with("a\n:\n", "<p>a\n:</p>\n", &o);
    /* deeper blocks are no part, and the author hears of it */
    struct markdown m;
    render(&m, "a\n\n: b\n\n      c\n", &o);
    assert_string_equal(buf_str(&m.html), "<dl>\n<dt>a</dt>\n<dd>\n<p>b</p>\n</dd>\n</dl>\n"
                                          "<pre><code>  c\n</code></pre>\n");
    assert_int_equal(json_array_size(m.warnings), 1);
    markdown_free(&m);
}

static void test_tables(void **state) {
    (void)state;
    gives("| a | b | c |\n|:--|:-:|--:|\n| 1 | *2* |\n",
          "<table>\n<thead>\n<tr>\n<th class=\"align-left\">a</th>\n"
          "<th class=\"align-center\">b</th>\n<th class=\"align-right\">c</th>\n</tr>\n</thead>\n"
          "<tbody>\n<tr>\n<td class=\"align-left\">1</td>\n"
          "<td class=\"align-center\"><em>2</em></td>\n<td class=\"align-right\"></td>\n</tr>\n"
          "</tbody>\n</table>\n");
    gives("|a|\n|-|\n", "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n</table>\n");
}

static void test_inlines(void **state) {
    (void)state;
    gives("*a* **b** ~~c~~ `d<` e", "<p><em>a</em> <strong>b</strong> <del>c</del> "
                                    "<code>d&lt;</code> e</p>\n");
    gives("\"it's\" -- a --- b...", "<p>\xE2\x80\x9Cit\xE2\x80\x99s\xE2\x80\x9D \xE2\x80\x93 a "
                                    "\xE2\x80\x94 b\xE2\x80\xA6</p>\n");
    gives("[a](/b \"t<\")", "<p><a href=\"/b\" title=\"t&lt;\">a</a></p>\n");
    gives("[a](</b c?x=1&y=é>)", "<p><a href=\"/b%20c?x=1&amp;y=%C3%A9\">a</a></p>\n");
    gives("[a](/%20'b')", "<p><a href=\"/%20&#39;b&#39;\">a</a></p>\n");
    gives("www.a.org x@a.org", "<p><a href=\"http://www.a.org\">www.a.org</a> "
                               "<a href=\"mailto:x@a.org\">x@a.org</a></p>\n");
    gives("![a *b* `c` ![d](e)](f.png \"t\")",
          "<p><img src=\"f.png\" alt=\"a b c d\" title=\"t\" loading=\"lazy\" "
          "decoding=\"async\"></p>\n");
    gives("![\"><b>](f)", "<p><img src=\"f\" alt=\"\xE2\x80\x9D&gt;\" loading=\"lazy\" "
                          "decoding=\"async\"></p>\n");
    gives("&lt;&eacute;&#x41;", "<p>&lt;éA</p>\n");
}

static void test_footnotes(void **state) {
    (void)state;
    gives("a[^x] b[^y] c[^x]\n\n[^y]: Y\n[^x]: X\n\n    more\n[^z]: unused\n",
          "<p>a<sup id=\"fnref:1\"><a href=\"#fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1"
          "</a></sup> b<sup id=\"fnref:2\"><a href=\"#fn:2\" class=\"footnote-ref\" "
          "role=\"doc-noteref\">2</a></sup> c<sup id=\"fnref:1:2\"><a href=\"#fn:1\" "
          "class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup></p>\n"
          "<section class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n"
          "<li id=\"fn:1\">\n<p>X</p>\n<p>more <a href=\"#fnref:1\" class=\"footnote-backref\" "
          "role=\"doc-backlink\">&#8617;&#65038;</a> <a href=\"#fnref:1:2\" "
          "class=\"footnote-backref\" role=\"doc-backlink\">&#8617;&#65038;</a></p>\n</li>\n"
          "<li id=\"fn:2\">\n<p>Y <a href=\"#fnref:2\" class=\"footnote-backref\" "
          "role=\"doc-backlink\">&#8617;&#65038;</a></p>\n</li>\n</ol>\n</section>\n");
}

static void test_headings(void **state) {
    (void)state;
    gives("# A b\n## A b\nA *b*\n---\n", "<h1 id=\"a-b\">A b</h1>\n<h2 id=\"a-b-1\">A b</h2>\n"
                                         "<h2 id=\"a-b-2\">A <em>b</em></h2>\n");
    gives("# C++ & `you`", "<h1 id=\"c--you\">C++ &amp; <code>you</code></h1>\n");
    gives("# !!", "<h1 id=\"section\">!!</h1>\n");
    gives("# a -- b", "<h1 id=\"a----b\">a \xE2\x80\x93 b</h1>\n");
    gives("x\n\n# a \xE2\x80\x93 b", "<p>x</p>\n<h1 id=\"a--b\">a \xE2\x80\x93 b</h1>\n");
    gives("# it's", "<h1 id=\"its\">it\xE2\x80\x99s</h1>\n");
    gives("# \xC3\x84pfel & \xE4\xBD\xA0\xE5\xA5\xBD",
          "<h1 id=\"\xC3\xA4pfel--\xE4\xBD\xA0\xE5\xA5\xBD\">\xC3\x84pfel &amp; "
          "\xE4\xBD\xA0\xE5\xA5\xBD</h1>\n");
    gives("# [l](/x) ![i](y)",
          "<h1 id=\"l-i\"><a href=\"/x\">l</a> <img src=\"y\" alt=\"i\" loading=\"lazy\" "
          "decoding=\"async\"></h1>\n");
}

static void test_outline(void **state) {
    struct markdown m;
    struct buf b;

    (void)state;
    render(&m, "# t\n## a\n### b *c*\n#### d\n##### e\n> ## f\n", &standard);
    buf_init(&b, 4096);
    assert_int_equal(json_write(&b, m.outline), 0);
    assert_string_equal(buf_str(&b), "[{\"level\":2,\"id\":\"a\",\"text\":\"a\"},"
                                     "{\"level\":3,\"id\":\"b-c\",\"text\":\"b c\"},"
                                     "{\"level\":4,\"id\":\"d\",\"text\":\"d\"},"
                                     "{\"level\":2,\"id\":\"f\",\"text\":\"f\"}]");
    buf_free(&b);
    markdown_free(&m);
}

static void test_raw_html(void **state) {
    struct markdown_options o = standard;

    (void)state;
    gives("a <b>c</b>\n\n<div>\n*d*\n</div>\n", "<p>a <b>c</b></p>\n<div>\n*d*\n</div>\n");
    gives("<div><noscript>\n<img src=a>\n</NOSCRIPT ></div><noscripts>\n",
          "<div>\n<img src=a>\n</div><noscripts>\n");
    gives("a <noscript class='b'>c</noscript>\n\n`<noscript>`",
          "<p>a c</p>\n<p><code>&lt;noscript&gt;</code></p>\n");
    o.raw_html = false;
    gives_with("a <b>c</b>\n\n<div>\n*d*\n</div>\n\nx", "<p>a c</p>\n<p>x</p>\n", &o);
    o = standard;
    o.smart = false;
    gives_with("it's -- x", "<p>it's -- x</p>\n", &o);
}

static void test_more(void **state) {
    static const char *const marks[] = {"<!--more-->", "<!-- more -->", "<!-- MORE-->"};
    struct markdown m;
    char text[100];

    (void)state;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        (void)snprintf(text, sizeof text, "a\n\n%s\n\nb\n\n<!--more-->\n", marks[i]);
        render(&m, text, &standard);
        assert_string_equal(buf_str(&m.html), "<p>a</p>\n<p>b</p>\n");
        assert_int_equal(m.more, strlen("<p>a</p>\n"));
        markdown_free(&m);
    }
    render(&m, "a <!--more--> b", &standard);
    assert_string_equal(buf_str(&m.html), "<p>a  b</p>\n");
    assert_int_equal(m.more, 5);
    markdown_free(&m);
    render(&m, "```\n<!--more-->\n```\n`<!--more-->` <!--moreover-->", &standard);
    assert_true(m.more == MARKDOWN_NO_MORE);
    markdown_free(&m);
}

static void test_unsafe_links(void **state) {
    static const char *const bad[] = {
        "[a](javascript:x)",      "[a](JaVaScRiPt:x)",        "[a](&#106;avascript:x)",
        "[a](java&#10;script:x)", "[a](&#1;javascript:x)",    "[a](java&Tab;script:x)",
        "[a](vbscript:x)",        "[a](data:text/html,x)",    "[a](DATA:image/png;base64,x)",
        "<javascript:x>",         "[a]\n\n[a]: javascript:x", "[a](javascript&colon;x)",
        "[a](javascript\\:x)",    "![a](javascript:x)",       "![a](data:text/html,x)",
        "[a](<\tjavascript:x>)",
    };
    struct markdown m;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        render(&m, bad[i], &standard);
        if (strstr(buf_str(&m.html), "<a") != NULL || strstr(buf_str(&m.html), "<img") != NULL)
            fail_msg("%s gives %s", bad[i], buf_str(&m.html));
        assert_int_equal(json_array_size(m.warnings), 1);
        markdown_free(&m);
    }
    gives("[a *b*](javascript:x)", "<p>a <em>b</em></p>\n");
    gives("![a](data:image/png;base64,x)", "<p><img src=\"data:image/png;base64,x\" alt=\"a\" "
                                           "loading=\"lazy\" decoding=\"async\"></p>\n");
    gives("[a](javascripts) [b](/data:x)",
          "<p><a href=\"javascripts\">a</a> <a href=\"/data:x\">b</a></p>\n");
    assert_true(link_is_safe("", LINK_HREF));
    assert_true(link_is_safe("ftp://x", LINK_HREF));
    assert_false(link_is_safe("\x1f java\tscript\n:x", LINK_HREF));
}

static void test_warning_place(void **state) {
    struct markdown_options o = standard;
    struct markdown m;
    json_t *w;

    (void)state;
    o.first_line = 10;
    render(&m, "x\n\n- a [b](javascript:c)\n", &o);
    w = json_array_get(m.warnings, 0);
    assert_int_equal(json_get_int(w, "line", 0), 12);
    assert_int_equal(json_get_int(w, "column", 0), 5);
    assert_non_null(json_get_string(w, "text", NULL));
    markdown_free(&m);
}

static void test_bound(void **state) {
    struct markdown m = {0};
    struct error e = {0};

    (void)state;
    buf_init(&m.html, 20);
    assert_int_equal(markdown_render(&m, "a long paragraph of text", 24, &standard, &e), -1);
    assert_non_null(strstr(e.text, "larger than"));
    assert_null(m.html.data);
    assert_null(m.outline);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),        cmocka_unit_test(test_definitions),
        cmocka_unit_test(test_tables),        cmocka_unit_test(test_inlines),
        cmocka_unit_test(test_footnotes),     cmocka_unit_test(test_headings),
        cmocka_unit_test(test_outline),       cmocka_unit_test(test_raw_html),
        cmocka_unit_test(test_more),          cmocka_unit_test(test_unsafe_links),
        cmocka_unit_test(test_warning_place), cmocka_unit_test(test_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
