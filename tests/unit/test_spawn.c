/* The child of these tests is this program itself, which then plays a part named by its first
 * argument; so it can look at its own descriptors and signals without a shell's in between. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

extern char **environ;

/* ---- the child's parts ---- */

/* What the parent handed down: descriptors, environment, group, signals. */
static int play_report(void) {
    for (int fd = 0; fd < 1024; fd++) {
        if (fcntl(fd, F_GETFD) >= 0) {
            printf("fd %d\n", fd);
        }
    }
    for (char **e = environ; *e != NULL; e++) {
        printf("env %s\n", *e);
    }
    printf("group %d\n", getpgrp() == getpid());
    sigset_t mask;
    sigprocmask(SIG_BLOCK, NULL, &mask);
    for (int s = 1; s < 32; s++) {
        struct sigaction a;
        if (sigismember(&mask, s) == 1) {
            printf("blocked %d\n", s);
        }
        bool sanitizers = s == SIGSEGV || s == SIGBUS || s == SIGFPE; /* they handle these */
        if (!sanitizers && sigaction(s, NULL, &a) == 0 && a.sa_handler != SIG_DFL) {
            printf("handled %d\n", s);
        }
    }
    char folder[4096];
    printf("folder %s\n", getcwd(folder, sizeof folder));
    return 0;
}

static int play_echo(void) {
    char bytes[4096];
    ssize_t n;
    while ((n = read(STDIN_FILENO, bytes, sizeof bytes)) > 0) {
        if (write(STDOUT_FILENO, bytes, (size_t)n) != n) {
            return 1;
        }
    }
    return 0;
}

/* Has a child of its own that would live on, tells its pid, and hangs (or, with `leave`, ends). */
static int play_parent(int leave) {
    pid_t pid = fork();
    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    printf("%d\n", (int)pid);
    fflush(stdout);
    while (!leave) {
        pause();
    }
    return 0;
}

static int play_fill(void) {
    signal(SIGXFSZ, SIG_IGN);
    char name[] = "/tmp/platen-test-XXXXXX";
    int fd = mkstemp(name);
    unlink(name);
    char bytes[1000] = {0};
    struct pollfd go = {.fd = STDIN_FILENO, .events = POLLIN};
    poll(&go, 1, 5000); /* the limit is set once the parent closes our input */
    int wrote = 0;
    while (wrote < 100 && write(fd, bytes, sizeof bytes) == (ssize_t)sizeof bytes) {
        wrote++;
    }
    close(fd);
    return wrote;
}

static int play(const char *part) {
    if (strcmp(part, "--report") == 0) {
        return play_report();
    }
    if (strcmp(part, "--echo") == 0) {
        return play_echo();
    }
    if (strcmp(part, "--parent") == 0) {
        return play_parent(0);
    }
    if (strcmp(part, "--leave") == 0) {
        return play_parent(1);
    }
    if (strcmp(part, "--fill") == 0) {
        return play_fill();
    }
    if (strcmp(part, "--stderr") == 0) {
        fputs("complaint", stderr);
        return 7;
    }
    if (strcmp(part, "--hang") == 0) {
        signal(SIGTERM, SIG_IGN);
        for (;;) {
            pause();
        }
    }
    return 99;
}

/* ---- the tests ---- */

static const char *const sanitizer_env[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};

static void start(struct spawn *s, const char *part, struct spawn_options o) {
    const char *const argv[] = {"self", part, NULL};
    struct error err;
    o.path = "/proc/self/exe";
    o.argv = argv;
    if (spawn_start(s, &o, &err) != 0) {
        fail_msg("%s", err.text);
    }
    assert_true(s->pid > 0);
}

static void read_to_end(struct buf *b, int fd) {
    for (;;) {
        char *to = buf_room(b, 1000);
        assert_non_null(to);
        ssize_t n = read(fd, to, 1000);
        assert_true(n >= 0);
        if (n == 0) {
            return;
        }
        buf_added(b, (size_t)n);
    }
}

