/* Lists at any depth against a naive model, search, the schema's history. */
#include "store_fixture.h"

#include "store/entries.h"
#include "store/migrate.h"

#include <sys/stat.h>
#include <sys/wait.h>

enum { POSTS = 3210, AROUND_BYTES = 512 };

struct model {
    int64_t id, weight, published;
    char title[24];
    bool live;
};

static int by_reading_order(const void *a, const void *b) {
    const struct model *x = a, *y = b;
    if (x->live != y->live)
        return x->live ? -1 : 1;
    int64_t wx = x->weight ? x->weight : ENTRY_NO_WEIGHT,
            wy = y->weight ? y->weight : ENTRY_NO_WEIGHT;
    if (wx != wy)
        return wx < wy ? -1 : 1;
    if (x->published != y->published)
        return x->published > y->published ? -1 : 1;
    int c = strncmp(x->title, y->title, 7);
    return c != 0 ? c : x->id < y->id ? -1 : x->id > y->id;
}

static uint64_t seed = 42;
static uint64_t roll(uint64_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % n;
}

struct run {
    char titles[40][24];
    size_t count;
};

static int take(void *arg, const struct post *p) {
    struct run *r = arg;
    snprintf(r->titles[r->count++], sizeof r->titles[0], "%s", p->title);
    return 0;
}

static void check_page(struct fixture *f, int64_t list, const struct model *sorted, size_t live,
                       size_t offset) {
    struct run r = {0};
    struct error err = {0};
    struct db *db = store_reader(f->store, &err);
    ok(list_posts(db, list, (int64_t)offset, 20, LIST_CARDS, take, &r, &err), &err);
    store_reader_done(f->store, db);
    size_t expected = offset >= live ? 0 : live - offset < 20 ? live - offset : 20;
    assert_int_equal(r.count, expected);
    for (size_t i = 0; i < r.count; i++)
        if (strcmp(r.titles[i], sorted[offset + i].title) != 0)
            fail_msg("at %zu: %s, expected %s", offset + i, r.titles[i], sorted[offset + i].title);
}

static void stage_model(struct publication *p, struct model *m) {
    char source[32];
    snprintf(source, sizeof source, "p%06lld.md", (long long)m->id);
    stage(p, &(struct words){.source = source,
                             .title = m->title,
                             .published = m->published,
                             .weight = (int)m->weight,
                             .draft = !m->live});
}

static void roll_model(struct model *m) {
    m->weight = roll(50) == 0 ? (int64_t)roll(5) + 1 : 0;
    m->published = (int64_t)roll(2000) * 1000;
    m->live = roll(20) != 0;
    snprintf(m->title, sizeof m->title, "%c%c %06lld", (char)('a' + roll(26)),
             (char)('a' + roll(26)), (long long)m->id);
}

/* Pages from every step-th place, and some. */
static void check_all(struct fixture *f, const struct model *posts, size_t step) {
    static struct model sorted[POSTS];
    struct error err = {0};
    struct list l;
    size_t live = 0;
    memcpy(sorted, posts, sizeof sorted);
    qsort(sorted, POSTS, sizeof sorted[0], by_reading_order);
    while (live < POSTS && sorted[live].live)
        live++;
    struct db *db = store_reader(f->store, &err);
    assert_int_equal(list_by_id(db, LIST_ID_HOME, &l, &err), 1);
    store_reader_done(f->store, db);
    assert_int_equal(l.count, live);
    for (size_t at = 0; at < live + ENTRY_STRIDE; at += step)
        check_page(f, LIST_ID_HOME, sorted, live, at);
    check_page(f, LIST_ID_HOME, sorted, live, live - 1);
    check_page(f, LIST_ID_HOME, sorted, live, live);
    check_page(f, LIST_ID_ALL, sorted, live, live - 5);
    check_page(f, LIST_ID_ALL, sorted, live, live);
}

/* Thousands of posts, then random edits of every kind: pages and counts equal the model's after each. */
static void pages_at_any_depth_equal_a_model(void **state) {
    struct fixture *f = *state;
    static struct model posts[POSTS];
    struct publication *p = begin(f);
    for (int i = 0; i < POSTS; i++) {
        posts[i].id = i + 1;
        roll_model(&posts[i]);
        stage_model(p, &posts[i]);
    }
    commit(p, NULL);
    check_all(f, posts, 1);
    for (int round = 0; round < 25; round++) {
        p = begin(f);
        for (size_t n = roll(6) + 1; n > 0; n--) {
            struct model *m = &posts[roll(POSTS)];
            if (roll(3) > 0)
                roll_model(m);
            else
                m->published = 3000000 + round; /* the newest, as most edits are */
            stage_model(p, m);
        }
        commit(p, NULL);
        check_all(f, posts, 61 + (size_t)round);
    }
}

