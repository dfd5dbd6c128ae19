/* One connection's life: requests in a row, bodies in and out, targets, the access log. */
#include "http_fixture.h"

#include <fcntl.h>

static struct toy toy;

#define H "Host: test\r\n"

static void keep_alive_and_pipelining(void **state) {
    (void)state;
    int fd = dial(&toy);
    still_works(fd);
    still_works(fd);
    says(fd, GET("/one") GET("/two") GET("/three"));
    static const char *const expected[] = {"GET /one ", "GET /two ", "GET /three "};
    for (size_t i = 0; i < 3; i++) {
        struct answer a = hear_answer(fd, false);
        assert_int_equal(a.status, 200);
        assert_true(text_starts(a.body, expected[i]));
        answer_free(&a);
    }
    still_works(fd);
    close(fd);
}

static void asked_to_close(void **state) {
    (void)state;
    static const char *const requests[] = {
        "GET /a HTTP/1.1\r\n" H "Connection: close\r\n\r\n",
        "GET /a HTTP/1.0\r\n\r\n",
    };
    for (size_t i = 0; i < 2; i++) {
        int fd = dial(&toy);
        says(fd, requests[i]);
        char *said = hear_all(fd);
        assert_non_null(strstr(said, " 200 OK\r\n"));
        assert_non_null(strstr(said, "\r\n\r\nGET /a "));
        free(said);
        close(fd);
    }
}

/* HEAD says the length and sends nothing: what follows on the connection is the next answer. */
static void head(void **state) {
    (void)state;
    static const struct {
        const char *request, *length;
    } table[] = {
        {"HEAD /canned HTTP/1.1\r\n" H "\r\n", "8192"},
        {"HEAD /stream HTTP/1.1\r\n" H "\r\n", "1000000"},
        {"HEAD /missing HTTP/1.1\r\n" H "\r\n", "12"},
    };
    int fd = dial(&toy);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct answer a = ask(fd, table[i].request);
        assert_string_equal(header_of(&a, "Content-Length"), table[i].length);
        answer_free(&a);
        still_works(fd);
    }
    close(fd);
}

static void not_modified_then_another(void **state) {
    (void)state;
    int fd = dial(&toy);
    struct answer a = ask(fd, "GET /cond HTTP/1.1\r\n" H "If-None-Match: \"v1\"\r\n\r\n");
    assert_int_equal(a.status, 304);
    assert_string_equal(header_of(&a, "ETag"), "\"v1\"");
    answer_free(&a);
    still_works(fd);
    a = ask(fd, "GET /stream HTTP/1.1\r\n" H "If-None-Match: \"s\"\r\n\r\n");
    assert_int_equal(a.status, 304);
    assert_string_equal(header_of(&a, "Content-Length"), "1000000");
    answer_free(&a);
    still_works(fd);
    close(fd);
}

/* ---- bodies out ---- */

static void static_and_stream(void **state) {
    (void)state;
    int before = atomic_load(&toy.released);
    int fd = dial(&toy);
    struct answer a = ask(fd, GET("/canned"));
    assert_int_equal(a.length, sizeof canned);
    assert_memory_equal(a.body, canned, sizeof canned);
    answer_free(&a);
    a = ask(fd, GET("/stream"));
    assert_int_equal(a.length, 1000000);
    for (size_t i = 0; i < a.length; i++)
        if (a.body[i] != (char)('a' + i % 26))
            fail_msg("byte %zu of the stream", i);
    answer_free(&a);
    still_works(fd);
    assert_int_equal(atomic_load(&toy.released), before + 1);
    close(fd);
}

/* A stream that fails or ends early cuts the connection: the reader sees fewer bytes than announced. */
static void streams_that_end_early(void **state) {
    (void)state;
    static const char *const paths[] = {GET("/broken-stream"), GET("/short-stream")};
    for (size_t i = 0; i < 2; i++) {
        int before = atomic_load(&toy.released);
        int fd = dial(&toy);
        says(fd, paths[i]);
        char *said = hear_all(fd);
        const char *body = strstr(said, "\r\n\r\n");
        assert_true(text_starts(said, "HTTP/1.1 200 "));
        assert_non_null(strstr(said, "Content-Length: 1000000"));
        assert_non_null(body);
        assert_true(strlen(body + 4) < 1000);
        assert_int_equal(atomic_load(&toy.released), before + 1);
        free(said);
        close(fd);
    }
}