static int exit_code(struct spawn *s) {
    int status = -1;
    assert_int_equal(spawn_wait(s, 10000, &status), 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(s->pid, 0);
    return WEXITSTATUS(status);
}

static void child_has_only_what_it_is_given(void **state) {
    (void)state;
    static const char *const env[] = {"A=1", "B=two words", NULL};
    int leaks[20];
    for (int i = 0; i < 20; i++) {
        leaks[i] = open("/dev/null", O_RDONLY); /* not close-on-exec on purpose */
    }
    setenv("SECRET", "x", 1);
    sigset_t block;
    sigset_t old;
    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigaddset(&block, SIGCHLD);
    sigprocmask(SIG_BLOCK, &block, &old);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    struct spawn s;
    start(&s, "--report", (struct spawn_options){.env = env, .out = SPAWN_PIPE, .folder = "/"});
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    struct buf b;
    buf_init(&b, 100000);
    read_to_end(&b, s.out);
    assert_string_equal(buf_str(&b),
                        "fd 0\nfd 1\nfd 2\nenv A=1\nenv B=two words\ngroup 1\nfolder /\n");
    assert_int_equal(exit_code(&s), 0);
    assert_int_equal(s.in, -1);
    assert_int_equal(s.err, -1);
    spawn_close(&s);
    buf_free(&b);
    for (int i = 0; i < 20; i++) {
        close(leaks[i]);
    }
}

static void environment_is_empty_by_default(void **state) {
    (void)state;
    struct spawn s;
    struct buf b;
    setenv("SECRET", "x", 1);
    start(&s, "--report", (struct spawn_options){.out = SPAWN_PIPE, .err = SPAWN_INHERIT});
    buf_init(&b, 100000);
    read_to_end(&b, s.out);
    assert_null(strstr(buf_str(&b), "env "));
    assert_non_null(strstr(buf_str(&b), "fd 2\ngroup"));
    assert_int_equal(exit_code(&s), 0);
    spawn_stop(&s);
    buf_free(&b);
}

static void talks(enum spawn_stream kind) {
    struct spawn s;
    struct buf b;
    start(&s, "--echo", (struct spawn_options){.env = sanitizer_env, .in = kind, .out = kind});
    assert_true((fcntl(s.in, F_GETFD) & FD_CLOEXEC) != 0 && (fcntl(s.out, F_GETFD) & FD_CLOEXEC));
    for (int i = 0; i < 100; i++) {
        char back[6] = "";
        assert_int_equal(write(s.in, "hello", 5), 5);
        assert_int_equal(read(s.out, back, 5), 5);
        assert_string_equal(back, "hello");
    }
    assert_int_equal(spawn_wait(&s, 0, NULL), -1);
    assert_int_equal(write(s.in, "last", 4), 4);
    spawn_close_in(&s);
    assert_int_equal(s.in, -1);
    buf_init(&b, 100000);
    read_to_end(&b, s.out);
    assert_string_equal(buf_str(&b), "last");
    assert_int_equal(exit_code(&s), 0);
    spawn_close(&s);
    spawn_close(&s);
    buf_free(&b);
}

static void talks_over_pipes(void **state) {
    (void)state;
    talks(SPAWN_PIPE);
}

static void talks_over_a_socket(void **state) {
    (void)state;
    talks(SPAWN_SOCKET);
}

static void standard_error_can_be_read(void **state) {
    (void)state;
    struct spawn s;
    struct buf b;
    start(&s, "--stderr", (struct spawn_options){.err = SPAWN_PIPE});
    buf_init(&b, 100000);
    read_to_end(&b, s.err);
    assert_string_equal(buf_str(&b), "complaint");
    assert_int_equal(exit_code(&s), 7);
    spawn_stop(&s);
    buf_free(&b);
}

static void waits_no_longer_than_told(void **state) {
    (void)state;
    struct spawn s;
    int status = 0;
    start(&s, "--hang", (struct spawn_options){0});
    int64_t begin = clock_mono_ms();
    assert_int_equal(spawn_wait(&s, 60, &status), -1);
    int64_t took = clock_mono_ms() - begin;
    assert_true(took >= 60 && took < 5000);
    assert_true(s.pid > 0);
    spawn_kill(&s);
    assert_int_equal(spawn_wait(&s, -1, &status), 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    assert_int_equal(spawn_wait(&s, 0, &status), 0); /* none there any more */
    assert_int_equal(status, 0);
    spawn_kill(&s);
    spawn_stop(&s);
}

/* True once the process is gone or a zombie (it is not our child, and init may be slow). */
static bool dead(pid_t pid) {
    for (int i = 0; i < 500; i++) {
        char path[64];
        char line[512] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            return true;
        }
        ssize_t n = read(fd, line, sizeof line - 1);
        close(fd);
        const char *after = n > 0 ? strrchr(line, ')') : NULL;
        if (after == NULL || after[2] == 'Z' || after[2] == 'X') {
            return true;
        }
        poll(NULL, 0, 10);
    }
    return false;
}

static pid_t read_pid(int fd) {
    char line[32] = "";
    size_t n = 0;
    while (n < sizeof line - 1 && read(fd, line + n, 1) == 1 && line[n] != '\n') {
        n++;
    }
    pid_t pid = (pid_t)strtol(line, NULL, 10);
    assert_true(pid > 1);
    return pid;
}

static void kill_takes_the_whole_group(void **state) {
    (void)state;
    struct spawn s;
    start(&s, "--parent", (struct spawn_options){.out = SPAWN_PIPE});
    pid_t grandchild = read_pid(s.out);
    assert_int_equal(kill(grandchild, 0), 0);
    spawn_stop(&s);
    assert_true(dead(grandchild));
    assert_int_equal(s.out, -1);
}

static void what_a_child_leaves_behind_dies_too(void **state) {
    (void)state;
    struct spawn s;
    start(&s, "--leave", (struct spawn_options){.out = SPAWN_PIPE});
    pid_t grandchild = read_pid(s.out);
    assert_int_equal(exit_code(&s), 0);
    assert_true(dead(grandchild));
    spawn_stop(&s);
}

static void files_have_a_limit(void **state) {
    (void)state;
    struct spawn s;
    start(&s, "--fill", (struct spawn_options){.in = SPAWN_PIPE, .max_file_bytes = 5000});
    spawn_close_in(&s);
    assert_int_equal(exit_code(&s), 5);
    spawn_stop(&s);
}

static int open_descriptors(void) {
    int n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (readdir(dir) != NULL) {
        n++;
    }
    closedir(dir);
    return n;
}

static void failures_leave_nothing(void **state) {
    (void)state;
    static const char *const argv[] = {"x", NULL};
    const struct spawn_options rows[] = {
        {.path = "/no/such/program", .argv = argv, .in = SPAWN_PIPE, .out = SPAWN_PIPE},
        {.path = "/etc", .argv = argv, .in = SPAWN_SOCKET, .out = SPAWN_SOCKET},
        {.path = "/proc/self/exe", .argv = argv, .folder = "/no/such/folder", .err = SPAWN_PIPE},
        {.path = "no-such-program", .argv = argv, .search = "/bin::/usr/bin"},
        {.path = "sh", .argv = argv, .search = ""},
        {.path = "/bin/true", .argv = argv, .in = SPAWN_SOCKET},
        {.path = "/bin/true", .argv = argv, .out = SPAWN_SOCKET},
        {.path = "/bin/true", .argv = argv, .err = SPAWN_SOCKET},
    };
    int before = open_descriptors();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct spawn s = {.pid = 77, .in = 0, .out = 1, .err = 2};
        struct error err = {0};
        assert_int_equal(spawn_start(&s, &rows[i], &err), -1);
        assert_true(err.text[0] != '\0');
        assert_true(s.pid == 0 && s.in == -1 && s.out == -1 && s.err == -1);
        spawn_stop(&s);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child, not even a dead one */
    assert_int_equal(errno, ECHILD);
    assert_int_equal(open_descriptors(), before);

    struct rlimit old;
    getrlimit(RLIMIT_NOFILE, &old);
    const struct rlimit few = {(rlim_t)before - 1, old.rlim_max}; /* readdir's own, "." and ".." */
    setrlimit(RLIMIT_NOFILE, &few);
    struct spawn s;
    struct error err = {0};
    int rc = spawn_start(&s,
                         &(struct spawn_options){.path = "/bin/true",
                                                 .argv = argv,
                                                 .in = SPAWN_PIPE,
                                                 .out = SPAWN_PIPE,
                                                 .err = SPAWN_PIPE},
                         &err);
    setrlimit(RLIMIT_NOFILE, &old);
    assert_int_equal(rc, -1);
    assert_int_equal(open_descriptors(), before);
}

static void programs_are_found(void **state) {
    (void)state;
    static const char *const argv[] = {"true", NULL};
    struct spawn s;
    struct error err;
    const struct spawn_options o = {
        .path = "true", .argv = argv, .search = "/nowhere:/usr/bin:/bin"};
    assert_int_equal(spawn_start(&s, &o, &err), 0);
    assert_int_equal(exit_code(&s), 0);
    spawn_stop(&s);
}

/* A parent whose own standard streams are closed gets low numbers for its pipes. */
static void closed_streams_do_no_harm(void **state) {
    (void)state;
    int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
    close(STDIN_FILENO);
    talks(SPAWN_PIPE);
    talks(SPAWN_SOCKET);
    struct spawn s;
    start(&s, "--echo", (struct spawn_options){.in = SPAWN_INHERIT}); /* gets /dev/null */
    assert_int_equal(exit_code(&s), 0);
    spawn_stop(&s);
    if (kept >= 0) {
        dup2(kept, STDIN_FILENO);
        close(kept);
    }
}

static void *start_many(void *arg) {
    (void)arg;
    for (int i = 0; i < 25; i++) {
        talks(i % 2 == 0 ? SPAWN_PIPE : SPAWN_SOCKET);
    }
    return NULL;
}

/* Many at once: were one child to hold another's pipe open, the ends would not be seen. */
static void threads_may_start_at_once(void **state) {
    (void)state;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, start_many, NULL), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
    }
}

int main(int argc, char **argv) {
    if (argc > 1 && strncmp(argv[1], "--", 2) == 0) {
        return play(argv[1]);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(child_has_only_what_it_is_given),
        cmocka_unit_test(environment_is_empty_by_default),
        cmocka_unit_test(talks_over_pipes),
        cmocka_unit_test(talks_over_a_socket),
        cmocka_unit_test(standard_error_can_be_read),
        cmocka_unit_test(waits_no_longer_than_told),
        cmocka_unit_test(kill_takes_the_whole_group),
        cmocka_unit_test(what_a_child_leaves_behind_dies_too),
        cmocka_unit_test(files_have_a_limit),
        cmocka_unit_test(failures_leave_nothing),
        cmocka_unit_test(programs_are_found),
        cmocka_unit_test(closed_streams_do_no_harm),
        cmocka_unit_test(threads_may_start_at_once),
    };
    return cmocka_run_group_tests_name("spawn", tests, NULL, NULL);
}
