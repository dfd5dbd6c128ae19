/* Linked programs: what they are to give is what the set's own give, whatever is fixed. Cases of
 * which linking could make something else, then templates and data made at random. */
#include "template_both.h"

#include <pthread.h>
#include <stdio.h>

#define OUT_MAX ((size_t)1 << 20)

static struct template_set *set_of(const struct template_source *list, size_t count) {
    struct template_set *set = NULL;
    struct error err = {0};
    if (template_set_open(&set, list, count, NULL, &err) != 0)
        fail_msg("%s", err.text);
    return set;
}

static unsigned look(const char *text, size_t n) {
    return (memchr(text, '#', n) != NULL ? 1u : 0) | (memchr(text, '%', n) != NULL ? 2u : 0) |
           (memchr(text, '@', n) != NULL ? 4u : 0);
}

/* Renders "main" with "site" fixed. */
static void expect(const struct template_source *list, size_t count, const char *json,
                   const char *want) {
    struct template_set *set = set_of(list, count);
    template_set_traits(set, look);
    json_t *data = data_of(json);
    struct arena *arena = arena_new(OUT_MAX);
    struct value v = value_of_json(arena, data);
    struct template_pack *pack = template_pack_open(set, "site", value_get(&v, "site"));
    struct buf out;
    struct error err = {0};
    buf_init(&out, OUT_MAX);
    if (template_pack_show(pack, "main", &v, &out, NULL, &err) != 0)
        fail_msg("%s", err.text);
    both_ways(set, "main", data, OUT_MAX);
    assert_string_equal(buf_str(&out), want);
    buf_free(&out);
    template_pack_free(pack);
    arena_free(arena);
    json_decref(data);
    template_set_free(set);
}

static void expect1(const char *text, const char *json, const char *want) {
    expect((struct template_source[]){source("main", text)}, 1, json, want);
}

static void expect2(const char *text, const char *p1, const char *json, const char *want) {
    expect((struct template_source[]){source("main", text), source("p1", p1)}, 2, json, want);
}

static void fixed_values(void **state) {
    (void)state;
    const char *json =
        "{\"site\":{\"t\":\"<&>\",\"n\":7,\"no\":false,\"nil\":null,\"e\":\"\",\"l\":[1,{\"x\":2}],"
        "\"none\":[],\"o\":{\"x\":\"X\",\"p\":{\"q\":1}}},\"x\":\"out\",\"k\":[1,2]}";
    expect1("{{site.t}} {{{site.t}}} {{site.n}} {{site.no}}{{site.nil}}{{site.o}}{{site.l}}|", json,
            "&lt;&amp;&gt; <&> 7 false|");
    expect1("{{site.gone}}{{site.o.p.q}}{{site.o.p.q.r}}{{site}}|", json, "1|");
    expect1("{{#site.no}}a{{/site.no}}{{#site.nil}}b{{/site.nil}}{{#site.e}}c{{/site.e}}"
            "{{#site.none}}d{{/site.none}}{{#site.gone}}e{{/site.gone}}{{#site.n}}f{{/site.n}}",
            json, "f");
    expect1("{{^site.no}}a{{/site.no}}{{^site.none}}{{x}}{{/site.none}}{{^site.n}}f{{/site.n}}",
            json, "aout");
    expect1("{{#site.t}}{{.}}{{x}}{{#.}}{{{.}}}{{/.}}{{/site.t}}", json, "&lt;&amp;&gt;out<&>");
    expect1("{{#site.o}}{{x}}{{#p}}{{q}}{{x}}{{k}}{{/p}}{{/site.o}}{{x}}", json, "X1Xout");
    expect1("{{#site.l}}({{.}}{{x}}){{/site.l}}", json, "(1out)(2)");
    expect1("{{#site}}{{#o}}{{x}}{{site.n}}{{/o}}{{t}}{{/site}}", json, "X7&lt;&amp;&gt;");
    expect1("{{#site.o}}{{#k}}{{x}}{{.}}{{/k}}{{#x}}{{x}}{{/x}}{{/site.o}}", json, "X1X2X");
    expect1("{{#k}}{{#site.o}}{{x}}{{.}}{{/site.o}}{{.}}{{/k}}", json, "X1X2");
    expect2("{{#site.t}}{{#k}}{{>*.}}{{>*p}}{{/k}}{{/site.t}}", "{{.}}{{x}}",
            "{\"site\":{\"t\":\"p1\"},\"k\":[\"p1\"],\"p\":\"p1\",\"x\":1}", "p11p11");
    expect2("{{#site.t}}{{>*.}}{{#site.o}}{{>*y}}{{/site.o}}{{/site.t}}", "[{{.}}{{x}}]",
            "{\"site\":{\"t\":\"p1\",\"o\":{\"y\":\"p1\",\"x\":2}},\"x\":1}", "[p11][2]");
}

