#include "base/client.h"
#include "base/clock.h"
#include "fake_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    struct fake_host host;
    struct buf answer;
    struct error err;
    int status;
    char url[128];
};

static void begin(struct fixture *f, const char *const *answers) {
    memset(f, 0, sizeof *f);
    assert_int_equal(fake_start(&f->host, answers), 0);
    buf_init(&f->answer, CLIENT_ANSWER_MAX);
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u/a/b?c=d", f->host.port);
}

static void end(struct fixture *f) {
    fake_stop(&f->host);
    buf_free(&f->answer);
}

static int ask(struct fixture *f, const char *method) {
    struct client_request q = {.method = method, .url = f->url, .timeout_s = 5};
    return client_ask(&f->status, &f->answer, &q, &f->err);
}

#define ANSWERS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"

static void test_get(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(OK));
    assert_int_equal(ask(&f, "GET"), 0);
    assert_int_equal(f.status, 200);
    assert_string_equal(buf_str(&f.answer), "hello");
    const char *q = f.host.asked[0];
    assert_int_equal(strncmp(q, "GET /a/b?c=d HTTP/1.1\r\n", 23), 0);
    assert_non_null(strstr(q, "\r\nUser-Agent: platen\r\n"));
    end(&f);
}

static void test_post(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"));
    const char *const headers[] = {"Authorization: token t", "Content-Type: application/json",
                                   NULL};
    struct client_request q = {
        .method = "POST", .url = f.url, .headers = headers, .body = "{\"a\":1}\0z", .len = 9};
    assert_int_equal(client_ask(&f.status, NULL, &q, &f.err), 0);
    assert_int_equal(f.status, 201);
    const char *text = f.host.asked[0];
    assert_int_equal(strncmp(text, "POST ", 5), 0);
    assert_non_null(strstr(text, "\r\nAuthorization: token t\r\n"));
    assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
    assert_null(strstr(text, "x-www-form-urlencoded"));
    const char *body = strstr(text, "\r\n\r\n");
    assert_memory_equal(body + 4, "{\"a\":1}\0z", 9);
    end(&f);
}

static void test_other_methods(void **state) {
    (void)state;
    struct fixture f;
    /* the answer to HEAD names a length and has no body */
    begin(&f, ANSWERS("HTTP/1.1 200 OK\r\nContent-Length: 99\r\nConnection: close\r\n\r\n",
                      "HTTP/1.1 204 No Content\r\n\r\n"));
    assert_int_equal(ask(&f, "HEAD"), 0);
    assert_int_equal(f.status, 200);
    assert_int_equal(ask(&f, "DELETE"), 0);
    assert_int_equal(f.status, 204);
    assert_int_equal(strncmp(f.host.asked[0], "HEAD ", 5), 0);
    assert_int_equal(strncmp(f.host.asked[1], "DELETE ", 7), 0);
    end(&f);
}

/* What is no success is an answer all the same; its body is the reason. */
static void test_refusals_are_answers(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
                      "HTTP/1.1 500 Oh\r\nConnection: close\r\n\r\n"));
    assert_int_equal(ask(&f, "GET"), 0);
    assert_int_equal(f.status, 404);
    assert_string_equal(buf_str(&f.answer), "no");
    assert_int_equal(ask(&f, "GET"), 0);
    assert_int_equal(f.status, 500);
    end(&f);
}

static void test_redirects_are_not_followed(void **state) {
    (void)state;
    struct fixture f;
    char text[256];
    begin(&f, ANSWERS(text));
    snprintf(text, sizeof text,
             "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/x\r\nContent-Length: 0\r\n\r\n",
             f.host.port);
    assert_int_equal(ask(&f, "GET"), 0);
    assert_int_equal(f.status, 302);
    assert_int_equal(f.host.count, 1);
    end(&f);
}

static void test_endless_answers(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(FAKE_ENDLESS));
    int64_t at = clock_mono_ms();
    assert_int_equal(ask(&f, "GET"), 0);
    assert_int_equal(f.status, 200);
    assert_int_equal(f.answer.len, CLIENT_ANSWER_MAX);
    struct client_request q = {.method = "GET", .url = f.url, .timeout_s = 5};
    assert_int_equal(client_ask(&f.status, NULL, &q, &f.err), 0); /* also when nobody wants it */
    assert_int_equal(f.status, 200);
    struct buf small;
    buf_init(&small, 100);
    assert_int_equal(client_ask(&f.status, &small, &q, &f.err), 0);
    assert_int_equal(small.len, 100);
    assert_true(buf_ok(&small));
    buf_free(&small);
    assert_true(clock_mono_ms() - at < 2000);
    assert_true(f.host.sent < (64u << 20));
    end(&f);
}

