/* Readers that stay in their transaction from one use to the next: they see every commit, whoever made it, and
 * are in the way of nobody who keeps the WAL short. */
#include "store_fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- who commits ---- */

static int say(void *arg, struct db *db, struct error *err) {
    (void)arg;
    return change_say(db, "x", err);
}

static void commit_by(struct db *db) {
    struct error err = {0};
    ok(db_begin(db, &err), &err);
    ok(change_say(db, "x", &err), &err);
    ok(db_commit(db, &err), &err);
}

static void commit_ourselves(struct fixture *f) {
    struct error err = {0};
    ok(store_transaction(f->store, say, NULL, &err), &err);
}

static struct db *another(const char *path) {
    struct error err = {0};
    struct db *db = NULL;
    ok(db_open(&db, path, DB_WRITE, &err), &err);
    return db;
}

/* What this program does as a process of its own: main. */
static int commit_as_process(const char *path) {
    struct db *db = another(path);
    commit_by(db);
    db_close(db);
    return 0;
}

static void commit_elsewhere(struct fixture *f) {
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "test_readers", f->path, (char *)NULL);
        _exit(9);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

/* ---- what is looked at ---- */

static struct db *read_now(struct fixture *f, int64_t *revision) {
    struct error err = {0};
    struct db *db = NULL;
    ok(store_read(f->store, &db, revision, &err), &err);
    return db;
}

/* The revision that the next one who reads is told, which is that of what he reads. */
static int64_t seen(struct fixture *f) {
    struct error err = {0};
    int64_t told, real;
    struct db *db = read_now(f, &told);
    ok(change_revision(db, &real, &err), &err);
    store_reader_done(f->store, db);
    assert_int_equal(told, real);
    return told;
}

/* From here on a reader that is given back stays in its transaction. */
static void keep(struct fixture *f) {
    store_tend(f->store);
    store_tend(f->store);
}

/* True when somebody stands in an older state than the newest: what came later cannot be copied back. */
static bool is_pinned(struct db *other) {
    struct error err = {0};
    int whole = db_checkpoint(other, &err);
    ok(whole, &err);
    return whole == 0;
}

