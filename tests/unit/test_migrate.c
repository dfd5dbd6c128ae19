/* Opening: whose database it is, which schema it has, who else opens it, and what is said when it
 * cannot be opened. */
#include "store_fixture.h"

#include "base/clock.h"
#include "store/migrate.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct embedded_file file(const char *name, const char *sql, const char *hash) {
    return (struct embedded_file){
        .name = name, .data = (const unsigned char *)sql, .len = strlen(sql), .hash = hash};
}

static const char *in_folder(const struct fixture *f, const char *name) {
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    return path;
}

/* The name of the one backup of a database, "" when there is none. */
static const char *backup_of(const struct fixture *f, const char *name) {
    static char path[512];
    char begin_[64];
    path[0] = '\0';
    snprintf(begin_, sizeof begin_, "%s.backup-", name);
    DIR *d = opendir(f->folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strncmp(e->d_name, begin_, strlen(begin_)) == 0)
            snprintf(path, sizeof path, "%s/%s", f->folder, e->d_name);
    closedir(d);
    return path;
}

static void a_newer_schema_is_refused(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = NULL;
    const struct embedded_file all[] = {file("0001_a.sql", "CREATE TABLE a(x);", "1"),
                                        file("0002_b.sql", "CREATE TABLE b(x);", "2"),
                                        file("0003_c.sql", "CREATE TABLE c(x);", "3")};
    ok(db_open(&db, in_folder(f, "m.db"), DB_WRITE, &err), &err);
    ok(migrate(db, in_folder(f, "m.db"), all, 3, NULL, &err), &err);
    assert_int_equal(migrate(db, in_folder(f, "m.db"), all, 1, NULL, &err), -1);
    assert_string_equal(err.text,
                        "the database has schema 3, this platen knows up to 1: use a newer platen");
    db_close(db);
}

static void a_backup_holds_what_was_there(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = NULL;
    const struct embedded_file all[] = {
        file("0001_a.sql", "CREATE TABLE a(x); INSERT INTO a VALUES (1);", "1"),
        file("0002_b.sql", "DROP TABLE a;", "2")};
    ok(db_open(&db, in_folder(f, "m.db"), DB_WRITE, &err), &err);
    ok(migrate(db, in_folder(f, "m.db"), all, 1, NULL, &err), &err);
    assert_string_equal(backup_of(f, "m.db"), "");
    ok(migrate(db, in_folder(f, "m.db"), all, 2, NULL, &err), &err);
    assert_int_equal(db_exec(db, "SELECT * FROM a", NULL), -1);
    db_close(db);
    const char *copy = backup_of(f, "m.db");
    assert_non_null(strstr(copy, ".backup-0001-"));
    ok(db_open(&db, copy, DB_WRITE, &err), &err);
    ok(db_exec(db, "SELECT * FROM a", &err), &err);
    ok(migrate(db, copy, all, 1, NULL, &err), &err); /* the old platen can use it */
    db_close(db);
}

static void a_migration_that_is_killed_did_nothing(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = NULL;
    char path[256];
    snprintf(path, sizeof path, "%s", in_folder(f, "m.db"));
    const struct embedded_file all[] = {
        file("0001_a.sql", "CREATE TABLE a(x);", "1"),
        file("0002_b.sql",
             "CREATE TABLE b(x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
             " INSERT INTO b SELECT i FROM n LIMIT 100000000;",
             "2")};
    ok(db_open(&db, path, DB_WRITE, &err), &err);
    ok(migrate(db, path, all, 1, NULL, &err), &err);
    db_close(db);
    pid_t child = fork();
    if (child == 0) {
        if (db_open(&db, path, DB_WRITE, &err) == 0)
            _exit(migrate(db, path, all, 2, NULL, &err) == 0);
        _exit(9);
    }
    while (backup_of(f, "m.db")[0] == '\0')
        usleep(1000);
    usleep(20000);
    kill(child, SIGKILL);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    ok(db_open(&db, path, DB_WRITE, &err), &err);
    ok(migrate(db, path, all, 1, NULL, &err), &err); /* still the old schema */
    assert_int_equal(db_exec(db, "SELECT * FROM b", NULL), -1);
    db_close(db);
}