static void an_answer_beyond_the_bound(void **state) {
    (void)state;
    int fd = dial(&toy);
    struct answer a = ask(fd, GET("/huge"));
    assert_int_equal(a.status, 500);
    assert_true(a.length < 1000);
    answer_free(&a);
    still_works(fd);
    close(fd);
}

static void a_header_with_a_line_break(void **state) {
    (void)state;
    int fd = dial(&toy);
    struct answer a = ask(fd, GET("/missing")); /* the toy aborts when the value is taken */
    assert_int_equal(a.status, 404);
    assert_null(header_of(&a, "Injected"));
    assert_int_equal(strlen(header_of(&a, "X-Request-Id")), 16);
    answer_free(&a);
    close(fd);
}

/* ---- bodies in ---- */

static void bodies(void **state) {
    (void)state;
    static const char *const requests[] = {
        "POST /b HTTP/1.1\r\n" H "Content-Length: 6\r\n\r\nabcdef",
        "POST /b HTTP/1.1\r\n" H
        "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n4\r\ncdef\r\n0\r\n\r\n",
        "POST /b HTTP/1.1\r\n" H
        "Transfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\nTrailer-Field: x\r\n\r\n",
    };
    int fd;
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        fd = dial(&toy);
        struct answer a = ask(fd, requests[i]);
        assert_int_equal(a.status, 200);
        if (strstr(a.body, " body=6:abcdef") == NULL)
            fail_msg("%s: %s", requests[i], a.body);
        answer_free(&a);
        if (i == 0)
            still_works(fd);
        close(fd);
    }
    fd = dial(&toy);
    struct answer a = ask(fd, "POST /b HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n");
    assert_non_null(strstr(a.body, " body=0:"));
    answer_free(&a);
    still_works(fd);
    close(fd);
    /* An extension of a chunk is left out, or refused whole: libmicrohttpd 1.0 does not know them. */
    fd = dial(&toy);
    a = ask(fd, "POST /b HTTP/1.1\r\n" H
                "Transfer-Encoding: chunked\r\n\r\n4;ext=\"x\"\r\nabcd\r\n0\r\n\r\n");
    assert_true(a.status == 400 || strstr(a.body, " body=4:abcd") != NULL);
    answer_free(&a);
    close(fd);
}

/* Pieces of a chunked body that are none never reach the application; and whatever the library makes
 * of bare LFs between chunks, nothing behind a chunked body is taken for a request. */
static void broken_chunks(void **state) {
    (void)state;
    static const struct {
        const char *chunks;
        int status; /* 0 = any */
    } table[] = {
        {"zz\r\nab\r\n0\r\n\r\n", 400},
        {"-2\r\nab\r\n0\r\n\r\n", 400},
        {"0x2\r\nab\r\n0\r\n\r\n", 400},
        {" 2\r\nab\r\n0\r\n\r\n", 400},
        {"2\r\nabcd\r\n0\r\n\r\n", 400},
        {"2\r\nab0\r\n\r\n", 400},
        {"fffffffffffffffff\r\nab\r\n0\r\n\r\n", 413},
        {"2\nab\n0\n\n", 0},
        {"2\r\nab\r\n0\r\n\n", 0},
        {"2;\nab\r\n0\r\n\r\n", 0},
        {"2\r\nab\r\n0\r\nContent-Length: 5\r\n\r\n", 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        int before = atomic_load(&toy.handled);
        int fd = dial(&toy);
        char request[512];
        snprintf(request, sizeof request,
                 "POST /b HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n%s%s", table[i].chunks,
                 GET("/smuggled"));
        says(fd, request);
        char *said = hear_all(fd);
        bool good = table[i].status == 0 || (atoi(said + strlen("HTTP/1.1 ")) == table[i].status &&
                                             atomic_load(&toy.handled) == before);
        if (!good || strstr(said, "GET /smuggled ") != NULL ||
            atomic_load(&toy.handled) > before + 1)
            fail_msg("\"%s\" was taken: %s", table[i].chunks, said);
        free(said);
        close(fd);
    }
}

static void expect_continue(void **state) {
    (void)state;
    int fd = dial(&toy);
    says(fd, "POST /b HTTP/1.1\r\n" H "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    struct answer a = hear_answer(fd, false);
    assert_int_equal(a.status, 100);
    answer_free(&a);
    says(fd, "abc");
    a = hear_answer(fd, false);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, " body=3:abc"));
    answer_free(&a);
    close(fd);
    /* One that is too large is told so instead. */
    fd = dial(&toy);
    says(fd, "POST /b HTTP/1.1\r\n" H "Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n");
    char *said = hear_all(fd);
    assert_true(text_starts(said, "HTTP/1.1 413 "));
    free(said);
    close(fd);
}

