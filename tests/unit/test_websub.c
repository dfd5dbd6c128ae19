/* WebSub: what is no hub, which feeds a publication means, a hub that is down, refuses, hangs or never ends. */
#include "base/client.h"
#include "base/clock.h"
#include "fake_host.h"
#include "store_fixture.h"
#include "web/websub.h"

#include <fcntl.h>

#define ANSWER(status) "HTTP/1.1 " status "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
#define ANSWERS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NONE ((const char *const[]){NULL})

/* ---- what is no hub ---- */

static void hubs_are_checked(void **state) {
    (void)state;
    struct error err = {0};
    char longest[HERALD_URL_MAX + 2];
    memset(longest, 'x', sizeof longest - 1);
    memcpy(longest, "https://", 8);
    longest[sizeof longest - 1] = '\0';
    const char *const bad[] = {"",
                               "hub.example",
                               "ftp://h/",
                               "https://",
                               "http:///x",
                               "http://u@",
                               "https://h/ ",
                               "https://h/\x7f",
                               "https://h/ü",
                               "https://h/<",
                               "https://h/\"",
                               "https://h/>",
                               "https://h/\\",
                               "https://?x=1",
                               longest};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(herald_check(ANSWERS(bad[i]), "websub-hub", &err), -1);
    assert_int_equal(herald_check(NULL, "websub-hub", &err), 0);
    assert_int_equal(herald_check(NONE, "websub-hub", &err), 0);
    assert_int_equal(
        herald_check(ANSWERS("http://h", "https://u:p@[::1]:80/?a=1&b=2"), "websub-hub", &err), 0);
    assert_int_equal(
        herald_check(ANSWERS("http://h", "http://h", "http://h", "http://h", "http://h", "http://h",
                             "http://h", "http://h", "http://h"),
                     "websub-hub", &err),
        -1);
}

/* ---- which feeds ---- */

struct urls {
    size_t count;
    char text[256 * 1024];
};

static int add_url(void *arg, const char *url) {
    struct urls *u = arg;
    size_t n = strlen(u->text);
    assert_true(n + strlen(url) + 2 < sizeof u->text);
    snprintf(u->text + n, sizeof u->text - n, "%s\n", url);
    u->count++;
    return 0;
}

static struct snapshot *site_of(struct db *db, struct error *err) {
    struct snapshot *site = NULL;
    struct theme *theme = NULL;
    struct snapshot_options o = {.base_url = "https://x.org/a%20b/",
                                 .fallback_url = "http://localhost/"};
    ok(theme_open(&theme, NULL, err), err);
    ok(snapshot_read(&site, db, 1, theme, &o, err), err);
    theme_unref(theme);
    return site;
}

/* The feeds that changed after revision `since`. */
static void changed(struct fixture *f, struct urls *u, int64_t since) {
    struct error err = {0};
    struct db *db = store_reader(f->store, &err);
    assert_non_null(db);
    struct snapshot *site = site_of(db, &err);
    *u = (struct urls){0};
    ok(websub_topics(db, site, since, add_url, u, &err), &err);
    snapshot_unref(site);
    store_reader_done(f->store, db);
}

static int64_t revision(struct fixture *f) {
    struct error err = {0};
    int64_t rev = 0;
    ok(store_version(f->store, &rev, &err), &err);
    return rev;
}

static void a_list_means_its_three_feeds(void **state) {
    struct fixture *f = *state;
    static struct urls u;
    publish(f,
            (struct words[]){{.source = "a.md", .published = 1, .tag = "größe"},
                             {.source = "b.md", .published = 2, .section = "notes"},
                             {0}},
            NULL);
    int64_t before = revision(f);
    changed(f, &u, before);
    assert_int_equal(u.count, 0);
    publish(f, (struct words[]){{.source = "a.md", .published = 3, .tag = "größe"}, {0}}, NULL);
    changed(f, &u, before);
    assert_non_null(strstr(u.text, "https://x.org/a%20b/posts/index.xml\n"));
    assert_non_null(strstr(u.text, "https://x.org/a%20b/posts/atom.xml\n"));
    assert_non_null(strstr(u.text, "https://x.org/a%20b/posts/feed.json\n"));
    assert_non_null(strstr(u.text, "https://x.org/a%20b/tags/gr%C3%B6%C3%9Fe/index.xml\n"));
    assert_non_null(strstr(u.text, "https://x.org/a%20b/tags/index.xml\n"));
    assert_null(strstr(u.text, "/notes/"));
    assert_null(strstr(u.text, "/archive/"));
    before = revision(f);
    publish(f, NULL, ANSWERS("a.md")); /* its lists are empty: no feed is there to be asked for */
    changed(f, &u, before);
    assert_null(strstr(u.text, "/tags/gr"));
}

