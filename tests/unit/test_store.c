/* The store's other promises: media by content, pages above lists, taxonomies, addresses at the edge
 * of time, readers of several threads, a full disk, sizes at which names become "*". */
#include "store_fixture.h"

#include "base/clock.h"
#include "base/digest.h"
#include "store/media.h"
#include "store/publication.h"

#include <pthread.h>
#include <sys/stat.h>

/* ---- media ---- */

struct bytes {
    const char *data;
    size_t len, at;
    size_t fail_at; /* 0: never */
};

static ssize_t read_bytes(void *arg, char *dst, size_t max) {
    struct bytes *b = arg;
    if (b->fail_at != 0 && b->at >= b->fail_at)
        return -1;
    size_t n = b->len - b->at < max ? b->len - b->at : max;
    n = n > 10000 ? 10000 : n; /* in small steps */
    memcpy(dst, b->data + b->at, n);
    b->at += n;
    return (ssize_t)n;
}

static int add_media(struct publication *p, const char *source, const char *path, const char *data,
                     size_t len, size_t fail_at, struct error *err) {
    char oid[DIGEST_OID_HEX];
    struct bytes b = {.data = data, .len = len, .fail_at = fail_at};
    digest_blob_oid(oid, data, len);
    struct source s = {.path = source, .oid = oid, .stamp = "s", .role = SOURCE_MEDIA};
    const struct media_record m = {
        .path = path, .type = "image/png", .size = len, .width = 30, .height = 20};
    return publication_media(p, &s, &m, read_bytes, &b, err);
}

static char *make_bytes(size_t len, unsigned start) {
    char *data = malloc(len);
    assert_non_null(data);
    for (size_t i = 0; i < len; i++)
        data[i] = (char)((i * 31 + i / 251 + start) & 0xff);
    return data;
}

static void expect_media(struct fixture *f, const char *path, const char *data, size_t len) {
    struct error err = {0};
    struct address a;
    struct media m;
    char part[70000];
    struct db *db = store_reader(f->store, &err);
    assert_int_equal(address_find(db, path, &a, &err), 1);
    assert_int_equal(a.kind, ADDRESS_MEDIA);
    assert_int_equal(media_by_id(db, a.ref, &m, &err), 1);
    assert_int_equal(m.size, len);
    assert_string_equal(m.type, "image/png");
    uint32_t width = 0, height = 0;
    assert_int_equal(media_size(db, path, &width, &height, &err), 1);
    assert_int_equal(width, 30);
    assert_int_equal(height, 20);
    assert_int_equal(media_size(db, "/nowhere.png", &width, &height, &err), 0);
    for (size_t at_ = 0; at_ < len;) {
        ssize_t n = media_read(db, &m, at_, part, sizeof part, &err);
        ok((int)n, &err);
        assert_true(n > 0);
        assert_memory_equal(part, data + at_, (size_t)n);
        at_ += (size_t)n;
    }
    assert_int_equal(media_read(db, &m, len, part, sizeof part, &err), 0);
    store_reader_done(f->store, db);
}

static int64_t number(struct fixture *f, const char *expression) {
    /* The driver runs named statements only: a setting carries the number out. */
    struct error err = {0};
    char sql[512];
    struct buf value;
    buf_init(&value, 100);
    snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO setting VALUES ('test', (%s))", expression);
    struct db *db = store_writer(f->store);
    ok(db_exec(db, sql, &err), &err);
    assert_int_equal(setting_get(db, "test", &value, &err), 1);
    ok(db_exec(db, "DELETE FROM setting WHERE key = 'test'", &err), &err);
    store_writer_done(f->store);
    int64_t n = strtoll(buf_str(&value), NULL, 10);
    buf_free(&value);
    return n;
}