/* Members called "params" hold what authors wrote, a "site" too. */
static void shadows(void **state) {
    (void)state;
    expect1("{{#p.params}}{{site.t}}{{/p.params}}{{site.t}}",
            "{\"site\":{\"t\":1},\"p\":{\"params\":{\"site\":{\"t\":2}}}}", "21");
    expect1("{{#p}}{{#params}}{{#x}}{{site.t}}{{#site}}{{t}}{{/site}}{{/x}}{{/params}}{{/p}}",
            "{\"site\":{\"t\":1},\"p\":{\"params\":{\"x\":[{\"site\":{\"t\":2}},{}]}}}", "2211");
    expect1("{{#params}}{{#site.t}}a{{/site.t}}{{^site.t}}b{{/site.t}}{{/params}}",
            "{\"site\":{\"t\":1},\"params\":{\"site\":0}}", "b");
    expect1("{{#site.params}}{{site.t}}{{/site.params}}{{site.t}}",
            "{\"site\":{\"t\":1,\"params\":{\"site\":{\"t\":2}}}}", "21");
    expect1("{{#site.params}}{{#l}}{{site.t}}{{/l}}{{/site.params}}",
            "{\"site\":{\"t\":1,\"params\":{\"l\":[{\"site\":{\"t\":2}}]}}}", "2");
    expect1("{{#site.params.a}}{{.}}{{site.t}}{{/site.params.a}}",
            "{\"site\":{\"t\":1,\"params\":{\"a\":\"A\"}}}", "A1");
}

/* The data of another page has another value there, or none. */
static void other_data(void **state) {
    (void)state;
    struct template_source list[] = {source("main", "{{site.t}}!")};
    struct template_set *set = set_of(list, 1);
    struct arena *arena = arena_new(OUT_MAX);
    json_t *json = data_of("[{\"site\":{\"t\":1}},{\"site\":{\"t\":2}},{},{\"site\":3}]");
    static const char *const want[] = {"1!", "2!", "!", "!"};
    struct value all = value_of_json(arena, json);
    const struct value_item *item = all.as.list->first;
    struct template_pack *pack = template_pack_open(set, "site", value_get(&item->value, "site"));
    for (size_t i = 0; i < 4; i++, item = item->next) {
        struct both b = both_show(set, pack, "main", &item->value, OUT_MAX);
        assert_int_equal(b.rc, 0);
        assert_string_equal(buf_str(&b.out) + strlen(BOTH_BEFORE), want[i]);
        buf_free(&b.out);
    }
    struct both b = both_show(set, pack, "none", &all, OUT_MAX);
    assert_int_equal(b.rc, -1);
    assert_string_equal(b.err.text, "no template \"none\"");
    buf_free(&b.out);
    template_pack_free(pack);
    template_pack_free(NULL);
    json_decref(json);
    arena_free(arena);
    template_set_free(set);
}

static void inclusion(void **state) {
    (void)state;
    const char *toc =
        "<ol>\n{{#kids}}\n<li>{{n}}\n{{#more}}\n  {{>p1}}\n{{/more}}\n{{/kids}}\n</ol>\n";
    expect2(
        "{{#toc}}\n {{>p1}}\n{{/toc}}\n", toc,
        "{\"toc\":{\"kids\":[{\"n\":1,\"more\":true,\"kids\":[{\"n\":2,\"more\":0,\"kids\":[]}]},"
        "{\"n\":3,\"more\":false}]}}",
        " <ol>\n <li>1\n   <ol>\n   <li>2\n     <ol>\n     </ol>\n   </ol>\n <li>3\n </ol>\n");
    struct template_source three[] = {
        source("main", "{{<a}}{{$x}}main{{site.t}}{{/x}}{{/a}}\n"),
        source("a", "{{<b}}\n{{$x}}a{{/x}}\n{{$y}}\n  y\n  {{$x}}{{/x}}\n{{/y}}\n{{/b}}\n"),
        source("b", "{{<c}}{{$z}}[{{$x}}b{{/x}}|{{$y}}b{{/y}}]{{/z}}{{/c}}\n"),
        source("c", "c\n  {{$z}}c{{/z}}\n{{#l}}\n  {{$y}}\n  c\n  {{/y}}\n{{/l}}\n.\n"),
    };
    expect(three, 4, "{\"site\":{\"t\":1},\"l\":[1,2]}",
           "c\n  [main1|y\nmain1\n]\n  y\n  main1\n  y\n  main1\n.\n");
    expect2("{{<p1}}{{$a}}A{{>*no}}{{>main2}}{{/a}}{{/p1}}", "-{{$a}}{{/a}}-", "{}", "-A-");
    /* What stays an include sees the parent's blocks. */
    expect((struct template_source[]){source("main", "{{<p1}}{{$a}}A{{v}}{{/a}}{{/p1}}"),
                                      source("p1", "{{#l}}{{>*t}}{{/l}}{{>*t}}"),
                                      source("p2", "({{$a}}{{/a}})")},
           3, "{\"t\":\"p2\",\"v\":0,\"l\":[{\"v\":1},{\"v\":2}]}", "(A1)(A2)(A0)");
}

