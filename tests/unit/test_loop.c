/* The threads that run the library: crowds that all ask at once, those put aside, every way to be woken. */
#include "http_fixture.h"

#include <pthread.h>
#include <sys/resource.h>

enum { CROWD_MAX = 384 };

struct hall {
    struct toy toy;
    atomic_int inside; /* handlers of /gate */
    atomic_bool open;
    atomic_bool again; /* /wait never has enough */
    atomic_int waits;
    struct http_pause *pause[CROWD_MAX];
};

/* True when the request is put aside. */
static bool hall_wait(struct hall *h, const struct http_request *q) {
    if (http_request_state(q) != NULL && !atomic_load(&h->again))
        return false;
    struct http_pause *p = http_pause(q, h, NULL);
    assert_non_null(p);
    h->pause[atomic_load(&h->waits)] = p;
    atomic_fetch_add(&h->waits, 1);
    return true;
}

/* "/gate" keeps its thread until the gate is open, "/wait" is put aside (by one thread alone). */
static void hall_handle(void *app, const struct http_request *q, struct http_response *r) {
    struct hall *h = app;
    if (strcmp(http_request_path(q), "/gate") == 0) {
        atomic_fetch_add(&h->inside, 1);
        while (!atomic_load(&h->open))
            usleep(1000);
    }
    if (strcmp(http_request_path(q), "/wait") == 0 && hall_wait(h, q))
        return;
    buf_puts(http_response_body(r), http_request_path(q));
}

static void hall_start(struct hall *h, struct http_options o) {
    struct error err = {0};
    memset(h, 0, sizeof *h);
    o.handle = hall_handle;
    o.app = h;
    o.head_timeout_s = o.body_timeout_s = o.idle_timeout_s = 60;
    if (http_server_start(&h->toy.server, &o, &err) != 0)
        fail_msg("%s", err.text);
    h->toy.port = atoi(strrchr(http_server_address(h->toy.server, 0), ':') + 1);
}

static void wait_for(atomic_int *count, int n) {
    for (int i = 0; i < WAIT_MS && atomic_load(count) < n; i++)
        usleep(1000);
    assert_int_equal(atomic_load(count), n);
}

static void stops_within(struct hall *h, int64_t ms) {
    int64_t began = clock_mono_ms();
    assert_int_equal(http_server_stop(h->toy.server, 5), 0);
    assert_in_range(clock_mono_ms() - began, 0, ms);
}

/* The server's threads are kept busy until everybody has asked, so that they find all of them at once. */
static void everybody_asks_at_once(unsigned threads, int crowd) {
    static int fd[CROWD_MAX];
    int gate[4];
    struct hall h;
    struct http_options o = toy_options();
    o.threads = threads;
    hall_start(&h, o);
    for (int i = 0; i < crowd; i++) {
        fd[i] = dial(&h.toy);
        still_works(fd[i]);
    }
    for (unsigned i = 0; i < threads; i++) {
        gate[i] = dial(&h.toy); /* taken by a thread that is free */
        says(gate[i], GET("/gate"));
        wait_for(&h.inside, (int)i + 1);
    }
    for (int i = 0; i < crowd; i++)
        says(fd[i], GET("/alive"));
    int64_t began = clock_mono_ms();
    atomic_store(&h.open, true);
    for (int i = 0; i < crowd; i++) {
        struct answer a = hear_answer(fd[i], false);
        assert_string_equal(a.body, "/alive");
        answer_free(&a);
        close(fd[i]);
    }
    assert_in_range(clock_mono_ms() - began, 0, 4000);
    for (unsigned i = 0; i < threads; i++)
        close(gate[i]);
    stops_within(&h, 2000);
}

static void crowds(void **state) {
    (void)state;
    static const int sizes[] = {127, 128, 129, 256, CROWD_MAX};
    for (unsigned threads = 1; threads <= 4; threads *= 2)
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
            everybody_asks_at_once(threads, sizes[i]);
}

/* A resumed request is answered at once, also when nothing else happens. */
static void put_aside(int crowd) {
    static int fd[CROWD_MAX];
    struct hall h;
    struct http_options o = toy_options();
    o.threads = 1;
    hall_start(&h, o);
    for (int i = 0; i < crowd; i++) {
        fd[i] = dial(&h.toy);
        says(fd[i], GET("/wait"));
    }
    wait_for(&h.waits, crowd);
    usleep(20000); /* until it sleeps */
    int64_t began = clock_mono_ms();
    for (int i = 0; i < crowd; i++) {
        http_resume(h.pause[i]);
        usleep(i % 3 == 0 ? 1000 : 0);
    }
    for (int i = 0; i < crowd; i++) {
        struct answer a = hear_answer(fd[i], false);
        assert_string_equal(a.body, "/wait");
        answer_free(&a);
        still_works(fd[i]);
        close(fd[i]);
    }
    assert_in_range(clock_mono_ms() - began, 0, 4000);
    stops_within(&h, 2000);
}

static void those_put_aside(void **state) {
    (void)state;
    put_aside(1);
    put_aside(3);
    put_aside(200);
}

