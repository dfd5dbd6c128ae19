/* The table of deliveries as a queue, its retention, and tokens. */
#include "store_fixture.h"

#include "store/deliveries.h"
#include "store/events.h"
#include "store/tokens.h"

static int64_t put(struct db *db, const char *guid, enum delivery_state state, int64_t received,
                   enum delivery_taken want) {
    struct delivery_draft d = {.host = "github", .event = "push", .received = received};
    struct error err = {0};
    enum delivery_taken how;
    int64_t id = 0;
    snprintf(d.guid, sizeof d.guid, "%s", guid);
    d.state = state;
    ok(delivery_put(db, &d, &id, &how, &err), &err);
    assert_int_equal(how, want);
    return id;
}

struct seen {
    char text[4096];
};

static int see(void *arg, const struct delivery *d) {
    struct seen *s = arg;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s:%s:%lld:%lld:%s ", d->guid,
             delivery_state_name(d->state), (long long)d->attempts, (long long)d->merged_into,
             d->error);
    return 0;
}

static const char *all(struct db *db, struct seen *s) {
    struct error err = {0};
    s->text[0] = '\0';
    ok(delivery_page(db, INT64_MAX, -1, 100, see, s, &err), &err);
    return s->text;
}

static void a_repeat_is_known_by_how_it_went(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = store_writer(f->store);
    struct seen s;
    int64_t a = put(db, "a", DELIVERY_PENDING, 1, DELIVERY_NEW);
    assert_int_equal(put(db, "a", DELIVERY_PENDING, 2, DELIVERY_KNOWN), a);
    struct delivery_outcome failed = {
        .state = DELIVERY_FAILED, .applied = "", .error = "why", .result = "", .now = 5};
    ok(delivery_finish(db, a, &failed, &err), &err);
    assert_string_equal(all(db, &s), "a:failed:1:0:why ");
    assert_int_equal(put(db, "a", DELIVERY_PENDING, 9, DELIVERY_AGAIN), a);
    assert_string_equal(all(db, &s), "a:pending:0:0: ");
    struct delivery_outcome done = {
        .state = DELIVERY_DONE, .applied = "c", .error = "", .result = "{}", .now = 6};
    ok(delivery_finish(db, a, &done, &err), &err);
    assert_int_equal(put(db, "a", DELIVERY_PENDING, 9, DELIVERY_KNOWN), a);
    assert_string_equal(all(db, &s), "a:done:1:0: ");
    store_writer_done(f->store);
}

static void one_look_serves_all_that_wait(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = store_writer(f->store);
    struct seen s;
    struct delivery_waiting w;
    put(db, "a", DELIVERY_PENDING, 1, DELIVERY_NEW);
    put(db, "i", DELIVERY_IGNORED, 2, DELIVERY_NEW);
    int64_t b = put(db, "b", DELIVERY_PENDING, 3, DELIVERY_NEW);
    int64_t c = put(db, "c", DELIVERY_PENDING, 4, DELIVERY_NEW);
    ok(delivery_waiting(db, &w, &err), &err);
    assert_int_equal(w.newest, c);
    assert_int_equal(w.count, 3);
    assert_int_equal(w.due, 0);
    ok(delivery_retry(db, b, 77, -1, 50, "host is down", &err), &err);
    assert_string_equal(
        all(db, &s),
        "c:pending:0:0: b:pending:1:0:host is down i:ignored:0:0: a:pending:1:0:host is down ");
    struct delivery_outcome done = {
        .state = DELIVERY_DONE, .applied = "t", .error = "", .result = "{}", .now = 6};
    ok(delivery_finish(db, b, &done, &err), &err);
    assert_string_equal(all(db, &s), "c:pending:0:0: b:done:2:0: i:ignored:0:0: a:done:2:3: ");
    ok(delivery_waiting(db, &w, &err), &err);
    assert_int_equal(w.count, 1);
    /* given up after a day */
    ok(delivery_retry(db, c, 77, 5, 50, "still down", &err), &err);
    assert_string_equal(all(db, &s),
                        "c:failed:1:0:still down b:done:2:0: i:ignored:0:0: a:done:2:3: ");
    store_writer_done(f->store);
}

static void pages_have_no_gaps(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = store_writer(f->store);
    struct seen s = {""};
    char guid[16];
    for (int i = 1; i <= 7; i++) {
        snprintf(guid, sizeof guid, "%d", i);
        put(db, guid, i % 2 ? DELIVERY_PENDING : DELIVERY_IGNORED, i, DELIVERY_NEW);
    }
    ok(delivery_page(db, 6, -1, 2, see, &s, &err), &err);
    assert_string_equal(s.text, "5:pending:0:0: 4:ignored:0:0: ");
    s.text[0] = '\0';
    ok(delivery_page(db, 7, DELIVERY_PENDING, 2, see, &s, &err), &err);
    assert_string_equal(s.text, "5:pending:0:0: 3:pending:0:0: ");
    assert_int_equal(delivery_page_front(db, 5, -1, 2, &err), 8);
    assert_int_equal(delivery_page_front(db, 3, -1, 2, &err), 6);
    assert_int_equal(delivery_page_front(db, 7, -1, 2, &err), 0);
    assert_int_equal(delivery_page_front(db, 3, DELIVERY_PENDING, 1, &err), 6);
    assert_int_equal(delivery_by_id(db, 99, see, &s, &err), 0);
    store_writer_done(f->store);
}

