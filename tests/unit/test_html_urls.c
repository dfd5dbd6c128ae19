/* Addresses in HTML, and what a relative one means beside its file. */
#include "content/html_urls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void bracket(void *arg, struct buf *out, struct slice url) {
    (void)arg;
    buf_putc(out, '[');
    buf_append(out, url.ptr, url.len);
    buf_putc(out, ']');
}

static void gives(const char *html, const char *want) {
    struct buf out;
    buf_init(&out, 4096);
    assert_int_equal(html_urls(&out, html, strlen(html), bracket, NULL), 0);
    assert_string_equal(buf_str(&out), want);
    buf_free(&out);
}

static void attributes(void **state) {
    (void)state;
    gives("plain a=b href=c", "plain a=b href=c");
    gives("<a href=\"x\">y</a>", "<a href=\"[x]\">y</a>");
    gives("<A HREF = 'x' title='href=\"no\"'>", "<A HREF = '[x]' title='href=\"no\"'>");
    gives("<img src=x.png alt>", "<img src=[x.png] alt>");
    gives("<img srcset=\"a 1x, b 2x\" data-src=\"n\">",
          "<img srcset=\"[a] 1x, [b] 2x\" data-src=\"n\">");
    gives("<!-- <a href=\"x\"> --><video poster=p></video>",
          "<!-- <a href=\"x\"> --><video poster=[p]></video>");
    gives("<a href=\"", "<a href=\"[]");
    gives("<a href", "<a href");
    struct buf small;
    buf_init(&small, 4);
    assert_int_equal(html_urls(&small, "<a href=x>", 10, bracket, NULL), -1);
    buf_free(&small);
}

static void files(void **state) {
    (void)state;
    static const struct {
        const char *from, *url, *want; /* NULL: none */
    } rows[] = {
        {"content/posts/a.md", "b.md", "content/posts/b.md"},
        {"content/posts/a.md", "./b.md#x", "content/posts/b.md"},
        {"content/posts/a.md", "../c/d%20e.png?x=1", "content/c/d e.png"},
        {"content/posts/a.md", "../../../x.md", NULL},
        {"content/posts/a.md", "../..", NULL},
        {"a.md", "img/a.png", "img/a.png"},
        {"a.md", "x//y.md", "x/y.md"},
        {"a.md", "", NULL},
        {"a.md", "#part", NULL},
        {"a.md", "?q", NULL},
        {"a.md", "/b.md", NULL},
        {"a.md", "//host/b.md", NULL},
        {"a.md", "https://host/b.md", NULL},
        {"a.md", "mailto:me", NULL},
        {"a.md", "b:c.md", NULL},
        {"a.md", "b/c:d.md", "b/c:d.md"},
        {"a.md", "%zz.md", NULL},
        {"a.md", "a%00.md", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buf out;
        buf_init(&out, 100);
        buf_puts(&out, "=");
        bool found = html_url_file(&out, rows[i].from, slice_of(rows[i].url));
        if (found != (rows[i].want != NULL))
            fail_msg("%s in %s: %s", rows[i].url, rows[i].from, buf_str(&out));
        assert_string_equal(buf_str(&out) + 1, found ? rows[i].want : "");
        buf_free(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(attributes), cmocka_unit_test(files)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