/* Who waits again whenever it is resumed is cut with its connection. */
static void the_end_of_one_who_never_has_enough(void **state) {
    (void)state;
    struct hall h;
    struct http_options o = toy_options();
    o.threads = 1;
    hall_start(&h, o);
    atomic_store(&h.again, true);
    int fd = dial(&h.toy);
    says(fd, GET("/wait"));
    wait_for(&h.waits, 1);
    assert_int_equal(http_server_stop(h.toy.server, 1), 1);
    char byte;
    assert_int_equal(hear(fd, &byte, 1, WAIT_MS), 0);
    assert_in_range(atomic_load(&h.waits), 2, CROWD_MAX);
    for (int i = 0; i < atomic_load(&h.waits); i++)
        http_resume(h.pause[i]);
    close(fd);
}

/* One thread hears of the end whatever it waits for, with this many who could connect. */
static void stop_while_idle(int connections, unsigned most) {
    static int fd[CROWD_MAX];
    struct hall h;
    struct http_options o = toy_options();
    o.threads = 1;
    o.max_connections = most;
    hall_start(&h, o);
    for (int i = 0; i < connections; i++) {
        fd[i] = dial(&h.toy);
        still_works(fd[i]);
    }
    usleep(20000); /* until it sleeps */
    stops_within(&h, 2000);
    for (int i = 0; i < connections; i++) {
        char byte;
        assert_int_equal(hear(fd[i], &byte, 1, WAIT_MS), 0);
        close(fd[i]);
    }
}

static void the_end_while_idle(void **state) {
    (void)state;
    stop_while_idle(0, 2000);
    stop_while_idle(1, 2000);
    stop_while_idle(3, 3);
    stop_while_idle(200, 2000);
    stop_while_idle(200, 200);
}

static void the_end_on_a_unix_socket(void **state) {
    (void)state;
    char path[80], address[96];
    snprintf(path, sizeof path, "/tmp/platen-loop-%d.sock", (int)getpid());
    snprintf(address, sizeof address, "unix:%s", path);
    struct hall h;
    struct http_options o = toy_options();
    o.listen = (const char *const[]){"127.0.0.1:0", address, NULL};
    hall_start(&h, o);
    int fd = dial_unix(path);
    assert_true(fd >= 0);
    still_works(fd);
    stops_within(&h, 2000);
    close(fd);
}

/* As many as may connect, and one more that waits for one of them to go. */
static void the_limit(void **state) {
    (void)state;
    struct hall h;
    struct http_options o = toy_options();
    o.threads = 1;
    o.max_connections = 2;
    hall_start(&h, o);
    int fd[3] = {dial(&h.toy), dial(&h.toy), -1};
    still_works(fd[0]);
    still_works(fd[1]);
    fd[2] = dial(&h.toy);
    char byte;
    says(fd[2], GET("/alive"));
    assert_int_equal(hear(fd[2], &byte, 1, 300), -1);
    close(fd[0]);
    struct answer a = hear_answer(fd[2], false);
    assert_int_equal(a.status, 200);
    answer_free(&a);
    still_works(fd[1]);
    stops_within(&h, 2000);
    close(fd[1]);
    close(fd[2]);
}

static void *stop_it(void *arg) {
    struct hall *h = arg;
    return (void *)(uintptr_t)http_server_stop(h->toy.server, 8);
}

/* While a server finishes what it has, nobody connects to it, and its address is free for the next one. */
static void the_next_server_takes_the_address(void **state) {
    (void)state;
    struct hall h, next;
    pthread_t stopper;
    void *cut;
    char address[64];
    struct http_options o = toy_options();
    o.threads = 2;
    hall_start(&h, o);
    int fd = dial(&h.toy);
    says(fd, GET("/gate"));
    wait_for(&h.inside, 1);
    assert_int_equal(pthread_create(&stopper, NULL, stop_it, &h), 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)h.toy.port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bool refused = false;
    for (int i = 0; i < WAIT_MS && !refused; i++) {
        int late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        refused = connect(late, (struct sockaddr *)&a, sizeof a) != 0;
        close(late);
        usleep(1000);
    }
    assert_true(refused);
    snprintf(address, sizeof address, "127.0.0.1:%d", h.toy.port);
    o.listen = (const char *const[]){address, NULL};
    hall_start(&next, o);
    int other = dial(&next.toy);
    still_works(other);
    atomic_store(&h.open, true);
    struct answer said = hear_answer(fd, false);
    assert_string_equal(said.body, "/gate");
    answer_free(&said);
    pthread_join(stopper, &cut);
    assert_int_equal((uintptr_t)cut, 0);
    still_works(other);
    stops_within(&next, 2000);
    close(fd);
    close(other);
}

static int room_for_files(void **state) {
    (void)state;
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 3 * CROWD_MAX) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crowds),
        cmocka_unit_test(those_put_aside),
        cmocka_unit_test(the_end_of_one_who_never_has_enough),
        cmocka_unit_test(the_end_while_idle),
        cmocka_unit_test(the_end_on_a_unix_socket),
        cmocka_unit_test(the_limit),
        cmocka_unit_test(the_next_server_takes_the_address),
    };
    return cmocka_run_group_tests(tests, room_for_files, NULL);
}
