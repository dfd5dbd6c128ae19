/* Front matter: finding it, its keys and types, and what is refused with its place. */
#include "content/document.h"
#include "content/front_matter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Meta of a text that must be read; body and line are checked. The caller drops it. */
static json_t *meta_of(const char *text, const char *body, int line) {
    struct front_matter f;
    struct error e = {0};

    if (front_matter_read(&f, text, strlen(text), &e) != 0)
        fail_msg("%s\n%d:%d: %s", text, e.line, e.column, e.text);
    assert_string_equal(text + f.body, body);
    assert_int_equal(f.body_line, line);
    return f.meta;
}

/* Meta of front matter made of `yaml`. */
static json_t *meta(const char *yaml) {
    char *text = NULL;
    json_t *m;

    assert_true(asprintf(&text, "---\n%s---\nbody", yaml) > 0);
    struct front_matter f;
    struct error e = {0};
    if (front_matter_read(&f, text, strlen(text), &e) != 0)
        fail_msg("%s\n%d:%d: %s", text, e.line, e.column, e.text);
    assert_string_equal(text + f.body, "body");
    m = f.meta;
    free(text);
    return m;
}

static void has(const char *yaml, const char *key, const char *json) {
    json_t *m = meta(yaml);
    struct buf b;

    buf_init(&b, 1U << 20);
    assert_int_equal(json_write(&b, json_object_get(m, key)), 0);
    if (strcmp(buf_str(&b), json) != 0)
        fail_msg("%s%s is %s, not %s", yaml, key, buf_str(&b), json);
    buf_free(&b);
    json_decref(m);
}

static void refuses(const char *text, int line, int column, const char *why) {
    struct front_matter f;
    struct error e = {0};

    assert_int_equal(front_matter_read(&f, text, strlen(text), &e), -1);
    if (strstr(e.text, why) == NULL || e.line != line || e.column != column)
        fail_msg("%s\n%d:%d: %s", text, e.line, e.column, e.text);
}

static void test_none(void **state) {
    static const char *const bodies[] = {
        "",          "Hello\n", "# T\n---\nx: 1\n---\n", "{{< figure >}}\n",
        "{% raw %}", "{",       "----\na: 1\n----\n",    "\n\nHello"};
    json_t *m;

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        m = meta_of(bodies[i], bodies[i], 1);
        assert_true(json_is_null(json_object_get(m, "title")));
        assert_true(json_is_false(json_object_get(m, "draft")));
        assert_int_equal(json_get_int(m, "weight", -1), 0);
        assert_int_equal(json_array_size(json_object_get(m, "tags")), 0);
        assert_true(json_is_object(json_object_get(m, "params")));
        json_decref(m);
    }
}

static void test_finding(void **state) {
    json_t *m;

    (void)state;
    m = meta_of("---\ntitle: a\n---\nbody\n", "body\n", 4);
    assert_string_equal(json_get_string(m, "title", ""), "a");
    json_decref(m);
    json_decref(meta_of("--- \t\ntitle: a\n---  \nbody", "body", 4));
    json_decref(meta_of("\n \n---\ntitle: a\n...\nbody", "body", 6));
    json_decref(meta_of("---\n---\n", "", 3));
    json_decref(meta_of("---\n# nothing\n---", "", 4));
    json_decref(meta_of("---\ntitle: |\n  a\n  ---\n  b\n---\nx\n---\n", "x\n---\n", 7));
    m = meta_of("{\"Title\": \"}\\\"{\", \"tags\": [\"a\"]}\nbody", "body", 2);
    assert_string_equal(json_get_string(m, "title", ""), "}\"{");
    json_decref(m);
    json_decref(meta_of("{\n \"title\": \"x\",\n \"n\": {\"a\": [{}]}\n}\n\nbody", "\nbody", 5));
    json_decref(meta_of("{}", "", 2));
}

