/* Jekyll's Liquid tags: through the whole of document_build, as a post has them. */
#include "base/json.h"
#include "content/document.h"
#include "content/liquid.h"
#include "content/renderer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *options_of(void) {
    return json_pack("{s:s,s:{s:s,s:s,s:s},s:{s:s,s:i},s:{s:s,s:s}}", "dialect", "jekyll", "site",
                     "title", "T", "url", "https://x.org", "baseurl", "/blog", "params",
                     "repository", "a/b", "n", 3, "includes", "note.md", "*in* here", "own.html",
                     "{{ include.x }}");
}

static void gives_n(const char *source, const char *html, size_t warnings) {
    struct document d;
    struct error e = {0};
    json_t *options = options_of();
    const struct render_request q = {.kind = RENDER_POST,
                                     .path = "a.md",
                                     .source = source,
                                     .len = strlen(source),
                                     .options = options};
    size_t n;

    if (document_build(&d, &q, &e) != 0)
        fail_msg("%s", e.text);
    for (n = d.html_len; n > 0 && d.html[n - 1] == '\n';)
        n--;
    if (n != strlen(html) || memcmp(d.html, html, n) != 0)
        fail_msg("%s\ngives |%.*s|\nnot   |%s|", source, (int)n, d.html, html);
    if (json_array_size(json_object_get(d.meta, "warnings")) != warnings)
        fail_msg("%s\nhas %zu warnings", source,
                 json_array_size(json_object_get(d.meta, "warnings")));
    document_free(&d);
    json_decref(options);
}

static void gives(const char *source, const char *html) {
    gives_n(source, html, 0);
}

static void stays(const char *source, const char *html) {
    gives_n(source, html, 1);
}

static void test_values(void **state) {
    (void)state;
    gives("{{ site.title }} {{site.url}}{{ site.baseurl }}/a {{ site.repository }} {{ site.n }}",
          "<p>T <a href=\"https://x.org/blog/a\">https://x.org/blog/a</a> a/b 3</p>");
    gives("---\ntitle: A\ndate: 2024-05-06 07:08:09 +0200\nmood: calm\n---\n{{ page.title }} "
          "{{page.date}} {{ page.mood }}",
          "<p>A 2024-05-06 07:08:09 +0200 calm</p>");
    gives("[a]({{ \"/b\" | relative_url }}) [c]({{ 'd' | absolute_url }}) "
          "[e]({{ \"/f\" | prepend: site.baseurl | append: '/g' }})",
          "<p><a href=\"/blog/b\">a</a> <a href=\"https://x.org/blog/d\">c</a> <a "
          "href=\"/blog/f/g\">e</a></p>");
    gives("[a]({{ 'https://y.org/' | relative_url }})", "<p><a href=\"https://y.org/\">a</a></p>");
    stays("{{ content }}", "<p>{{ content }}</p>");
    stays("{{ site.nothing }}", "<p>{{ site.nothing }}</p>");
    stays("{{ site.title | upside_down }}", "<p>{{ site.title | upside_down }}</p>");
    stays("{{ site.title site.title }}", "<p>{{ site.title site.title }}</p>");
    stays("{{}}", "<p>{{}}</p>");
    gives("{{ a", "<p>{{ a</p>");
}

static void test_blocks(void **state) {
    (void)state;
    gives("{% raw %}{{ *a* }}{% endraw %} b", "<p>{{ <em>a</em> }} b</p>");
    gives("```\n{% raw %}{% b %}{% endraw %}\n```", "<pre><code>{% b %}\n</code></pre>");
    gives("a{% comment %} x {{ y }} {% endcomment %}b", "<p>ab</p>");
    gives("{% highlight ruby %}\na < b\n{% endhighlight %}\n\nc",
          "<pre><code class=\"language-ruby\">a &lt; b\n</code></pre>\n\n<p>c</p>");
    gives("{% highlight x %}\n{% raw %}{{ a }}{% endraw %}\n{% endhighlight %}",
          "<pre><code class=\"language-x\">{{ a }}\n</code></pre>");
    gives("a   {%- comment -%} x {%- endcomment -%}   b", "<p>ab</p>");
    stays("{% raw %} a", "<p>{% raw %} a</p>");
    stays("{% endraw %}", "<p>{% endraw %}</p>");
    gives_n("{% for a in b %}x{% endfor %}", "<p>{% for a in b %}x{% endfor %}</p>", 2);
}

static void test_files(void **state) {
    (void)state;
    gives("a {% include note.md x=1 %}", "<p>a <em>in</em> here</p>");
    stays("{% include own.html %}", "<p>{% include own.html %}</p>");
    stays("{% include ../a %}", "<p>{% include ../a %}</p>");
    gives("[a]({% link _posts/b_c.md %}) [d]({{ site.baseurl }}{% post_url 2024-01-02-e %})",
          "<p><a href=\"@/_posts/b_c.md\">a</a> <a href=\"@post/2024-01-02-e\">d</a></p>");
    gives("[a]({{ site.url }}{{ site.baseurl }}{% link b.md %}#c)",
          "<p><a href=\"@/b.md#c\">a</a></p>");
    gives("{% gist a/1 b.rb %}", "<a href=\"https://gist.github.com/a/1\">Gist: b.rb</a>");
    stays("{% gist \"x\" %}", "<p>{% gist “x” %}</p>");
    stays("{% link %}", "<p>{% link %}</p>");
}

static void test_bounds(void **state) {
    static const char *const parts[] = {"{% raw %}",  "{{ a",        "{% highlight x %}",
                                        "{%- a -%} ", "{% raw",      "{% comment %}{% raw %}",
                                        "{{ 'a }}",   "   {%- b %}", "{% endraw %}"};
    const struct liquid_options o = {.first_line = 1, .raw_html = true};
    json_t *options = options_of();
    const struct liquid_options in = {.first_line = 1,
                                      .includes = json_object_get(options, "includes")};
    struct shortcodes s;
    struct buf b;
    struct error e;

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        buf_init(&b, 16U << 20U);
        for (int k = 0; k < 100000; k++)
            (void)buf_puts(&b, parts[i]);
        assert_int_equal(liquid_expand(&s, b.data, b.len, &o, &e), 0);
        assert_true(s.text.len == b.len && memcmp(s.text.data, b.data, b.len) == 0);
        shortcode_free(&s);
        buf_free(&b);
    }
    buf_init(&b, 60000);
    while (b.len < b.max)
        (void)buf_putc(&b, 'x');
    assert_int_equal(json_put_stringn(json_object_get(options, "includes"), "big", b.data, b.len),
                     0);
    buf_free(&b);
    buf_init(&b, 16U << 20U);
    for (int k = 0; k < 1000; k++)
        (void)buf_puts(&b, "{% include big %}\n");
    assert_int_equal(liquid_expand(&s, b.data, b.len, &in, &e), 0);
    assert_true(s.text.len < b.len + LIQUID_ADDED_MAX);
    shortcode_free(&s);
    buf_free(&b);
    json_decref(options);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
