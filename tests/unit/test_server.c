/* The life of the server: listening, deadlines against slow clients, stopping. */
#include "http_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define H "Host: test\r\n"

/* Milliseconds until the server closes; fails when it does not within WAIT_MS. */
static int64_t closed_after(int fd, int64_t since) {
    char some[512];
    ssize_t n;
    while ((n = hear(fd, some, sizeof some, WAIT_MS)) > 0)
        continue;
    assert_int_equal(n, 0);
    return clock_mono_ms() - since;
}

static struct http_options hasty(void) {
    struct http_options o = toy_options();
    o.head_timeout_s = o.body_timeout_s = o.idle_timeout_s = 1;
    return o;
}

static void silent_connection(void **state) {
    (void)state;
    struct toy t;
    toy_start_with(&t, hasty());
    int64_t began = clock_mono_ms();
    int fd = dial(&t);
    assert_in_range(closed_after(fd, began), 900, 4000);
    close(fd);
    toy_stop(&t);
}

static void idle_connection(void **state) {
    (void)state;
    struct toy t;
    struct http_options o = hasty();
    o.head_timeout_s = 30;
    toy_start_with(&t, o);
    int fd = dial(&t);
    still_works(fd);
    assert_in_range(closed_after(fd, clock_mono_ms()), 900, 4000);
    close(fd);
    toy_stop(&t);
}

/* Sends `byte` ten times a second until the server has enough; returns after how many ms. */
static int64_t drip(int fd, const char *byte, int64_t since) {
    while (clock_mono_ms() - since < WAIT_MS) {
        char some[512];
        if (!says(fd, byte) || hear(fd, some, sizeof some, 100) == 0)
            return clock_mono_ms() - since;
    }
    fail_msg("a slow sender was never cut");
    return 0;
}

static void slow_head(void **state) {
    (void)state;
    struct toy t;
    toy_start_with(&t, hasty());
    int64_t began = clock_mono_ms();
    int fd = dial(&t);
    says(fd, "GET /");
    assert_in_range(drip(fd, "a", began), 900, 4000);
    close(fd);
    fd = dial(&t);
    began = clock_mono_ms();
    says(fd, "GET / HTTP/1.1\r\n" H "X-A: ");
    assert_in_range(drip(fd, "a", began), 900, 4000);
    close(fd);
    toy_stop(&t);
}

/* The deadline is of the whole head: the end of the first line does not move it. */
static void slow_head_in_two_parts(void **state) {
    (void)state;
    struct toy t;
    struct http_options o = hasty();
    o.head_timeout_s = 2;
    toy_start_with(&t, o);
    int64_t began = clock_mono_ms();
    int fd = dial(&t);
    says(fd, "GET /");
    usleep(1500000);
    says(fd, " HTTP/1.1\r\n" H "X-A: ");
    assert_in_range(drip(fd, "a", began), 1900, 3200);
    close(fd);
    toy_stop(&t);
}

/* Nor does it help to have asked for something before. */
static void slow_second_head(void **state) {
    (void)state;
    struct toy t;
    struct http_options o = hasty();
    o.idle_timeout_s = 60;
    toy_start_with(&t, o);
    int fd = dial(&t), waits = dial(&t);
    still_works(fd);
    still_works(waits);
    assert_in_range(drip(fd, "a", clock_mono_ms()), 900, 6000);
    still_works(waits); /* one that says nothing may stay */
    close(fd);
    close(waits);
    toy_stop(&t);
}

