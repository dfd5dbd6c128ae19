#include "base/json.h"
#include "base/log.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/* A logger that writes to memory. */
struct captured {
    int fd;
    struct log *log;
    char text[8192];
};

static int setup(void **state) {
    struct captured *c = calloc(1, sizeof *c);
    c->fd = memfd_create("log", MFD_CLOEXEC);
    c->log = log_open(c->fd, LOG_LEVEL_DEBUG, LOG_FORMAT_TEXT);
    *state = c;
    return c->log != NULL ? 0 : -1;
}

static int teardown(void **state) {
    struct captured *c = *state;
    log_close(c->log);
    close(c->fd);
    free(c);
    return 0;
}

/* What was written since the last call. */
static const char *written(struct captured *c) {
    ssize_t n = pread(c->fd, c->text, sizeof c->text - 1, 0);
    assert_true(n >= 0);
    c->text[n] = '\0';
    assert_int_equal(strlen(c->text), n);
    assert_int_equal(ftruncate(c->fd, 0), 0);
    assert_int_equal(lseek(c->fd, 0, SEEK_SET), 0);
    return c->text;
}

/* The text after time and level of the one line that was written. */
static const char *message(struct captured *c) {
    const char *line = written(c);
    size_t n = strlen(line);
    assert_true(n > 31 && n <= PIPE_BUF);
    assert_ptr_equal(strchr(line, '\n'), line + n - 1);
    assert_int_equal(line[10], 'T');
    assert_int_equal(line[23], 'Z');
    c->text[n - 1] = '\0';
    return line + 31;
}

static void writes_text(void **state) {
    struct captured *c = *state;
    log_info(c->log, "import: %d posts", 20);
    const char *line = written(c);
    assert_non_null(strstr(line, "Z info  import: 20 posts\n"));
    assert_int_equal(strspn(line, "0123456789-T:.Z"), 24);
    log_debug(c->log, "x");
    assert_non_null(strstr(written(c), "Z debug x\n"));
    log_warn(c->log, "x");
    assert_non_null(strstr(written(c), "Z warn  x\n"));
    log_error(c->log, "x");
    assert_non_null(strstr(written(c), "Z error x\n"));
    log_request(c->log, LOG_LEVEL_INFO, "r1", "x");
    assert_string_equal(message(c), "[r1] x");
    log_request(c->log, LOG_LEVEL_INFO, NULL, "x");
    assert_string_equal(message(c), "x");
}

static void keeps_to_its_level(void **state) {
    struct captured *c = *state;
    log_configure(c->log, LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
    assert_false(log_enabled(c->log, LOG_LEVEL_INFO));
    assert_true(log_enabled(c->log, LOG_LEVEL_WARN));
    log_debug(c->log, "x");
    log_info(c->log, "x");
    log_request(c->log, LOG_LEVEL_INFO, "r", "x");
    assert_string_equal(written(c), "");
    log_warn(c->log, "x");
    assert_non_null(strstr(written(c), "warn"));
    assert_false(log_enabled(NULL, LOG_LEVEL_ERROR));
    log_error(NULL, "swallowed");
    log_configure(NULL, LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
    log_close(NULL);
}

static void a_line_is_one_line(void **state) {
    struct captured *c = *state;
    static const char *const rows[][2] = {
        {"a\nb\r\tc", "a\\nb\\r\\tc"},
        {"\033[31mred\a\b\x7f", "\\u001b[31mred\\u0007\\u0008\\u007f"},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m"},                                 /* CSI as one character */
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"}, /* line and paragraph separator */
        {"\xe2\x80\xae"
         "evil",
         "\\u202eevil"}, /* right to left */
        {"\xff\xc3", "\\xff\\xc3"},
        {"caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80"},
        {"\xef\xbf\xbd", "\xef\xbf\xbd"},
        {"\"quoted\" \\n", "\"quoted\" \\n"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        log_info(c->log, "%s", rows[i][0]);
        assert_string_equal(message(c), rows[i][1]);
        log_request(c->log, LOG_LEVEL_INFO, rows[i][0], "m");
        char expected[100];
        snprintf(expected, sizeof expected, "[%s] m", rows[i][1]);
        assert_string_equal(message(c), expected);
    }
}

static void json_lines_are_json(void **state) {
    struct captured *c = *state;
    log_configure(c->log, LOG_LEVEL_DEBUG, LOG_FORMAT_JSON);
    for (int first = 1; first < 256; first++) {
        const char text[] = {(char)first, '"', '\\', '\n', (char)first, (char)0x80, 'x', '\0'};
        log_request(c->log, LOG_LEVEL_WARN, text, "%s", text);
        const char *line = written(c);
        size_t n = strlen(line);
        assert_ptr_equal(strchr(line, '\n'), line + n - 1);
        json_t *v = NULL;
        struct error err;
        if (json_read(&v, line, n, &err) != 0) {
            fail_msg("%s: %s", err.text, line);
        }
        assert_string_equal(json_get_string(v, "level", ""), "warn");
        const char *m = json_get_string(v, "message", "");
        assert_string_equal(json_get_string(v, "request_id", ""), m);
        if (first < 0x80) {
            assert_int_equal(m[0], first);
            assert_memory_equal(m + 1, "\"\\\n", 3);
        }
        json_decref(v);
    }
    log_info(c->log, "plain");
    assert_null(strstr(written(c), "request_id"));
}

static void long_messages_are_cut(void **state) {
    struct captured *c = *state;
    static const char *const fill[] = {"x", "\xc3\xa9", "\xf0\x9f\x98\x80", "\"", "\001", "\xff"};
    char text[20000];
    for (int format = 0; format < 2; format++) {
        log_configure(c->log, LOG_LEVEL_DEBUG, format == 0 ? LOG_FORMAT_TEXT : LOG_FORMAT_JSON);
        for (size_t i = 0; i < sizeof fill / sizeof fill[0]; i++) {
            size_t n = strlen(fill[i]);
            for (size_t at = 0; at + n < sizeof text; at += n) {
                memcpy(text + at, fill[i], n + 1);
            }
            log_request(c->log, LOG_LEVEL_INFO, text, "%s", text);
            const char *line = written(c);
            size_t len = strlen(line);
            assert_true(len > 3900 && len <= PIPE_BUF);
            assert_ptr_equal(strchr(line, '\n'), line + len - 1);
            json_t *v = NULL;
            if (format == 1) {
                assert_int_equal(json_read(&v, line, len, NULL), 0);
            }
            json_decref(v);
        }
    }
}

/* A log that cannot be written hurts nobody. */
static void errors_of_the_log_are_swallowed(void **state) {
    (void)state;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    struct log *l = log_open(fd, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info(l, "x");
    log_close(l);
    close(fd);
    l = log_open(-1, LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
    log_info(l, "x");
    log_close(l);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(writes_text),           TEST(keeps_to_its_level),
        TEST(a_line_is_one_line),    TEST(json_lines_are_json),
        TEST(long_messages_are_cut), TEST(errors_of_the_log_are_swallowed),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
