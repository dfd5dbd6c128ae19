/* Shortcodes: through the whole of document_build, as a post has them. */
#include "content/document.h"
#include "content/renderer.h"
#include "content/shortcode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void build(struct document *d, const char *source, size_t n, bool raw, const char *dialect) {
    struct error e = {0};
    json_t *options = json_pack("{s:b,s:s}", "unsafe", raw, "dialect", dialect);
    const struct render_request q = {
        .kind = RENDER_POST, .path = "a.md", .source = source, .len = n, .options = options};

    if (document_build(d, &q, &e) != 0)
        fail_msg("%s", e.text);
    json_decref(options);
}

/* source gives html (line ends at both ends aside) and so many warnings. */
static void gives_as(const char *source, const char *html, size_t warnings, bool raw,
                     const char *dialect) {
    struct document d;
    size_t n;
    const char *p;

    build(&d, source, strlen(source), raw, dialect);
    for (p = d.html, n = d.html_len; n > 0 && p[n - 1] == '\n';)
        n--;
    if (n != strlen(html) || memcmp(p, html, n) != 0)
        fail_msg("%s\ngives |%.*s|\nnot   |%s|", source, (int)n, p, html);
    if (json_array_size(json_object_get(d.meta, "warnings")) != warnings)
        fail_msg("%s\nhas %zu warnings", source,
                 json_array_size(json_object_get(d.meta, "warnings")));
    document_free(&d);
}

static void gives(const char *source, const char *html) {
    gives_as(source, html, 0, true, "hugo");
}

static void zola(const char *source, const char *html, size_t warnings) {
    gives_as(source, html, warnings, true, "zola");
}

static void stays(const char *source, const char *html) {
    gives_as(source, html, 1, true, "hugo");
}

#define LAZY " loading=\"lazy\" decoding=\"async\""
static void test_figure(void **state) {
    (void)state;
    gives("{{< figure src=\"a.png\" >}}", "<figure><img src=\"a.png\"" LAZY "></figure>");
    gives("{{<figure src=a.png>}}", "<figure><img src=\"a.png\"" LAZY "></figure>");
    gives("{{< figure src=`a.png` />}}", "<figure><img src=\"a.png\"" LAZY "></figure>");
    gives("{{% figure \"a.png\" %}}", "<figure><img src=\"a.png\"" LAZY "></figure>");
    gives("{{< figure src=a.png alt=\"a \\\"b\\\" <c>\" caption=\"d & e\" link=\"/x\" class=k "
          "width=3 title=T >}}",
          "<figure class=\"k\"><a href=\"/x\"><img src=\"a.png\"" LAZY
          " alt=\"a &quot;b&quot; &lt;c&gt;\" width=\"3\"></a><figcaption><h4>T</h4>"
          "<p>d &amp; e</p></figcaption></figure>");
    gives("{{< figure\n  src=\"a.png\"\n>}}\n\n*b*",
          "<figure><img src=\"a.png\"" LAZY "></figure>\n<p><em>b</em></p>");
    gives("a {{< figure src=b >}} *c*",
          "<p>a <figure><img src=\"b\"" LAZY "></figure> <em>c</em></p>");
}

static void test_services(void **state) {
    (void)state;
    gives("{{< youtube dQw4w9WgXcQ >}}",
          "<a class=\"video\" href=\"https://www.youtube.com/watch?v=dQw4w9WgXcQ\">Video on "
          "YouTube</a>");
    gives("{{< vimeo id=\"55073825\" title=\"A\" >}}",
          "<a class=\"video\" href=\"https://vimeo.com/55073825\">A: Video on Vimeo</a>");
    gives("{{< gist spf13 7896402 >}}",
          "<a href=\"https://gist.github.com/spf13/7896402\">Gist</a>");
    gives("{{< gist spf13 7896402 \"a.go\" >}}",
          "<a href=\"https://gist.github.com/spf13/7896402\">Gist: a.go</a>");
    gives("{{< x user=\"S\" id=\"14\" >}}", "<a href=\"https://x.com/S/status/14\">@S on X</a>");
    stays("{{< youtube >}}", "<p>{{&lt; youtube &gt;}}</p>");
    stays("{{< youtube \"a/../b\" >}}", "<p>{{&lt; youtube “a/../b” &gt;}}</p>");
    stays("{{< gist a >}}", "<p>{{&lt; gist a &gt;}}</p>");
}

