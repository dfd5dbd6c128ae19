#include "base/client.h"
#include "base/clock.h"
#include "base/json.h"
#include "fake_host.h"
#include "ingest/status.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TOKEN "s3cret-t0ken"
#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define OK "HTTP/1.1 201 Created\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
#define ANSWER(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define ANSWERS(...) ((const char *const[]){__VA_ARGS__, NULL})

struct fixture {
    struct fake_host host;
    struct status_poster *p;
    struct log *log;
    int log_fd;
    char text[65536]; /* what was logged */
};

/* A poster for HOST/above/some/blog. */
static void begin(struct fixture *f, const char *const *answers, const char *above) {
    char repo[256];
    struct error err = {0};
    memset(f, 0, sizeof *f);
    assert_int_equal(fake_start(&f->host, answers), 0);
    f->log_fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    assert_true(f->log_fd >= 0);
    f->log = log_open(f->log_fd, LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    snprintf(repo, sizeof repo, "http://127.0.0.1:%u%s/some/blog.git", f->host.port, above);
    struct status_options o = {
        .repo = repo, .api = "", .token = TOKEN, .log = f->log, .pause_ms = 20};
    int rc = status_open(&f->p, &o, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(rc, 0);
}

static const char *logged(struct fixture *f) {
    ssize_t n = pread(f->log_fd, f->text, sizeof f->text - 1, 0);
    f->text[n < 0 ? 0 : n] = '\0';
    return f->text;
}

static void end(struct fixture *f) {
    status_close(f->p);
    assert_null(strstr(logged(f), TOKEN));
    log_close(f->log);
    close(f->log_fd);
    fake_stop(&f->host);
}

/* The body of a request. */
static json_t *body(struct fixture *f, unsigned i) {
    json_t *o = NULL;
    const char *text = strstr(f->host.asked[i], "\r\n\r\n") + 4;
    assert_int_equal(json_read(&o, text, strlen(text), NULL), 0);
    return o;
}

static void test_success(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(OK), "");
    status_post(f.p, COMMIT, true, "2 pages are live", "https://blog.example/a/");
    assert_true(fake_wait(&f.host, 1, 5000));
    const char *q = f.host.asked[0];
    const char *line = "POST /api/v1/repos/some/blog/statuses/" COMMIT " HTTP/1.1\r\n";
    assert_int_equal(strncmp(q, line, strlen(line)), 0);
    assert_non_null(strstr(q, "\r\nAuthorization: token " TOKEN "\r\n"));
    assert_non_null(strstr(q, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(q, "\r\nUser-Agent: platen\r\n"));
    json_t *o = body(&f, 0);
    assert_string_equal(json_get_string(o, "state", ""), "success");
    assert_string_equal(json_get_string(o, "context", ""), "platen");
    assert_string_equal(json_get_string(o, "description", ""), "2 pages are live");
    assert_string_equal(json_get_string(o, "target_url", ""), "https://blog.example/a/");
    assert_int_equal(json_object_size(o), 4);
    json_decref(o);
    end(&f);
    assert_string_equal(f.text, "");
    assert_int_equal(f.host.count, 1);
}

static void test_failure(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(OK), "/git");
    status_post(f.p, COMMIT, false, "a.md:3: \"no\"\nend", "");
    assert_true(fake_wait(&f.host, 1, 5000));
    assert_non_null(strstr(f.host.asked[0], "POST /git/api/v1/repos/some/blog/statuses/"));
    json_t *o = body(&f, 0);
    assert_string_equal(json_get_string(o, "state", ""), "failure");
    assert_string_equal(json_get_string(o, "description", ""), "a.md:3: \"no\"\nend");
    assert_null(json_object_get(o, "target_url"));
    json_decref(o);
    end(&f);
}

static const char *repeated(char *out, const char *part, size_t times) {
    size_t n = strlen(part);
    for (size_t i = 0; i < times; i++)
        memcpy(out + i * n, part, n);
    out[n * times] = '\0';
    return out;
}

static void test_texts(void **state) {
    (void)state;
    struct fixture f;
    char text[8192], want[1024];
    begin(&f, ANSWERS(OK), "");
    status_post(f.p, COMMIT, true, repeated(text, "x", 8000), "");
    status_post(f.p, COMMIT, true, repeated(text, "\xf0\x9f\x8d\x8e", 1000), "");
    status_post(f.p, COMMIT, true, "caf\xe9/\xff\xfe \xc3", "");
    status_post(f.p, COMMIT, true, "", repeated(text, "http://x/", 200));
    status_post(f.p, COMMIT, true, repeated(text, "\xe2\x82\xac", 140), "");
    assert_true(fake_wait(&f.host, 5, 5000));
    const char *const wants[] = {repeated(want, "x", 140),
                                 repeated(want + 200, "\xf0\x9f\x8d\x8e", 140), "caf?/?? ?", "",
                                 text};
    for (unsigned i = 0; i < 5; i++) {
        json_t *o = body(&f, i);
        assert_string_equal(json_get_string(o, "description", "none"), wants[i]);
        assert_null(json_object_get(o, "target_url")); /* a cut address is none */
        json_decref(o);
    }
    end(&f);
}

static void test_tries_again(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(ANSWER("502 Bad"), FAKE_CLOSE, ANSWER("429 Slow"), OK), "");
    int64_t at = clock_mono_ms();
    status_post(f.p, COMMIT, true, "a", "");
    status_post(f.p, COMMIT, true, "b", "");
    assert_true(fake_wait(&f.host, 5, 5000));
    assert_true(clock_mono_ms() - at >= 20 + 80 + 320);
    for (unsigned i = 0; i < 5; i++) { /* the second waits until the first is done */
        json_t *o = body(&f, i);
        assert_string_equal(json_get_string(o, "description", ""), i < 4 ? "a" : "b");
        json_decref(o);
    }
    end(&f);
    assert_string_equal(f.text, "");
}

