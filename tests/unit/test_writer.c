/* Group commit: every write gets its own end, one fsync serves many, and nobody waits for ever. */
#include "store_fixture.h"

#include "base/clock.h"
#include "store/writer.h"

#include <pthread.h>
#include <stdatomic.h>

struct job {
    struct write write;
    char key[32];
    bool fails;
    bool slow;
    atomic_int ended; /* times `done` was called */
    enum write_result result;
    char why[504];
};

static int put(void *arg, struct db *db, struct error *err) {
    struct job *j = arg;
    struct db_stmt *s = db_use(db, SQL_SETTING_PUT, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, j->key);
    db_bind_text(s, 2, "x");
    if (db_run(s, err) != 0)
        return -1;
    if (j->slow)
        usleep(300000);
    return j->fails ? error_set(err, "as it was told") : 0;
}

static void done(void *arg, enum write_result result, const struct error *err) {
    struct job *j = arg;
    j->result = result;
    snprintf(j->why, sizeof j->why, "%s", err->text);
    atomic_fetch_add(&j->ended, 1);
}

static void prepare(struct job *j, const char *key) {
    *j = (struct job){.write = {.run = put, .done = done, .arg = j}};
    snprintf(j->key, sizeof j->key, "%s", key);
}

static void await(struct job *j) {
    int64_t until = clock_mono_ms() + 20000;
    while (atomic_load(&j->ended) == 0 && clock_mono_ms() < until)
        usleep(1000);
    assert_int_equal(atomic_load(&j->ended), 1);
}

static int has(struct fixture *f, const char *key) {
    struct error err = {0};
    struct buf b;
    buf_init(&b, 100);
    struct db *db = store_reader(f->store, &err);
    int rc = setting_get(db, key, &b, &err);
    store_reader_done(f->store, db);
    buf_free(&b);
    ok(rc, &err);
    return rc;
}

static struct writer *start(struct fixture *f) {
    struct writer *w = NULL;
    struct error err = {0};
    ok(writer_start(&w, f->store, NULL, &err), &err);
    return w;
}

static void one_that_fails_takes_no_other_along(void **state) {
    struct fixture *f = *state;
    struct writer *w = start(f);
    struct job jobs[50];
    struct db *held = store_writer(f->store); /* so that all come into one group */
    for (size_t i = 0; i < 50; i++) {
        char key[32];
        snprintf(key, sizeof key, "job%zu", i);
        prepare(&jobs[i], key);
        jobs[i].fails = i % 7 == 3;
        assert_int_equal(writer_submit(w, &jobs[i].write), 0);
    }
    assert_non_null(held);
    store_writer_done(f->store);
    for (size_t i = 0; i < 50; i++) {
        await(&jobs[i]);
        assert_int_equal(jobs[i].result, jobs[i].fails ? WRITE_FAILED : WRITE_DONE);
        assert_string_equal(jobs[i].why, jobs[i].fails ? "as it was told" : "");
        assert_int_equal(has(f, jobs[i].key), !jobs[i].fails);
    }
    writer_stop(w);
}

static void who_waits_too_long_is_told(void **state) {
    struct fixture *f = *state;
    struct writer *w = start(f);
    struct job first, second;
    prepare(&first, "first");
    prepare(&second, "second");
    (void)store_writer(f->store); /* a publication that takes its time */
    int64_t began = clock_mono_ms();
    assert_int_equal(writer_submit(w, &first.write), 0);
    await(&first);
    assert_int_equal(first.result, WRITE_BUSY);
    assert_in_range(clock_mono_ms() - began, WRITER_PATIENCE_MS - 50, WRITER_PATIENCE_MS + 8000);
    store_writer_done(f->store);
    assert_int_equal(has(f, "first"), 0);
    assert_int_equal(writer_submit(w, &second.write), 0);
    await(&second);
    assert_int_equal(second.result, WRITE_DONE);
    writer_stop(w);
}

/* Another process holds the database: the same, and the writer's connection is as before. */
static void another_process_holds_the_database(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct writer *w = start(f);
    struct db *other = NULL;
    struct job j;
    ok(db_open(&other, f->path, DB_WRITE, &err), &err);
    ok(db_begin(other, &err), &err);
    prepare(&j, "j");
    assert_int_equal(writer_submit(w, &j.write), 0);
    await(&j);
    assert_int_equal(j.result, WRITE_BUSY);
    db_rollback(other);
    db_close(other);
    prepare(&j, "j");
    assert_int_equal(writer_submit(w, &j.write), 0);
    await(&j);
    assert_int_equal(j.result, WRITE_DONE);
    writer_stop(w);
}

static void stopping_finishes_what_waits(void **state) {
    struct fixture *f = *state;
    struct writer *w = start(f);
    struct job jobs[20];
    prepare(&jobs[0], "slow");
    jobs[0].slow = true;
    for (size_t i = 1; i < 20; i++) {
        char key[32];
        snprintf(key, sizeof key, "n%zu", i);
        prepare(&jobs[i], key);
    }
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(writer_submit(w, &jobs[i].write), 0);
    writer_stop(w);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(atomic_load(&jobs[i].ended), 1);
        assert_int_equal(jobs[i].result, WRITE_DONE);
    }
}

static void the_queue_is_bounded(void **state) {
    struct fixture *f = *state;
    struct writer *w = start(f);
    struct job *jobs = calloc(WRITER_QUEUE + 10, sizeof *jobs);
    size_t taken = 0;
    assert_non_null(jobs);
    (void)store_writer(f->store);
    for (size_t i = 0; i < WRITER_QUEUE + 10; i++) {
        prepare(&jobs[i], "same");
        taken += writer_submit(w, &jobs[i].write) == 0;
    }
    assert_int_equal(taken, WRITER_QUEUE);
    store_writer_done(f->store);
    writer_stop(w);
    for (size_t i = 0; i < WRITER_QUEUE; i++)
        assert_int_equal(jobs[i].result, WRITE_DONE);
    free(jobs);
}

struct crowd {
    struct writer *writer;
    atomic_int done;
};

static int count_up(void *arg, struct db *db, struct error *err) {
    (void)db, (void)err;
    atomic_fetch_add(&((struct crowd *)arg)->done, 1);
    return 0;
}

static void *member(void *arg) {
    struct crowd *c = arg;
    for (int i = 0; i < 200; i++)
        if (writer_run(c->writer, count_up, c, NULL) != WRITE_DONE)
            return c;
    return NULL;
}

static void many_threads_wait_for_their_own(void **state) {
    struct fixture *f = *state;
    struct crowd c = {.writer = start(f)};
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, member, &c), 0);
    for (size_t i = 0; i < 8; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(atomic_load(&c.done), 1600);
    writer_stop(c.writer);
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_fixture(one_that_fails_takes_no_other_along),
        in_fixture(who_waits_too_long_is_told),
        in_fixture(another_process_holds_the_database),
        in_fixture(stopping_finishes_what_waits),
        in_fixture(the_queue_is_bounded),
        in_fixture(many_threads_wait_for_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