static void test_media(void **state) {
    (void)state;
    gives("{{< audio src=a.mp3 >}}", "<audio controls preload=\"none\" src=\"a.mp3\"></audio>");
    gives("{{< video src=a.mp4 poster=b.png >}}",
          "<video controls preload=\"none\" src=\"a.mp4\" poster=\"b.png\"></video>");
    gives("{{< inTextImg url=a.png height=20 >}}",
          "<img class=\"in-text\" src=\"a.png\" height=\"20\""
          " loading=\"lazy\" "
          "decoding=\"async\">");
    stays("{{< audio src=\"javascript:x\" >}}", "<p>{{&lt; audio src=“javascript:x” &gt;}}</p>");
}

static void test_inside(void **state) {
    (void)state;
    gives("{{< details summary=\"S\" >}}\n**a**\n{{< /details >}}",
          "<details><summary>S</summary>\n<p><strong>a</strong></p>\n</details>");
    gives(
        "{{< collapse open=true >}}\na\n\n{{< details >}}\nb\n{{< /details >}}\n{{</ collapse >}}",
        "<details open><summary>Details</summary>\n<p>a</p>\n<details><summary>Details</summary>"
        "\n<p>b</p>\n</details>\n</details>");
    gives("{{< rawhtml >}}\n<b>*a*</b>\n{{< /rawhtml >}}\n*c*",
          "\n<b>*a*</b>\n\n<p><em>c</em></p>");
    gives("{{< highlight go >}}\na < \"{{< x >}}\"\n{{< /highlight >}}",
          "<pre><code class=\"language-go\">a &lt; &quot;{{&lt; x &gt;}}&quot;\n</code></pre>");
    gives("{{< details \"S\" />}}", "<details><summary>S</summary></details>");
    gives_as("{{< rawhtml >}}<b>{{< /rawhtml >}}",
             "<p>{{&lt; rawhtml &gt;}}{{&lt; /rawhtml "
             "&gt;}}</p>",
             1, false, "hugo");
}

static void test_fences(void **state) {
    (void)state;
    gives("```\n{{</* figure src=a */>}}\n```",
          "<pre><code>{{&lt; figure src=a &gt;}}\n</code></pre>");
    gives("`{{%/* nope */%}}`", "<p><code>{{% nope %}}</code></p>");
    gives("```\n{{< gist a 1 >}}\n```",
          "<pre><code><a href=\"https://gist.github.com/a/1\">Gist</a>\n</code></pre>");
}

static void test_text(void **state) {
    (void)state;
    stays("{{< nope >}}", "<p>{{&lt; nope &gt;}}</p>");
    stays("{{< >}}", "<p>{{&lt; &gt;}}</p>");
    stays("{{< figure src=\"a", "<p>{{&lt; figure src=“a</p>");
    stays("{{< /details >}}", "<p>{{&lt; /details &gt;}}</p>");
    stays("{{< details >}}", "<p>{{&lt; details &gt;}}</p>");
    stays("{{< highlight go >}}", "<p>{{&lt; highlight go &gt;}}</p>");
    stays("{{</* a", "<p>{{&lt;/* a</p>");
    gives("{{ a }} {{<", "<p>{{ a }} {{&lt;</p>");
    gives("{{<page}}", "<p>{{&lt;page}}</p>");
    gives("", "");
}

static void test_place(void **state) {
    static const char text[] = "---\ntitle: a\n---\n\n{{< figure\n src=a >}}\n\n  é {{< nope >}}\n";
    struct document d;
    const json_t *w;

    (void)state;
    build(&d, text, strlen(text), true, "hugo");
    w = json_array_get(json_object_get(d.meta, "warnings"), 0);
    assert_int_equal(json_get_int(w, "line", 0), 8);
    assert_int_equal(json_get_int(w, "column", 0), 5);
    document_free(&d);
}

static void test_param(void **state) {
    (void)state;
    gives("---\ncolour: <red>\nN: 3\n---\n{{< param colour >}} {{< param \"N\" >}}",
          "<p>&lt;red&gt; 3</p>");
    stays("{{< param colour >}}", "<p>{{&lt; param colour &gt;}}</p>");
}

/* HTML in an attribute would end it: it is dropped there. */
static void test_attributes(void **state) {
    (void)state;
    gives_as("![a {{< gist b 1 >}}](c)", "<p><img src=\"c\" alt=\"a \"" LAZY "></p>", 0, false,
             "hugo");
    gives_as("{{< gist b 1 >}}", "<a href=\"https://gist.github.com/b/1\">Gist</a>", 0, false,
             "hugo");
}