static void test_toml(void **state) {
    json_t *m;

    (void)state;
    m = meta_of("+++\nTitle = \"A\"\ndate = 2024-05-06T07:08:09+02:00\ntags = [\"x\", \"y\"]\n"
                "draft = true\n\n[cover]\nimage = 'a.png'\n[params.deep]\nk = 1\n+++\nbody",
                "body", 12);
    assert_string_equal(json_get_string(m, "title", ""), "A");
    assert_true(json_get_bool(m, "draft", false));
    assert_int_equal(json_array_size(json_object_get(m, "tags")), 2);
    assert_int_equal(json_get_int(json_object_get(m, "date"), "offset", 0), 120);
    assert_string_equal(json_get_string(json_object_get(m, "cover"), "image", ""), "a.png");
    json_decref(m);
    json_decref(meta_of("+++\n+++\n", "", 3));
    refuses("+++\ntitle = 1 2\n+++\n", 2, 11, "the line should end here");
    refuses("+++\ntitle = \"a\"\ndraft = \"maybe\"\n+++\n", 3, 9, "draft: must be true or false");
    refuses("+++\ntitle = \"a\"\n---\n", 1, 1, "no end (+++)");
}

static void test_no_end(void **state) {
    (void)state;
    refuses("---\ntitle: a\n", 1, 1, "no end");
    refuses("\n\n---\ntitle: a\n--- x\n", 3, 1, "no end");
    refuses("---", 1, 1, "no end");
    refuses("\n{\"title\": \"a\"\nbody", 2, 1, "no end");
}

static void test_too_large(void **state) {
    const size_t n = 300 * 1024;
    char *text = malloc(n + 20);
    struct front_matter f;
    struct error e;

    (void)state;
    assert_non_null(text);
    memset(text, '#', n);
    memcpy(text, "---\n", 4);
    memcpy(text + n, "\n---\n", 6);
    assert_int_equal(front_matter_read(&f, text, n + 5, &e), -1);
    assert_non_null(strstr(e.text, "larger than 256 KB"));
    memset(text, ' ', n);
    text[0] = '{';
    text[n - 1] = '}';
    assert_int_equal(front_matter_read(&f, text, n, &e), -1);
    assert_non_null(strstr(e.text, "larger than 256 KB"));
    free(text);
}

static void test_text(void **state) {
    (void)state;
    has("title: \"It's: \\\"x\\\"\"\n", "title", "\"It's: \\\"x\\\"\"");
    has("TITLE: a\n", "title", "\"a\"");
    has("title: 2048\n", "title", "\"2048\"");
    has("title: 1.10\n", "title", "\"1.10\"");
    has("title: true\n", "title", "\"true\"");
    has("title:\n", "title", "null");
    has("title: ''\n", "title", "null");
    has("title: |\n  two\n  lines\n", "title", "\"two lines\"");
    has("title: \"a\\tb\\u0001c \"\n", "title", "\"a b c\"");
    has("slug: 007\n", "slug", "\"007\"");
    has("url: /a/b\n", "url", "\"/a/b\"");
    has("description: d\n", "description", "\"d\"");
    has("layout: archives\n", "layout", "\"archives\"");
}

static void test_dates(void **state) {
    static const char *const keys[][2] = {
        {"Date", "date"},
        {"publishDate", "publish_date"},
        {"publishdate", "publish_date"},
        {"publish_date", "publish_date"},
        {"published", "publish_date"},
        {"pubDate", "publish_date"},
        {"expiryDate", "expiry_date"},
        {"unpublishdate", "expiry_date"},
        {"lastmod", "lastmod"},
        {"updated", "lastmod"},
        {"modified", "lastmod"},
        {"last_modified_at", "lastmod"},
    };
    char line[80];
    struct date d;
    json_t *m;

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        (void)snprintf(line, sizeof line, "%s: 2022-09-10T12:30:01+06:00\n", keys[i][0]);
        m = meta(line);
        assert_true(document_date(&d, json_object_get(m, keys[i][1])));
        assert_int_equal(d.year * 10000 + d.month * 100 + d.day, 20220910);
        assert_int_equal(d.hour * 10000 + d.minute * 100 + d.second, 123001);
        assert_true(d.has_time && d.has_offset);
        assert_int_equal(d.offset, 360);
        json_decref(m);
    }
    m = meta("date: 20220910\nlastmod:\n");
    assert_true(document_date(&d, json_object_get(m, "date")));
    assert_false(d.has_time);
    assert_false(document_date(&d, json_object_get(m, "lastmod")));
    assert_false(document_date(&d, NULL));
    json_decref(m);
    m = meta("updated: 2020-01-01\nlastmod: 2021-01-01\n");
    assert_true(document_date(&d, json_object_get(m, "lastmod")));
    assert_int_equal(d.year, 2021);
    json_decref(m);
    refuses("---\ntitle: x\ndate: 2023-02-30\n---\n", 3, 7, "date: ");
    refuses("---\ndate: soon\n---\n", 2, 7, "date: ");
    refuses("---\ndate: true\n---\n", 2, 7, "date: ");
    refuses("---\nExpiryDate: [1]\n---\n", 2, 13, "expirydate: ");
}

