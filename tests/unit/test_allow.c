/* What strangers may publish: nothing that runs, everything that is prose. */
#include "content/allow.h"

#include "content/document.h"
#include "content/renderer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 8 << 20 };

static char *allowed_n(const char *html, size_t n) {
    struct buf out;
    struct error err = {0};
    buf_init(&out, ROOM);
    if (allow_html(&out, html, n, &err) != 0)
        fail_msg("%s", err.text);
    return buf_take(&out, NULL);
}

static void becomes(const char *html, const char *wanted) {
    char *first = allowed_n(html, strlen(html));
    if (strcmp(first, wanted) != 0)
        fail_msg("%s\nis     %s\nwanted %s", html, first, wanted);
    char *again = allowed_n(first, strlen(first)); /* what is allowed stays as it is */
    assert_string_equal(again, first);
    free(again);
    free(first);
}

static void prose_stays(void **state) {
    (void)state;
    static const char *const same[] = {
        "<p>One <em>two</em> <strong>three</strong> <code>a &lt; b &amp;&amp; c</code></p>\n",
        "<p><a href=\"https://example.org/?a=1&amp;b=2#c\" title=\"t\">x</a> <a "
        "href=\"../b.md\">y</a></p>",
        "<p><img src=\"a.png\" alt=\"A\" title=\"T\" loading=\"lazy\" decoding=\"async\"></p>",
        "<ol start=\"3\"><li>a</li><li>b</li></ol>",
        "<ul><li><input type=\"checkbox\" checked=\"\" disabled=\"\"> done</li></ul>",
        "<table><thead><tr><th class=\"align-left\">a</th></tr></thead><tbody><tr><td "
        "class=\"align-left\">1</td></tr></tbody></table>",
        "<details open=\"\"><summary>s</summary><p>t</p></details>",
        "<figure><img src=\"data:image/png;base64,AAAA\" "
        "alt=\"\"><figcaption>c</figcaption></figure>",
        "<h2 id=\"a-b\">A b</h2><p>x<sup id=\"fnref:1\"><a href=\"#fn:1\">1</a></sup></p>",
        "<pre class=\"highlight chroma\"><code class=\"language-c\"><span class=\"k\">if</span> "
        "(x)\n\n</code></pre>",
        "<p>H<sub>2</sub>O, x<sup>2</sup>, <kbd>Ctrl</kbd>, <mark>m</mark>, "
        "<ruby>漢<rt>kan</rt></ruby></p>",
        "<blockquote cite=\"https://example.org/\"><p>q</p></blockquote><hr>",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        becomes(same[i], same[i]);
}

static void what_runs_goes(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"<script>alert(1)</script>a", "a"},
        {"<p onclick=\"x()\" style=\"a\" id=\"b\" data-x=\"c\">a</p>", "<p>a</p>"},
        {"<a href=\"javascript:alert(1)\">a</a>", "<a>a</a>"},
        {"<a href=\" java\tscript:alert(1)\">a</a>", "<a>a</a>"},
        {"<a href=\"&#106;avascript:alert(1)\">a</a>", "<a>a</a>"},
        {"<a href=\"data:text/html,x\">a</a>", "<a>a</a>"},
        {"<img src=x onerror=alert(1)>", "<img src=\"x\">"},
        {"<img src=\"data:text/html,x\">", "<img>"},
        {"<iframe src=\"https://example.org/\">i</iframe>a", "a"},
        {"<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>a", "a"},
        {"<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>a", "a"},
        {"<style>p{}</style><noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", ""},
        {"<form action=\"/x\"><input name=a><button>b</button></form>", "b"},
        {"<object data=\"x\"></object><embed src=\"x\">a", "a"},
        {"<base href=\"https://example.org/\"><meta http-equiv=refresh content=0><link rel=x>a",
         "a"},
        {"<!-- c --><?php x ?><![CDATA[ y ]]>a", "a"},
        {"<custom-element>a</custom-element><font color=red>b</font>", "ab"},
        {"<template><p>x</p></template><textarea><p>y</p></textarea>a", "a"},
        {"<p>a<div>b", "<p>a</p><div>b</div>"},
        {"</p>a</div></body></html>", "<p></p>a"},
        {"<b><i>a</b>b</i>", "<b><i>a</i></b><i>b</i>"},
        {"a < b & c > d &amp; &lt;script&gt;", "a &lt; b &amp; c &gt; d &amp; &lt;script&gt;"},
        {"<p title='\"><script>x</script>'>a",
         "<p title=\"&quot;&gt;&lt;script&gt;x&lt;/script&gt;\">a</p>"},
        {"<pre>\n\na</pre>", "<pre>\n\na</pre>"},
        {"<pre><x>\n\na</x></pre>", "<pre>\n\n\na</pre>"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        becomes(cases[i][0], cases[i][1]);
}

/* Nesting of any depth costs neither stack nor more than its memory. */
static void deep(void **state) {
    (void)state;
    enum { DEPTH = 20000 };
    struct buf in;
    buf_init(&in, ROOM);
    for (int i = 0; i < DEPTH; i++)
        buf_puts(&in, "<div>");
    char *out = allowed_n(buf_str(&in), in.len);
    assert_int_equal(strlen(out), DEPTH * strlen("<div></div>"));
    free(out);
    buf_free(&in);
}

static void too_large(void **state) {
    (void)state;
    struct buf in, out;
    struct error err = {0};
    buf_init(&in, ROOM);
    buf_init(&out, ROOM);
    for (int i = 0; i < 1000000; i++)
        buf_puts(&in, "<p>a");
    assert_int_equal(allow_html(&out, buf_str(&in), in.len, &err), -1);
    assert_non_null(strstr(err.text, "too large"));
    buf_free(&out);
    buf_init(&out, 10);
    memset(&err, 0, sizeof err);
    assert_int_equal(allow_html(&out, "<p>a long paragraph</p>", 23, &err), -1);
    buf_free(&out);
    buf_free(&in);
}

/* What our own renderer writes loses nothing. */
static void markdown(void **state) {
    (void)state;
    static const char source[] =
        "# One\n\nText[^1] with `code`, ~~gone~~, https://example.org and ![p](a.png \"t\").\n\n"
        "- [x] done\n- [ ] not\n\n1. a\n2. b\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n"
        "```c {hl_lines=[1] linenos=true title=\"x.c\"}\nint main(void) { return 0; }\n```\n\n"
        "> quote\n\n[^1]: A note.\n";
    struct document plain, kept;
    struct render_request q = {
        .kind = RENDER_POST, .path = "a.md", .source = source, .len = sizeof source - 1};
    struct error err = {0};
    assert_int_equal(document_build(&plain, &q, &err), 0);
    json_t *options = json_pack("{s:b}", "allow", 1);
    q.options = options;
    assert_int_equal(document_build(&kept, &q, &err), 0);
    char *same = allowed_n(plain.html, plain.html_len);
    assert_string_equal(kept.html, same);
    static const char *const parts[] = {"id=\"one\"",
                                        "id=\"fn:1\"",
                                        "id=\"fnref:1\"",
                                        "align-right",
                                        "type=\"checkbox\"",
                                        "language-c",
                                        "<del>",
                                        "loading=\"lazy\"",
                                        "data-n=\"1\"",
                                        "<figcaption>",
                                        "<section class=\"footnotes\""};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(plain.html, parts[i]) != NULL && strstr(kept.html, parts[i]) == NULL)
            fail_msg("%s is lost: %s", parts[i], kept.html);
    assert_string_equal(kept.text, plain.text);
    free(same);
    json_decref(options);
    document_free(&plain);
    document_free(&kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prose_stays), cmocka_unit_test(what_runs_goes), cmocka_unit_test(deep),
        cmocka_unit_test(too_large),   cmocka_unit_test(markdown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
