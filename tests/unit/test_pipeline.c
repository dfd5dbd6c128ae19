/* Concurrent work comes out in order, within its window, and stops when told to. */
#include "ingest/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

struct state {
    atomic_size_t loaded;
    size_t taken;
    size_t ahead; /* most jobs that were loaded and not yet taken */
    size_t stop_at;
};

static int load(void *arg, struct pipeline_job *job, struct render_request *q) {
    struct state *s = arg;
    (void)q;
    for (size_t i = job->index % 7; i > 0; i--)
        sched_yield();
    atomic_fetch_add(&s->loaded, 1);
    if (job->index % 5 == 3)
        return error_set(&job->err, "job %zu is refused", job->index);
    (void)buf_printf(&job->source, "source %zu", job->index);
    return 0;
}

static int done(void *arg, struct pipeline_job *job, struct error *err) {
    struct state *s = arg;
    char expected[64];
    assert_int_equal(job->index, s->taken);
    s->taken++;
    size_t ahead = atomic_load(&s->loaded) - s->taken;
    if (ahead > s->ahead && ahead < SIZE_MAX / 2)
        s->ahead = ahead;
    if (job->index % 5 == 3) {
        assert_int_equal(job->outcome, PIPELINE_FAILED);
        snprintf(expected, sizeof expected, "job %zu is refused", job->index);
        assert_string_equal(job->err.text, expected);
    } else {
        assert_int_equal(job->outcome, PIPELINE_SAME);
        snprintf(expected, sizeof expected, "source %zu", job->index);
        assert_string_equal(buf_str(&job->source), expected);
    }
    return s->stop_at != 0 && s->taken == s->stop_at ? error_set(err, "stopped") : 0;
}

static void run(struct state *s, unsigned threads, size_t count, int expected) {
    struct pipeline p = {.threads = threads,
                         .max_source = 1000,
                         .count = count,
                         .load = load,
                         .done = done,
                         .arg = s};
    struct error err = {0};
    assert_int_equal(pipeline_run(&p, &err), expected);
}

static void results_keep_their_order(void **state) {
    (void)state;
    for (unsigned threads = 0; threads <= 8; threads += 2) {
        struct state s = {0};
        run(&s, threads, 2000, 0);
        assert_int_equal(s.taken, 2000);
        assert_true(s.ahead <= 8 * 4);
    }
}

static void nothing_to_do(void **state) {
    (void)state;
    struct state s = {0};
    run(&s, 4, 0, 0);
    run(&s, 4, 1, 0);
    assert_int_equal(s.taken, 1);
}

static void the_taker_stops_it(void **state) {
    (void)state;
    struct state s = {.stop_at = 100};
    run(&s, 4, 100000, -1);
    assert_int_equal(s.taken, 100);
    assert_true(atomic_load(&s.loaded) <= 100 + 4 * 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_keep_their_order),
        cmocka_unit_test(nothing_to_do),
        cmocka_unit_test(the_taker_stops_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
