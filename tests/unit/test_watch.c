/* The kernel queues an event before the call that caused it returns, so these tests change real
 * folders and ask at once; only the two seconds of the fallbacks are waited for. */
#include "base/clock.h"
#include "base/file.h"
#include "ingest/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test works in a folder of its own, which is its working directory; "blog" is watched. */
struct fixture {
    char folder[64];
    struct watch *w;
    struct log *log;
    int log_fd; /* what was logged, at "log" */
};

static int setup(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/platen-test-XXXXXX");
    if (mkdtemp(f->folder) == NULL || chdir(f->folder) != 0 || mkdir("blog", 0755) != 0 ||
        mkdir("blog/content", 0755) != 0 || mkdir("blog/content/posts", 0755) != 0)
        return -1;
    f->log_fd = open("log", O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    f->log = log_open(f->log_fd, LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    *state = f;
    return 0;
}

static int teardown(void **state) {
    struct fixture *f = *state;
    watch_close(f->w);
    log_close(f->log);
    close(f->log_fd);
    int rc = chdir("/") | file_remove_tree(f->folder);
    free(f);
    return rc;
}

static void start(struct fixture *f, const char *dir) {
    struct error err = {0};
    int rc = watch_open(&f->w, dir, f->log, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(rc, 0);
    assert_false(watch_drain(f->w));
}

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

/* How often the log has the text. */
static int logged(struct fixture *f, const char *text) {
    static char all[65536];
    ssize_t n = pread(f->log_fd, all, sizeof all - 1, 0);
    all[n < 0 ? 0 : n] = '\0';
    int found = 0;
    for (const char *at = all; (at = strstr(at, text)) != NULL; at++)
        found++;
    return found;
}

/* Exactly one answer: changed, and after that quiet again. */
static void expect_change(struct fixture *f) {
    assert_true(watch_drain(f->w));
    assert_false(watch_drain(f->w));
}

/* Asks as its user does until there is an answer; how long that took, in ms. */
static int64_t change_after(struct fixture *f) {
    int64_t begin = clock_mono_ms();
    while (!watch_drain(f->w)) {
        assert_true(clock_mono_ms() - begin < 10000);
        poll(NULL, 0, 20);
    }
    return clock_mono_ms() - begin;
}

static void test_quiet(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    struct pollfd p = {.fd = watch_fd(f->w), .events = POLLIN};
    assert_true(p.fd >= 0);
    assert_int_equal(poll(&p, 1, 0), 0);
    assert_false(watch_drain(f->w));
    put("blog/content/posts/a.md", "a");
    assert_int_equal(poll(&p, 1, 0), 1);
    expect_change(f);
    assert_int_equal(poll(&p, 1, 0), 0);
    char bytes[8];
    int fd = open("blog/content/posts/a.md", O_RDONLY | O_CLOEXEC);
    assert_int_equal(read(fd, bytes, sizeof bytes), 1);
    close(fd);
    assert_false(watch_drain(f->w)); /* reading is no change: the server itself reads */
}

static void test_files(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    put("blog/content/posts/a.md", "a");
    expect_change(f);
    put("blog/content/posts/a.md", "b");
    expect_change(f);
    assert_int_equal(rename("blog/content/posts/a.md", "blog/content/b.md"), 0);
    expect_change(f);
    assert_int_equal(unlink("blog/content/b.md"), 0);
    expect_change(f);
    put("outside.md", "c");
    assert_false(watch_drain(f->w));
    assert_int_equal(rename("outside.md", "blog/content/c.md"), 0);
    expect_change(f);
    put("blog/platen.yaml", "title: x\n"); /* in the root itself */
    expect_change(f);
}

/* A file that is open and half written is left alone until it is closed. */
static void test_being_written(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    int fd = open("blog/content/a.md", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_int_equal(write(fd, "half", 4), 4);
    assert_false(watch_drain(f->w));
    close(fd);
    expect_change(f);
}

/* A hard link is born finished: no end of writing ever comes. */
static void test_linked(void **state) {
    struct fixture *f = *state;
    put("outside.md", "x");
    start(f, "blog");
    assert_int_equal(link("outside.md", "blog/content/a.md"), 0);
    assert_false(watch_drain(f->w));
    int64_t ms = change_after(f);
    assert_true(ms >= 900 && ms < 3000);
    assert_false(watch_drain(f->w));
}

static void test_editors(void **state) {
    struct fixture *f = *state;
    assert_int_equal(mkdir("blog/.git", 0755), 0);
    start(f, "blog");
    put("blog/content/.a.md.swp", "x");
    put("blog/content/a.md~", "x");
    put("blog/content/.hidden", "x");
    assert_int_equal(unlink("blog/content/.hidden"), 0);
    assert_int_equal(rename("blog/content/.a.md.swp", "blog/content/.b.swp"), 0);
    put("blog/.git/index", "x");
    assert_int_equal(mkdir("blog/.cache", 0755), 0);
    put("blog/.cache/a", "x");
    assert_false(watch_drain(f->w));
    /* what an editor writes beside and then puts in place is a change */
    assert_int_equal(rename("blog/content/.b.swp", "blog/content/a.md"), 0);
    expect_change(f);
    assert_int_equal(mkdir("blog/.well-known", 0755), 0);
    expect_change(f);
    put("blog/.well-known/security.txt", "x");
    expect_change(f);
}

static void test_new_folders(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    /* made and filled before anybody asks: the folder below has no watch yet */
    assert_int_equal(mkdir("blog/content/x", 0755), 0);
    assert_int_equal(mkdir("blog/content/x/y", 0755), 0);
    put("blog/content/x/y/a.md", "a");
    expect_change(f);
    put("blog/content/x/y/a.md", "b");
    expect_change(f);
    assert_int_equal(mkdir("blog/content/x/y/z", 0755), 0);
    expect_change(f);
    put("blog/content/x/y/z/b.md", "b");
    expect_change(f);
    assert_int_equal(file_remove_tree("blog/content/x"), 0);
    expect_change(f);
    assert_int_equal(mkdir("blog/content/x", 0755), 0);
    expect_change(f);
    put("blog/content/x/c.md", "c");
    expect_change(f);
}

static void test_moved_folders(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    assert_int_equal(rename("blog/content/posts", "blog/content/notes"), 0);
    expect_change(f);
    put("blog/content/notes/a.md", "a");
    expect_change(f);
    assert_int_equal(rename("blog/content/notes", "away"), 0);
    expect_change(f);
    put("away/b.md", "b"); /* no longer ours */
    assert_false(watch_drain(f->w));
    assert_int_equal(rename("away", "blog/back"), 0);
    expect_change(f);
    put("blog/back/c.md", "c");
    expect_change(f);
}

static void test_folder_attributes(void **state) {
    struct fixture *f = *state;
    put("blog/content/a.md", "a");
    start(f, "blog");
    assert_int_equal(chmod("blog/content/posts", 0700), 0); /* it may be readable only now */
    expect_change(f);
    assert_int_equal(chmod("blog/content/a.md", 0600), 0);
    assert_false(watch_drain(f->w));
}

static void test_links_are_not_followed(void **state) {
    struct fixture *f = *state;
    assert_int_equal(mkdir("other", 0755), 0);
    assert_int_equal(symlink("../other", "blog/link"), 0);
    assert_int_equal(symlink(".", "blog/content/round"), 0);
    start(f, "blog");
    put("other/a.md", "a");
    assert_false(watch_drain(f->w));
    put("blog/content/a.md", "a");
    expect_change(f);
}

/* The folder that is named may be a link, as those who deploy by turning one have it. */
static void test_root_is_a_link(void **state) {
    struct fixture *f = *state;
    assert_int_equal(mkdir("next", 0755), 0);
    assert_int_equal(symlink("blog", "current"), 0);
    start(f, "current");
    put("blog/content/a.md", "a");
    expect_change(f);
    assert_int_equal(symlink("next", "current.new"), 0);
    assert_int_equal(rename("current.new", "current"), 0);
    expect_change(f);
    put("blog/content/a.md", "b");
    assert_false(watch_drain(f->w));
    put("next/b.md", "b");
    expect_change(f);
}

static void test_root_is_lost(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    assert_int_equal(file_remove_tree("blog"), 0);
    expect_change(f);
    assert_int_equal(watch_fd(f->w), -1);
    assert_int_equal(logged(f, "blog: the watched folder is gone"), 1);
    poll(NULL, 0, 2200);
    assert_false(watch_drain(f->w)); /* looked for, and not there */
    assert_int_equal(mkdir("blog", 0755), 0);
    put("blog/a.md", "a");
    assert_true(change_after(f) < 3000);
    assert_true(watch_fd(f->w) >= 0);
    assert_int_equal(logged(f, "blog: the watched folder is gone"), 1); /* said once */
    assert_int_equal(logged(f, "blog: the watched folder is back"), 1);
    put("blog/a.md", "b");
    expect_change(f);
}

static void test_root_is_replaced(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    assert_int_equal(mkdir("other", 0755), 0);
    assert_int_equal(rename("blog", "old"), 0);
    assert_int_equal(rename("other", "blog"), 0);
    expect_change(f);
    put("old/content/a.md", "a");
    assert_false(watch_drain(f->w));
    put("blog/a.md", "a");
    expect_change(f);
    assert_int_equal(logged(f, "gone"), 0);
}

/* Nothing happens to the folder itself when one above it is renamed. */
static void test_parent_is_renamed(void **state) {
    struct fixture *f = *state;
    start(f, "blog/content/posts");
    assert_int_equal(rename("blog/content", "blog/old"), 0);
    assert_int_equal(mkdir("blog/content", 0755), 0);
    assert_int_equal(mkdir("blog/content/posts", 0755), 0);
    expect_change(f);
    put("blog/content/posts/a.md", "a");
    expect_change(f);
    put("blog/old/posts/a.md", "a");
    assert_false(watch_drain(f->w));
}

/* More happens than the kernel remembers. */
static void test_overflow(void **state) {
    struct fixture *f = *state;
    start(f, "blog");
    char name[64];
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof name, "blog/content/%d.md", i & 1);
        int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        close(fd);
    }
    assert_int_equal(mkdir("blog/late", 0755), 0); /* this event is lost */
    expect_change(f);
    put("blog/late/a.md", "a");
    expect_change(f);
}

static void test_deep(void **state) {
    struct fixture *f = *state;
    char path[4096] = "blog";
    for (int i = 0; i < 80; i++) {
        strcat(path, "/d");
        assert_int_equal(mkdir(path, 0755), 0);
    }
    start(f, "blog");
    put("blog/d/d/d/d/a.md", "a");
    expect_change(f);
    strcat(path, "/a.md");
    put(path, "a");
    assert_false(watch_drain(f->w)); /* too deep, and no harm */
}

static void test_too_many_folders(void **state) {
    struct fixture *f = *state;
    char name[64];
    for (int i = 0; i < 8200; i++) {
        snprintf(name, sizeof name, "blog/content/%d", i);
        assert_int_equal(mkdir(name, 0755), 0);
    }
    start(f, "blog");
    assert_int_equal(watch_fd(f->w), -1);
    assert_int_equal(logged(f, "more than 8192 folders"), 1);
    int64_t ms = change_after(f);
    assert_true(ms > 1000 && ms < 4000);
    assert_false(watch_drain(f->w));
}

/* In a world of its own, where the machine gives `watches` and `instances`. Returns what part gives,
 * 99 when there is no such world here. */
static int in_poor_world(struct fixture *f, int watches, int instances,
                         int (*part)(struct fixture *f)) {
    pid_t pid = fork();
    if (pid == 0) {
        if (unshare(CLONE_NEWUSER) != 0)
            _exit(99);
        char text[16];
        int n = snprintf(text, sizeof text, "%d", watches);
        int fd = open("/proc/sys/user/max_inotify_watches", O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, text, (size_t)n) != n)
            _exit(99);
        close(fd);
        n = snprintf(text, sizeof text, "%d", instances);
        fd = open("/proc/sys/user/max_inotify_instances", O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, text, (size_t)n) != n)
            _exit(99);
        _exit(part(f));
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int open_poor(struct fixture *f) {
    struct watch *w;
    if (watch_open(&w, "blog", f->log, NULL) != 0)
        return 1;
    if (watch_fd(w) != -1)
        return 2;
    int64_t begin = clock_mono_ms();
    while (!watch_drain(w) && clock_mono_ms() - begin < 5000)
        poll(NULL, 0, 20);
    int64_t ms = clock_mono_ms() - begin;
    watch_close(w);
    return ms > 1500 && ms < 4000 ? 0 : 3;
}

static void test_no_watches_left(void **state) {
    struct fixture *f = *state;
    int rc = in_poor_world(f, 2, 100, open_poor);
    if (rc == 99)
        skip();
    assert_int_equal(rc, 0);
    assert_int_equal(logged(f, "raise fs.inotify.max_user_watches"), 1);
    rc = in_poor_world(f, 100, 0, open_poor);
    assert_int_equal(rc, 0);
    assert_int_equal(logged(f, "raise fs.inotify.max_user_instances"), 1);
}

static void test_refusals(void **state) {
    struct fixture *f = *state;
    struct error err = {0};
    struct watch *w = NULL;
    assert_int_equal(watch_open(&w, "nowhere", NULL, &err), -1);
    assert_non_null(strstr(err.text, "--watch nowhere"));
    put("file", "x");
    assert_int_equal(watch_open(&w, "file", NULL, &err), -1);
    char name[5000];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_int_equal(watch_open(&w, name, NULL, &err), -1);
    assert_null(w);
    watch_close(NULL);
    (void)f;
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_quiet),
        TEST(test_files),
        TEST(test_being_written),
        TEST(test_linked),
        TEST(test_editors),
        TEST(test_new_folders),
        TEST(test_moved_folders),
        TEST(test_folder_attributes),
        TEST(test_links_are_not_followed),
        TEST(test_root_is_a_link),
        TEST(test_root_is_lost),
        TEST(test_root_is_replaced),
        TEST(test_parent_is_renamed),
        TEST(test_overflow),
        TEST(test_deep),
        TEST(test_too_many_folders),
        TEST(test_no_watches_left),
        TEST(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
