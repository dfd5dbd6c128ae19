#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id, int64_t units_per_second) {
    struct timespec t = {0};
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * units_per_second +
           (int64_t)t.tv_nsec / (1000000000 / units_per_second);
}

int64_t clock_now(void) {
    return read_clock(CLOCK_REALTIME, 1);
}

int64_t clock_now_ms(void) {
    return read_clock(CLOCK_REALTIME, 1000);
}

int64_t clock_mono_ms(void) {
    return read_clock(CLOCK_MONOTONIC, 1000);
}

int64_t clock_mono_us(void) {
    return read_clock(CLOCK_MONOTONIC, 1000000);
}

int64_t clock_cpu_us(void) {
    return read_clock(CLOCK_THREAD_CPUTIME_ID, 1000000);
}
