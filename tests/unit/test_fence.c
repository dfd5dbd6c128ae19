/* The fence, from inside: what works behind it, what fails, what kills. Each case is a process of
 * its own that raises the fence and tries one thing. */
#include "content/fence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY = 256 << 20, NOT_FULL = 99 };

/* Runs `act` behind a fence; returns the status of the process. */
static int behind(int (*act)(void)) {
    int status = 0;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        enum fence_state state;
        if (fence_raise(&state, MEMORY, NULL) != 0)
            _exit(NOT_FULL - 1);
        if (state != FENCE_FULL)
            _exit(NOT_FULL);
        _exit(act());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FULL)
        skip(); /* a build with sanitizers, or a kernel without filters */
    return status;
}

static void returns(int (*act)(void), int value) {
    int status = behind(act);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), value);
}

static void killed(int (*act)(void), int signal_number) {
    int status = behind(act);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal_number);
}

static int compare(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

static int compute(void) {
    const size_t n = (size_t)8 << 20U;
    int *numbers = malloc(n);
    int *more;

    if (numbers == NULL)
        return 1;
    memset(numbers, 1, n);
    qsort(numbers, n / sizeof *numbers, sizeof *numbers, compare); /* asks for the memory size */
    more = realloc(numbers, 2 * n);
    if (more == NULL)
        return 2;
    free(more);
    return 0;
}

static int too_much_memory(void) {
    void *volatile p = malloc((size_t)512 << 20U);
    return p == NULL ? 7 : 0;
}

static int open_file(void) {
    return open("/etc/passwd", O_RDONLY) < 0 && errno == EPERM ? 7 : 0;
}

static int descriptors(void) {
    return write(STDERR_FILENO, "", 0) == 0 ? 7 : 0;
}

static int connect_out(void) {
    return socket(AF_INET, SOCK_STREAM, 0);
}

static int run_program(void) {
    char name[] = "/bin/true";
    char *argv[] = {name, NULL};
    return execv(name, argv);
}

static int make_process(void) {
    return fork() >= 0;
}

static int write_elsewhere(void) {
    return (int)write(STDOUT_FILENO, "x", 1);
}

static int read_elsewhere(void) {
    char c;
    return (int)read(STDERR_FILENO, &c, 1);
}

static int signal_parent(void) {
    return kill(getppid(), 0);
}

static int remove_file(void) {
    return unlink("/nonexistent");
}

static int give_up(void) {
    abort();
}

static void test_what_works(void **state) {
    (void)state;
    returns(compute, 0);
    returns(descriptors, 7);
    killed(give_up, SIGABRT);
}

static void test_what_fails(void **state) {
    (void)state;
    returns(too_much_memory, 7);
    returns(open_file, 7);
}

static void test_what_kills(void **state) {
    (void)state;
    killed(connect_out, SIGSYS);
    killed(run_program, SIGSYS);
    killed(make_process, SIGSYS);
    killed(write_elsewhere, SIGSYS);
    killed(read_elsewhere, SIGSYS);
    killed(signal_parent, SIGSYS);
    killed(remove_file, SIGSYS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_works),
        cmocka_unit_test(test_what_fails),
        cmocka_unit_test(test_what_kills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
