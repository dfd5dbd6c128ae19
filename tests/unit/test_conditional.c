/* Conditional requests and ranges as they come over the wire: the condition, the answer, and that the next
 * answer on the connection follows at once. */
#include "http_fixture.h"

#define H "Host: test\r\n"

static struct toy toy;

/* A 304 has no body, names no length but the real one, and the next answer follows at once. */
static void not_modified(const char *path, const char *condition, int status) {
    char request[256];
    int fd = dial(&toy);
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" H "%s\r\n\r\n", path, condition);
    struct answer a = ask(fd, request);
    if (a.status != status)
        fail_msg("%s: %s", condition, a.head);
    assert_non_null(header_of(&a, "ETag"));
    const char *length = header_of(&a, "Content-Length");
    if (status == 304) {
        assert_true(length == NULL || strcmp(length, "0") != 0);
        assert_null(header_of(&a, "Transfer-Encoding"));
        const char *connection = header_of(&a, "Connection");
        assert_true(connection == NULL || strcasecmp(connection, "close") != 0);
    }
    answer_free(&a);
    still_works(fd);
    close(fd);
}

static void conditional(void **state) {
    (void)state;
    not_modified("/cond", "If-None-Match: \"v1\"", 304);
    not_modified("/cond", "If-None-Match: W/\"v1\"", 304);
    not_modified("/cond", "If-None-Match: \"a\", W/\"b,c\" ,\"v1\"", 304);
    not_modified("/cond", "If-None-Match: *", 304);
    not_modified("/cond", "If-None-Match: \"v2\"", 200);
    not_modified("/cond", "If-None-Match: \"v2\"\r\nX-A: b\r\nif-none-match: \"v1\"", 304);
    not_modified("/cond", "If-None-Match: \"v2\"\r\nIf-None-Match: \"v3\"", 200);
    not_modified("/cond", "If-None-Match: \"a,\"v1\"", 200); /* inside a quoted one */
    not_modified("/cond", "If-None-Match: \"*\"", 200);
    not_modified("/cond", "If-Modified-Since: Sat, 10 Sep 2022 12:00:00 GMT", 304);
    not_modified("/cond", "If-Modified-Since: Sat, 10 Sep 2022 11:59:59 GMT", 200);
    not_modified("/cond", "If-Modified-Since: Sat, 10 Sep 2022 12:00:01 GMT", 304);
    not_modified("/cond", "If-Modified-Since: Saturday, 10-Sep-22 12:00:00 GMT", 304);
    not_modified("/cond", "If-Modified-Since: Sat Sep 10 12:00:00 2022", 304);
    not_modified("/cond", "If-Modified-Since: yesterday", 200);
    not_modified("/cond", "If-Modified-Since:", 200);
    not_modified("/cond", "If-None-Match: , ,\t\"v1\" ,", 304);
    not_modified("/cond", "If-None-Match: \"a,\\\", \"v1\"", 304); /* no escapes in a tag */
    static const char *const others[] = {"",     "v1",   "\"v\"", "\"v11\"", "\"V1\"",
                                         "\"\"", "\"v1", "W/",    "w/\"v1\""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char condition[64];
        snprintf(condition, sizeof condition, "If-None-Match: %s", others[i]);
        not_modified("/cond", condition, 200);
    }
    not_modified("/cond",
                 "If-None-Match: \"v2\"\r\nIf-Modified-Since: Sat, 10 Sep 2022 12:00:00 GMT", 200);
    int before = atomic_load(&toy.released);
    not_modified("/stream", "If-None-Match: \"s\"", 304);
    assert_int_equal(atomic_load(&toy.released), before + 1);
    int fd = dial(&toy); /* conditions do not turn a POST into a 304 */
    struct answer a =
        ask(fd, "POST /cond HTTP/1.1\r\n" H "If-None-Match: *\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(a.status, 200);
    answer_free(&a);
    a = ask(fd, "HEAD /cond HTTP/1.1\r\n" H "If-None-Match: \"v1\"\r\n\r\n");
    assert_int_equal(a.status, 304);
    assert_string_equal(header_of(&a, "Last-Modified"), "Sat, 10 Sep 2022 12:00:00 GMT");
    answer_free(&a);
    still_works(fd);
    close(fd);
}

static void range_is(const char *headers, int status, const char *range, size_t length) {
    char request[256];
    int fd = dial(&toy);
    snprintf(request, sizeof request, "GET /range HTTP/1.1\r\n" H "%s\r\n\r\n", headers);
    struct answer a = ask(fd, request);
    const char *said = header_of(&a, "Content-Range");
    if (a.status != status || a.length != length || (said == NULL) != (range == NULL) ||
        (range != NULL && strcmp(said, range) != 0))
        fail_msg("%s: %zu bytes, %s", headers, a.length, a.head);
    if (status == 206)
        assert_int_equal(a.body[0], 'a' + atoi(range + strlen("bytes ")) % 26);
    answer_free(&a);
    still_works(fd);
    close(fd);
}

static void ranges(void **state) {
    (void)state;
    range_is("Range: bytes=0-99", 206, "bytes 0-99/26000", 100);
    range_is("Range: bytes=25999-", 206, "bytes 25999-25999/26000", 1);
    range_is("Range: bytes=25000-99999999", 206, "bytes 25000-25999/26000", 1000);
    range_is("Range: bytes=-10", 206, "bytes 25990-25999/26000", 10);
    range_is("Range: bytes=-99999", 206, "bytes 0-25999/26000", 26000);
    range_is("Range: Bytes=1-1", 206, "bytes 1-1/26000", 1);
    range_is("Range: bytes=0-0", 206, "bytes 0-0/26000", 1);
    range_is("Range: bytes=26000-", 416, "bytes */26000", 0);
    range_is("Range: bytes=-0", 416, "bytes */26000", 0);
    static const char *const whole[] = {
        "X-None: 1",
        "Range: bytes=5-4",
        "Range: bytes=0-1,5-6",
        "Range: bytes=",
        "Range: bytes=-",
        "Range: bytes=a-b",
        "Range: lines=0-1",
        "Range: bytes=1 - 2",
        "Range: bytes=-1-2",
        "Range: bytes=+1-2",
        "Range: bytes=0x1-2",
        "Range: bytes=1",
        "Range: bytes=99999999999999999999-",
        "Range: bytes=0-1\r\nIf-Range: \"other\"",
        "Range: bytes=0-1\r\nIf-Range: W/\"tag\"",
        "Range: bytes=0-1\r\nIf-Range: Sat, 10 Sep 2022 11:00:00 GMT",
    };
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        range_is(whole[i], 200, NULL, 26000);
    range_is("Range: bytes=0-1\r\nIf-Range: \"tag\"", 206, "bytes 0-1/26000", 2);
    range_is("Range: bytes=0-1\r\nIf-Range: Sat, 10 Sep 2022 12:00:00 GMT", 206, "bytes 0-1/26000",
             2);
}

static void no_ranges_but_of_get(void **state) {
    (void)state;
    int fd = dial(&toy);
    struct answer a = ask(fd, "HEAD /range HTTP/1.1\r\n" H "Range: bytes=0-1\r\n\r\n");
    assert_int_equal(a.status, 200);
    assert_string_equal(header_of(&a, "Content-Length"), "26000");
    answer_free(&a);
    a = ask(fd, "POST /range HTTP/1.1\r\n" H "Range: bytes=0-1\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(a.status, 200);
    answer_free(&a);
    close(fd);
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
        cmocka_unit_test(conditional),
        cmocka_unit_test(ranges),
        cmocka_unit_test(no_ranges_but_of_get),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
