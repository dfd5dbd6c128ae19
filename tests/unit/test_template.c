/* The template engine: what it renders, what it refuses, and its bounds, each template as it is and
 * linked (template_both.h). The specification's own
 * cases run in tests/http/mustache-spec.test.mjs. */
#include "template_both.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define OUT_MAX ((size_t)1 << 20)

/* Renders "main"; p1 and p2 are the texts of the partials of those names (NULL: none). */
static void expect3(const char *text, const char *p1, const char *p2, const char *json,
                    const char *want) {
    struct template_source list[3] = {source("main", text)};
    size_t count = 1;
    if (p1 != NULL) {
        list[count++] = source("p1", p1);
    }
    if (p2 != NULL) {
        list[count++] = source("p2", p2);
    }
    struct template_set *set = NULL;
    struct error err = {0};
    json_t *data = data_of(json);
    struct buf out;
    buf_init(&out, OUT_MAX);
    if (template_set_open(&set, list, count, NULL, &err) != 0 ||
        template_render(set, "main", data, &out, &err) != 0) {
        fail_msg("%s", err.text);
    }
    assert_string_equal(buf_str(&out), want);
    both_ways(set, "main", data, OUT_MAX);
    buf_free(&out);
    json_decref(data);
    template_set_free(set);
}

static void expect(const char *text, const char *json, const char *want) {
    expect3(text, NULL, NULL, json, want);
}

static unsigned look(const char *text, size_t n) {
    return (memchr(text, '#', n) != NULL ? 1u : 0) | (memchr(text, '%', n) != NULL ? 2u : 0) |
           (memchr(text, '@', n) != NULL ? 4u : 0);
}

/* Of what was entered and of raw values; not of escaped ones, nor of templates that were not reached. */
static void traits(void **state) {
    (void)state;
    static const struct {
        const char *json;
        unsigned traits;
    } rows[] = {{"{}", 1},
                {"{\"a\": \"%\"}", 1},
                {"{\"raw\": \"%\"}", 3},
                {"{\"more\": true}", 5},
                {"{\"more\": true, \"raw\": \"%@\"}", 7}};
    struct template_source list[2] = {source("main", "# {{a}}{{{raw}}}{{#more}}{{>p1}}{{/more}}"),
                                      source("p1", "@")};
    struct template_set *set = NULL;
    struct error err = {0};
    assert_int_equal(template_set_open(&set, list, 2, NULL, &err), 0);
    template_set_traits(set, look);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena *arena = arena_new(OUT_MAX);
        json_t *data = data_of(rows[i].json);
        struct value v = value_of_json(arena, data);
        struct buf out;
        unsigned seen = 8;
        buf_init(&out, OUT_MAX);
        assert_int_equal(template_show(set, "main", &v, &out, &seen, &err), 0);
        assert_int_equal(seen, rows[i].traits);
        both_ways(set, "main", data, OUT_MAX);
        buf_free(&out);
        json_decref(data);
        arena_free(arena);
    }
    template_set_free(set);
}

/* The set does not open, with exactly this message. */
static void refuse2(const char *text, const char *p1, const char *want) {
    struct template_source list[2] = {source("main", text), source("p1", p1)};
    struct template_set *set = NULL;
    struct error err = {0};
    assert_int_equal(template_set_open(&set, list, 2, NULL, &err), -1);
    assert_null(set);
    assert_string_equal(err.text, want);
}

static void refuse(const char *text, const char *want) {
    refuse2(text, "", want);
}

/* Rendering fails with a message that holds `want`, and nothing is left in the buffer. */
static void fail_render(const struct template_source *list, size_t count, const char *json,
                        size_t max, const char *want) {
    struct template_set *set = NULL;
    struct error err = {0};
    json_t *data = data_of(json);
    struct buf out;
    buf_init(&out, max);
    buf_puts(&out, "kept");
    assert_int_equal(template_set_open(&set, list, count, NULL, &err), 0);
    assert_int_equal(template_render(set, list[0].name, data, &out, &err), -1);
    assert_non_null(strstr(err.text, want));
    assert_string_equal(buf_str(&out), "kept");
    assert_true(buf_ok(&out));
    both_ways(set, list[0].name, data, max + strlen(BOTH_BEFORE) - strlen("kept"));
    buf_free(&out);
    json_decref(data);
    template_set_free(set);
}