static int keep_around(void *arg, const struct post *p) {
    snprintf(arg, AROUND_BYTES, "%s", p->around == NULL ? "none" : p->around);
    return 0;
}

static void stands_around(struct fixture *f, const char *path, const char *expected) {
    char around[AROUND_BYTES];
    struct error err = {0};
    struct address a;
    struct db *db = store_reader(f->store, &err);
    assert_int_equal(address_find(db, path, &a, &err), 1);
    assert_int_equal(post_shown_by_id(db, a.ref, true, keep_around, around, &err), 1);
    assert_string_equal(around, expected);
    store_reader_done(f->store, db);
}

/* Each publication leaves with every post what a look at all of them would find. */
static void around_posts(void **state) {
    struct fixture *f = *state;
    struct words posts[] = {{.source = "a.md", .published = 1, .tag = "ink"},
                            {.source = "b.md", .published = 2},
                            {.source = "c.md", .published = 3, .tag = "ink"},
                            {.source = NULL}};
    publish(f, posts, NULL);
    stands_around(f, "/a/", "nb.md\t/b/\t\nrc.md\t/c/\t3\t0\t\n");
    stands_around(f, "/b/", "nc.md\t/c/\t\noa.md\t/a/\t\n");
    stands_around(f, "/c/", "ob.md\t/b/\t\nra.md\t/a/\t1\t0\t\n");
    const struct words title[] = {
        {.source = "a.md", .title = "First\tof\ntwo", .published = 1, .tag = "ink"},
        {.source = NULL}};
    publish(f, title, NULL); /* a title alone: who shows it shows another */
    stands_around(f, "/b/", "nc.md\t/c/\t\noFirst of two\t/a/\t\n");
    stands_around(f, "/c/", "ob.md\t/b/\t\nrFirst of two\t/a/\t1\t0\t\n");
    const struct words more[] = {{.source = "d.md", .published = 2, .tag = "ink"},
                                 {.source = NULL}};
    static const char *const gone[] = {"b.md", NULL};
    publish(f, more, gone); /* one comes between, another goes */
    stands_around(f, "/a/", "nd.md\t/d/\t\nrc.md\t/c/\t3\t0\t\nrd.md\t/d/\t2\t0\t\n");
    stands_around(f, "/c/", "od.md\t/d/\t\nrd.md\t/d/\t2\t0\t\nrFirst of two\t/a/\t1\t0\t\n");
}

static void links_are_read(void **state) {
    (void)state;
    struct post_link l;
    char text[] = "nA\t/a/\t\no\t/b/\t\nrC d\t/c/\t-5\t60\t\nrD\t/d/\t\t0\t\n", *at = text;
    assert_true(post_link_next(&l, &at));
    assert_int_equal(l.kind, POST_LINK_NEWER);
    assert_string_equal(l.title, "A");
    assert_string_equal(l.path, "/a/");
    assert_true(post_link_next(&l, &at));
    assert_int_equal(l.kind, POST_LINK_OLDER);
    assert_string_equal(l.title, "");
    assert_true(post_link_next(&l, &at));
    assert_int_equal(l.kind, POST_LINK_RELATED);
    assert_true(l.has_date);
    assert_int_equal(l.published, -5);
    assert_int_equal(l.offset, 60);
    assert_true(post_link_next(&l, &at));
    assert_false(l.has_date);
    assert_false(post_link_next(&l, &at));
    static const char *const bad[] = {
        "", "x", "n", "nA", "nA\t/a/", "rA\t/a/\t5\t", "{\"newer\":null}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char copy[40], *from = copy;
        snprintf(copy, sizeof copy, "%s", bad[i]);
        assert_false(post_link_next(&l, &from));
    }
}

