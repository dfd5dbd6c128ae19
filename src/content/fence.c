/* Limits (setrlimit) and a system call filter (seccomp, through libseccomp).
 *
 * The filter lists what a process needs that only computes: memory, the two streams, a clock, dying.
 * Anything else kills the process, so that a hole in a parser is the end of one document and nothing
 * more. The one kind of exception is calls that the C library may try on a bad day and can live
 * without: they fail with an error instead. Where a kernel or a container refuses filters the limits
 * still hold, and the pool says so in the log.
 */
#include "content/fence.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef PLATEN_SANITIZE

static int limit(int what, rlim_t to, const char *name, struct error *err) {
    struct rlimit now;
    struct rlimit l = {.rlim_cur = to, .rlim_max = to};

    if (getrlimit((__rlimit_resource_t)what, &now) == 0 && now.rlim_max != RLIM_INFINITY &&
        now.rlim_max < to)
        return 0; /* tighter already */
    if (setrlimit((__rlimit_resource_t)what, &l) != 0)
        return error_set(err, "limit %s: %s", name, strerror(errno));
    return 0;
}

static int set_limits(size_t memory, struct error *err) {
    if (limit(RLIMIT_AS, memory, "on address space", err) != 0 ||
        limit(RLIMIT_CORE, 0, "on core files", err) != 0 ||
        limit(RLIMIT_FSIZE, 0, "on file size", err) != 0 ||
        limit(RLIMIT_NPROC, 0, "on processes", err) != 0 ||
        limit(RLIMIT_NOFILE, 0, "on open files", err) != 0)
        return -1;
    return 0;
}

/* What the child may do. */
static const int allowed[] = {
    SCMP_SYS(brk),           SCMP_SYS(mmap),           SCMP_SYS(munmap),
    SCMP_SYS(mremap),        SCMP_SYS(mprotect),       SCMP_SYS(madvise),
    SCMP_SYS(futex),         SCMP_SYS(exit),           SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),   SCMP_SYS(getrandom),
    SCMP_SYS(getpid),        SCMP_SYS(gettid),         SCMP_SYS(restart_syscall),
    SCMP_SYS(alarm),         SCMP_SYS(setitimer),      SCMP_SYS(sched_yield),
    SCMP_SYS(sysinfo), /* qsort() asks how much memory there is */
};

/* What it may try, and is refused. */
static const int refused[] = {
    SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(ioctl),
};

/* Calls that are allowed on one descriptor only. */
static const struct {
    int call;
    unsigned fd;
} on_fd[] = {
    {SCMP_SYS(read), STDIN_FILENO},     {SCMP_SYS(recvfrom), STDIN_FILENO},
    {SCMP_SYS(sendmsg), STDOUT_FILENO}, {SCMP_SYS(write), STDERR_FILENO},
    {SCMP_SYS(writev), STDERR_FILENO},  {SCMP_SYS(close), STDIN_FILENO},
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static int add_rules(scmp_filter_ctx filter) {
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < COUNT(allowed); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    for (size_t i = 0; rc == 0 && i < COUNT(refused); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
    for (size_t i = 0; rc == 0 && i < COUNT(on_fd); i++)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, on_fd[i].call, 1,
                              SCMP_A0(SCMP_CMP_EQ, on_fd[i].fd, 0));
    /* A signal may be sent to this process only: abort() does. */
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                              SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
    return rc;
}

/* 0, or the error number with which the kernel (or the library) refused. */
static int set_filter(void) {
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int rc;

    if (filter == NULL)
        return ENOMEM;
    rc = add_rules(filter);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    return -rc;
}

int fence_raise(enum fence_state *state, size_t memory, struct error *err) {
    int rc;

    (void)close_range(3, ~0U, 0); /* an old kernel: the pool has closed them already */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_set(err, "no_new_privs: %s", strerror(errno));
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (set_limits(memory, err) != 0)
        return -1;
    rc = set_filter();
    *state = rc == 0 ? FENCE_FULL : FENCE_LIMITS;
    if (rc != 0)
        (void)error_set(err, "the kernel refuses system call filters (%s)", strerror(rc));
    return 0;
}

#else /* sanitizers map terabytes, read /proc and start a process to look for leaks */

int fence_raise(enum fence_state *state, size_t memory, struct error *err) {
    (void)memory;
    *state = FENCE_NONE;
    return error_set(err, "a build with sanitizers has no fence") + 1;
}

#endif