static void values(void **state) {
    (void)state;
    expect("", "{}", "");
    expect("a{{x}}b", "{\"x\":\"<&>\\\"'\"}", "a&lt;&amp;&gt;&quot;&#39;b");
    expect("{{{x}}}{{&x}}{{& x }}", "{\"x\":\"<\"}", "<<<");
    expect("{{a}} {{b}} {{c}} {{d}} {{e}}",
           "{\"a\":1.210,\"b\":-7,\"c\":0.1,\"d\":1e300,\"e\":9223372036854775807}",
           "1.21 -7 0.1 1e+300 9223372036854775807");
    expect("{{t}}{{f}}{{n}}{{o}}{{l}}|", "{\"t\":true,\"f\":false,\"n\":null,\"o\":{},\"l\":[1]}",
           "truefalse|");
    expect("{{.}}", "\"x\"", "x");
    expect("{{a.b.c}}{{a.x.c}}{{z.b}}{{a.b.c.d}}", "{\"a\":{\"b\":{\"c\":1}},\"a.b.c\":2}", "1");
    expect("{{#a}}{{b.c}}{{/a}}", "{\"a\":{\"b\":{}},\"b\":{\"c\":\"outer\"}}", "");
    expect("{{#a}}{{b}}{{/a}}", "{\"a\":{\"b\":null},\"b\":\"outer\"}", "");
    expect("{{ä}} \xff", "{\"ä\":\"ö\"}", "ö \xff");
}

static void sections(void **state) {
    (void)state;
    const char *falsy[] = {"false", "null", "[]", "\"\""};
    for (size_t i = 0; i < 4; i++) {
        char json[64];
        snprintf(json, sizeof json, "{\"x\":%s}", falsy[i]);
        expect("{{#x}}yes{{/x}}{{^x}}no{{/x}}", json, "no");
    }
    const char *truthy[] = {"true", "0", "0.0", "{}", "[0]", "\"0\"", "[[]]"};
    for (size_t i = 0; i < 7; i++) {
        char json[64];
        snprintf(json, sizeof json, "{\"x\":%s}", truthy[i]);
        expect("{{#x}}yes{{/x}}{{^x}}no{{/x}}", json, "yes");
    }
    expect("{{#l}}{{.}},{{/l}}", "{\"l\":[1,\"a\",null,true]}", "1,a,,true,");
    expect("{{#l}}{{#.}}{{.}}{{/.}};{{/l}}", "{\"l\":[[1,2],[],[3]]}", "12;;3;");
    expect("{{#a}}{{#b}}{{x}}{{/b}}{{/a}}{{x}}", "{\"a\":{\"b\":{\"x\":1}},\"x\":2}", "12");
    expect("a\n  {{#x}}  \r\n b\n\t{{/x}}\nc", "{\"x\":1}", "a\n b\nc");
    expect("{{#x}}\n{{/x}} {{! not alone }}\n", "{\"x\":1}", " \n");
    expect("{{=<% %>=}}\n<%#x%>{{x}}<%={{ }}=%>{{x}}{{/x}}", "{\"x\":1}", "{{x}}1");
    expect("{{=| |=}}|{x}||&x|", "{\"x\":\"<\"}", "<<");
}