static void test_flags_and_numbers(void **state) {
    (void)state;
    has("draft: true\n", "draft", "true");
    has("draft: false\n", "draft", "false");
    has("draft: 'True'\n", "draft", "true");
    has("draft: yes\n", "draft", "true");
    has("draft:\n", "draft", "false");
    has("published: false\n", "draft", "true");
    has("published: true\n", "draft", "false");
    has("published: false\ndraft: false\n", "draft", "true");
    has("toc: true\n", "toc", "true");
    has("ShowToc: false\n", "toc", "false");
    has("x: 1\n", "toc", "null");
    has("math: true\n", "math", "true");
    has("math: katex\n", "math", "false");
    has("math: katex\ntoc: 3\n", "params", "{\"toc\":3,\"math\":\"katex\"}");
    has("weight: 3\n", "weight", "3");
    has("weight: '-3'\n", "weight", "-3");
    refuses("---\ndraft: maybe\n---\n", 2, 8, "draft: must be true or false");
    refuses("---\ntitle: x\n\nDraft: 1\n---\n", 4, 8, "draft: must be true or false");
    refuses("---\nweight: heavy\n---\n", 2, 9, "weight: must be a whole number");
    refuses("---\nweight: 1.5\n---\n", 2, 9, "weight: must be a whole number");
    refuses("---\nweight: 1000000000000\n---\n", 2, 9, "weight: must be");
    refuses("---\ntitle: [x]\n---\n", 2, 8, "title: must be text");
    refuses("---\ntitle:\n  a: b\n---\n", 3, 3, "title: must be text");
}

static void test_lists(void **state) {
    (void)state;
    has("tags: [Go, SQL]\n", "tags", "[\"Go\",\"SQL\"]");
    has("tags:\n- Go\n-\n- ' SQL '\n- ''\n", "tags", "[\"Go\",\"SQL\"]");
    has("tags: Go\n", "tags", "[\"Go\"]");
    has("tags:\n", "tags", "[]");
    has("tags: [1.10, 2023, true]\n", "tags", "[\"1.10\",\"2023\",\"true\"]");
    has("tags: [Go Lang, go-lang, GO LANG, C++, C#, c++]\n", "tags",
        "[\"Go Lang\",\"C++\",\"C#\"]");
    has("tag: b\ntags: [a, B]\n", "tags", "[\"a\",\"B\"]");
    has("aliases: [/a, /A, /a, /b]\n", "aliases", "[\"/a\",\"/A\",\"/b\"]");
    has("alias: /x\n", "aliases", "[\"/x\"]");
    has("category: x\ncategories: [y]\n", "categories", "[\"y\",\"x\"]");
    has("series: s\n", "series", "[\"s\"]");
    has("author: Jane\n", "authors", "[\"Jane\"]");
    has("author: [Jane, Joe, jane]\n", "authors", "[\"Jane\",\"Joe\"]");
    has("authors: [{name: Jane, url: x}]\n", "authors", "[\"Jane\"]");
    has("author: {name: Jane}\n", "authors", "[\"Jane\"]");
    refuses("---\ntags: [a, [b]]\n---\n", 2, 7, "tags: must be text or a list of texts");
    refuses("---\ntags: {a: b}\n---\n", 2, 7, "tags: must be text or a list of texts");
}

static void test_cover(void **state) {
    (void)state;
    has("cover: a.png\n", "cover",
        "{\"image\":\"a.png\",\"alt\":\"\",\"caption\":\"\",\"hidden\":false,\"relative\":false}");
    has("cover:\n  Image: a.png\n  alt: 2022\n  caption: c\n  hidden: true\n  relative: yes\n",
        "cover",
        "{\"image\":\"a.png\",\"alt\":\"2022\",\"caption\":\"c\",\"hidden\":true,"
        "\"relative\":true}");
    has("cover: {image: '', alt: x}\n", "cover", "null");
    has("cover:\n", "cover", "null");
    refuses("---\ncover: [a]\n---\n", 2, 8, "cover: must be");
    refuses("---\ncover: {image: [a]}\n---\n", 2, 8, "cover: ");
    refuses("---\ncover: {image: a, hidden: 3}\n---\n", 2, 8, "cover: hidden");
}