static int say(void *arg, struct db *db, struct error *err) {
    return change_say(db, arg, err);
}

static void a_change_of_all_means_all_within_bounds(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    static struct urls u;
    static char names[400][32];
    static struct words posts[401];
    for (size_t i = 0; i < 400; i++) {
        snprintf(names[i], sizeof names[i], "p%zu.md", i);
        posts[i] = (struct words){.source = names[i], .published = (int64_t)i + 1, .tag = names[i]};
    }
    publish(f, posts, NULL);
    int64_t before = revision(f);
    char all[] = "*", site[] = "site", odd[] = "list:", term[] = "list:tags:none";
    ok(store_transaction(f->store, say, site, &err), &err);
    changed(f, &u, before);
    assert_string_equal(u.text, "https://x.org/a%20b/index.xml\nhttps://x.org/a%20b/"
                                "atom.xml\nhttps://x.org/a%20b/feed.json\n");
    ok(store_transaction(f->store, say, odd, &err), &err);
    ok(store_transaction(f->store, say, term, &err), &err);
    changed(f, &u, before);
    assert_int_equal(u.count, 3);
    ok(store_transaction(f->store, say, all, &err), &err);
    changed(f, &u, before);
    assert_int_equal(u.count, WEBSUB_TOPICS_MAX);
    assert_non_null(strstr(u.text, "b/posts/index.xml\n"));
    changed(f, &u, -5); /* the log does not go back so far */
    assert_int_equal(u.count, WEBSUB_TOPICS_MAX);
}

/* ---- hubs ---- */

struct hubs {
    struct fixture *f;
    struct fake_host host;
    struct writer *writer;
    struct log *log;
    int log_fd;
    char url[96], text[65536];
    struct herald *w;
};

static int read_site(void *arg, struct db *db, int64_t rev, struct snapshot **out,
                     struct error *err) {
    (void)arg;
    (void)rev;
    *out = site_of(db, err);
    return 0;
}

static void start(struct hubs *h) {
    struct error err = {0};
    static const char *list[2];
    list[0] = h->url;
    struct herald_options o = {.kind = &websub_kind,
                               .store = h->f->store,
                               .writer = h->writer,
                               .urls = list,
                               .site = read_site,
                               .pause_ms = 20,
                               .log = h->log};
    ok(herald_open(&h->w, &o, &err), &err);
}

static int64_t told(struct hubs *h) {
    struct buf b;
    json_t *o = NULL;
    buf_init(&b, 4096);
    int64_t rev = -1;
    if (setting_read(h->f->store, "websub", &b, NULL) == 1 &&
        json_read(&o, buf_str(&b), b.len, NULL) == 0)
        rev = json_get_int(o, h->url, -1);
    json_decref(o);
    buf_free(&b);
    return rev;
}

static bool is_told(struct hubs *h, int64_t rev) {
    for (int i = 0; i < 2000 && told(h) != rev; i++)
        poll(NULL, 0, 5);
    return told(h) == rev;
}

static const char *logged(struct hubs *h) {
    ssize_t n = pread(h->log_fd, h->text, sizeof h->text - 1, 0);
    h->text[n < 0 ? 0 : n] = '\0';
    return h->text;
}