static void partials(void **state) {
    (void)state;
    expect3("[{{>p1}}{{> none }}]", "{{x}}{{>p2}}", "!", "{\"x\":1}", "[1!]");
    expect3("  {{>p1}}\nend", "a\n\n{{x}}\n{{{y}}}\n", NULL, "{\"y\":\"1\\n2\"}",
            "  a\n  \n  \n  1\n2\nend");
    expect3("  {{>p1}}\r\nend", "a\r\n{{>p2}}\r\n {{>p2}}", "b\r\nc\r\n", "{}",
            "  a\r\n  b\r\n  c\r\n   b\r\n   c\r\nend");
    expect3(" {{>p1}}\n", "x {{>p2}} y\nz\n", "b\nc", "{}", " x b\nc y\n z\n");
    expect3("{{>p1}}", "{{#n}}({{v}}{{>p1}}){{/n}}", NULL,
            "{\"n\":{\"v\":1,\"n\":{\"v\":2,\"n\":null}}}", "(1(2))");
    expect3("{{>*a.b}}|{{>*no}}|{{>*num}}|{{> * a.b }}|{{>**a}}", "P", NULL,
            "{\"a\":{\"b\":\"p1\"},\"num\":1}", "P|||P|");
    expect3("{{<*t}}{{$b}}x{{/b}}{{/*t}}", "<{{$b}}{{/b}}>", NULL, "{\"t\":\"p1\"}", "<x>");
    expect3("  {{>*t}}\n", "a\nb\n", NULL, "{\"t\":\"p1\"}", "  a\n  b\n");
}

static void inheritance(void **state) {
    (void)state;
    expect3("{{<p1}}ignored {{x}}{{#x}}{{$b}}no{{/b}}{{/x}}{{$c}}yes{{/c}}{{/p1}}",
            "{{$b}}b{{/b}}{{$c}}c{{/c}}", NULL, "{\"x\":1}", "byes");
    expect3("{{<p1}}{{$a}}1{{/a}}{{$a}}2{{/a}}{{/p1}}", "{{$a}}{{/a}}{{$a}}{{/a}}", NULL, "{}",
            "22");
    expect3("{{<p1}}{{$a}}top{{/a}}{{/p1}}",
            "{{<p2}}{{$a}}middle{{/a}}{{$b}}{{$a}}{{/a}}!{{/b}}{{/p2}}",
            "{{$a}}{{/a}} {{$b}}{{/b}}", "{}", "top top!");
    /* An argument belongs to the template it stands in: its own name inside it does not recurse. */
    expect3("{{<p1}}{{$a}}<{{$a}}in{{/a}}>{{/a}}{{/p1}}", "{{$a}}{{/a}}", NULL, "{}", "<in>");
    /* Its parent tag's partials see the overrides too. */
    expect3("{{<p1}}{{$a}}X{{/a}}{{/p1}}", "{{>p2}}", "{{$a}}d{{/a}}", "{}", "X");
    expect3("{{<p1}}{{$a}}{{v}}{{/a}}{{/p1}}{{$a}}own{{/a}}", "{{#s}}{{$a}}{{/a}}{{/s}}", NULL,
            "{\"v\":1,\"s\":[{\"v\":2},{}]}", "21own");
    expect3("{{<none}}{{$a}}x{{/a}}{{/none}}.", NULL, NULL, "{}", ".");
}

/* The white space that an indented partial gets belongs to the line: where the line begins with a
 * closing tag it is inside the section, and is not rendered when the section is not. */
static void indentation_before_a_closing_tag(void **state) {
    (void)state;
    const char *partial = "2 {{#a}}1\n{{/a}}<x";
    expect3(" {{>p1}}\n", partial, NULL, "{}", " 2 <x");
    expect3(" {{>p1}}\n", partial, NULL, "{\"a\":true}", " 2 1\n <x");
    expect3(" {{>p1}}\n", partial, NULL, "{\"a\":[1,2]}", " 2 1\n 1\n <x");
}