/* Six processes call open_it at the same moment: all are content. */
static void all_at_once(int (*open_it)(const char *path, struct error *err), const char *path) {
    int go[2];
    pid_t children[6];
    assert_int_equal(pipe(go), 0);
    for (size_t i = 0; i < 6; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct error err = {0};
            char byte;
            close(go[1]);
            ssize_t n = read(go[0], &byte, 1); /* until the other end is closed */
            if (n == 0 && open_it(path, &err) == 0)
                _exit(0);
            fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
    }
    close(go[0]);
    close(go[1]);
    for (size_t i = 0; i < 6; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
}

static int open_store(const char *path, struct error *err) {
    struct store *s = NULL;
    return store_open(&s, path, NULL, err);
}

static void several_processes_open_a_new_database(void **state) {
    struct fixture *f = *state;
    char path[256];
    for (int i = 0; i < 10; i++) {
        snprintf(path, sizeof path, "%s/new%d.db", f->folder, i);
        all_at_once(open_store, path);
        snprintf(path, sizeof path, "new%d.db", i);
        assert_string_equal(backup_of(f, path), ""); /* nobody saw half of a schema */
    }
}

static int upgrade(const char *path, struct error *err) {
    const struct embedded_file all[] = {file("0001_a.sql", "CREATE TABLE a(x);", "1"),
                                        file("0002_b.sql", "CREATE TABLE b(x);", "2"),
                                        file("0003_c.sql", "CREATE TABLE c(x);", "3")};
    struct db *db = NULL;
    return db_open(&db, path, DB_WRITE, err) != 0 ? -1 : migrate(db, path, all, 3, NULL, err);
}

static void several_processes_upgrade_a_database(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = NULL;
    char path[256], copy[512];
    const struct embedded_file first = file("0001_a.sql", "CREATE TABLE a(x);", "1");
    for (int i = 0; i < 10; i++) {
        snprintf(path, sizeof path, "%s/old%d.db", f->folder, i);
        ok(db_open(&db, path, DB_WRITE, &err), &err);
        ok(migrate(db, path, &first, 1, NULL, &err), &err);
        db_close(db);
        all_at_once(upgrade, path);
        snprintf(path, sizeof path, "old%d.db", i);
        snprintf(copy, sizeof copy, "%s", backup_of(f, path));
        assert_non_null(strstr(copy, ".backup-0001-"));
        unlink(copy);
        assert_string_equal(backup_of(f, path), ""); /* it was the only one */
    }
}

static void an_upgrade_that_fails_changed_nothing(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = NULL;
    const struct embedded_file all[] = {file("0001_a.sql", "CREATE TABLE a(x);", "1"),
                                        file("0002_b.sql", "CREATE TABLE b(x);", "2"),
                                        file("0003_c.sql", "CREATE TABLE a(x);", "3")};
    ok(db_open(&db, in_folder(f, "m.db"), DB_WRITE, &err), &err);
    ok(migrate(db, in_folder(f, "m.db"), all, 1, NULL, &err), &err);
    assert_int_equal(migrate(db, in_folder(f, "m.db"), all, 3, NULL, &err), -1);
    assert_non_null(strstr(err.text, "migration 0003_c.sql"));
    assert_int_equal(db_exec(db, "SELECT * FROM b", NULL), -1);
    ok(migrate(db, in_folder(f, "m.db"), all, 1, NULL, &err), &err); /* the old platen goes on */
    db_close(db);
}

static void another_programs_database_is_left_alone(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *db = NULL;
    struct store *s = NULL;
    static const char *const theirs[] = {"CREATE TABLE customers(name)",
                                         "PRAGMA application_id = 12345"};
    for (size_t i = 0; i < 2; i++) {
        char name[16];
        snprintf(name, sizeof name, "o%zu.db", i);
        ok(db_open(&db, in_folder(f, name), DB_WRITE, &err), &err);
        ok(db_exec(db, theirs[i], &err), &err);
        db_close(db);
        assert_int_equal(store_open(&s, in_folder(f, name), NULL, &err), -1);
        assert_non_null(strstr(err.text, "another program"));
        assert_non_null(strstr(err.text, name));
        ok(db_open(&db, in_folder(f, name), DB_WRITE, &err), &err);
        assert_int_equal(db_exec(db, "SELECT * FROM migration", NULL), -1);
        db_close(db);
    }
}

static void what_cannot_be_opened(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct store *s = NULL;
    assert_int_equal(store_open(&s, f->folder, NULL, &err), -1);
    assert_non_null(strstr(err.text, "is a folder"));
    assert_int_equal(store_open(&s, in_folder(f, "missing/x.db"), NULL, &err), -1);
    assert_non_null(strstr(err.text, "does its folder exist"));
    FILE *text = fopen(in_folder(f, "text.db"), "w");
    for (int i = 0; i < 1000; i++)
        fputs("no database ", text);
    fclose(text);
    assert_int_equal(store_open(&s, in_folder(f, "text.db"), NULL, &err), -1);
    assert_non_null(strstr(err.text, "no SQLite database"));
    assert_null(s);
    if (geteuid() == 0)
        return; /* may write everything */
    chmod(f->path, 0400);
    assert_int_equal(store_open(&s, f->path, NULL, &err), -1);
    assert_non_null(strstr(err.text, "read-only"));
}

static void a_writer_waits_and_then_says_so(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct db *other = NULL;
    ok(db_open(&other, f->path, DB_WRITE, &err), &err);
    ok(db_begin(other, &err), &err);
    struct publication *p = begin(f);
    stage(p, &(struct words){.source = "a.md", .published = 1});
    struct publication_result r;
    int64_t began = clock_mono_ms();
    assert_int_equal(publication_commit(p, NULL, NULL, &r, &err), -1);
    assert_in_range(clock_mono_ms() - began, 4000, 60000);
    assert_non_null(strstr(err.text, "busy"));
    db_rollback(other);
    db_close(other);
    const struct words posts[] = {{.source = "a.md", .published = 1}, {.source = NULL}};
    assert_int_equal(publish(f, posts, NULL).added, 1);
}

#define in_fixture(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_fixture(a_newer_schema_is_refused),
        in_fixture(a_backup_holds_what_was_there),
        in_fixture(a_migration_that_is_killed_did_nothing),
        in_fixture(several_processes_open_a_new_database),
        in_fixture(several_processes_upgrade_a_database),
        in_fixture(an_upgrade_that_fails_changed_nothing),
        in_fixture(another_programs_database_is_left_alone),
        in_fixture(what_cannot_be_opened),
        in_fixture(a_writer_waits_and_then_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
