/* The pool of fenced children, end to end: documents, refusals, explosive inputs, children that
 * misbehave. The test program is its own renderer: `renderer` as first argument runs the child; a
 * link to it under another name runs a child that misbehaves in the way the name says. */
#include "content/document.h"
#include "content/frame.h"
#include "content/renderer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Processor time that a document may cost, its refusal and a second child without colours included. */
#ifdef PLATEN_SANITIZE
enum { AT_MOST_MS = 8000 };
#else
enum { AT_MOST_MS = 2000 };
#endif

static struct renderer *pool(const struct renderer_options *o) {
    struct error e = {0};
    struct renderer *r;

    if (renderer_open(&r, o, &e) != 0)
        fail_msg("%s", e.text);
    return r;
}

static int run(struct renderer *r, const char *source, size_t n, struct document *d,
               struct error *e) {
    struct render_request q = {.path = "a.md", .source = source, .len = n};

    *e = (struct error){0};
    return renderer_run(r, &q, d, e);
}

static void serves(struct renderer *r) {
    struct document d;
    struct error e;

    if (run(r, "---\ntitle: T\n---\n*b*", 20, &d, &e) != 0)
        fail_msg("%s", e.text);
    assert_string_equal(json_get_string(d.meta, "title", ""), "T");
    assert_string_equal(d.html, "<p><em>b</em></p>\n");
    assert_string_equal(d.text, "b");
    assert_int_equal(d.html_len, strlen(d.html));
    assert_int_equal(d.text_len, strlen(d.text));
    document_free(&d);
}

static void test_round_trip(void **state) {
    struct renderer *r = pool(&(struct renderer_options){0});
    json_t *options = json_pack("{sb}", "unsafe", 0);
    struct render_request q = {.path = "a.md", .source = "a<b>c</b>", .len = 9, .options = options};
    struct document d;
    struct error e;

    (void)state;
    for (int i = 0; i < 50; i++)
        serves(r);
    assert_int_equal(renderer_run(r, &q, &d, &e), 0);
    assert_string_equal(d.html, "<p>ac</p>\n");
    document_free(&d);
    q = (struct render_request){
        .kind = RENDER_SETTINGS, .path = "x/hugo.yaml", .source = "A: 1", .len = 4};
    assert_int_equal(renderer_run(r, &q, &d, &e), 0);
    assert_int_equal(json_get_int(json_object_get(d.meta, "settings"), "A", 0), 1);
    document_free(&d);
    json_decref(options);
    renderer_close(r);
}

static void test_same_as_here(void **state) {
    static const char source[] = "---\ntitle: \"\xC3\xA9\"\n---\n# H\n\n\"q\"[^1]\n\n[^1]: n\n";
    struct renderer *r = pool(&(struct renderer_options){0});
    struct render_request q = {.path = "a.md", .source = source, .len = sizeof source - 1};
    struct document there;
    struct document here;
    struct error e;

    (void)state;
    assert_int_equal(renderer_run(r, &q, &there, &e), 0);
    assert_int_equal(document_build(&here, &q, &e), 0);
    assert_true(json_equal(there.meta, here.meta));
    assert_string_equal(there.html, here.html);
    assert_string_equal(there.text, here.text);
    document_free(&there);
    document_free(&here);
    renderer_close(r);
}

static void test_refusals(void **state) {
    struct renderer *r = pool(&(struct renderer_options){.max_source = 1000});
    char big[1001];
    struct document d;
    struct error e;

    (void)state;
    memset(big, 'a', sizeof big);
    assert_int_equal(run(r, "---\ndraft: 3\n---\n", 17, &d, &e), -1);
    assert_int_equal(e.line, 2);
    assert_int_equal(e.column, 8);
    assert_string_equal(e.text, "draft: must be true or false");
    assert_null(d.meta);
    assert_int_equal(run(r, "a\0b", 3, &d, &e), -1);
    assert_int_equal(run(r, big, sizeof big, &d, &e), -1);
    assert_non_null(strstr(e.text, "limit"));
    assert_int_equal(e.line, 0);
    assert_int_equal(run(r, big, sizeof big - 1, &d, &e), 0);
    document_free(&d);
    serves(r);
    renderer_close(r);
}

/* --- explosive inputs --- */

static void repeat(struct buf *b, const char *s, size_t n) {
    const size_t len = strlen(s);
    char *to = buf_room(b, n * len);

    assert_non_null(to);
    for (size_t i = 0; i < n; i++)
        memcpy(to + i * len, s, len);
    buf_added(b, n * len);
}

