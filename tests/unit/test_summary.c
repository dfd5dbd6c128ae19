/* Plain text and the summary rule. */
#include "content/document.h"
#include "content/plain.h"
#include "content/renderer.h"
#include "content/source.h"
#include "content/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void plain(const char *html, const char *text) {
    struct buf b;

    buf_init(&b, 1U << 20);
    plain_text(&b, html, strlen(html));
    if (strcmp(buf_str(&b), text) != 0)
        fail_msg("%s\ngives |%s|\nnot   |%s|", html, buf_str(&b), text);
    buf_free(&b);
}

static void test_plain_text(void **state) {
    (void)state;
    plain("", "");
    plain(" \n\t ", "");
    plain("<p>a\n  b</p>\n<p>c</p>", "a b c");
    plain("<p>a</p><p>b</p>", "a b");
    plain("a<b>b</b><i>c</i>", "abc");
    plain("<li>a</li><li>b</li>", "a b");
    plain("<td>a</td><td>b</td>", "a b");
    plain("a<br>b<hr/>c", "a b c");
    plain("WebSocket<sup id=\"x\"><a href=\"#y\">1</a></sup>. However", "WebSocket1. However");
    plain("a <a class=\"footnote-backref\" href=\"#x\">&#8617;&#65038;</a></p>b", "a b");
    plain("a<img src=x alt='no'>b", "ab");
}

static void test_plain_references(void **state) {
    (void)state;
    plain("&lt;a&gt; &amp;amp; &quot;&apos;&#39;&#x27;", "<a> &amp; \"'''");
    plain("&eacute;&Eacute;&hellip;&mdash;&zwnj;", "é\xC3\x89…—\xE2\x80\x8C");
    plain("&nope; &amp &; &#; &#x; &#xg; &#12345678901;", "&nope; &amp &; &#; &#x; &#xg; "
                                                          "&#12345678901;");
    plain("a&#0;b&#xD800;c&#x110000;", "a\xEF\xBF\xBD"
                                       "b\xEF\xBF\xBD"
                                       "c\xEF\xBF\xBD");
    plain("a&#10;b&#7;c", "a b c");
    plain("&", "&");
    plain("&lt", "&lt");
    plain("&#x1F600;", "\xF0\x9F\x98\x80");
    plain("a&nbsp;b", "a\xC2\xA0"
                      "b");
}

static void test_plain_markup(void **state) {
    (void)state;
    plain("a<!-- b > c -->d<!---->e<!-->f", "adef");
    plain("a<!-- never closed", "a");
    plain("a<script>if (a < b) '</p>'</script>b", "ab");
    plain("a<SCRIPT>x</ScRiPt >b", "ab");
    plain("a<style>p { }", "a");
    plain("a<template><p>x</p></template>b", "ab");
    plain("a<b title=\"x > y\" c='>'>d", "ad");
    plain("a<b title = \"x > y\">d", "ad");
    plain("a<b it's>d", "ad");
    plain("a < b <3 </ x", "a < b <3 </ x");
    plain("a<!DOCTYPE x>b<?php x ?>c", "abc");
    plain("a<b", "a");
    plain("a<", "a<");
    plain("a<p", "a");
    plain("<P>a</P><averyveryverylongname>b", "a b");
}

/* Summary of html, words wanted: limit. */
static void sums(const char *html, size_t more, size_t limit, const char *want, bool truncated,
                 size_t words) {
    struct summary s;
    struct buf text;

    buf_init(&text, 1U << 20);
    summary_make(&s, &text, html, strlen(html), more, limit);
    if (strlen(want) != s.text_len || strncmp(buf_str(&text), want, s.text_len) != 0)
        fail_msg("%s\ngives |%.*s|", html, (int)s.text_len, buf_str(&text));
    assert_int_equal(s.truncated, truncated);
    assert_int_equal(s.words, words);
    buf_free(&text);
}