static void test_params(void **state) {
    (void)state;
    has("title: t\nCustomKey: {Sub: [1, 'x']}\nversion: '1.10'\n", "params",
        "{\"customkey\":{\"Sub\":[1,\"x\"]},\"version\":\"1.10\"}");
}

/* What themes know under names of their own: typed, but among the params, and only when given. */
static void test_known_params(void **state) {
    (void)state;
    has("title: A\n", "params", "{}");
    has("canonicalURL: https://a.example/x\nlinkTitle: 2048\nrobotsNoIndex: true\nhideMeta: no\n",
        "params",
        "{\"linktitle\":\"2048\",\"canonicalurl\":\"https://a.example/x\",\"robotsnoindex\":true,"
        "\"hidemeta\":false}");
    has("keywords: [1.10, ink, ink]\n", "params", "{\"keywords\":[\"1.10\",\"ink\"]}");
    has("keywords: ink, lead\n", "params", "{\"keywords\":[\"ink, lead\"]}");
    has("images: [a.png]\nresources:\n  - src: b.png\n    title: B\n", "params",
        "{\"images\":[\"a.png\"],\"resources\":[{\"src\":\"b.png\",\"title\":\"B\"}]}");
    has("params: {mood: calm}\nextra: {ink: 1}\n", "params",
        "{\"mood\":\"calm\",\"extra\":{\"ink\":1}}");
    has("ShowToc: true\n", "toc", "true");
    has("excerpt: Short.\n", "summary", "\"Short.\"");
    has("published: false\n", "draft", "true");
    has("published: true\n", "publish_date", "null");
    has("taxonomies: {tags: [1.10, b], kinds: [x]}\n", "tags", "[\"1.10\",\"b\"]");
    has("redirect_from: /old/\naliases: [/older/]\n", "aliases", "[\"/older/\",\"/old/\"]");
    refuses("---\nrobotsNoIndex: perhaps\n---\n", 2, 16, "robotsnoindex: must be true or false");
    refuses("+++\nlinkTitle = {a = 1}\n+++\n", 2, 13, "linktitle: must be text");
}

static void test_json(void **state) {
    json_t *m = meta_of("{\"title\": 1.5, \"draft\": true, \"Tags\": [1, \"x\"], \"k\": null,\n"
                        "\"date\": \"2022-01-02\"}\n",
                        "", 3);

    (void)state;
    assert_string_equal(json_get_string(m, "title", ""), "1.5");
    assert_true(json_get_bool(m, "draft", false));
    assert_string_equal(json_string_value(json_array_get(json_object_get(m, "tags"), 0)), "1");
    assert_true(json_is_null(json_object_get(json_object_get(m, "params"), "k")));
    json_decref(m);
    refuses("\n{\"a\": 1, \"A\": 2}", 2, 1, "duplicate key");
    refuses("{\"a\": 1,\n \"a\": 2}", 2, 4, "duplicate");
    refuses("{\"draft\": 3}", 1, 1, "draft: must be true or false");
    refuses("{\"a\": x}", 1, 7, "JSON");
}

static void test_wrong_yaml(void **state) {
    (void)state;
    refuses("---\ntitle: a\ntitle: b\n---\n", 3, 1, "duplicate key");
    refuses("---\nTitle: a\ntitle: b\n---\n", 3, 1, "duplicate key");
    refuses("---\n- a\n---\n", 2, 1, "must be a mapping");
    refuses("---\njust text\n---\n", 2, 1, "must be a mapping");
    refuses("---\na: b: c\n---\n", 2, 5, "mapping values");
    refuses("---\ntitle: 'x\n---\n", 2, 8, "unexpected end");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_finding),
        cmocka_unit_test(test_toml),
        cmocka_unit_test(test_no_end),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_flags_and_numbers),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_cover),
        cmocka_unit_test(test_params),
        cmocka_unit_test(test_known_params),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_wrong_yaml),
        cmocka_unit_test(test_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