static void inheritance_indentation(void **state) {
    (void)state;
    const char *base = "<head>\n  {{$head}}{{/head}}\n</head>\n  {{$main}}\n  {{/main}}\n.\n";
    expect3("{{>p1}}", base, NULL, "{}", "<head>\n</head>\n.\n");
    expect3("{{<p1}}\n{{$main}}\n      <p>\n        x\n\n      </p>\n{{/main}}\n{{/p1}}\n", base,
            NULL, "{}", "<head>\n</head>\n  <p>\n    x\n  \n  </p>\n.\n");
    expect3("{{<p1}}{{$head}}a\nb{{/head}}{{/p1}}\n!", base, NULL, "{}",
            "<head>\n  a\n  b\n</head>\n.\n!");
    /* Indentation adds up through a standalone parent and a block; an inline block adds none. */
    expect3(" {{<p1}}{{$b}}\n\tx\n\ty\n\t{{/b}}{{/p1}}\n", "a\n  {{$b}}d{{/b}}\n[{{$b}}{{/b}}]\n",
            NULL, "{}", " a\n   x\n   y\n [x\ny\n]\n");
    expect3("{{<p1}}{{$b}}\r\n  x\r\n  y{{/b}}{{/p1}}", "    {{$b}}d{{/b}}\r\nz", NULL, "{}",
            "    x\r\n    y\r\nz");
    expect3("{{<p1}}{{$b}}\n  1\n  {{>p2}}\n{{/b}}{{/p1}}", "    {{$b}}{{/b}}\n", "2\n3\n", "{}",
            "    1\n    2\n    3\n");
    expect3(" {{>p1}}\n", "{{$b}}d{{x}}{{/b}}\n  {{$c}}\n  e\n  {{/c}}\n", NULL, "{}",
            " d\n   e\n");
}

static void errors(void **state) {
    (void)state;
    refuse("a\n {{#x}}\n{{/y}}",
           "builtin:main:3:1: the closing tag {{/y}} stands where {{/x}} is due");
    refuse("äö{{#x}}", "builtin:main:1:3: {{#x}} is opened here and never closed");
    refuse("{{<*x}}", "builtin:main:1:1: {{<*x}} is opened here and never closed");
    refuse("{{/x}}", "builtin:main:1:1: the closing tag {{/x}} has no opening tag");
    refuse("{{x", "builtin:main:1:1: the tag is never closed: \"}}\" is missing");
    refuse("{{{x}}", "builtin:main:1:1: the tag is never closed: \"}}}\" is missing");
    refuse("{{", "builtin:main:1:1: the tag is never closed: \"}}\" is missing");
    refuse("{{#", "builtin:main:1:1: the tag is never closed: \"}}\" is missing");
    refuse("{{!", "builtin:main:1:1: the tag is never closed: \"}}\" is missing");
    refuse("{{ }}", "builtin:main:1:1: the tag has no name");
    refuse("{{>*}}", "builtin:main:1:1: the tag has no name");
    refuse("{{a b}}", "builtin:main:1:1: the name \"a\" holds white space");
    refuse("{{a..b}}", "builtin:main:1:1: the name \"a..b\" has an empty part");
    refuse("{{.a}}", "builtin:main:1:1: the name \".a\" has an empty part");
    refuse("{{#a.}}{{/a.}}", "builtin:main:1:1: the name \"a.\" has an empty part");
    const char *bad =
        "builtin:main:1:1: bad delimiters: write two, with a space between: {{=<% %>=}}";
    refuse("{{=<%=}}", bad);
    refuse("{{==}}", bad);
    refuse("{{=a b c=}}", bad);
    refuse("{{=a= b=}}", "builtin:main:1:1: bad delimiters: they may not hold '='");
    refuse("{{=aaaaaaaaaaaaaaaaa b=}}", "builtin:main:1:1: bad delimiters: at most 16 bytes each");
    assert_int_equal(template_set_open(&(struct template_set *){NULL},
                                       (struct template_source[]){source("main", "{{")}, 1, NULL,
                                       NULL),
                     -1);
}

static void cycles(void **state) {
    (void)state;
    refuse2("{{>p1}}", "\n {{>p1}}",
            "builtin:p1:2:2: including \"p1\" here never ends: it includes this template again");
    refuse2("{{<p1}}{{/p1}}", "{{>main}}",
            "builtin:p1:1:1: including \"main\" here never ends: it includes this template again");
    expect3("{{#x}}{{>main}}{{/x}}{{<p1}}{{$b}}{{/b}}{{/p1}}", "{{$b}}{{>p1}}{{/b}}", NULL, "{}",
            "");
    const struct template_source loop[] = {source("main", "{{#x}}a{{>main}}{{/x}}")};
    fail_render(loop, 1, "{\"x\":1}", OUT_MAX, "more than 64 deep");
    const struct template_source named[] = {source("main", "a{{>*x}}")};
    fail_render(named, 1, "{\"x\":\"main\"}", OUT_MAX, "builtin:main:1:2: templates include");
    const struct template_source block[] = {source("main", "{{$b}}{{>main}}{{/b}}")};
    fail_render(block, 1, "{}", OUT_MAX, "more than 64 deep");
}