static void slow_body(void **state) {
    (void)state;
    struct toy t;
    toy_start_with(&t, hasty());
    int64_t began = clock_mono_ms();
    int fd = dial(&t);
    says(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n");
    assert_in_range(drip(fd, "a", began), 900, 4000);
    close(fd);
    began = clock_mono_ms();
    fd = dial(&t);
    says(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 100000\r\n\r\n");
    assert_in_range(closed_after(fd, began), 900, 4000); /* nothing at all */
    close(fd);
    assert_int_equal(atomic_load(&t.handled), 0);
    toy_stop(&t);
}

/* The handler may take longer than every deadline of the client. */
static void slow_application(void **state) {
    (void)state;
    struct toy t;
    toy_start_with(&t, hasty());
    int fd = dial(&t);
    struct answer a = ask(fd, GET("/slow"));
    assert_string_equal(a.body, "slow but done");
    answer_free(&a);
    close(fd);
    toy_stop(&t);
}

/* 600 that send one byte now and then are gone at the deadline, and others are served meanwhile. */
static void many_slow_senders(void **state) {
    (void)state;
    enum { MANY = 600 };
    static int slow[MANY];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_cur < 2 * MANY + 100) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    struct toy t;
    struct http_options o = hasty();
    o.head_timeout_s = 2;
    toy_start_with(&t, o);
    for (int i = 0; i < MANY; i++) {
        slow[i] = dial(&t);
        says(slow[i], "G");
    }
    int64_t began = clock_mono_ms(), slowest = 0;
    for (int round = 0; round < 12; round++) {
        for (int i = 0; i < MANY; i++)
            (void)say(slow[i], "E", 1);
        int64_t asked = clock_mono_ms();
        int fd = dial(&t);
        still_works(fd);
        close(fd);
        if (clock_mono_ms() - asked > slowest)
            slowest = clock_mono_ms() - asked;
        usleep(100000);
    }
    assert_true(slowest < 1000);
    for (int i = 0; i < MANY; i++) {
        assert_in_range(closed_after(slow[i], began), 0, 6000);
        close(slow[i]);
    }
    assert_int_equal(atomic_load(&t.handled), 12);
    toy_stop(&t);
}

/* ---- stopping ---- */

static void *stop_later(void *arg) {
    struct toy *t = arg;
    return (void *)(uintptr_t)(http_server_stop(t->server, 5) + 1);
}

static void wait_inside(struct toy *t) {
    for (int i = 0; i < 5000 && atomic_load(&t->inside) == 0; i++)
        usleep(1000);
    assert_int_equal(atomic_load(&t->inside), 1);
}

static void a_running_request_is_finished(void **state) {
    (void)state;
    struct toy t;
    pthread_t stopper;
    void *cut;
    toy_start(&t);
    int fd = dial(&t), idle = dial(&t);
    still_works(idle);
    says(fd, GET("/slow"));
    wait_inside(&t);
    int64_t began = clock_mono_ms();
    assert_int_equal(pthread_create(&stopper, NULL, stop_later, &t), 0);
    struct answer a = hear_answer(fd, false);
    assert_string_equal(a.body, "slow but done");
    assert_string_equal(header_of(&a, "Connection"), "close");
    answer_free(&a);
    assert_true(closed_after(fd, began) < 4000);
    assert_true(closed_after(idle, began) < 4000);
    pthread_join(stopper, &cut);
    assert_int_equal((uintptr_t)cut - 1, 0);
    assert_true(clock_mono_ms() - began < 4000); /* did not wait for the whole grace */
    close(fd);
    close(idle);
}

static void a_request_that_never_ends_is_cut(void **state) {
    (void)state;
    struct toy t;
    toy_start(&t);
    int fd = dial(&t);
    says(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 100\r\n\r\nabc");
    struct answer a;
    int other = dial(&t);
    a = ask(other, GET("/"));
    answer_free(&a);
    usleep(200000); /* until the head is read */
    int64_t began = clock_mono_ms();
    assert_int_equal(http_server_stop(t.server, 1), 1);
    assert_in_range(clock_mono_ms() - began, 900, 3000);
    assert_true(closed_after(fd, began) < 4000);
    close(fd);
    close(other);
}

/* One answer of /canned into all; false when it is not whole. */
static bool hear_canned(int fd, char *all, size_t max) {
    size_t len = 0;
    for (;;) {
        ssize_t n = hear(fd, all + len, max - 1 - len, WAIT_MS);
        if (n <= 0)
            return false;
        len += (size_t)n;
        all[len] = '\0';
        const char *body = strstr(all, "\r\n\r\n");
        if (body != NULL && len == (size_t)(body + 4 - all) + sizeof canned)
            return true;
    }
}

/* A reader who asks again soon after each answer, until he is told to close; gives how many questions
 * had no answer. */
static void *ask_and_ask(void *arg) {
    struct toy *t = arg;
    char all[16384];
    int fd = dial(t);
    uintptr_t lost = 0;
    for (unsigned i = 0; lost == 0; i++) {
        if (!says(fd, GET("/canned")) || !hear_canned(fd, all, sizeof all))
            lost++;
        else if (strstr(all, "Connection: close") != NULL)
            break;
        usleep(i % 7 * 100);
    }
    close(fd);
    return (void *)lost;
}

/* Nobody who asks while the server stops is left without an answer, or with half of one. */
static void stopping_under_load(void **state) {
    (void)state;
    enum { READERS = 16 };
    for (int round = 0; round < 3; round++) {
        struct toy t;
        pthread_t reader[READERS];
        uintptr_t lost = 0;
        toy_start(&t);
        for (size_t i = 0; i < READERS; i++)
            assert_int_equal(pthread_create(&reader[i], NULL, ask_and_ask, &t), 0);
        while (atomic_load(&t.handled) < 2000)
            usleep(1000);
        toy_stop(&t);
        for (size_t i = 0; i < READERS; i++) {
            void *n;
            pthread_join(reader[i], &n);
            lost += (uintptr_t)n;
        }
        assert_int_equal(lost, 0);
    }
}

static void nobody_listens_after_the_stop(void **state) {
    (void)state;
    struct toy t;
    toy_start(&t);
    int port = t.port;
    toy_stop(&t);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), -1);
    close(fd);
    assert_int_equal(http_server_stop(NULL, 1), 0);
}

/* ---- listening ---- */

static const char *scratch_path(char *path, size_t n) {
    static int count;
    snprintf(path, n, "/tmp/platen-test-%d-%d.sock", (int)getpid(), count++);
    return path;
}