static void test_gives_up(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(ANSWER("503 No"), ANSWER("503 No"), ANSWER("503 No"), ANSWER("503 No"), OK),
          "");
    status_post(f.p, COMMIT, true, "a", "");
    status_post(f.p, COMMIT, true, "b", "");
    assert_true(fake_wait(&f.host, 5, 5000));
    json_t *o = body(&f, 4);
    assert_string_equal(json_get_string(o, "description", ""), "b");
    json_decref(o);
    end(&f);
    assert_non_null(strstr(f.text, "0123456789 could not be posted: the host answered 503\n"));
    assert_int_equal(f.host.count, 5);
}

static void test_refused(void **state) {
    (void)state;
    struct fixture f;
    begin(&f,
          ANSWERS(ANSWER("401 No"), ANSWER("404 No"), ANSWER("301 Moved\r\nLocation: /x"),
                  ANSWER("422 No")),
          "");
    for (int i = 0; i < 4; i++)
        status_post(f.p, COMMIT, true, "a", "");
    assert_true(fake_wait(&f.host, 4, 5000));
    end(&f);
    assert_int_equal(f.host.count, 4); /* asking again would change nothing */
    assert_non_null(strstr(f.text, "answered 401: is the token right"));
    assert_non_null(strstr(f.text, "answered 404: "));
    assert_non_null(strstr(f.text, "answered 301: it moved"));
    assert_non_null(strstr(f.text, "answered 422\n"));
}

/* More than wait: the oldest go, and posting never waits. */
static void test_full(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(FAKE_HANG), "");
    status_post(f.p, COMMIT, true, "first", "");
    assert_true(fake_wait(&f.host, 1, 5000));
    int64_t at = clock_mono_ms();
    for (int i = 0; i < 66; i++) {
        char commit[64];
        snprintf(commit, sizeof commit, "%02d%038d", i, 0);
        status_post(f.p, commit, true, "a", "");
    }
    assert_true(clock_mono_ms() - at < 500);
    assert_non_null(strstr(logged(&f), "commit 0000000000 is dropped"));
    assert_non_null(strstr(f.text, "commit 0100000000 is dropped"));
    assert_null(strstr(f.text, "commit 0200000000 is dropped"));
    at = clock_mono_ms();
    end(&f);
    assert_true(clock_mono_ms() - at < 2000);
    assert_non_null(strstr(f.text, "64 commit statuses are dropped: the server stops"));
}

static void test_close_posts_what_waits(void **state) {
    (void)state;
    struct fixture f;
    begin(&f, ANSWERS(OK), "");
    for (int i = 0; i < 10; i++)
        status_post(f.p, COMMIT, true, "a", "");
    end(&f);
    assert_int_equal(f.host.count, 10);
    assert_string_equal(f.text, "");
}

static void test_close_ends_pauses(void **state) {
    (void)state;
    struct fixture f;
    struct error err = {0};
    begin(&f, ANSWERS(ANSWER("503 No")), "");
    char repo[64];
    snprintf(repo, sizeof repo, "http://127.0.0.1:%u/o/r", f.host.port);
    struct status_options o = {
        .repo = repo, .api = "", .token = TOKEN, .log = f.log, .pause_ms = 60000};
    struct status_poster *slow;
    assert_int_equal(status_open(&slow, &o, &err), 0);
    status_post(slow, COMMIT, true, "a", "");
    assert_true(fake_wait(&f.host, 1, 5000));
    poll(NULL, 0, 100);
    int64_t at = clock_mono_ms();
    status_close(slow);
    assert_true(clock_mono_ms() - at < 1000);
    end(&f);
    status_close(NULL);
}

/* ---- addresses ---- */