/* A line's end behind a standalone block is there once, whatever the block's content ends with. */
static void line_ends(void **state) {
    (void)state;
    static const struct {
        const char *content, *want;
    } rows[] = {
        {"", "<\n>"},
        {"x", "<\nx\n>"},
        {"{{t}}", "<\n1\n>"},
        {"{{e}}", "<\n>"},
        {"{{{nl}}}", "<\n\n>"},
        {"x{{#e}}y{{/e}}", "<\nx\n>"},
        {"{{t}}x", "<\n1x\n>"},
        {"{{#t}}x\n{{/t}}", "<\nx\n>"},
        {"{{^t}}y{{/t}}", "<\n>"},
        {"{{>*e}}", "<\n>"},
        {"{{#e}}y{{/e}}{{site.e}}", "<\n>"},
        {"{{site.t}}", "<\n1\n>"},
    };
    const char *json = "{\"t\":1,\"e\":\"\",\"nl\":\"\\n\",\"site\":{\"t\":1,\"e\":\"\"}}";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "{{<p1}}{{$a}}%s{{/a}}{{/p1}}", rows[i].content);
        expect2(text, "<\n{{$a}}\nd\n{{/a}}\n>", json, rows[i].want);
        expect2(text, "<\n{{$b}}\n{{$a}}{{/a}}\n{{/b}}\n>", json, rows[i].want);
    }
    expect2("{{<p1}}{{$a}}{{t}}{{/a}}{{/p1}}", "<\r\n{{$a}}{{/a}}\r\n>", json, "<\r\n1\r\n>");
}

/* The same path again inside of its section, and an inverted section behind one. */
static void same_again(void **state) {
    (void)state;
    const char *text =
        "{{#a}}[{{a}}{{{a}}}{{#b}}{{a}}{{/b}}{{^b}}{{a}}{{/b}}]{{/a}}{{^a}}no{{/a}}.";
    expect1(text, "{\"a\":\"<\"}", "[&lt;<&lt;].");
    expect1(text, "{\"a\":\"\"}", "no.");
    expect1(text, "{\"a\":[1,2],\"b\":3}", "[][].");
    expect1(text, "{\"a\":{\"a\":1,\"b\":{\"a\":2}}}", "[112].");
    expect1(text, "{\"a\":true,\"b\":[1,2]}", "[truetruetruetrue].");
    expect1("{{#a}}{{#b}}{{/b}}{{/a}}{{^b}}x{{/b}}", "{\"a\":1}", "x");
    expect1("{{^a}}{{#b}}y{{/b}}{{/a}}{{^b}}x{{/b}}", "{\"b\":1}", "y");
    expect1("{{#a.b}}{{a.b}}{{a.c}}{{/a.b}}{{^a.b}}{{a.c}}{{/a.b}}", "{\"a\":{\"b\":1,\"c\":2}}",
            "12");
}