static void a_body_that_is_too_large(void **state) {
    (void)state;
    static char block[65536];
    int before = atomic_load(&toy.handled);
    int fd = dial(&toy);
    says(fd, "POST /b HTTP/1.1\r\n" H "Content-Length: 1048577\r\n\r\nabc" GET("/smuggled"));
    char *said = hear_all(fd);
    assert_true(text_starts(said, "HTTP/1.1 413 "));
    assert_null(strstr(said, "smuggled"));
    free(said);
    close(fd);
    /* One that sends it all before it reads is not cut short: it can, and then reads why. */
    fd = dial(&toy);
    says(fd, "POST /b HTTP/1.1\r\n" H "Content-Length: 16777216\r\n\r\n");
    for (int i = 0; i < 256; i++)
        assert_true(say(fd, block, sizeof block));
    said = hear_all(fd);
    assert_true(text_starts(said, "HTTP/1.1 413 "));
    free(said);
    close(fd);
    fd = dial(&toy);
    says(fd, "POST /b HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 17; i++) { /* 64 KB above 1 MiB */
        says(fd, "10000\r\n");
        say(fd, block, sizeof block);
        says(fd, "\r\n");
    }
    says(fd, "0\r\n\r\n");
    said = hear_all(fd);
    assert_true(text_starts(said, "HTTP/1.1 413 "));
    assert_non_null(strcasestr(said, "connection: close"));
    free(said);
    close(fd);
    /* Without an end it is cut. */
    fd = dial(&toy);
    says(fd, "POST /b HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n\r\n");
    bool taken = true;
    for (int i = 0; i < 400 && taken; i++)
        taken = says(fd, "10000\r\n") && say(fd, block, sizeof block) && says(fd, "\r\n");
    assert_false(taken);
    close(fd);
    assert_int_equal(atomic_load(&toy.handled), before);
}

/* Bodies of 1 MiB less a byte, held open, until the 3 MiB of all are used up. */
static void the_budget_of_all_bodies(void **state) {
    (void)state;
    enum { SIZE = (1 << 20), HOLDERS = 3 };
    static char block[SIZE];
    int fd[HOLDERS];
    for (int i = 0; i < HOLDERS; i++) {
        fd[i] = dial(&toy);
        says(fd[i], "POST /b HTTP/1.1\r\n" H "Content-Length: 1048576\r\n\r\n");
        say(fd[i], block, SIZE - 1);
    }
    struct answer a = {0};
    int last = dial(&toy);
    int64_t end = clock_mono_ms() + WAIT_MS;
    while (a.status != 503 && clock_mono_ms() < end) { /* until all have arrived */
        answer_free(&a);
        says(last, "POST /b HTTP/1.1\r\n" H "Content-Length: 100\r\n\r\n");
        say(last, block, 100);
        a = hear_answer(last, false);
    }
    assert_int_equal(a.status, 503);
    assert_string_equal(header_of(&a, "Retry-After"), "2");
    answer_free(&a);
    close(last);
    for (int i = 0; i < HOLDERS; i++) { /* those that were there first are served */
        say(fd[i], block, 1);
        a = hear_answer(fd[i], false);
        assert_int_equal(a.status, 200);
        answer_free(&a);
        close(fd[i]);
    }
    last = dial(&toy);
    says(last, "POST /b HTTP/1.1\r\n" H "Content-Length: 1048576\r\n\r\n");
    say(last, block, SIZE);
    a = hear_answer(last, false);
    assert_int_equal(a.status, 200); /* everything was given back */
    answer_free(&a);
    close(last);
}