static void test_more_and_outline(void **state) {
    static const char text[] =
        "{{< gist a 1 >}} one\n\n<!--more-->\n\n## B {{< gist b 2 >}}\n\ntwo";
    struct document d;
    const json_t *h;

    (void)state;
    build(&d, text, strlen(text), true, "hugo");
    assert_string_equal(json_get_string(d.meta, "summary", ""), "Gist one");
    assert_true(json_get_bool(d.meta, "truncated", false));
    h = json_array_get(json_object_get(d.meta, "outline"), 0);
    assert_string_equal(json_get_string(h, "text", ""), "B ");
    document_free(&d);
}

/* ref and relref end as addresses that ingest leads to files. */
static void test_ref(void **state) {
    (void)state;
    gives("[a]({{< ref \"b_c_d.md#e\" >}})", "<p><a href=\"@ref/b_c_d.md#e\">a</a></p>");
    gives("[a]({{% relref path=\"/x/y (1)\" %}})", "<p><a href=\"@ref//x/y%20%281%29\">a</a></p>");
    gives("[a]({{< ref `#part` >}})", "<p><a href=\"#part\">a</a></p>");
    gives("<a href=\"{{< ref `x` >}}\">a</a>", "<p><a href=\"@ref/x\">a</a></p>");
    stays("{{< ref >}}", "<p>{{&lt; ref &gt;}}</p>");
}

static void test_zola(void **state) {
    (void)state;
    zola("{{ youtube(id=\"dQw4\", autoplay=true) }}",
         "<a class=\"video\" href=\"https://www.youtube.com/watch?v=dQw4\">Video on YouTube</a>",
         0);
    zola("a {{vimeo(id='1',class=\"k\",)}} b",
         "<p>a <a class=\"video\" href=\"https://vimeo.com/1\">Video on Vimeo</a> b</p>", 0);
    zola("{{ gist(url=\"https://gist.github.com/a/1\") }}",
         "<a href=\"https://gist.github.com/a/1\">Gist</a>", 0);
    zola("`{{/* youtube(id=1) */}}` and `{%/* q() */%}`",
         "<p><code>{{ youtube(id=1) }}</code> and <code>{% q() %}</code></p>", 0);
    zola("{{ nope(a=[1, 2]) }}", "<p>{{ nope(a=[1, 2]) }}</p>", 1);
    zola("{% q(a=`x`) %}\n*b*\n{% end %}",
         "<p>{% q(a=<code>x</code>) %}\n<em>b</em>\n{% end %}</p>", 1);
    zola("{% a() %}{% b() %}{% end %}{% end %}", "<p>{% a() %}{% b() %}{% end %}{% end %}</p>", 2);
    zola("{% end %}", "<p>{% end %}</p>", 1);
    zola("{% youtube(id=1) %}{% end %}", "<p>{% youtube(id=1) %}{% end %}</p>", 1);
    zola("{{ youtube(id) }}", "<p>{{ youtube(id) }}</p>", 1);
    zola("{{ a }} ${{ x.y }} {% if a %} {{< x >}}",
         "<p>{{ a }} ${{ x.y }} {% if a %} {{&lt; x &gt;}}</p>", 0);
    gives("{{ youtube(id=1) }}", "<p>{{ youtube(id=1) }}</p>");
}

#define MATH "---\nmath: true\n---\n"

static void test_math(void **state) {
    (void)state;
    gives(MATH "a $x_1*y_2*$ b", "<p>a <span class=\"math inline\">$x_1*y_2*$</span> b</p>");
    gives(MATH "\\(a_b\\) \\[c*d*\\] $$e$$ f",
          "<p><span class=\"math inline\">\\(a_b\\)</span> <span class=\"math "
          "display\">\\[c*d*\\]</span> <span class=\"math display\">$$e$$</span> f</p>");
    gives(MATH "a\n\n$$\nx < y\n\\\\\nz\n$$\n\nb",
          "<p>a</p>\n<div class=\"math display\">$$\nx &lt; y\n\\\\\nz\n$$</div>\n<p>b</p>");
    gives(MATH "$x$", "<p><span class=\"math inline\">$x$</span></p>");
    gives(MATH "it costs $5 or $6, \\$a", "<p>it costs $5 or $6, $a</p>");
    gives(MATH "`$a$` ``b ` $c$``", "<p><code>$a$</code> <code>b ` $c$</code></p>");
    gives(MATH "```\n$a$\n```\n> ~~~\n> $b$\n> ~~~",
          "<pre><code>$a$\n</code></pre>\n<blockquote>\n<pre><code>$b$\n</code></pre>\n"
          "</blockquote>");
    gives(MATH "$a\n\nb$ $$ \\(", "<p>$a</p>\n<p>b$ $$ (</p>");
    gives("a $x_1*y_2*$ b", "<p>a $x_1<em>y_2</em>$ b</p>");
}

