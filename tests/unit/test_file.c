#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

/* Each test works in a folder of its own, which is its working directory. */
struct fixture {
    char folder[64];
    int fd;
};

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    size_t n = strlen(text);
    assert_int_equal(write(fd, text, n), (ssize_t)n);
    close(fd);
}

static int setup(void **state) {
    struct fixture *f = malloc(sizeof *f);
    strcpy(f->folder, "/tmp/platen-test-XXXXXX");
    if (mkdtemp(f->folder) == NULL || chdir(f->folder) != 0) {
        return -1;
    }
    f->fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *state = f;
    return 0;
}

/* Takes the tree away with our own hands: system() would need quoting of the odd names. */
static void remove_tree(int at, const char *name) {
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir != NULL) {
        struct dirent *d;
        while ((d = readdir(dir)) != NULL) {
            if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
                unlinkat(fd, d->d_name, 0) != 0) {
                remove_tree(fd, d->d_name);
            }
        }
        closedir(dir);
    }
    unlinkat(at, name, AT_REMOVEDIR);
}

static int teardown(void **state) {
    struct fixture *f = *state;
    close(f->fd);
    int rc = chdir("/");
    remove_tree(AT_FDCWD, f->folder);
    free(f);
    return rc;
}

static void reads_whole_files(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10);
    put("empty", "");
    put("ten", "0123456789");
    assert_int_equal(file_read(&b, "empty", false, NULL), 0);
    assert_int_equal(b.len, 0);
    assert_int_equal(file_read(&b, "ten", false, NULL), 0); /* exactly what fits */
    assert_string_equal(buf_str(&b), "0123456789");
    assert_int_equal(file_read(&b, "empty", false, NULL), 0); /* nothing more fits, nothing comes */
    buf_truncate(&b, 1);
    struct error err;
    assert_int_equal(file_read(&b, "ten", false, &err), -1);
    assert_non_null(strstr(err.text, "10 bytes"));
    assert_string_equal(buf_str(&b), "0");
    buf_free(&b);

    buf_init(&b, 1000000);
    int fd = open("large", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(ftruncate(fd, 777777), 0);
    close(fd);
    assert_int_equal(buf_puts(&b, "before"), 0);
    assert_int_equal(file_read(&b, "large", false, NULL), 0);
    assert_int_equal(b.len, 777783);
    buf_free(&b);
}