static void append_n(struct buf *b, const char *s, int n) {
    for (int i = 0; i < n; i++) {
        assert_int_equal(buf_puts(b, s), 0);
    }
}

static void bounds(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, (size_t)4 << 20);
    append_n(&b, "{{#x}}", 256);
    append_n(&b, "{{.}}", 1);
    append_n(&b, "{{/x}}", 256);
    expect(buf_str(&b), "{\"x\":1}", "1");
    buf_clear(&b);
    append_n(&b, "{{#x}}", 257);
    refuse(buf_str(&b), "builtin:main:1:1537: more than 256 sections inside each other");
    buf_clear(&b);
    append_n(&b, "{{<p1}}", 1);
    append_n(&b, "{{$b}}{{/b}}", 257);
    append_n(&b, "{{/p1}}", 1);
    refuse(buf_str(&b), "builtin:main:1:3080: more than 256 blocks in one parent tag");
    buf_clear(&b);
    append_n(&b, "0123456789abcdef", 65536);
    expect(buf_str(&b), "{}", buf_str(&b));
    append_n(&b, "x", 1);
    refuse(buf_str(&b), "builtin:main: 1048577 bytes are more than the limit of 1048576");
    buf_clear(&b);
    append_n(&b, "{{#x}}", 200);
    append_n(&b, "{{>main}}", 1);
    append_n(&b, "{{/x}}", 200);
    const struct template_source deep[] = {source("main", buf_str(&b))};
    fail_render(deep, 1, "{\"x\":1}", OUT_MAX, "more than 1024 deep");
    const struct template_source large[] = {source("main", "{{#x}}{{{.}}}{{/x}}")};
    fail_render(large, 1, "{\"x\":[\"12345\",\"67890\"]}", 10, "limit of 10 bytes");
    fail_render(large, 1, "{\"x\":1}", 4, "limit of 4 bytes");
    buf_free(&b);
}

static void multiplying(void **state) {
    (void)state;
    char names[40][16];
    char texts[40][32];
    struct template_source list[40];
    for (int i = 0; i < 40; i++) {
        snprintf(names[i], sizeof names[i], "t%d", i);
        snprintf(texts[i], sizeof texts[i], "{{>t%d}}{{>t%d}}", i + 1, i + 1);
        list[i] = source(names[i], texts[i]);
    }
    fail_render(list, 40, "{}", OUT_MAX, "multiply");
}

static void many(void **state) {
    (void)state;
    static char names[1001][16];
    static struct template_source list[1001];
    for (int i = 0; i < 1001; i++) {
        snprintf(names[i], sizeof names[i], "t%d", i);
        list[i] = source(names[i], "x");
    }
    struct template_set *set = NULL;
    struct error err = {0};
    assert_int_equal(template_set_open(&set, list, 1000, NULL, &err), 0);
    assert_true(template_has(set, "t0") && template_has(set, "t999"));
    assert_false(template_has(set, "t1000"));
    struct buf out;
    buf_init(&out, OUT_MAX);
    assert_int_equal(template_render(set, "t1000", NULL, &out, &err), -1);
    assert_string_equal(err.text, "no template \"t1000\"");
    template_set_free(set);
    assert_int_equal(template_set_open(&set, list, 1001, NULL, &err), -1);
    assert_string_equal(err.text, "builtin:t1000: more than 1000 templates");
    template_set_free(NULL);
}

/* ---- folders ---- */

static char folder[] = "/tmp/platen-template-XXXXXX";