/* ---- targets ---- */

static void paths_and_parameters(void **state) {
    (void)state;
    static const struct {
        const char *target, *seen;
    } table[] = {
        {"/a", "GET /a ? q=0: "},
        {"//a///b//", "GET /a/b/ ? q=0: "},
        {"//evil.example/", "GET /evil.example/ ? q=0: "},
        {"/", "GET / ? q=0: "},
        {"///", "GET / ? q=0: "},
        {"http://other/a?q=1", "GET /a ?q=1 q=1:1 "},
        {"/a?", "GET /a ? q=0: "},
        {"/a?q", "GET /a ?q q=1: "},
        {"/a?q=", "GET /a ?q= q=1: "},
        {"/a?qq=1&q=2&q=3", "GET /a ?qq=1&q=2&q=3 q=1:2 "},
        {"/a?q=a+b%2Bc%26", "GET /a ?q=a+b%2Bc%26 q=1:a b+c& "},
        {"/a?q=%C3%A9", "GET /a ?q=%C3%A9 q=1:\xc3\xa9 "},
        {"/a?q=%zz", "GET /a ?q=%zz q=-1: "},
        {"/a?q=%4", "GET /a ?q=%4 q=-1: "},
        {"/a?q=%ff", "GET /a ?q=%ff q=-1: "},
        {"/a?q=%00", "GET /a ?q=%00 q=-1: "},
        {"/a?&&=&q=1=2?", "GET /a ?&&=&q=1=2? q=1:1=2? "},
        {"/a?Q=1", "GET /a ?Q=1 q=0: "},
        {"/a%3Fb", "GET /a?b ? q=0: "},
    };
    int fd = dial(&toy);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char request[256];
        snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" H "\r\n", table[i].target);
        struct answer a = ask(fd, request);
        if (a.status != 200 || !text_starts(a.body, table[i].seen))
            fail_msg("%s: %d %s", table[i].target, a.status, a.body);
        answer_free(&a);
    }
    close(fd);
}

static void client_and_id(void **state) {
    (void)state;
    int fd = dial(&toy);
    struct answer a = ask(fd, GET("/who"));
    assert_true(text_starts(a.body, "127.0.0.1 "));
    assert_int_equal(strlen(a.body), strlen("127.0.0.1 ") + 16);
    answer_free(&a);
    a = ask(fd, "GET /who HTTP/1.1\r\n" H "X-Request-Id: given-1_A\r\n\r\n");
    assert_string_equal(a.body, "127.0.0.1 given-1_A");
    answer_free(&a);
    a = ask(fd, "GET /who HTTP/1.1\r\n" H "X-Request-Id: a b\"\r\n\r\n");
    assert_int_equal(strlen(a.body), strlen("127.0.0.1 ") + 16);
    answer_free(&a);
    close(fd);
}

/* ---- the access log ---- */