static void refuses_what_is_no_file(void **state) {
    struct fixture *f = *state;
    struct buf b;
    struct error err;
    buf_init(&b, 100);
    put("real", "text");
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(mkdir("folder", 0700), 0);
    assert_int_equal(symlink("real", "link"), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    assert_int_equal(symlink("/dev/zero", "zero"), 0);
    static const char *const names[] = {"fifo", "folder", "missing",  "loop",
                                        "",     "zero",   "/dev/null"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        err.text[0] = '\0';
        assert_int_equal(file_read(&b, names[i], true, &err), -1); /* and does not hang */
        assert_true(err.text[0] != '\0');
        if (names[i][0] != '/') {
            assert_int_equal(file_read_at(&b, f->fd, names[i], &err), -1);
        }
        assert_true(buf_ok(&b) && b.len == 0);
    }
    assert_int_equal(file_read(&b, "link", false, &err), -1);
    assert_non_null(strstr(err.text, "symbolic link"));
    assert_int_equal(file_read(&b, "link", true, &err), 0);
    assert_string_equal(buf_str(&b), "text");
    buf_free(&b);
}

static void stays_below_its_folder(void **state) {
    struct fixture *f = *state;
    struct buf b;
    struct error err;
    buf_init(&b, 100);
    assert_int_equal(mkdir("in", 0700), 0);
    assert_int_equal(mkdir("in/deep", 0700), 0);
    put("secret", "secret");
    put("in/deep/a", "a");
    assert_int_equal(symlink("../secret", "in/link"), 0);
    assert_int_equal(symlink("deep", "in/way"), 0);
    int fd = openat(f->fd, "in", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    static const char *const paths[] = {
        "../secret", "deep/../../secret", "link", "way/a", "/etc/hostname", "deep", "."};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        err.text[0] = '\0';
        assert_int_equal(file_read_at(&b, fd, paths[i], &err), -1);
        assert_true(err.text[0] != '\0');
        uint64_t size = 0;
        assert_int_equal(file_open_at(fd, paths[i], &size, &err), -1);
    }
    assert_int_equal(b.len, 0);
    assert_int_equal(file_read_at(&b, fd, "deep/a", &err), 0);
    assert_string_equal(buf_str(&b), "a");
    uint64_t size = 0;
    int file = file_open_at(fd, "deep/a", &size, &err);
    assert_true(file >= 0);
    assert_int_equal(size, 1);
    assert_true((fcntl(file, F_GETFD) & FD_CLOEXEC) != 0);
    close(file);
    close(fd);
    buf_free(&b);
}

/* Lines of what a walk reported. */
static int note(void *arg, const struct file_entry *e) {
    struct buf *b = arg;
    return buf_printf(b, "%s%s=%llu;", S_ISLNK(e->mode) ? "@" : "", e->path,
                      (unsigned long long)(S_ISLNK(e->mode) ? 0 : e->size));
}

static void walks_in_byte_order(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 10000);
    static const char *const folders[] = {"a",    "a/b",       "Z",   "empty",
                                          ".git", "a/.hidden", "a.d", ".well-known"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        assert_int_equal(mkdir(folders[i], 0700), 0);
    }
    static const char *const files[] = {
        "a-b.md",      "a.md",       "a/x.md",      "a/b/c.md",    "a/b.md",        "a0.md",
        "Z/z",         ".hidden",    ".git/config", "a/.hidden/x", "new\nline.md",  "\xff\xfe.md",
        "\xc3\xa9.md", "with space", "a.d/1",       "a!",          ".well-known/x",
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        put(files[i], "x");
    }
    assert_int_equal(symlink("/etc", "out"), 0);
    assert_int_equal(symlink("nowhere", "a/broken"), 0);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};
    assert_int_equal(bind(s, (struct sockaddr *)&name, sizeof name), 0);
    assert_int_equal(file_walk(".", 1000, note, &b, NULL), 0);
    assert_string_equal(buf_str(&b),
                        ".well-known/x=1;Z/z=1;a!=1;a-b.md=1;a.d/1=1;a.md=1;a/b.md=1;a/b/c.md=1;"
                        "@a/broken=0;a/x.md=1;a0.md=1;new\nline.md=1;@out=0;"
                        "with space=1;\xc3\xa9.md=1;\xff\xfe.md=1;");
    close(s);
    buf_free(&b);
}

static int stop_at_third(void *arg, const struct file_entry *e) {
    int *count = arg;
    assert_non_null(e->path);
    return ++*count == 3 ? 42 : 0;
}

static int ignore(void *arg, const struct file_entry *e) {
    (void)e;
    ++*(int *)arg;
    return 0;
}

static void walk_stops_where_told(void **state) {
    (void)state;
    char name[32];
    struct error err;
    int count = 0;
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof name, "f%d", i);
        put(name, "");
    }
    assert_int_equal(file_walk(".", 100, stop_at_third, &count, &err), 42);
    assert_int_equal(count, 3);
    assert_int_equal(file_walk(".", 10, ignore, &count, &err), 0);
    assert_int_equal(count, 13);
    assert_int_equal(file_walk(".", 9, ignore, &count, &err), -1);
    assert_non_null(strstr(err.text, "more than 9 files"));
    assert_int_equal(file_walk("missing", 9, ignore, &count, &err), -1);
    assert_non_null(strstr(err.text, "missing"));
    assert_int_equal(file_walk("f1", 9, ignore, &count, &err), -1);
}

static void walk_has_a_depth(void **state) {
    (void)state;
    char path[512] = "";
    struct error err;
    int count = 0;
    for (int i = 0; i < 64; i++) {
        strcat(path, i == 0 ? "d" : "/d");
        assert_int_equal(mkdir(path, 0700), 0);
    }
    strcat(path, "/file");
    put(path, "");
    assert_int_equal(file_walk(".", 100, ignore, &count, &err), 0);
    assert_int_equal(count, 1);
    strcpy(strrchr(path, '/'), "/d");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(file_walk(".", 100, ignore, &count, &err), -1);
    assert_non_null(strstr(err.text, "too deeply"));
}