static void nested_lists(struct buf *b) {
    repeat(b, "- ", 10000);
    repeat(b, "x", 1); /* without it the line is a thematic break */
    repeat(b, "\n", 10000);
}

static void wide_table(struct buf *b) {
    repeat(b, "a|", 2000);
    repeat(b, "\n", 1);
    repeat(b, "-|", 2000);
    repeat(b, "\n", 1);
    repeat(b, "b|\n", 2000);
}

static void late_table(struct buf *b) {
    repeat(b, "a\n", 64000);
    repeat(b, "|-|\n", 1);
}

static void long_reference(struct buf *b) {
    repeat(b, "[x]: /", 1);
    repeat(b, "u", 30000);
    repeat(b, "\n\n", 1);
    repeat(b, "[x] ", 30000);
}

static void pipes(struct buf *b) {
    repeat(b, "|", 80 * 1024);
    repeat(b, "\n|-|\n", 1);
}

static void autolink(struct buf *b) {
    repeat(b, "www.a.b", 1);
    repeat(b, ")", 200000);
}

static void brackets(struct buf *b) {
    repeat(b, "[", 1000000);
    repeat(b, "]", 1000000);
}

static void links(struct buf *b) {
    repeat(b, "[a](<b", 300000);
}

static void quotes(struct buf *b) {
    repeat(b, ">", 1000000);
    repeat(b, "a\n", 1);
}

static void emphasis(struct buf *b) {
    repeat(b, "*a _b ", 300000);
}

static void footnotes(struct buf *b) {
    repeat(b, "[^a] ", 500000);
    repeat(b, "\n\n[^a]: x\n", 1);
}

static void headings(struct buf *b) {
    repeat(b, "## a\n", 300000);
}

static void comments(struct buf *b) {
    repeat(b, "a <!-- ", 300000);
}

static void yaml_depth(struct buf *b) {
    repeat(b, "---\na: ", 1);
    repeat(b, "[", 200000);
    repeat(b, "\n---\n", 1);
}

static void yaml_keys(struct buf *b) {
    repeat(b, "---\n", 1);
    for (int i = 0; i < 22000; i++)
        assert_int_equal(buf_printf(b, "k%d: {}\n", i), 0);
    repeat(b, "---\n", 1);
}

static void fifty_megabytes(struct buf *b) {
    repeat(b, "*words* and more words\n\n", (50U << 20U) / 24);
}

static const struct {
    const char *name;
    void (*make)(struct buf *);
} explosive[] = {
    {"nested lists", nested_lists},
    {"wide table", wide_table},
    {"late table", late_table},
    {"long reference", long_reference},
    {"pipes", pipes},
    {"autolink", autolink},
    {"brackets", brackets},
    {"links", links},
    {"quotes", quotes},
    {"emphasis", emphasis},
    {"footnotes", footnotes},
    {"headings", headings},
    {"comments", comments},
    {"YAML depth", yaml_depth},
    {"YAML keys", yaml_keys},
    {"fifty megabytes", fifty_megabytes},
};