static void access_log(void **state) {
    (void)state;
    struct toy t;
    struct http_options o = toy_options();
    int ends[2];
    char text[8192];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    o.access_log_fd = ends[1];
    toy_start_with(&t, o);
    int fd = dial(&t);
    struct answer a = ask(fd, "GET /a\"b\\c?x HTTP/1.1\r\n" H "User-Agent: q\"\\\xc3\xa9\t\xc2\x9b"
                              "end\r\nReferer: http://r/\r\n"
                              "X-Request-Id: the-id\r\n\r\n");
    answer_free(&a);
    a = ask(fd, "HEAD /canned HTTP/1.1\r\n" H "\r\n");
    answer_free(&a);
    a = ask(fd, GET("/cond?%0a"));
    answer_free(&a);
    says(fd, "GET /\x01 HTTP/1.1\r\n" H "\r\n");
    free(hear_all(fd));
    close(fd);
    toy_stop(&t);
    close(ends[1]);
    size_t len = 0;
    ssize_t n;
    while ((n = read(ends[0], text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    close(ends[0]);
    size_t lines = 0;
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, 4);
    assert_true(text_starts(text, "127.0.0.1 - - ["));
    assert_non_null(strstr(text, "] \"GET /a\\\"b\\\\c?x HTTP/1.1\" 200 "));
    assert_non_null(
        strstr(text, " \"http://r/\" \"q\\\"\\\\\\xc3\\xa9\\x09\\xc2\\x9bend\" the-id "));
    assert_non_null(strstr(text, "\"HEAD /canned HTTP/1.1\" 200 0 \"-\" \"-\" "));
    assert_non_null(strstr(text, "\"GET /cond?%0a HTTP/1.1\" 200 11 "));
    assert_non_null(strstr(text, "\"GET /\\x01 HTTP/1.1\" 400 "));
}

/* However long what the client says is, its line is one that a pipe takes whole. */
static void a_long_line_of_the_access_log(void **state) {
    (void)state;
    struct toy t;
    struct http_options o = toy_options();
    int ends[2];
    char request[11000], line[8192];
    size_t n = (size_t)sprintf(request, "GET /%05000d HTTP/1.1\r\n" H, 0);
    n += (size_t)sprintf(request + n, "Referer: %02000d\r\n", 0);
    n += (size_t)sprintf(request + n, "User-Agent: ");
    memset(request + n, '"', 2000);
    memcpy(request + n + 2000, "\r\n\r\n", 5);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    o.access_log_fd = ends[1];
    toy_start_with(&t, o);
    int fd = dial(&t);
    struct answer a = ask(fd, request);
    assert_int_equal(a.status, 200);
    answer_free(&a);
    close(fd);
    toy_stop(&t);
    close(ends[1]);
    ssize_t len = read(ends[0], line, sizeof line);
    assert_in_range(len, 3000, 4096);
    assert_int_equal(line[len - 1], '\n');
    assert_int_equal(read(ends[0], line, sizeof line), 0);
    close(ends[0]);
}

/* Two TCP addresses and a Unix socket: the same server behind each, and nothing of it stays. */
static void three_addresses_at_once(void **state) {
    (void)state;
    char path[80], address[96];
    snprintf(path, sizeof path, "/tmp/platen-three-%d.sock", (int)getpid());
    snprintf(address, sizeof address, "unix:%s", path);
    struct http_options o = toy_options();
    o.listen = (const char *const[]){"127.0.0.1:0", "127.0.0.1:0", address, NULL};
    struct toy t, second;
    toy_start_with(&t, o);
    second.port = atoi(strrchr(http_server_address(t.server, 1), ':') + 1);
    assert_string_equal(http_server_address(t.server, 2), address);
    assert_null(http_server_address(t.server, 3));
    int fd[3] = {dial(&t), dial(&second), dial_unix(path)};
    for (size_t i = 0; i < 3; i++) {
        assert_true(fd[i] >= 0);
        still_works(fd[i]);
    }
    assert_int_equal(atomic_load(&t.handled), 3);
    toy_stop(&t); /* the three idle connections do not hold it up */
    for (size_t i = 0; i < 3; i++) {
        char byte;
        assert_int_equal(hear(fd[i], &byte, 1, WAIT_MS), 0);
        close(fd[i]);
    }
    assert_int_equal(access(path, F_OK), -1);
}

static int start(void **state) {
    (void)state;
    toy_start(&toy);
    return 0;
}

static int stop(void **state) {
    (void)state;
    toy_stop(&toy);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_alive_and_pipelining),
        cmocka_unit_test(asked_to_close),
        cmocka_unit_test(head),
        cmocka_unit_test(not_modified_then_another),
        cmocka_unit_test(static_and_stream),
        cmocka_unit_test(streams_that_end_early),
        cmocka_unit_test(an_answer_beyond_the_bound),
        cmocka_unit_test(a_header_with_a_line_break),
        cmocka_unit_test(bodies),
        cmocka_unit_test(broken_chunks),
        cmocka_unit_test(expect_continue),
        cmocka_unit_test(a_body_that_is_too_large),
        cmocka_unit_test(the_budget_of_all_bodies),
        cmocka_unit_test(paths_and_parameters),
        cmocka_unit_test(client_and_id),
        cmocka_unit_test(access_log),
        cmocka_unit_test(a_long_line_of_the_access_log),
        cmocka_unit_test(three_addresses_at_once),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