static void test_no_answer(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(FAKE_CLOSE, "This is not HTTP\r\n\r\n",
                      "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"));
    for (int i = 0; i < 3; i++) {
        f.status = 1;
        f.err.text[0] = '\0';
        assert_int_equal(ask(&f, "GET"), -1);
        assert_int_equal(f.status, 0);
        assert_true(f.err.text[0] != '\0');
    }
    end(&f);
    assert_int_equal(ask(&f, "GET"), -1); /* nobody listens there any more */
    buf_free(&f.answer);
}

static void test_timeout(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(FAKE_HANG));
    struct client_request q = {.method = "GET", .url = f.url, .timeout_s = 1};
    int64_t at = clock_mono_ms();
    assert_int_equal(client_ask(&f.status, NULL, &q, &f.err), -1);
    int64_t ms = clock_mono_ms() - at;
    assert_true(ms >= 900 && ms < 2000);
    end(&f);
}

static void *stop_soon(void *arg) {
    poll(NULL, 0, 200);
    atomic_store((atomic_bool *)arg, true);
    return NULL;
}

static void test_stop(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(FAKE_HANG));
    atomic_bool stop = false;
    struct client_request q = {.method = "GET", .url = f.url, .timeout_s = 30, .stop = &stop};
    pthread_t t;
    assert_int_equal(pthread_create(&t, NULL, stop_soon, &stop), 0);
    int64_t at = clock_mono_ms();
    assert_int_equal(client_ask(&f.status, NULL, &q, &f.err), -1);
    assert_true(clock_mono_ms() - at < 1500);
    assert_string_equal(f.err.text, "the request was stopped");
    pthread_join(t, NULL);
    end(&f);
}

static void test_other_protocols(void **state) {
    (void)state;
    static const char *const urls[] = {"file:///etc/passwd",
                                       "ftp://127.0.0.1/",
                                       "gopher://h/",
                                       "127.0.0.1",
                                       "",
                                       "HTTPS:x",
                                       "http://",
                                       "http://a b/",
                                       "https://:x/"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct client_request q = {.method = "GET", .url = urls[i], .timeout_s = 2};
        struct error err = {0};
        int status = 1;
        assert_int_equal(client_ask(&status, NULL, &q, &err), -1);
        assert_int_equal(status, 0);
        assert_true(err.text[0] != '\0');
    }
}

static void test_headers_cannot_be_split(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(OK));
    static const char *const bad[] = {"X: a\r\nY: b", "X: a\nY: b", "X: a\r"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *const headers[] = {"A: b", bad[i], NULL};
        struct client_request q = {.method = "GET", .url = f.url, .headers = headers};
        assert_int_equal(client_ask(&f.status, NULL, &q, &f.err), -1);
        assert_null(strstr(f.err.text, "Y: b"));
    }
    assert_int_equal(f.host.count, 0);
    end(&f);
}

/* A server that does not speak TLS gets nothing in the clear. */
static void test_https_is_https(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(OK));
    snprintf(f.url, sizeof f.url, "https://127.0.0.1:%u/", f.host.port);
    struct client_request q = {.method = "GET", .url = f.url, .timeout_s = 2};
    assert_int_equal(client_ask(&f.status, NULL, &q, &f.err), -1);
    for (unsigned i = 0; i < f.host.count; i++)
        assert_null(strstr(f.host.asked[i], "GET "));
    end(&f);
}

static void *ask_often(void *arg) {
    intptr_t bad = 0;
    for (int i = 0; i < 10; i++) {
        struct client_request q = {.method = "GET", .url = arg, .timeout_s = 5};
        int status;
        bad |= client_ask(&status, NULL, &q, NULL) != 0 || status != 200;
    }
    return (void *)bad; // NOLINT(performance-no-int-to-ptr)
}

static void test_threads(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(OK));
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, ask_often, f.url), 0);
    for (int i = 0; i < 4; i++) {
        void *bad;
        pthread_join(t[i], &bad);
        assert_null(bad);
    }
    assert_int_equal(f.host.count, 40);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_post),
        cmocka_unit_test(test_other_methods),
        cmocka_unit_test(test_refusals_are_answers),
        cmocka_unit_test(test_redirects_are_not_followed),
        cmocka_unit_test(test_endless_answers),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_other_protocols),
        cmocka_unit_test(test_headers_cannot_be_split),
        cmocka_unit_test(test_https_is_https),
        cmocka_unit_test(test_threads),
    };
    setenv("no_proxy", "*", 1); /* the server is this program */
    client_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