/* Milliseconds of processor time that ended children have had. */
static long children_had(void) {
    struct rusage u;

    assert_int_equal(getrusage(RUSAGE_CHILDREN, &u), 0);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
           (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

static void test_explosive(void **state) {
    struct document d;
    struct error e;
    struct buf b;

    (void)state;
    buf_init(&b, (size_t)64 << 20U);
    for (size_t i = 0; i < sizeof explosive / sizeof explosive[0]; i++) {
        struct renderer *r = pool(&(struct renderer_options){.children = 1});
        const long before = children_had();
        long took;
        int rc;

        buf_clear(&b);
        explosive[i].make(&b);
        rc = run(r, buf_str(&b), b.len, &d, &e);
        if (rc == 0)
            document_free(&d);
        serves(r);
        renderer_close(r);
        took = children_had() - before;
        print_message("%-16s %4ld ms  %s\n", explosive[i].name, took,
                      rc == 0 ? "rendered" : e.text);
        if (took > AT_MOST_MS)
            fail_msg("%s took %ld ms", explosive[i].name, took);
    }
    buf_free(&b);
}

/* A document is refused for the processor time that it takes, and for nothing else. */
static void test_time_is_the_processors(void **state) {
    struct renderer *r = pool(&(struct renderer_options){.children = 1, .timeout_ms = 20});
    struct document d;
    struct error e;
    struct buf b;

    (void)state;
    buf_init(&b, (size_t)4 << 20U);
    repeat(&b, "*a _b ", 300000);
    for (int i = 0; i < 2; i++) {
        const long before = children_had();
        assert_int_equal(run(r, buf_str(&b), b.len, &d, &e), -1);
        assert_string_equal(e.text, "took longer than 20 ms");
        assert_in_range(children_had() - before, 1, AT_MOST_MS / 4);
    }
    serves(r);
    buf_free(&b);
    renderer_close(r);
}

/* Many links, footnotes and a large table, but nothing wrong: behind the fence nothing that a large
 * post needs may be forbidden (such as qsort's question for the size of the memory). */
static void test_large_but_honest(void **state) {
    struct renderer *r = pool(&(struct renderer_options){.children = 1});
    struct document d;
    struct error e;
    struct buf b;

    (void)state;
    buf_init(&b, (size_t)4 << 20U);
    for (int i = 0; i < 2000; i++)
        (void)buf_printf(&b,
                         "## H %d\n\nText[^%d] and [%d][r%d] \"x\".\n\n[^%d]: N\n[r%d]: /%d\n\n", i,
                         i, i, i, i, i, i);
    assert_true(buf_ok(&b));
    if (run(r, b.data, b.len, &d, &e) != 0)
        fail_msg("%s", e.text);
    assert_int_equal(json_array_size(json_object_get(d.meta, "outline")), 2000);
    document_free(&d);
    buf_free(&b);
    renderer_close(r);
}

/* --- several at once --- */

struct job {
    struct renderer *r;
    int number;
    int failures;
};

static void *work(void *arg) {
    struct job *j = arg;

    for (int i = 0; i < 60; i++) {
        char source[64];
        char want[80];
        struct document d;
        struct error e;
        int n = snprintf(source, sizeof source, "%d-%d", j->number, i);

        (void)snprintf(want, sizeof want, "<p>%s</p>\n", source);
        if (i % 20 == 7 && run(j->r, "---\nx: [\n---\n", 13, &d, &e) == 0)
            j->failures++;
        if (run(j->r, source, (size_t)n, &d, &e) != 0) {
            j->failures++;
            continue;
        }
        j->failures += strcmp(d.html, want) != 0;
        document_free(&d);
    }
    return NULL;
}

static void test_threads(void **state) {
    enum { THREADS = 6 };
    struct renderer *r = pool(&(struct renderer_options){.children = 2});
    struct job jobs[THREADS];
    pthread_t threads[THREADS];

    (void)state;
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (struct job){.r = r, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(jobs[i].failures, 0);
    }
    renderer_close(r);
}

/* --- children that misbehave --- */

static char folder[] = "/tmp/platen-test-renderer-XXXXXX";

/* A pool whose children are this program under another name. */
static struct renderer *pool_of(const char *name, char path[128]) {
    char self[4096];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    struct renderer_options o = {.children = 1, .stall_ms = 300, .program = path};

    assert_true(n > 0);
    self[n] = '\0';
    (void)snprintf(path, 128, "%s/%s", folder, name);
    assert_int_equal(symlink(self, path), 0);
    return pool(&o);
}

static void misbehaves(const char *name, const char *says) {
    char path[128];
    struct renderer *r = pool_of(name, path);
    struct document d;
    struct error e;

    for (int i = 0; i < 2; i++) {
        assert_int_equal(run(r, "a", 1, &d, &e), -1);
        if (strstr(e.text, says) == NULL)
            fail_msg("%s: %s", name, e.text);
        assert_null(d.meta);
        assert_null(d.html);
    }
    renderer_close(r);
    assert_int_equal(unlink(path), 0);
}

static void test_misbehaviour(void **state) {
    (void)state;
    misbehaves("garbage", "no answer");
    misbehaves("hangs", "took longer than 300 ms");
    misbehaves("drips", "took longer than 300 ms");
    misbehaves("exits", "status 3");
    misbehaves("half", "status 0");
    misbehaves("aborts", "memory");
    misbehaves("crashes", "signal");
    misbehaves("huge", "no answer");
    misbehaves("notjson", "no answer");
    misbehaves("notobject", "no answer");
    misbehaves("notutf8", "no answer");
    misbehaves("nul", "no answer");
    misbehaves("wrongkind", "no answer");
    misbehaves("toomuch", "no answer");
    misbehaves("rude", "could not be started");
    misbehaves("gone", "could not be started");
}

static void test_no_program(void **state) {
    struct renderer *r = pool(&(struct renderer_options){.program = "/nonexistent/platen"});
    struct document d;
    struct error e;

    (void)state;
    assert_int_equal(run(r, "a", 1, &d, &e), -1);
    assert_non_null(strstr(e.text, "could not be started"));
    renderer_close(r);
}

/* A child that dies while nobody needs it is replaced unseen. */
static void test_death_between(void **state) {
    char path[128];
    struct renderer *r = pool_of("onlyone", path);
    struct document d;
    struct error e;

    (void)state;
    for (int i = 0; i < 3; i++) {
        if (run(r, "a", 1, &d, &e) != 0)
            fail_msg("%s", e.text);
        document_free(&d);
        usleep(100 * 1000); /* the child ends by itself; there is nothing to wait for */
    }
    renderer_close(r);
    assert_int_equal(unlink(path), 0);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int drop_folder(void **state) {
    (void)state;
    return rmdir(folder);
}

/* --- the children --- */

static void say(uint32_t kind, const char *meta, const char *html, size_t html_len) {
    struct frame f = {
        .kind = kind,
        .part = {slice_of(meta), slice_n(html, html_len), slice_of("t")},
    };
    (void)frame_send(STDOUT_FILENO, &f, -1);
}

static const struct {
    const char *name, *meta, *html;
    size_t html_len;
    uint32_t kind;
} answers[] = {
    {"notjson", "{", "h", 1, FRAME_DONE},     {"notobject", "[1]", "h", 1, FRAME_DONE},
    {"notutf8", "{}", "\xFF", 1, FRAME_DONE}, {"nul", "{}", "a\0b", 3, FRAME_DONE},
    {"wrongkind", "{}", "h", 1, FRAME_HELLO}, {"onlyone", "{}", "h", 1, FRAME_DONE},
    {"half", "{}", "h", 1, FRAME_DONE},
};

static void send_bytes(const void *bytes, size_t n) {
    (void)send(STDOUT_FILENO, bytes, n, MSG_NOSIGNAL);
}

static void misbehave(const char *name) {
    uint32_t head[7] = {0x504c4e31, FRAME_DONE, 0, 0, 10, 10, 0xFFFFFFFFU};

    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (strcmp(name, answers[i].name) == 0 && strcmp(name, "half") != 0)
            say(answers[i].kind, answers[i].meta, answers[i].html, answers[i].html_len);
    }
    if (strcmp(name, "garbage") == 0)
        send_bytes("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 43);
    if (strcmp(name, "huge") == 0)
        send_bytes(head, sizeof head);
    head[6] = 1000;
    if (strcmp(name, "half") == 0)
        send_bytes(head, sizeof head);
    if (strcmp(name, "drips") == 0) {
        for (;;) {
            send_bytes(head, 1);
            usleep(400 * 1000);
        }
    }
    if (strcmp(name, "toomuch") == 0) {
        head[4] = head[5] = head[6] = 0;
        send_bytes(head, sizeof head);
        send_bytes(head, sizeof head);
    }
    if (strcmp(name, "hangs") == 0)
        pause();
    if (strcmp(name, "aborts") == 0)
        abort();
    if (strcmp(name, "crashes") == 0)
        (void)raise(SIGKILL);
}

static int bad_child(const char *name) {
    struct buf in;
    struct frame f;

    if (strcmp(name, "gone") == 0)
        return 1;
    buf_init(&in, 1U << 20);
    if (frame_receive(STDIN_FILENO, &f, &in, -1) != FRAME_OK || f.kind != FRAME_HELLO)
        return 9;
    if (strcmp(name, "rude") == 0)
        say(FRAME_REFUSED, "no", "", 0);
    else
        say(FRAME_HELLO, "full", "", 0);
    if (frame_receive(STDIN_FILENO, &f, &in, -1) == FRAME_OK)
        misbehave(name);
    buf_free(&in);
    return strcmp(name, "exits") == 0 ? 3 : 0;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_same_as_here),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_explosive),
        cmocka_unit_test(test_time_is_the_processors),
        cmocka_unit_test(test_large_but_honest),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_misbehaviour),
        cmocka_unit_test(test_no_program),
        cmocka_unit_test(test_death_between),
    };

    if (argc > 1 && strcmp(argv[1], "renderer") == 0) {
        const char *path = (const char *)(uintptr_t)getauxval(AT_EXECFN);
        return strstr(path, "platen-test-renderer-") != NULL ? bad_child(strrchr(path, '/') + 1)
                                                             : renderer_child_main();
    }
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