static void test_automatic(void **state) {
    (void)state;
    sums("<p>a b</p>\n<p>c d</p>\n<p>e</p>\n", SIZE_MAX, 2, "a b", true, 5);
    sums("<p>a b</p>\n<p>c d</p>\n<p>e</p>\n", SIZE_MAX, 3, "a b c d", true, 5);
    sums("<p>a b</p>\n<p>c d</p>\n", SIZE_MAX, 3, "a b c d", false, 4);
    sums("<p>a b</p>\n<p>c d</p>\n", SIZE_MAX, 30, "a b c d", false, 4);
    /* Lists and code count, but only a paragraph ends a summary. */
    sums("<p>a</p><ul><li>b c</li><li>d</li></ul><pre><code>e f</code></pre><p>g</p><p>h</p>",
         SIZE_MAX, 3, "a b c d e f g", true, 8);
    sums("<p>a</p><ul><li>b c</li></ul>", SIZE_MAX, 3, "a b c", false, 3);
    sums("<ul><li><p>a b</p></li><li><p>c</p></li></ul>", SIZE_MAX, 2, "a b", true, 3);
    /* What is left must be something: end tags and white space are not. */
    sums("<blockquote>\n<p>a b</p>\n</blockquote>\n", SIZE_MAX, 2, "a b", false, 2);
    sums("<p>a b</p>\n<hr>\n", SIZE_MAX, 2, "a b", true, 2);
    sums("", SIZE_MAX, 2, "", false, 0);
    sums("<p>a</p><!-- </p> --><script>'</p>'</script><p>b</p>c", SIZE_MAX, 2, "a b", true, 3);
}

static void test_manual(void **state) {
    (void)state;
    sums("<p>a</p>\n<p>b</p>\n", strlen("<p>a</p>\n"), 70, "a", true, 2);
    sums("<p>a  b</p>\n", strlen("<p>a "), 70, "a", true, 2);
    sums("<p>a</p>\n", strlen("<p>a</p>\n"), 70, "a", false, 1);
    sums("<p>a</p>\n", 0, 1, "", true, 1);
}

static void test_words(void **state) {
    (void)state;
    sums("<p>\xE4\xBD\xA0\xE5\xA5\xBD</p><p>x</p>", SIZE_MAX, 2, "\xE4\xBD\xA0\xE5\xA5\xBD", true,
         3);
}

static json_t *document_meta(const char *source, const char *options) {
    struct render_request q = {.path = "a.md", .source = source, .len = strlen(source)};
    struct document d;
    struct error e = {0};
    json_t *o = NULL;
    json_t *m;

    if (options != NULL)
        assert_int_equal(json_read(&o, options, strlen(options), &e), 0);
    q.options = o;
    if (document_build(&d, &q, &e) != 0)
        fail_msg("%s", e.text);
    m = json_incref(d.meta);
    document_free(&d);
    json_decref(o);
    return m;
}

static void test_document_kinds(void **state) {
    json_t *m;

    (void)state;
    m = document_meta("---\nsummary: \"It's *mine*\"\n---\na\n\n<!--more-->\n\nb", NULL);
    assert_string_equal(json_get_string(m, "summary", ""), "It\xE2\x80\x99s mine");
    assert_string_equal(json_get_string(m, "summary_kind", ""), "front");
    assert_false(json_get_bool(m, "truncated", true));
    json_decref(m);
    m = document_meta("a\n\n<!--more-->\n\nb c", NULL);
    assert_string_equal(json_get_string(m, "summary", ""), "a");
    assert_string_equal(json_get_string(m, "summary_kind", ""), "manual");
    assert_true(json_get_bool(m, "truncated", false));
    assert_int_equal(json_get_int(m, "words", 0), 3);
    assert_int_equal(json_get_int(m, "minutes", 0), 1);
    json_decref(m);
    m = document_meta("a b\n\nc", "{\"summary_words\": 2}");
    assert_string_equal(json_get_string(m, "summary", ""), "a b");
    assert_string_equal(json_get_string(m, "summary_kind", ""), "auto");
    json_decref(m);
    m = document_meta("", NULL);
    assert_string_equal(json_get_string(m, "summary", "x"), "");
    assert_int_equal(json_get_int(m, "minutes", 0), 1);
    json_decref(m);
}

static void test_minutes(void **state) {
    char text[2 * 214 + 1];
    json_t *m;

    (void)state;
    for (size_t i = 0; i < 214; i++)
        memcpy(text + 2 * i, "a ", 2);
    text[2 * 213] = '\0';
    m = document_meta(text, NULL);
    assert_int_equal(json_get_int(m, "words", 0), 213);
    assert_int_equal(json_get_int(m, "minutes", 0), 1);
    json_decref(m);
    text[2 * 213] = 'a';
    text[2 * 214] = '\0';
    m = document_meta(text, NULL);
    assert_int_equal(json_get_int(m, "minutes", 0), 2);
    json_decref(m);
}