/* The poster's address for a repository whose host is this machine's: what it asks is seen. */
static void test_addresses(void **state) {
    (void)state;
    static const struct {
        const char *repo, *api, *path;
    } cases[] = {
        {"https://github.com/o/r", "/", "/repos/o/r"},
        {"https://github.com/o/r.git", "/api/v3//", "/api/v3/repos/o/r"},
        {"https://user:pass@word@host.example:8443/o/r.git/", "", "/repos/o/r"},
        {"ssh://git@host.example/o/r.git", "", "/repos/o/r"},
        {"ssh://git@host.example:2222/deep/o/r.git", "", "/repos/o/r"},
        {"ssh://git@[::1]:2222/o/r.git", "", "/repos/o/r"},
        {"git@host.example:o/r.git", "", "/repos/o/r"},
        {"git@[::1]:o/r.git", "", "/repos/o/r"},
        {"host.example:/o/r", "", "/repos/o/r"},
        {"git://host.example/o-1/r_2.x", "", "/repos/o-1/r_2.x"},
    };
    struct fixture f;
    begin(&f, ANSWERS(OK), "");
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char api[64], line[128];
        snprintf(api, sizeof api, "http://127.0.0.1:%u%s", f.host.port, cases[i].api);
        struct status_options o = {
            .repo = cases[i].repo, .api = api, .token = TOKEN, .log = f.log, .pause_ms = 20};
        struct error err = {0};
        struct status_poster *p;
        int rc = status_open(&p, &o, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(rc, 0);
        status_post(p, COMMIT, true, "a", "");
        assert_true(fake_wait(&f.host, i + 1, 5000));
        status_close(p);
        snprintf(line, sizeof line, "POST %s/statuses/" COMMIT " ", cases[i].path);
        assert_int_equal(strncmp(f.host.asked[i], line, strlen(line)), 0);
    }
    end(&f);
}

/* Where the API is when nobody says: seen by a proxy, which is asked for a way there. */
static void test_default_api(void **state) {
    (void)state;
    static const struct {
        const char *repo, *host;
    } cases[] = {
        {"https://github.com/o/r", "api.github.com:443"},
        {"https://u:p@GitHub.com/o/r.git", "api.github.com:443"},
        {"git@github.com:o/r.git", "api.github.com:443"},
        {"ssh://git@ssh.github.com:443/o/r.git", "api.github.com:443"},
        {"http://github.com:80/o/r", "api.github.com:443"},
        {"https://notgithub.com/o/r", "notgithub.com:443"},
        {"https://u:p@host.example:8443/o/r", "host.example:8443"},
        {"ssh://git@host.example:2222/o/r", "host.example:443"},
        {"git@host.example:o/r", "host.example:443"},
    };
    struct fixture f;
    char proxy[64], line[128];
    begin(&f, ANSWERS(ANSWER("403 No")), "");
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%u", f.host.port);
    unsetenv("no_proxy");
    setenv("https_proxy", proxy, 1);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct status_options o = {
            .repo = cases[i].repo, .api = "", .token = TOKEN, .log = f.log, .pause_ms = 60000};
        struct error err = {0};
        struct status_poster *p;
        int rc = status_open(&p, &o, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(rc, 0);
        status_post(p, COMMIT, true, "a", "");
        assert_true(fake_wait(&f.host, i + 1, 5000));
        status_close(p);
        snprintf(line, sizeof line, "CONNECT %s HTTP/1.1\r\n", cases[i].host);
        assert_int_equal(strncmp(f.host.asked[i], line, strlen(line)), 0);
        assert_null(strstr(f.host.asked[i], TOKEN)); /* which is for the host alone */
    }
    unsetenv("https_proxy");
    setenv("no_proxy", "*", 1);
    end(&f);
}

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *repo, *api, *token, *why;
    } cases[] = {
        {"/srv/git/o/r.git", "", TOKEN, "OWNER/NAME"},
        {"file:///srv/git/o/r.git", "", TOKEN, "OWNER/NAME"},
        {"relative/o/r", "", TOKEN, "OWNER/NAME"},
        {"", "", TOKEN, "OWNER/NAME"},
        {"https://", "", TOKEN, "OWNER/NAME"},
        {"https://u:hunter2@host.example", "", TOKEN, "OWNER/NAME"},
        {"https://u:hunter2@host.example/r.git", "", TOKEN, "OWNER/NAME"},
        {"https://host.example/../r", "", TOKEN, "OWNER/NAME"},
        {"https://host.example/o/.git", "", TOKEN, "OWNER/NAME"},
        {"https://host.example/o/r?x=hunter2", "", TOKEN, "OWNER/NAME"},
        {"https://ho st/o/r", "", TOKEN, "OWNER/NAME"},
        {"https://h/o/r", "ftp://h/", TOKEN, "--status-api"},
        {"https://h/o/r", "api.example", TOKEN, "--status-api"},
        {"https://h/o/r", "", "", "empty"},
        {"https://h/o/r", "", "hunter2\nX: y", "line break"},
        {"https://h/o/r", "", "hunter2 a", "spaces"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct status_options o = {
            .repo = cases[i].repo, .api = cases[i].api, .token = cases[i].token};
        struct error err = {0};
        struct status_poster *p = NULL;
        int rc = status_open(&p, &o, &err);
        assert_int_equal(rc, -1);
        if (strstr(err.text, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].repo, err.text);
        assert_null(strstr(err.text, "hunter2"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_failure),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_tries_again),
        cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_close_posts_what_waits),
        cmocka_unit_test(test_close_ends_pauses),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_default_api),
        cmocka_unit_test(test_refusals),
    };
    setenv("no_proxy", "*", 1); /* the host is this program */
    client_setup();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