static void search_takes_any_text(void **state) {
    struct fixture *f = *state;
    const struct words posts[] = {
        {.source = "a.md", .title = "Ink", .text = "About paper", .published = 1},
        {.source = "b.md",
         .title = "Paper",
         .text = "Crème brûlée, don't",
         .tag = "press",
         .published = 2},
        {.source = NULL}};
    publish(f, posts, NULL);
    assert_string_equal(found(f, "paper"), "Paper,Ink");
    assert_string_equal(found(f, "pap"), "Paper,Ink");
    assert_string_equal(found(f, "press"), "Paper");
    assert_string_equal(found(f, "creme BRULEE"), "Paper");
    assert_string_equal(found(f, "paper nothing"), "");
    static const char *const odd[] = {
        "",    " ", "\"", "''",       "a OR",      "NEAR(",  "*",  "title:", "(", "paper\" OR \"x",
        "AND", "^", "-",  "\xff\xfe", "{title}:x", "paper*", "NOT"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        (void)found(f, odd[i]); /* none may fail */
    assert_string_equal(found(f, "paper* OR"), "");
    assert_string_equal(found(f, "don't"), "Paper");
    char many[4000];
    memset(many, 'x', sizeof many);
    for (size_t i = 5; i < sizeof many; i += 6)
        many[i] = ' ';
    many[sizeof many - 1] = '\0';
    assert_string_equal(found(f, many), "");
}

/* ---- the schema's history ---- */

static struct embedded_file file(const char *name, const char *sql, const char *hash) {
    return (struct embedded_file){
        .name = name, .data = (const unsigned char *)sql, .len = strlen(sql), .hash = hash};
}

static int backups(const struct fixture *f) {
    char command[160];
    snprintf(command, sizeof command, "exit $(ls '%s' | grep -c backup)", f->folder);
    int rc = system(command);
    return WEXITSTATUS(rc);
}

static void migrations(void **state) {
    struct fixture *f = *state;
    char path[128];
    struct error err = {0};
    struct db *db = NULL;
    snprintf(path, sizeof path, "%s/m.db", f->folder);
    ok(db_open(&db, path, DB_WRITE, &err), &err);
    const struct embedded_file one = file("0001_a.sql", "CREATE TABLE a(x);", "h1");
    const struct embedded_file two = file("0002_b.sql", "CREATE TABLE b(x);", "h2");
    const struct embedded_file bad =
        file("0003_c.sql", "CREATE TABLE c(x); INSERT INTO nowhere VALUES (1);", "h3");
    const struct embedded_file changed = file("0001_a.sql", "CREATE TABLE a(y);", "other");
    ok(migrate(db, path, &one, 1, NULL, &err), &err);
    assert_int_equal(backups(f), 0);
    const struct embedded_file both[] = {one, two};
    ok(migrate(db, path, both, 2, NULL, &err), &err);
    assert_int_equal(backups(f), 1);
    ok(migrate(db, path, both, 2, NULL, &err), &err);
    assert_int_equal(backups(f), 1);
    const struct embedded_file three[] = {one, two, bad};
    assert_int_equal(migrate(db, path, three, 3, NULL, &err), -1);
    assert_non_null(strstr(err.text, "0003_c.sql"));
    assert_int_equal(db_exec(db, "SELECT * FROM c", NULL), -1); /* nothing of it is left */
    assert_int_equal(migrate(db, path, &one, 1, NULL, &err), -1);
    assert_non_null(strstr(err.text, "newer"));
    const struct embedded_file other[] = {changed, two};
    assert_int_equal(migrate(db, path, other, 2, NULL, &err), -1);
    assert_non_null(strstr(err.text, "was changed"));
    db_close(db);
}

static void files_that_are_no_database(void **state) {
    struct fixture *f = *state;
    struct store *s = NULL;
    struct error err = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/no.db", f->folder);
    FILE *file_ = fopen(path, "w");
    fputs("This is no database at all, but a text of some length, long enough for a header.",
          file_);
    for (int i = 0; i < 100; i++)
        fputs("more text ", file_);
    fclose(file_);
    assert_int_equal(store_open(&s, path, NULL, &err), -1);
    assert_non_null(strstr(err.text, "no SQLite database"));
    snprintf(path, sizeof path, "%s/missing/x.db", f->folder);
    assert_int_equal(store_open(&s, path, NULL, &err), -1);
    assert_non_null(strstr(err.text, "folder"));
}

static void every_statement_prepares(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = store_writer(f->store);
    for (int i = 0; i < SQL__MAX; i++)
        if (db_use(db, (enum sql_statement)i, &err) == NULL)
            fail_msg("%s", err.text);
    store_writer_done(f->store);
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_fixture(pages_at_any_depth_equal_a_model),
        in_fixture(around_posts),
        cmocka_unit_test(links_are_read),
        in_fixture(search_takes_any_text),
        in_fixture(migrations),
        in_fixture(files_that_are_no_database),
        in_fixture(every_statement_prepares),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