/* --- source.c --- */

static void cleans(const char *source, size_t n, const char *want) {
    struct error e = {0};
    struct buf b;

    buf_init(&b, 1000);
    if (source_clean(&b, source, n, &e) != 0)
        fail_msg("%s", e.text);
    assert_string_equal(buf_str(&b), want);
    buf_free(&b);
}

static void not_clean(const char *source, size_t n, int line, int column, const char *why) {
    struct error e = {0};
    struct buf b;

    buf_init(&b, 1000);
    assert_int_equal(source_clean(&b, source, n, &e), -1);
    if (strstr(e.text, why) == NULL || e.line != line || e.column != column)
        fail_msg("%d:%d: %s", e.line, e.column, e.text);
    buf_free(&b);
}

static void test_source(void **state) {
    (void)state;
    cleans("", 0, "");
    cleans("\xEF\xBB\xBFhi", 5, "hi");
    cleans("a\r\nb\rc\n\r\n\r", 10, "a\nb\nc\n\n\n");
    cleans("a\x01\x0C\x7F\tb", 6, "a   \tb");
    not_clean("a\nb\0c", 5, 2, 2, "binary");
    not_clean("a\n\xC3\xA9\xFF", 5, 2, 2, "invalid UTF-8 (byte 0xFF)");
    not_clean("\xC3", 1, 1, 1, "invalid UTF-8");
    not_clean("\xED\xA0\x80", 3, 1, 1, "invalid UTF-8");
    not_clean("\xFF\xFEh\0", 4, 1, 1, "UTF-16");
    not_clean("\xFF\0", 2, 1, 1, "binary");
    not_clean("a\r\rb\xFF", 5, 3, 2, "invalid UTF-8");
}

static void test_source_bound(void **state) {
    struct error e = {0};
    struct buf b;

    (void)state;
    buf_init(&b, 3);
    assert_int_equal(source_clean(&b, "abcd", 4, &e), -1);
    assert_non_null(strstr(e.text, "larger than 3"));
    buf_free(&b);
}

/* --- document.c: settings --- */

static void test_settings(void **state) {
    static const struct {
        const char *path, *source, *says;
        int line;
    } cases[] = {
        {"hugo.yaml", "Title: x\nparams: {A: 1}\n", NULL, 0},
        {"config.yml", "Title: x\n", NULL, 0},
        {"a/b.json", "{\"Title\": \"x\"}", NULL, 0},
        {"hugo.toml", "Title = 'x'", NULL, 0},
        {"hugo.toml", "a = 1\nb = ?", "value", 2},
        {"hugo.yaml", "Title: x\n  y: 1", "YAML", 2},
        {"b.json", "{\"Title\": }", "JSON", 1},
        {"hugo.yaml", "Title: \xFF", "UTF-8", 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct render_request q = {.kind = RENDER_SETTINGS,
                                   .path = cases[i].path,
                                   .source = cases[i].source,
                                   .len = strlen(cases[i].source)};
        struct document d;
        struct error e = {0};
        int rc = document_build(&d, &q, &e);

        if (cases[i].says == NULL) {
            assert_int_equal(rc, 0);
            assert_string_equal(json_get_string(json_object_get(d.meta, "settings"), "Title", ""),
                                "x");
            assert_string_equal(d.html, "");
            document_free(&d);
        } else {
            assert_int_equal(rc, -1);
            assert_non_null(strstr(e.text, cases[i].says));
            assert_int_equal(e.line, cases[i].line);
            assert_null(d.meta);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_text),     cmocka_unit_test(test_plain_references),
        cmocka_unit_test(test_plain_markup),   cmocka_unit_test(test_automatic),
        cmocka_unit_test(test_manual),         cmocka_unit_test(test_words),
        cmocka_unit_test(test_document_kinds), cmocka_unit_test(test_minutes),
        cmocka_unit_test(test_source),         cmocka_unit_test(test_source_bound),
        cmocka_unit_test(test_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