static void unix_socket(void **state) {
    (void)state;
    char path[100], address[120];
    struct toy t;
    struct stat st;
    struct http_options o = toy_options();
    snprintf(address, sizeof address, "unix:%s", scratch_path(path, sizeof path));
    o.listen = (const char *const[]){address, NULL};
    toy_start_with(&t, o);
    assert_string_equal(http_server_address(t.server, 0), address);
    assert_null(http_server_address(t.server, 1));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    int fd = dial_unix(path);
    assert_true(fd >= 0);
    struct answer a = ask(fd, "GET /who HTTP/1.1\r\n" H "X-Request-Id: from-the-proxy-1\r\n\r\n");
    assert_string_equal(a.body, "unix from-the-proxy-1");
    answer_free(&a);
    close(fd);
    /* A live one is an error, and stays what it is. */
    struct http_server *second = NULL;
    struct error err;
    assert_int_equal(http_server_start(&second, &o, &err), -1);
    assert_non_null(strstr(err.text, path));
    fd = dial_unix(path);
    assert_true(fd >= 0);
    close(fd);
    toy_stop(&t);
    assert_int_equal(stat(path, &st), -1);
}

static void stale_unix_socket(void **state) {
    (void)state;
    char path[100], address[120];
    struct toy t;
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    scratch_path(path, sizeof path);
    snprintf(a.sun_path, sizeof a.sun_path, "%s", path);
    int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(dead, (struct sockaddr *)&a, sizeof a), 0);
    close(dead); /* the file stays */
    struct http_options o = toy_options();
    snprintf(address, sizeof address, "unix:%s", path);
    o.listen = (const char *const[]){address, NULL};
    toy_start_with(&t, o);
    int fd = dial_unix(path);
    assert_true(fd >= 0);
    still_works(fd);
    close(fd);
    toy_stop(&t);
    /* A file that is no socket is never removed. */
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    struct http_server *s = NULL;
    struct error err;
    assert_int_equal(http_server_start(&s, &o, &err), -1);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(unlink(path), 0);
}

static int open_files(void) {
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) != -1;
    return n;
}

static void a_failed_start_leaves_nothing(void **state) {
    (void)state;
    char path[100], address[120], taken[64];
    struct toy t;
    toy_start(&t);
    snprintf(taken, sizeof taken, "127.0.0.1:%d", t.port);
    snprintf(address, sizeof address, "unix:%s", scratch_path(path, sizeof path));
    int before = open_files();
    struct http_options o = toy_options();
    o.handle = toy_handle;
    o.app = &t;
    o.listen = (const char *const[]){"127.0.0.1:0", address, taken, NULL};
    struct http_server *s = NULL;
    struct error err = {0};
    assert_int_equal(http_server_start(&s, &o, &err), -1);
    assert_non_null(strstr(err.text, taken));
    assert_non_null(strstr(err.text, "in use"));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(open_files(), before);
    assert_null(s);
    toy_stop(&t);
}

static void addresses(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        ":",
                                        "8080",
                                        "127.0.0.1",
                                        "127.0.0.1:",
                                        "127.0.0.1:65536",
                                        "127.0.0.1:http",
                                        "127.0.0.1:-1",
                                        "::1:8080",
                                        "[::1]8080",
                                        "[::1:80",
                                        "unix:",
                                        "256.0.0.1:80",
                                        "203.0.113.7:0",
                                        "unix:/nonexistent-folder/p.sock"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct http_server *s = NULL;
        struct error err = {0};
        struct http_options o = toy_options();
        o.handle = toy_handle;
        o.listen = (const char *const[]){wrong[i], NULL};
        if (http_server_start(&s, &o, &err) == 0)
            fail_msg("\"%s\" was taken", wrong[i]);
        assert_true(strlen(err.text) > 10);
    }
}

static void two_addresses(void **state) {
    (void)state;
    struct toy t, other;
    struct http_options o = toy_options();
    o.listen = (const char *const[]){"127.0.0.1:0", "*:0", NULL};
    toy_start_with(&t, o);
    other.port = atoi(strrchr(http_server_address(t.server, 1), ':') + 1);
    assert_int_not_equal(t.port, other.port);
    int fd = dial(&other);
    struct answer a = ask(fd, GET("/who")); /* IPv4 on the socket of both */
    assert_true(text_starts(a.body, "127.0.0.1 "));
    assert_int_equal(strlen(a.body), strlen("127.0.0.1 ") + 16);
    answer_free(&a);
    close(fd);
    fd = dial(&t);
    still_works(fd);
    close(fd);
    toy_stop(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_connection),
        cmocka_unit_test(idle_connection),
        cmocka_unit_test(slow_head),
        cmocka_unit_test(slow_head_in_two_parts),
        cmocka_unit_test(slow_second_head),
        cmocka_unit_test(slow_body),
        cmocka_unit_test(slow_application),
        cmocka_unit_test(many_slow_senders),
        cmocka_unit_test(a_running_request_is_finished),
        cmocka_unit_test(a_request_that_never_ends_is_cut),
        cmocka_unit_test(stopping_under_load),
        cmocka_unit_test(nobody_listens_after_the_stop),
        cmocka_unit_test(unix_socket),
        cmocka_unit_test(stale_unix_socket),
        cmocka_unit_test(a_failed_start_leaves_nothing),
        cmocka_unit_test(addresses),
        cmocka_unit_test(two_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