static int compare_to_stat(void *arg, const struct file_entry *e) {
    struct stat st;
    assert_int_equal(lstat(e->path, &st), 0);
    assert_int_equal(e->mode, st.st_mode);
    assert_int_equal(e->inode, st.st_ino);
    assert_int_equal(e->size, st.st_size);
    assert_true(e->mtime_ns == (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
    assert_true(e->ctime_ns == (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec);
    ++*(int *)arg;
    return 0;
}

static void walk_reports_what_stat_says(void **state) {
    (void)state;
    int count = 0;
    put("plain", "12345");
    assert_int_equal(chmod("plain", 0755), 0);
    assert_int_equal(symlink("plain", "link"), 0);
    assert_int_equal(file_walk(".", 100, compare_to_stat, &count, NULL), 0);
    assert_int_equal(count, 2);
}

/* A folder that cannot be read must not look as if it were empty. */
static void unreadable_folder_is_an_error(void **state) {
    (void)state;
    struct error err;
    int count = 0;
    assert_int_equal(mkdir("closed", 0700), 0);
    put("closed/a", "");
    assert_int_equal(chmod("closed", 0), 0);
    bool root = geteuid() == 0; /* who could read it all the same */
    if (root) {
        assert_int_equal(chmod(".", 0755), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    int rc = file_walk(".", 100, ignore, &count, &err);
    if (root) {
        assert_int_equal(seteuid(0), 0);
    }
    assert_int_equal(rc, -1);
    assert_non_null(strstr(err.text, "closed"));
}

static int count_outside(void *arg, const struct file_entry *e) {
    if (strstr(e->path, "passwd") != NULL || strncmp(e->path, "way/outside", 11) == 0) {
        ++*(int *)arg;
    }
    return 0;
}

static void *swap_folder(void *arg) {
    (void)arg;
    for (int i = 0; i < 3000; i++) {
        (void)!rename("way", "kept");
        (void)!symlink("other", "way");
        (void)!unlink("way");
        (void)!rename("kept", "way");
    }
    return NULL;
}

/* While somebody swaps a folder for a link to another, the other's files are never reported. */
static void walk_is_not_led_astray(void **state) {
    (void)state;
    int count = 0;
    pthread_t thread;
    assert_int_equal(mkdir("way", 0700), 0);
    assert_int_equal(mkdir("other", 0700), 0);
    put("way/inside", "");
    put("other/outside", "");
    assert_int_equal(pthread_create(&thread, NULL, swap_folder, NULL), 0);
    for (int i = 0; i < 1000; i++) {
        int rc = file_walk(".", 100, count_outside, &count, NULL);
        (void)rc;
    }
    pthread_join(thread, NULL);
    assert_int_equal(count, 0);
}

static void walk_leaks_no_descriptor(void **state) {
    (void)state;
    int count = 0;
    assert_int_equal(mkdir("d", 0700), 0);
    assert_int_equal(mkdir("d/e", 0700), 0);
    put("d/e/f", "");
    int before = dup(0);
    close(before);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(file_walk(".", 100, ignore, &count, NULL), 0);
        count = 2;
        assert_int_equal(file_walk(".", 100, stop_at_third, &count, NULL), 42);
        assert_int_equal(file_walk(".", 1, ignore, &count, NULL), -1);
        struct buf b;
        buf_init(&b, 0);
        assert_int_equal(file_read(&b, "d/e/f", false, NULL), 0);
        assert_int_equal(file_read(&b, "d", false, NULL), -1);
        buf_free(&b);
    }
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

static int64_t cpu_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Cost is by the file, not by the square: ten times the files may take no more than 40 times the
 * processor's time (a wide margin for caches; a square would be 100). */
static void walk_is_linear(void **state) {
    (void)state;
    char name[64];
    int64_t took[2] = {0, 0};
    int made = 0;
    for (int round = 0; round < 2; round++) {
        for (; made < (round == 0 ? 1000 : 10000); made++) {
            snprintf(name, sizeof name, "a-rather-long-name-for-a-post-%08d.md", 99999999 - made);
            put(name, "");
        }
        took[round] = INT64_MAX;
        for (int i = 0; i < 5; i++) {
            int count = 0;
            int64_t start = cpu_us();
            assert_int_equal(file_walk(".", 20000, ignore, &count, NULL), 0);
            int64_t us = cpu_us() - start;
            assert_int_equal(count, made);
            took[round] = us < took[round] ? us : took[round];
        }
    }
    print_message("walk: 1,000 files %d us, 10,000 files %d us\n", (int)took[0], (int)took[1]);
    assert_true(took[1] < took[0] * 40);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_whole_files),
        TEST(refuses_what_is_no_file),
        TEST(stays_below_its_folder),
        TEST(walks_in_byte_order),
        TEST(walk_stops_where_told),
        TEST(walk_has_a_depth),
        TEST(walk_reports_what_stat_says),
        TEST(unreadable_folder_is_an_error),
        TEST(walk_is_not_led_astray),
        TEST(walk_leaks_no_descriptor),
        TEST(walk_is_linear),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