static void media_are_stored_once_and_read_in_parts(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    size_t len = 3 * 256 * 1024 + 12345;
    char *big = make_bytes(len, 1), *small = make_bytes(1000, 7);
    struct publication *p = begin(f);
    ok(add_media(p, "a.png", "/a.png", big, len, 0, &err), &err);
    ok(add_media(p, "copy.png", "/copy.png", big, len, 0, &err), &err);
    ok(add_media(p, "s.png", "/s.png", small, 1000, 0, &err), &err);
    ok(add_media(p, "empty.png", "/empty.png", "", 0, 0, &err), &err);
    assert_int_equal(commit(p, NULL).added, 4);
    expect_media(f, "/a.png", big, len);
    expect_media(f, "/copy.png", big, len);
    expect_media(f, "/s.png", small, 1000);
    expect_media(f, "/empty.png", "", 0);
    assert_int_equal(number(f, "SELECT count(*) FROM blob"), 3);
    assert_int_equal(number(f, "SELECT count(*) FROM blob_block"), 5);
    /* One of two that share their bytes changes, the other goes: the blob goes with the last. */
    p = begin(f);
    ok(add_media(p, "a.png", "/a.png", small, 1000, 0, &err), &err);
    assert_int_equal(commit(p, NULL).changed, 1);
    expect_media(f, "/a.png", small, 1000);
    expect_media(f, "/copy.png", big, len);
    publish(f, NULL, (const char *const[]){"copy.png", "empty.png", NULL});
    assert_string_equal(at(f, "/copy.png"), "gone");
    assert_int_equal(number(f, "SELECT count(*) FROM blob"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM blob_block"), 1);
    assert_int_equal(number(f, "SELECT count(*) FROM leftover"), 0);
    free(big);
    free(small);
}

static void a_file_that_cannot_be_read_to_its_end_leaves_nothing(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    size_t len = (size_t)40 * 256 * 1024; /* more than a batch */
    char *big = make_bytes(len, 3);
    struct publication *p = begin(f);
    assert_int_equal(add_media(p, "a.png", "/a.png", big, len, len / 2, &err), -1);
    assert_non_null(strstr(err.text, "read"));
    stage(p, &(struct words){.source = "a.md", .published = 1});
    assert_int_equal(commit(p, NULL).added, 1);
    assert_string_equal(at(f, "/a.png"), "none");
    assert_int_equal(number(f, "SELECT count(*) FROM blob_block"), 0);
    p = begin(f);
    assert_int_equal(add_media(p, "a.png", "/a.png", big, len, len / 2, &err), -1);
    ok(add_media(p, "a.png", "/a.png", big, len, 0, &err), &err); /* the second time it can */
    commit(p, NULL);
    expect_media(f, "/a.png", big, len);
    free(big);
}

static void a_file_may_become_another_kind_of_file(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    const struct words posts[] = {{.source = "a.md", .published = 1}, {.source = NULL}};
    publish(f, posts, NULL);
    struct publication *p = begin(f);
    ok(add_media(p, "a.md", "/a.md", "text", 4, 0, &err), &err);
    commit(p, NULL);
    assert_string_equal(home_titles(f), "");
    assert_string_equal(at(f, "/a/"), "gone");
    assert_string_equal(at(f, "/a.md"), "media");
    publish(f, posts, NULL);
    assert_string_equal(home_titles(f), "a.md");
    assert_string_equal(at(f, "/a/"), "post");
    assert_string_equal(at(f, "/a.md"), "gone");
}

/* ---- addresses ---- */

static void posts_may_swap_their_permalinks(void **state) {
    struct fixture *f = *state;
    const struct words before[] = {{.source = "a.md", .title = "A", .published = 1},
                                   {.source = "b.md", .title = "B", .published = 2},
                                   {.source = "c.md", .title = "C", .published = 3},
                                   {.source = NULL}};
    const struct words after[] = {
        {.source = "a.md", .title = "A", .permalink = "/b/", .published = 1},
        {.source = "b.md", .title = "B", .permalink = "/c/", .published = 2},
        {.source = "c.md", .title = "C", .permalink = "/a/", .published = 3},
        {.source = NULL}};
    publish(f, before, NULL);
    assert_int_equal(publish(f, after, NULL).changed, 3);
    assert_string_equal(at(f, "/a/"), "post");
    assert_string_equal(at(f, "/b/"), "post");
    assert_string_equal(at(f, "/c/"), "post");
}

static void a_refusal_is_passed_on(void **state) {
    struct fixture *f = *state;
    struct conflicts c = {0};
    const struct words before[] = {{.source = "a.md", .title = "A", .published = 1},
                                   {.source = "b.md", .title = "B", .published = 2},
                                   {.source = "x.md", .title = "X", .published = 3},
                                   {.source = NULL}};
    publish(f, before, NULL);
    /* b wants x's place and may not; so it stays, and a may not have its. */
    struct publication *p = begin(f);
    stage(p, &(struct words){.source = "a.md", .title = "A2", .permalink = "/b/", .published = 1});
    stage(p, &(struct words){.source = "b.md", .title = "B2", .permalink = "/x/", .published = 2});
    commit(p, &c);
    assert_int_equal(c.count, 2);
    assert_string_equal(home_titles(f), "X,B,A");
    assert_string_equal(at(f, "/a/"), "post");
    assert_string_equal(at(f, "/b/"), "post");
}

static void strict_stops_at_a_conflict(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct publication *p = NULL;
    struct publication_result r;
    struct publication_options o = {.now = NOW, .strict = true};
    ok(publication_begin(&p, f->store, &o, &err), &err);
    stage(p, &(struct words){.source = "a.md", .permalink = "/x/", .published = 1});
    stage(p, &(struct words){.source = "b.md", .permalink = "/x/", .published = 1});
    assert_int_equal(publication_commit(p, NULL, NULL, &r, &err), 1);
    assert_int_equal(r.rows_written, 0);
    assert_string_equal(home_titles(f), "");
    assert_int_equal(number(f, "SELECT count(*) FROM post"), 0);
    assert_int_equal(number(f, "SELECT count(*) FROM body"), 0);
}

static void a_post_to_come_hides_nothing(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    int64_t next;
    const struct words old[] = {{.source = "old.md", .permalink = "/x/", .published = 1},
                                {.source = "t.md", .published = 1, .alias = "/y/"},
                                {.source = NULL}};
    publish(f, old, NULL);
    const struct words coming[] = {
        {.source = "new.md", .permalink = "/x/", .published = NOW + 10, .alias = "/z/"},
        {.source = "other.md", .permalink = "/y/", .published = NOW + 10},
        {.source = NULL}};
    publish(f, coming, (const char *const[]){"old.md", NULL});
    assert_string_equal(at(f, "/x/"), "gone");
    assert_string_equal(at(f, "/y/"), "redirect:/t/");
    assert_string_equal(at(f, "/z/"), "none");
    assert_int_equal(publish_due(f->store, NOW + 10, &next, &err), 2);
    assert_string_equal(at(f, "/x/"), "post");
    assert_string_equal(at(f, "/y/"), "post");
    assert_string_equal(at(f, "/z/"), "redirect:/x/");
}

static void an_alias_takes_the_place_of_a_page_that_goes(void **state) {
    struct fixture *f = *state;
    struct conflicts c = {0};
    const struct words page[] = {{.source = "p.md", .published = 1}, {.source = NULL}};
    publish(f, page, NULL);
    struct publication *p = begin(f);
    stage(p, &(struct words){.source = "a.md", .published = 1, .alias = "/p/"});
    commit(p, &c);
    assert_int_equal(c.count, 1);
    assert_string_equal(c.address, "/p/");
    assert_string_equal(c.owner, "p.md");
    assert_string_equal(at(f, "/p/"), "post");
    publish(f, NULL, (const char *const[]){"p.md", NULL});
    assert_string_equal(at(f, "/p/"), "redirect:/a/");
}

static void stage_index(struct publication *p, const char *title) {
    struct error err = {0};
    struct list_key list = {LIST_SECTION, "", "posts", "posts", "/posts/"};
    struct post_record r = {.source = {.path = "posts/_index.md", .oid = title, .stamp = ""},
                            .kind = POST_INDEX,
                            .permalink = "/posts/",
                            .slug = "posts",
                            .section = "posts",
                            .title = title,
                            .lists = &list,
                            .list_count = 1,
                            .toc = -1,
                            .html = "",
                            .text = "",
                            .markdown = ""};
    ok(publication_post(p, &r, &err), &err);
}

static void an_index_names_its_list(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct list l;
    struct publication *p = begin(f);
    stage(p, &(struct words){.source = "posts/a.md", .published = 1});
    commit(p, NULL);
    p = begin(f);
    stage_index(p, "All my words");
    commit(p, NULL);
    struct db *db = store_reader(f->store, &err);
    assert_int_equal(list_find(db, LIST_SECTION, "", "posts", &l, &err), 1);
    assert_string_equal(l.name, "All my words");
    assert_int_not_equal(l.index_post, 0);
    assert_int_equal(l.count, 1);
    store_reader_done(f->store, db);
    assert_string_equal(home_titles(f), "posts/a.md");
    assert_string_equal(at(f, "/posts/"), "list");
    publish(f, NULL, (const char *const[]){"posts/a.md", NULL});
    assert_string_equal(at(f, "/posts/"), "list"); /* it still has words */
    publish(f, NULL, (const char *const[]){"posts/_index.md", NULL});
    assert_string_equal(at(f, "/posts/"), "gone");
    db = store_reader(f->store, &err);
    assert_int_equal(list_find(db, LIST_SECTION, "", "posts", &l, &err), 1);
    assert_string_equal(l.name, "posts");
    store_reader_done(f->store, db);
}

static void taxonomies_come_and_go(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct publication *p = begin(f);
    ok(publication_taxonomy(p, "tags", "/tags/", &err), &err);
    ok(publication_taxonomy(p, "series", "/series/", &err), &err);
    assert_true(commit(p, NULL).revision > 0);
    assert_string_equal(at(f, "/tags/"), "taxonomy:tags");
    p = begin(f);
    ok(publication_taxonomy(p, "tags", "/tags/", &err), &err);
    ok(publication_taxonomy(p, "series", "/series/", &err), &err);
    assert_int_equal(commit(p, NULL).rows_written, 0);
    p = begin(f);
    ok(publication_taxonomy(p, "tags", "/tags/", &err), &err);
    commit(p, NULL);
    assert_string_equal(at(f, "/tags/"), "taxonomy:tags");
    assert_string_equal(at(f, "/series/"), "gone");
}

/* ---- sizes ---- */

static int find_all(void *arg, const char *name) {
    if (strcmp(name, "*") == 0)
        *(bool *)arg = true;
    else if (strncmp(name, "post:", 5) == 0)
        return 1;
    return 0;
}

static void many_posts_change_at_once(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    enum { MANY = 5200 };
    for (int version = 1; version <= 2; version++) {
        struct publication *p = begin(f);
        for (int i = 0; i < MANY; i++) {
            char source[32];
            snprintf(source, sizeof source, "m%04d.md", i);
            stage(p, &(struct words){.source = source, .published = i * version, .text = "many"});
        }
        struct publication_result r = commit(p, NULL);
        assert_int_equal(version == 1 ? r.added : r.changed, MANY);
        bool all = false;
        struct db *db = store_reader(f->store, &err);
        assert_int_equal(change_since(db, r.revision - 1, find_all, &all, &err), 0);
        store_reader_done(f->store, db);
        assert_true(all);
        assert_int_equal(number(f, "SELECT count(*) FROM body"), MANY);
        assert_int_equal(number(f, "SELECT count(*) FROM leftover"), 0);
        assert_int_equal(number(f, "SELECT count(*) FROM list_boundary WHERE list_id = 1"),
                         MANY / ENTRY_STRIDE);
    }
    /* A folder is renamed: every post keeps its id. */
    int64_t ids = number(f, "SELECT max(id) FROM post WHERE permalink = '/m5000/'");
    struct publication *p = begin(f);
    for (int i = 0; i < MANY; i++) {
        char source[32], gone[32], oid[64];
        snprintf(gone, sizeof gone, "m%04d.md", i);
        snprintf(source, sizeof source, "n%04d.md", i);
        snprintf(oid, sizeof oid, "%s-%lld", gone, (long long)i * 2);
        ok(publication_removed(p, gone, &err), &err);
        stage(p, &(struct words){.source = source, .oid = oid, .published = i * 2});
    }
    int64_t began = clock_mono_ms();
    assert_int_equal(commit(p, NULL).changed, MANY);
    assert_true(clock_mono_ms() - began < 20000);
    assert_int_equal(number(f, "SELECT max(id) FROM post WHERE permalink = '/n5000/'"), ids);
    assert_string_equal(at(f, "/m5000/"), "redirect:/n5000/");
}

/* Every page more that the database may have lets a publication come a little further. */
static void a_full_disk_changes_nothing(void **state) {
    struct fixture *f = *state;
    char text[30000];
    bool done = false;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 7 == 0 ? ' ' : (char)('a' + i * 7 / 11 % 26);
    text[sizeof text - 1] = '\0';
    const struct words base[] = {{.source = "a.md", .title = "A", .published = 1, .tag = "x"},
                                 {.source = NULL}};
    publish(f, base, NULL);
    int64_t pages = number(f, "SELECT page_count FROM pragma_page_count");
    int64_t more = 0;
    for (; !done; more++) {
        struct error err = {0};
        char sql[64];
        assert_true(more < 200);
        struct db *db = store_writer(f->store);
        snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld", (long long)(pages + more));
        ok(db_exec(db, sql, &err), &err);
        store_writer_done(f->store);
        struct publication *p = begin(f);
        stage(
            p,
            &(struct words){
                .source = "a.md", .title = "B", .permalink = "/b/", .published = 2, .text = text});
        stage(p, &(struct words){.source = "n.md", .title = "N", .published = 3, .text = text});
        struct publication_result r;
        done = publication_commit(p, NULL, NULL, &r, &err) == 0;
        assert_string_equal(home_titles(f), done ? "N,B" : "A");
        if (!done)
            assert_non_null(strstr(err.text, "full"));
        db = store_writer(f->store);
        ok(db_exec(db, "PRAGMA max_page_count = 1000000", &err), &err);
        store_writer_done(f->store);
    }
    assert_true(more > 5);
    assert_int_equal(
        number(f, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
}

/* ---- threads ---- */

struct crowd {
    struct fixture *f;
    _Atomic bool stop;
    _Atomic int errors, reads;
};

static int count_one(void *arg, const struct post *p) {
    ++*(int *)arg;
    return p->permalink == NULL;
}

/* Within one read transaction a list is as long as its count says. */
static void *read_on(void *arg) {
    struct crowd *c = arg;
    while (!c->stop) {
        struct error err = {0};
        struct list l;
        int count = 0;
        struct db *db = store_reader(c->f->store, &err);
        if (db == NULL || db_begin_read(db, &err) != 0 ||
            list_by_id(db, LIST_ID_HOME, &l, &err) != 1 ||
            list_posts(db, LIST_ID_HOME, 0, 1000, LIST_BODIES, count_one, &count, &err) != 0 ||
            count != l.count)
            c->errors++;
        if (db != NULL)
            db_end_read(db);
        store_reader_done(c->f->store, db);
        c->reads++;
    }
    return NULL;
}

static void readers_see_whole_publications(void **state) {
    struct fixture *f = *state;
    struct crowd c = {.f = f};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &c), 0);
    for (int round = 0; round < 30; round++) {
        struct publication *p = begin(f);
        for (int i = 0; i < 40; i++) {
            char source[32];
            struct error err = {0};
            snprintf(source, sizeof source, "r%02d.md", i);
            if ((i + round) % 3 == 0)
                ok(publication_removed(p, source, &err), &err);
            else
                stage(p, &(struct words){.source = source, .published = round * 100 + i});
        }
        commit(p, NULL);
    }
    while (c.reads < 50)
        usleep(1000);
    c.stop = true;
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.errors, 0);
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_fixture(media_are_stored_once_and_read_in_parts),
        in_fixture(a_file_that_cannot_be_read_to_its_end_leaves_nothing),
        in_fixture(a_file_may_become_another_kind_of_file),
        in_fixture(posts_may_swap_their_permalinks),
        in_fixture(a_refusal_is_passed_on),
        in_fixture(strict_stops_at_a_conflict),
        in_fixture(a_post_to_come_hides_nothing),
        in_fixture(an_alias_takes_the_place_of_a_page_that_goes),
        in_fixture(an_index_names_its_list),
        in_fixture(taxonomies_come_and_go),
        in_fixture(many_posts_change_at_once),
        in_fixture(a_full_disk_changes_nothing),
        in_fixture(readers_see_whole_publications),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