static void asks(void **state) {
    (void)state;
    struct template_source list[] = {
        source("main", "{{<p}}{{$b}}{{x.tags}}{{/b}}{{/p}}{{^tagsx}}{{/tagsx}}"),
        source("p", "{{#related}}{{>q}}{{/related}}{{series}}"),
        source("q", "{{{deep.down}}}{{>q2}}{{>none}}"),
        source("q2", "{{#more}}{{>p}}{{/more}}"),
        source("any", "{{#x}}{{>*y}}{{/x}}"),
        source("far", "{{>any}}"),
    };
    struct template_set *set = set_of(list, 6);
    static const char *const there[] = {"x", "tagsx", "related", "series", "deep", "more"};
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++)
        assert_true(template_set_asks(set, "main", there[i]));
    assert_false(template_set_asks(set, "main", "tag"));
    assert_false(template_set_asks(set, "main", "tags"));
    assert_false(template_set_asks(set, "main", "down"));
    assert_false(template_set_asks(set, "main", "b"));
    assert_false(template_set_asks(set, "q", "tags"));
    assert_true(template_set_asks(set, "q", "related"));
    assert_true(template_set_asks(set, "any", "tags"));
    assert_true(template_set_asks(set, "far", "tags"));
    template_set_free(set);
}

/* ---- many threads ---- */

struct shared {
    const struct template_set *set;
    struct template_pack *pack;
    const struct value *data;
};

static void *show_often(void *arg) {
    const struct shared *s = arg;
    for (int i = 0; i < 200; i++) {
        struct both b = both_show(s->set, s->pack, i % 2 == 0 ? "main" : "p1", s->data, OUT_MAX);
        bool ok = b.rc == 0 && strstr(buf_str(&b.out), "1!") != NULL;
        buf_free(&b.out);
        if (!ok)
            return arg;
    }
    return NULL;
}

static void threads(void **state) {
    (void)state;
    struct template_source list[] = {source("main", "{{>p1}}"), source("p1", "{{site.t}}!")};
    struct template_set *set = set_of(list, 2);
    struct arena *arena = arena_new(OUT_MAX);
    json_t *json = data_of("{\"site\":{\"t\":1}}");
    struct value v = value_of_json(arena, json);
    struct shared s = {set, template_pack_open(set, "site", value_get(&v, "site")), &v};
    pthread_t all[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&all[i], NULL, show_often, &s), 0);
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(all[i], &failed), 0);
        assert_null(failed);
    }
    template_pack_free(s.pack);
    json_decref(json);
    arena_free(arena);
    template_set_free(set);
}

/* ---- at random ---- */

static uint32_t seed;

static uint32_t below(uint32_t n) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % n;
}

static const char *pick(const char *const *list, uint32_t n) {
    return list[below(n)];
}

static void any_path(struct buf *b) {
    static const char *const names[] = {"a",      "b",           "c",           ".",
                                        "site.a", "site.b",      "site.c",      "params",
                                        "a.b",    "site.params", "params.a",    "site.b.c",
                                        "site",   "site.a.b",    "longer.name", "site.longer.a"};
    buf_puts(b, pick(names, 16));
}

static void any_text(struct buf *b) {
    static const char *const texts[] = {"x", " ", "\n", "y\n", "  ", "\r\n", "#", "@\n  z", "\n\n"};
    buf_puts(b, pick(texts, 9));
}

static void any_part(struct buf *b, int depth);

static void any_body(struct buf *b, int depth) {
    for (uint32_t n = below(4); n > 0; n--)
        any_part(b, depth + 1);
}

static void any_section(struct buf *b, int depth) {
    struct buf path;
    buf_init(&path, 64);
    any_path(&path);
    bool inverted = below(3) == 0, both = below(3) == 0;
    buf_printf(b, "{{%c%s}}", inverted ? '^' : '#', buf_str(&path));
    if (below(2) == 0)
        buf_printf(b, "{{%s}}", buf_str(&path));
    any_body(b, depth);
    buf_printf(b, "{{/%s}}", buf_str(&path));
    if (both) {
        buf_printf(b, "{{^%s}}", buf_str(&path));
        any_body(b, depth);
        buf_printf(b, "{{/%s}}", buf_str(&path));
    }
    buf_free(&path);
}

static void any_block(struct buf *b, int depth) {
    uint32_t name = below(3);
    buf_printf(b, "{{$k%u}}", name);
    any_body(b, depth);
    buf_printf(b, "{{/k%u}}", name);
}

static void any_include(struct buf *b, int depth) {
    uint32_t name = below(4);
    if (below(3) > 0) {
        buf_printf(b, "{{>p%u}}", name);
        return;
    }
    if (below(3) == 0) {
        buf_puts(b, "{{>*a}}");
        return;
    }
    buf_printf(b, "{{<p%u}}", name);
    for (uint32_t n = below(3); n > 0; n--) {
        any_block(b, depth);
        if (below(2) == 0)
            buf_puts(b, "\n");
    }
    buf_printf(b, "{{/p%u}}", name);
}