static void test_headings(void **state) {
    (void)state;
    gives("## A *b* c {#Own-id .k}", "<h2 id=\"Own-id\">A <em>b</em> c</h2>");
    gives("## A {#a--b}", "<h2 id=\"a--b\">A</h2>");
    gives("A {#own}\n===", "<h1 id=\"own\">A</h1>");
    gives("# A {.k}", "<h1 id=\"a\">A</h1>");
    gives("# A {: #x}", "<h1 id=\"x\">A</h1>");
    gives("# {#x}", "<h1 id=\"x\"></h1>");
    gives("# A {x}", "<h1 id=\"a-x\">A {x}</h1>");
    gives("# A {}", "<h1 id=\"a-\">A {}</h1>");
    gives("# A {#fn:1}", "<h1 id=\"a-fn1\">A {#fn:1}</h1>");
    gives("# A {#x data-y=\"z q\"}", "<h1 id=\"x\">A</h1>");
    gives("# A {#x}\n\n# X", "<h1 id=\"x\">A</h1>\n<h1 id=\"x-1\">X</h1>");
}

static void test_notes(void **state) {
    (void)state;
    gives("term\n: what it means", "<dl>\n<dt>term</dt>\n<dd>what it means</dd>\n</dl>");
    gives("a : b", "<p>a : b</p>");
    gives("```mermaid\na < b\n```", "<pre class=\"mermaid\">a &lt; b\n</pre>");
    gives_as("# A\n{: .k}\n\n![](b){: width=3 } *c*{:.d}\ne\n{: .k}",
             "<h1 id=\"a\">A</h1>\n"
             "<p><img src=\"b\" alt=\"\"" LAZY "> <em>c</em>\ne\n</p>",
             4, true, "jekyll");
    gives("a\n{.k}", "<p>a\n{.k}</p>");
}

static void many(const char *part, enum shortcode_dialect dialect) {
    const struct shortcode_options o = {.dialect = dialect, .first_line = 1, .raw_html = true};
    struct shortcodes s;
    struct buf b;
    struct error e;

    buf_init(&b, 16U << 20U);
    for (int k = 0; k < 100000; k++)
        (void)buf_puts(&b, part);
    assert_int_equal(shortcode_expand(&s, b.data, b.len, &o, &e), 0);
    assert_true(s.text.len == b.len && memcmp(s.text.data, b.data, b.len) == 0);
    assert_true(json_array_size(s.warnings) <= 100);
    shortcode_free(&s);
    buf_free(&b);
}

/* What is repeated a hundred thousand times is done at once, and nothing breaks. */
static void test_bounds(void **state) {
    static const char *const hugos[] = {
        "{{< details >}}",     "{{< a \"", "{{< rawhtml >}}", "{{< /details >}}", "{{</*",
        "{{% highlight x %}}", "{{< ",     "{{< x `",         "{{< nope >}}"};
    static const char *const zolas[] = {"{% a() %}", "{{ a(b=[",  "{{ a(b=\"",   "{%/*",
                                        "{{ a(b=1",  "{% end %}", "{{          "};
    (void)state;
    for (size_t i = 0; i < sizeof hugos / sizeof hugos[0]; i++)
        many(hugos[i], SHORTCODE_HUGO);
    for (size_t i = 0; i < sizeof zolas / sizeof zolas[0]; i++)
        many(zolas[i], SHORTCODE_ZOLA);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figure),     cmocka_unit_test(test_services),
        cmocka_unit_test(test_media),      cmocka_unit_test(test_inside),
        cmocka_unit_test(test_fences),     cmocka_unit_test(test_text),
        cmocka_unit_test(test_place),      cmocka_unit_test(test_param),
        cmocka_unit_test(test_attributes), cmocka_unit_test(test_more_and_outline),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_ref),
        cmocka_unit_test(test_zola),       cmocka_unit_test(test_math),
        cmocka_unit_test(test_headings),   cmocka_unit_test(test_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