static void put(const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void drop(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(remove(path), 0);
}

static int folder_make(void **state) {
    (void)state;
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    char sub[64];
    snprintf(sub, sizeof sub, "%s/sub", folder);
    return mkdir(sub, 0700);
}

static int folder_remove(void **state) {
    (void)state;
    char sub[64];
    snprintf(sub, sizeof sub, "%s/sub", folder);
    return rmdir(sub) | rmdir(folder);
}

static void render_is(const struct template_set *set, const char *name, const char *want) {
    struct buf out;
    struct error err = {0};
    buf_init(&out, OUT_MAX);
    assert_int_equal(template_render(set, name, NULL, &out, &err), 0);
    assert_string_equal(buf_str(&out), want);
    both_ways(set, name, NULL, OUT_MAX);
    buf_free(&out);
}

static void overrides(void **state) {
    (void)state;
    const struct template_source builtin[] = {source("post", "built-in {{>sub/name}}"),
                                              source("sub/name", "old"), source("a", "a")};
    put("sub/name.mustache", "new");
    put("z.mustache", "{{>post}}");
    put("other.txt", "{{");
    struct template_set *set = NULL;
    struct error err = {0};
    assert_int_equal(template_set_open(&set, builtin, 3, folder, &err), 0);
    render_is(set, "post", "built-in new");
    render_is(set, "z", "built-in new");
    assert_true(template_has(set, "a"));
    assert_false(template_has(set, "other"));
    template_set_free(set);

    put("z.mustache", "\n{{#a}}");
    char want[256];
    snprintf(want, sizeof want, "%s/z.mustache:2:1: {{#a}} is opened here and never closed",
             folder);
    assert_int_equal(template_set_open(&set, builtin, 3, folder, &err), -1);
    assert_string_equal(err.text, want);
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 1);
    drop("z.mustache");
    drop("other.txt");
    drop("sub/name.mustache");
    assert_int_equal(template_set_open(&set, builtin, 3, "/nonexistent", &err), -1);
    assert_string_equal(err.text, "/nonexistent: No such file or directory");
}

static void one_file(void **state) {
    (void)state;
    char path[256];
    put("page.html", "<{{>main}}{{>sub/x}}>");
    put("main.mustache", "partial");
    put("sub/x.mustache", "!");
    snprintf(path, sizeof path, "%s/page.html", folder);
    struct template_set *set = NULL;
    struct error err = {0};
    assert_int_equal(template_set_open_file(&set, path, folder, &err), 0);
    render_is(set, TEMPLATE_MAIN, "<partial!>");
    template_set_free(set);
    assert_int_equal(template_set_open_file(&set, path, NULL, &err), 0);
    render_is(set, TEMPLATE_MAIN, "<>");
    template_set_free(set);
    put("sub/x.mustache", "{{>sub/x}}");
    assert_int_equal(template_set_open_file(&set, path, folder, &err), -1);
    assert_non_null(strstr(err.text, "sub/x.mustache:1:1: including"));
    drop("page.html");
    drop("main.mustache");
    drop("sub/x.mustache");
    assert_int_equal(template_set_open_file(&set, path, folder, &err), -1);
    assert_null(set);
}

static void link_refused(void **state) {
    (void)state;
    char path[256];
    snprintf(path, sizeof path, "%s/l.mustache", folder);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    struct template_set *set = NULL;
    struct error err = {0};
    assert_int_equal(template_set_open(&set, NULL, 0, folder, &err), -1);
    assert_non_null(strstr(err.text, "l.mustache"));
    drop("l.mustache");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traits),
        cmocka_unit_test(values),
        cmocka_unit_test(sections),
        cmocka_unit_test(partials),
        cmocka_unit_test(inheritance),
        cmocka_unit_test(indentation_before_a_closing_tag),
        cmocka_unit_test(inheritance_indentation),
        cmocka_unit_test(errors),
        cmocka_unit_test(cycles),
        cmocka_unit_test(bounds),
        cmocka_unit_test(multiplying),
        cmocka_unit_test(many),
        cmocka_unit_test_setup_teardown(overrides, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(one_file, folder_make, folder_remove),
        cmocka_unit_test_setup_teardown(link_refused, folder_make, folder_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