static void any_part(struct buf *b, int depth) {
    uint32_t kind = depth > 4 ? below(4) : below(11);
    bool alone = below(3) == 0; /* on a line of its own */
    if (alone)
        buf_puts(b, below(2) == 0 ? "\n" : "\n  ");
    if (kind < 2) {
        any_text(b);
    } else if (kind < 4) {
        buf_puts(b, below(2) == 0 ? "{{" : "{{&");
        any_path(b);
        buf_puts(b, "}}");
    } else if (kind < 8) {
        any_section(b, depth);
    } else if (kind < 9) {
        any_block(b, depth);
    } else {
        any_include(b, depth);
    }
    if (alone)
        buf_puts(b, "\n");
}

/* No object has a "site" but inside of "params", as rendering demands. */
static void any_value(struct buf *b, int depth, bool site) {
    static const char *const plain[] = {"1",     "\"\"",      "\"p1\"",   "true",
                                        "false", "null",      "\"<\\n\"", "\"p3\"",
                                        "[]",    "[1,\"x\"]", "0",        "\"@%\""};
    static const char *const names[] = {"a", "b", "c", "longer", "name"};
    uint32_t kind = depth > 3 ? 0 : below(3);
    if (kind == 0) {
        buf_puts(b, pick(plain, 12));
    } else if (kind == 1) {
        buf_puts(b, "[");
        for (uint32_t i = 0, n = 1 + below(3); i < n; i++) {
            buf_puts(b, i > 0 ? "," : "");
            any_value(b, depth + 1, site);
        }
        buf_puts(b, "]");
    } else {
        buf_puts(b, "{\"z\":1");
        for (uint32_t i = 0; i < 5; i++) {
            if (below(2) == 0)
                continue;
            buf_printf(b, ",\"%s\":", names[i]);
            any_value(b, depth + 1, site);
        }
        if (below(4) == 0) {
            buf_puts(b, ",\"params\":");
            any_value(b, depth + 1, true);
        }
        if (site && below(2) == 0) {
            buf_puts(b, ",\"site\":");
            any_value(b, depth + 1, true);
        }
        buf_puts(b, "}");
    }
}

static json_t *any_data(void) {
    struct buf b;
    buf_init(&b, OUT_MAX);
    buf_puts(&b, "{\"a\":");
    any_value(&b, 0, false);
    buf_puts(&b, ",\"b\":");
    any_value(&b, 0, false);
    buf_puts(&b, ",\"params\":");
    any_value(&b, 0, true);
    buf_puts(&b, ",\"site\":{\"a\":");
    any_value(&b, 1, false);
    buf_puts(&b, ",\"b\":");
    any_value(&b, 1, false);
    buf_puts(&b, ",\"params\":");
    any_value(&b, 1, below(4) == 0);
    buf_puts(&b, "}}");
    json_t *data = data_of(buf_str(&b));
    buf_free(&b);
    return data;
}

/* Each template begins with a byte, so that recursion soon meets the end of the output. */
static bool any_case(void) {
    static const char *const names[] = {"p0", "p1", "p2", "p3"};
    struct template_source list[4];
    struct buf texts[4];
    for (size_t i = 0; i < 4; i++) {
        buf_init(&texts[i], OUT_MAX);
        buf_puts(&texts[i], "-");
        for (uint32_t n = 2 + below(5); n > 0; n--)
            any_part(&texts[i], 0);
        list[i] = (struct template_source){names[i], buf_str(&texts[i]), texts[i].len};
    }
    struct template_set *set = NULL;
    bool made = template_set_open(&set, list, 4, NULL, NULL) == 0;
    if (made) {
        template_set_traits(set, look);
        for (int i = 0; i < 3; i++) {
            json_t *data = any_data();
            both_ways(set, "p0", data, 1000);
            json_decref(data);
        }
    }
    template_set_free(set);
    for (size_t i = 0; i < 4; i++)
        buf_free(&texts[i]);
    return made;
}

static void at_random(void **state) {
    (void)state;
    int made = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        seed = i * 7919u + 13;
        made += any_case();
    }
    assert_true(made > 1000); /* the others include each other for ever */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixed_values), cmocka_unit_test(shadows),   cmocka_unit_test(other_data),
        cmocka_unit_test(inclusion),    cmocka_unit_test(line_ends), cmocka_unit_test(same_again),
        cmocka_unit_test(asks),         cmocka_unit_test(threads),   cmocka_unit_test(at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