static int64_t wal_size(const struct fixture *f) {
    char path[128];
    struct stat st;
    snprintf(path, sizeof path, "%s-wal", f->path);
    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

/* ---- being kept ---- */

static void a_reader_is_kept_while_nothing_is_committed(void **state) {
    struct fixture *f = *state;
    struct db *other = another(f->path);
    int64_t before = seen(f);
    commit_by(other);
    assert_false(is_pinned(other)); /* nobody has tended: nothing is kept */
    keep(f);
    assert_int_equal(seen(f), before + 1);
    assert_int_equal(seen(f), before + 1);
    commit_by(other);
    assert_true(is_pinned(other)); /* so it was still in its transaction */
    store_tend(f->store);
    assert_int_equal(seen(f), before + 2);
    commit_by(other);
    assert_false(is_pinned(other)); /* the state had not stood yet */
    db_close(other);
}

static void who_is_behind_is_let_go(void **state) {
    struct fixture *f = *state;
    struct db *other = another(f->path), *one, *two;
    int64_t revision;
    keep(f);
    one = read_now(f, &revision);
    two = read_now(f, &revision);
    assert_ptr_not_equal(one, two);
    store_reader_done(f->store, one);
    store_reader_done(f->store, two);
    commit_by(other);
    assert_true(is_pinned(other));
    store_tend(f->store); /* without anybody reading */
    assert_false(is_pinned(other));
    keep(f);
    one = read_now(f, &revision);
    two = read_now(f, &revision);
    store_reader_done(f->store, one);
    store_reader_done(f->store, two);
    commit_by(other);
    assert_true(is_pinned(other));
    (void)seen(f); /* who reads lets go of both */
    assert_false(is_pinned(other));
    db_close(other);
}

static void who_is_not_used_is_let_go(void **state) {
    struct fixture *f = *state;
    struct db *other = another(f->path);
    keep(f);
    (void)seen(f);
    store_tend(f->store); /* it was used since the last time */
    commit_by(other);
    assert_true(is_pinned(other));
    keep(f);
    (void)seen(f);
    store_tend(f->store);
    store_tend(f->store);
    commit_by(other);
    assert_false(is_pinned(other));
    db_close(other);
}

/* One that comes back after a commit, with nobody else reading. */
static void who_is_behind_when_given_back_is_not_kept(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *other = another(f->path);
    int64_t revision, now;
    keep(f);
    struct db *one = read_now(f, &revision);
    commit_by(other);
    ok(change_revision(one, &now, &err), &err);
    assert_int_equal(now, revision); /* its own state to the end */
    assert_true(is_pinned(other));
    store_reader_done(f->store, one);
    assert_false(is_pinned(other));
    assert_int_equal(seen(f), revision + 1);
    db_close(other);
}

static void store_reader_gives_one_outside_any_transaction(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *other = another(f->path);
    int64_t now, before;
    keep(f);
    before = seen(f);
    struct db *one = store_reader(f->store, &err);
    commit_by(other);
    assert_false(is_pinned(other));
    ok(change_revision(one, &now, &err), &err);
    assert_int_equal(now, before + 1);
    store_reader_done(f->store, one);
    db_close(other);
}

/* ---- in nobody's way ---- */

/* A state that is kept is read from the file alone: the WAL may be cut off behind it. */
static void the_wal_can_be_truncated_behind_a_kept_reader(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *other = another(f->path);
    int64_t revision;
    commit_by(other);
    struct db *early = read_now(f, &revision); /* reads the WAL */
    keep(f);
    (void)seen(f);
    assert_true(wal_size(f) > 0);
    store_reader_done(f->store, early); /* and so is not kept */
    ok(db_exec(other, "PRAGMA wal_checkpoint(TRUNCATE)", &err), &err);
    assert_int_equal(wal_size(f), 0);
    assert_int_equal(seen(f), revision);
    commit_by(other);
    assert_int_equal(seen(f), revision + 1);
    db_close(other);
}

/* Somebody reads for long: what was committed meanwhile cannot be copied back, so who reads that is not kept. */
static void nobody_is_kept_in_what_only_the_wal_has(void **state) {
    struct fixture *f = *state;
    struct db *other = another(f->path);
    int64_t revision;
    struct db *old = read_now(f, &revision);
    commit_by(other);
    keep(f);
    assert_int_equal(seen(f), revision + 1);
    store_reader_done(f->store, old);
    commit_by(other);
    assert_false(is_pinned(other));
    db_close(other);
}

/* Another process writes a lot, with pauses after which readers are kept again, and always one is at work. */
static void the_wal_stays_short_whatever_is_read(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *other = another(f->path);
    ok(db_exec(other, "PRAGMA wal_autocheckpoint=50; PRAGMA synchronous=OFF;", &err), &err);
    int64_t largest = 0, revision;
    for (int i = 0; i < 600; i++) {
        ok(db_exec(other, "INSERT OR REPLACE INTO setting VALUES ('large', hex(randomblob(60000)))",
                   &err),
           &err);
        struct db *one = read_now(f, &revision);
        if (i % 50 > 25)
            keep(f);
        store_reader_done(f->store, one);
        if (i % 50 > 40)
            (void)seen(f);
        largest = wal_size(f) > largest ? wal_size(f) : largest;
    }
    assert_true(largest < 3000000); /* of 70 MB that were written */
    db_close(other);
}

/* ---- whoever commits ---- */

static void every_commit_is_seen_by_the_next_who_reads(void **state) {
    struct fixture *f = *state;
    struct db *other = another(f->path);
    int64_t expected = seen(f);
    for (int i = 0; i < 40; i++) {
        if (i % 3 == 0)
            keep(f);
        assert_int_equal(seen(f), expected);
        if (i % 10 == 9)
            commit_elsewhere(f);
        else if (i % 2 == 0)
            commit_ourselves(f);
        else
            commit_by(other);
        assert_int_equal(seen(f), ++expected);
    }
    db_close(other);
}

/* ---- given back as it should not be ---- */

static void a_statement_that_is_not_done_pins_nothing(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *other = another(f->path);
    for (int kept = 0; kept <= 1; kept++) {
        int64_t revision;
        struct db *one = store_reader(f->store, &err);
        assert_int_equal(db_step(db_use(one, SQL_CHANGE_NEWEST, &err), &err), 1);
        store_reader_done(f->store, one);
        commit_by(other);
        assert_false(is_pinned(other));
        if (kept)
            keep(f);
        one = read_now(f, &revision);
        assert_int_equal(db_step(db_use(one, SQL_CHANGE_NEWEST, &err), &err), 1);
        store_reader_done(f->store, one);
        commit_by(other);
        assert_int_equal(is_pinned(other), kept);
        store_tend(f->store);
        assert_false(is_pinned(other));
        assert_int_equal(seen(f), revision + 1);
    }
    db_close(other);
}

static void a_transaction_in_which_something_failed_is_ended(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *other = another(f->path);
    int64_t revision;
    keep(f);
    struct db *one = read_now(f, &revision);
    assert_int_equal(db_exec(one, "SELECT nonsense", &err), -1);
    store_reader_done(f->store, one);
    commit_by(other);
    assert_false(is_pinned(other));
    keep(f);
    one = read_now(f, &revision);
    db_end_read(one); /* and somebody ends it himself */
    store_reader_done(f->store, one);
    commit_by(other);
    assert_false(is_pinned(other));
    assert_int_equal(seen(f), revision + 1);
    db_close(other);
}

static void a_database_that_is_away_is_an_error_and_takes_no_place(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    char away[128];
    struct db *db = NULL;
    int64_t revision;
    snprintf(away, sizeof away, "%s-away", f->path);
    assert_int_equal(rename(f->path, away), 0);
    for (int i = 0; i < 100; i++) /* more than there are places */
        assert_int_equal(store_read(f->store, &db, &revision, &err), -1);
    assert_null(db);
    assert_true(*err.text != '\0');
    assert_int_equal(rename(away, f->path), 0);
    (void)seen(f);
}

/* ---- threads ---- */

struct crowd {
    struct fixture *f;
    atomic_bool stop;
    atomic_int wrong, reads;
    _Atomic int64_t committed;
};

static void *read_on(void *arg) {
    struct crowd *c = arg;
    while (!atomic_load(&c->stop)) {
        struct error err = {0};
        struct db *db = NULL;
        int64_t told, real = -1, before = atomic_load(&c->committed);
        if (store_read(c->f->store, &db, &told, &err) != 0 ||
            change_revision(db, &real, &err) != 0 || told != real || told < before)
            atomic_fetch_add(&c->wrong, 1);
        store_reader_done(c->f->store, db);
        atomic_fetch_add(&c->reads, 1);
    }
    return NULL;
}

static void *tend_on(void *arg) {
    struct crowd *c = arg;
    while (!atomic_load(&c->stop)) {
        store_tend(c->f->store);
        usleep(500);
    }
    return NULL;
}

static void await_reads(struct crowd *c, int more) {
    int until = atomic_load(&c->reads) + more;
    while (atomic_load(&c->reads) < until)
        usleep(100);
}

static void no_thread_reads_what_is_older_than_a_commit(void **state) {
    struct fixture *f = *state;
    struct crowd c = {.f = f};
    enum { READERS = 70 }; /* more than there are places */
    pthread_t threads[READERS], tender;
    struct db *other = another(f->path);
    c.committed = seen(f);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &c), 0);
    assert_int_equal(pthread_create(&tender, NULL, tend_on, &c), 0);
    for (int i = 0; i < 60; i++) {
        if (i % 2 == 0)
            commit_ourselves(f);
        else
            commit_by(other);
        atomic_fetch_add(&c.committed, 1);
        if (i % 3 == 0)
            await_reads(&c, 300);
    }
    atomic_store(&c.stop, true);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    pthread_join(tender, NULL);
    assert_int_equal(c.wrong, 0);
    assert_int_equal(seen(f), c.committed);
    db_close(other);
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        in_fixture(a_reader_is_kept_while_nothing_is_committed),
        in_fixture(who_is_behind_is_let_go),
        in_fixture(who_is_not_used_is_let_go),
        in_fixture(who_is_behind_when_given_back_is_not_kept),
        in_fixture(store_reader_gives_one_outside_any_transaction),
        in_fixture(the_wal_can_be_truncated_behind_a_kept_reader),
        in_fixture(nobody_is_kept_in_what_only_the_wal_has),
        in_fixture(the_wal_stays_short_whatever_is_read),
        in_fixture(every_commit_is_seen_by_the_next_who_reads),
        in_fixture(a_statement_that_is_not_done_pins_nothing),
        in_fixture(a_transaction_in_which_something_failed_is_ended),
        in_fixture(a_database_that_is_away_is_an_error_and_takes_no_place),
        in_fixture(no_thread_reads_what_is_older_than_a_commit),
    };
    if (argc == 2)
        return commit_as_process(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