static void retention_keeps_what_waits_and_the_newest_success(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = store_writer(f->store);
    struct seen s;
    char guid[16];
    int64_t deleted;
    struct delivery_outcome o = {.applied = "", .error = "", .result = "", .now = 10};
    for (int i = 0; i < 6; i++) {
        snprintf(guid, sizeof guid, "%d", i);
        int64_t id = put(db, guid, DELIVERY_PENDING, i, DELIVERY_NEW);
        o.state = i == 1 ? DELIVERY_DONE : DELIVERY_FAILED;
        if (i != 0)
            ok(delivery_finish_one(db, id, &o, &err), &err);
    }
    ok(delivery_prune(db, 5, 4, &deleted, &err), &err); /* by count: ids 1 and 2 are beyond */
    assert_int_equal(deleted, 0);                       /* which wait, or are the newest success */
    ok(delivery_prune(db, 11, 1000, &deleted, &err), &err); /* by age */
    assert_int_equal(deleted, 4);
    assert_string_equal(all(db, &s), "1:done:1:0: 0:pending:0:0: ");
    store_writer_done(f->store);
}

static void tokens(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = store_writer(f->store);
    struct token t;
    char a[TOKEN_TEXT_MAX], b[TOKEN_TEXT_MAX];
    int64_t id, other;
    ok(token_create(db, "one", SCOPE_DELIVERIES_READ | SCOPE_MEDIA_WRITE, 100, 200, a, &id, &err),
       &err);
    ok(token_create(db, "two", SCOPE_ADMIN, 100, 0, b, &other, &err), &err);
    assert_string_not_equal(a, b);
    assert_int_equal(token_find(db, a, strlen(a), &t, &err), 1);
    assert_string_equal(t.name, "one");
    assert_int_equal(t.scopes, SCOPE_DELIVERIES_READ | SCOPE_MEDIA_WRITE);
    assert_true(token_valid(&t, 199));
    assert_false(token_valid(&t, 200));
    assert_int_equal(token_find(db, a, strlen(a) - 1, &t, &err), 0);
    assert_int_equal(token_find(db, "", 0, &t, &err), 0);
    ok(token_used(db, id, 120, &err), &err);
    ok(token_used(db, id, 60, &err), &err); /* never backwards */
    assert_int_equal(token_revoke(db, id, 150, &err), 1);
    assert_int_equal(token_revoke(db, id, 160, &err), 0);
    assert_int_equal(token_revoke(db, 99, 160, &err), -1);
    assert_int_equal(token_find(db, a, strlen(a), &t, &err), 1);
    assert_int_equal(t.used, 120);
    assert_false(token_valid(&t, 110));
    ok(token_prune(db, 151, &err), &err);
    assert_int_equal(token_find(db, a, strlen(a), &t, &err), 0);
    assert_int_equal(token_find(db, b, strlen(b), &t, &err), 1);
    assert_true(token_valid(&t, INT64_MAX));
    store_writer_done(f->store);
}

static int see_event(void *arg, const struct event *e) {
    struct seen *s = arg;
    size_t n = strlen(s->text);
    snprintf(s->text + n, sizeof s->text - n, "%s %s; ", e->kind, e->path);
    return 0;
}

static void told(struct fixture *f, int64_t since, const char *want) {
    struct error err = {0};
    struct seen s = {""};
    struct db *db = store_reader(f->store, &err);
    ok(event_since(db, since, 100, see_event, &s, &err), &err);
    store_reader_done(f->store, db);
    assert_string_equal(s.text, want);
}

static int64_t newest_event(struct fixture *f) {
    struct error err = {0};
    int64_t oldest = 0, newest = 0;
    struct db *db = store_reader(f->store, &err);
    ok(event_bounds(db, &oldest, &newest, &err), &err);
    store_reader_done(f->store, db);
    return newest;
}

static void events_tell_what_readers_see(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    int64_t next = 0;
    const struct words first[] = {{.source = "a.md", .published = 1},
                                  {.source = "d.md", .published = 2, .draft = true},
                                  {.source = "l.md", .published = NOW + 10},
                                  {0}};
    publish(f, first, NULL);
    told(f, 0, "published /a/; ");
    int64_t seen = newest_event(f);
    const struct words second[] = {{.source = "a.md", .title = "New", .published = 1}, {0}};
    publish(f, second, NULL);
    told(f, seen, "updated /a/; ");
    seen = newest_event(f);
    ok(publish_due(f->store, NOW + 11, &next, &err), &err);
    told(f, seen, "published /l/; ");
    seen = newest_event(f);
    const char *const gone[] = {"a.md", NULL};
    publish(f, NULL, gone);
    told(f, seen, "removed /a/; ");
    struct db *db = store_writer(f->store);
    ok(event_prune(db, 2, 0, &err), &err);
    store_writer_done(f->store);
    told(f, 0, "published /l/; removed /a/; ");
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_fixture(a_repeat_is_known_by_how_it_went),
        in_fixture(one_look_serves_all_that_wait),
        in_fixture(pages_have_no_gaps),
        in_fixture(retention_keeps_what_waits_and_the_newest_success),
        in_fixture(tokens),
        in_fixture(events_tell_what_readers_see),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