static void hubs_begin(struct hubs *h, struct fixture *f, const char *const *answers) {
    struct error err = {0};
    memset(h, 0, sizeof *h);
    h->f = f;
    client_setup();
    assert_int_equal(fake_start(&h->host, answers), 0);
    snprintf(h->url, sizeof h->url, "http://127.0.0.1:%u/secret", h->host.port);
    h->log_fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    h->log = log_open(h->log_fd, LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    ok(writer_start(&h->writer, f->store, h->log, &err), &err);
    publish(f, (struct words[]){{.source = "a.md", .published = 1}, {0}}, NULL);
    start(h);
    assert_true(is_told(h, revision(f)));
    assert_int_equal(atomic_load(&h->host.count), 0);
    publish(f, (struct words[]){{.source = "a.md", .published = 2}, {0}}, NULL);
}

static void hubs_end(struct hubs *h) {
    herald_close(h->w);
    writer_stop(h->writer);
    assert_null(strstr(logged(h), "secret"));
    log_close(h->log);
    close(h->log_fd);
    fake_stop(&h->host);
}

static void a_hub_that_stumbles_is_asked_again(void **state) {
    static struct hubs h;
    hubs_begin(&h, *state,
               ANSWERS(ANSWER("503 Busy"), FAKE_CLOSE, ANSWER("429 Slower"), ANSWER("204 Fine")));
    assert_true(is_told(&h, revision(*state)));
    assert_int_equal(atomic_load(&h.host.count), 4);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(strncmp(h.host.asked[i], "POST /secret HTTP/1.1\r\n", 23), 0);
        assert_non_null(
            strstr(h.host.asked[i], "\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
        assert_non_null(strstr(h.host.asked[i], "\r\n\r\nhub.mode=publish&hub.url="));
        assert_non_null(
            strstr(h.host.asked[i], "&hub.url=https%3A%2F%2Fx.org%2Fa%2520b%2Fposts%2Ffeed.json"));
    }
    hubs_end(&h);
    assert_null(strstr(h.text, "was not told"));
}

static void a_refusal_is_taken_and_a_redirect_not_followed(void **state) {
    static struct hubs h;
    hubs_begin(&h, *state,
               ANSWERS(ANSWER("400 No"),
                       "HTTP/1.1 307 Go\r\nLocation: /secret/2\r\nContent-Length: 0\r\nConnection: "
                       "close\r\n\r\n",
                       ANSWER("202 Fine")));
    assert_true(is_told(&h, revision(*state)));
    assert_int_equal(atomic_load(&h.host.count), 1);
    publish(*state, (struct words[]){{.source = "a.md", .published = 3}, {0}}, NULL);
    assert_true(is_told(&h, revision(*state)));
    assert_int_equal(atomic_load(&h.host.count), 2);
    publish(*state, (struct words[]){{.source = "a.md", .published = 4}, {0}}, NULL);
    assert_true(is_told(&h, revision(*state)));
    assert_int_equal(atomic_load(&h.host.count), 3);
    hubs_end(&h);
    assert_non_null(strstr(h.text, "it answered 400"));
    assert_non_null(strstr(h.text, "it answered 307: it moved"));
}

static void a_hub_that_hangs_keeps_nobody_and_is_told_later(void **state) {
    static struct hubs h;
    hubs_begin(&h, *state, ANSWERS(FAKE_HANG, ANSWER("202 Fine")));
    int64_t before = told(&h);
    assert_true(fake_wait(&h.host, 1, 10000));
    int64_t began = clock_mono_ms();
    herald_close(h.w);
    assert_true(clock_mono_ms() - began < 5000);
    assert_int_equal(told(&h), before);
    start(&h); /* what was not said is said after the next start */
    assert_true(is_told(&h, revision(*state)));
    assert_int_equal(atomic_load(&h.host.count), 2);
    hubs_end(&h);
}

static void an_endless_answer_has_an_end(void **state) {
    static struct hubs h;
    hubs_begin(&h, *state, ANSWERS(FAKE_ENDLESS, ANSWER("202 Fine")));
    assert_true(is_told(&h, revision(*state)));
    assert_true(h.host.sent < (1u << 30));
    hubs_end(&h);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hubs_are_checked),
        cmocka_unit_test_setup_teardown(a_list_means_its_three_feeds, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_change_of_all_means_all_within_bounds, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_hub_that_stumbles_is_asked_again, fixture_open,
                                        fixture_close),
        cmocka_unit_test_setup_teardown(a_refusal_is_taken_and_a_redirect_not_followed,
                                        fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(a_hub_that_hangs_keeps_nobody_and_is_told_later,
                                        fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(an_endless_answer_has_an_end, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
