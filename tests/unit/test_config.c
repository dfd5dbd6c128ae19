/* Settings: precedence and messages that name their source. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_WORDS = 16 };

static int load(struct config *c, enum command_mask command, const char *const *words,
                const char *const *environment, int *operands, struct error *err) {
    char *argv[MAX_WORDS + 1] = {NULL};
    char *env[MAX_WORDS + 1] = {NULL};
    static char room[2 * MAX_WORDS][256];
    int argc = 0, n = 0;
    for (; words[argc] != NULL; argc++) {
        snprintf(room[argc], sizeof room[argc], "%s", words[argc]);
        argv[argc] = room[argc];
    }
    for (; environment != NULL && environment[n] != NULL; n++) {
        snprintf(room[MAX_WORDS + n], sizeof room[0], "%s", environment[n]);
        env[n] = room[MAX_WORDS + n];
    }
    return config_load(c, command, argc, argv, env, operands, err);
}

static char folder[] = "/tmp/platen-config-XXXXXX";

static int enter(void **state) {
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state) {
    (void)state;
    unlink("platen.yaml");
    unlink("other.yaml");
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static void write_file(const char *name, const char *text) {
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void defaults_serve_a_new_user(void **state) {
    (void)state;
    struct config c;
    struct error err = {0};
    int operands;
    const char *const words[] = {"serve", NULL};
    if (load(&c, FOR_SERVE, words, NULL, &operands, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(c.db, "platen.db");
    assert_string_equal(c.listen[0], "127.0.0.1:8080");
    assert_null(c.listen[1]);
    assert_int_equal(c.render_memory, 256 * 1024 * 1024);
    config_free(&c);
}

static void flags_beat_environment_beats_file(void **state) {
    (void)state;
    struct config c;
    struct error err = {0};
    int operands;
    write_file("platen.yaml", "db: file.db\ntheme: filetheme\nlog_level: warn\ntitle: a blog\n"
                              "listen:\n  - 127.0.0.1:1\n  - 127.0.0.1:2\n");
    const char *const words[] = {"serve", "--db=flag.db", NULL};
    const char *const env[] = {"PLATEN_DB=env.db", "PLATEN_THEME=envtheme", "HOME=/", NULL};
    if (load(&c, FOR_SERVE, words, env, &operands, &err) != 0)
        fail_msg("%s", err.text);
    assert_string_equal(c.db, "flag.db");
    assert_string_equal(c.theme, "envtheme");
    assert_int_equal(c.log_level, LOG_LEVEL_WARN);
    assert_string_equal(c.listen[1], "127.0.0.1:2");
    assert_null(c.listen[2]);
    config_free(&c);
    unlink("platen.yaml");
}

static void operands_and_repeats(void **state) {
    (void)state;
    struct config c;
    struct error err = {0};
    int operands;
    const char *const words[] = {"import", "a", "--strict", "--jobs", "3", "--", "--b", NULL};
    assert_int_equal(load(&c, FOR_IMPORT, words, NULL, &operands, &err), 0);
    assert_int_equal(operands, 2);
    assert_true(c.strict);
    assert_int_equal(c.jobs, 3);
    config_free(&c);
    const char *const twice[] = {"serve", "--listen", "*:1", "--listen", "unix:/x", NULL};
    assert_int_equal(load(&c, FOR_SERVE, twice, NULL, &operands, &err), 0);
    assert_string_equal(c.listen[0], "*:1");
    assert_string_equal(c.listen[1], "unix:/x");
    config_free(&c);
    const char *const no[] = {"import", "--strict", "--no-strict", "a", NULL};
    assert_int_equal(load(&c, FOR_IMPORT, no, NULL, &operands, &err), 0);
    assert_false(c.strict);
    config_free(&c);
}

static void expect_error(enum command_mask command, const char *const *words,
                         const char *const *env, const char *part) {
    struct config c;
    struct error err = {0};
    int operands;
    if (load(&c, command, words, env, &operands, &err) == 0)
        fail_msg("taken: expected \"%s\"", part);
    if (strstr(err.text, part) == NULL)
        fail_msg("\"%s\" lacks \"%s\"", err.text, part);
    config_free(&c);
}

static void errors_name_their_source(void **state) {
    (void)state;
    const char *const plain[] = {"serve", NULL};
    const char *const misspelt[] = {"serve", "--lisen", "x", NULL};
    expect_error(FOR_SERVE, misspelt, NULL, "--lisen, did you mean --listen?");
    const char *const wrong[] = {"serve", "--threads=many", NULL};
    expect_error(FOR_SERVE, wrong, NULL, "--threads: \"many\"");
    const char *const lacking[] = {"serve", "--db", NULL};
    expect_error(FOR_SERVE, lacking, NULL, "--db wants a value");
    const char *const foreign[] = {"serve", "--strict", NULL};
    expect_error(FOR_SERVE, foreign, NULL, "--strict");
    const char *const env_bad[] = {"PLATEN_LOG_LEVEL=loud", NULL};
    expect_error(FOR_SERVE, plain, env_bad, "PLATEN_LOG_LEVEL: \"loud\"");
    const char *const env_unknown[] = {"PLATEN_LISEN=x", NULL};
    expect_error(FOR_SERVE, plain, env_unknown, "PLATEN_LISEN: unknown setting");
    write_file("other.yaml", "threads: 9999\n");
    const char *const other[] = {"serve", "--config", "other.yaml", NULL};
    expect_error(FOR_SERVE, other, NULL, "other.yaml:1:10: threads: \"9999\"");
    write_file("other.yaml", "a: 1\nthreds: 3\n");
    expect_error(FOR_SERVE, other, NULL, "other.yaml:1:4: unknown setting \"a\"");
    write_file("other.yaml", "x: [1\n");
    expect_error(FOR_SERVE, other, NULL, "other.yaml:");
    const char *const gone[] = {"serve", "--config", "gone.yaml", NULL};
    expect_error(FOR_SERVE, gone, NULL, "gone.yaml");
}

static void sizes_have_units(void **state) {
    (void)state;
    struct config c;
    struct error err = {0};
    int operands;
    const char *const words[] = {"import", "--max-post-size", "2MiB", "--render-memory=1G", NULL};
    assert_int_equal(load(&c, FOR_IMPORT, words, NULL, &operands, &err), 0);
    assert_int_equal(c.max_post, 2 * 1024 * 1024);
    assert_int_equal(c.render_memory, 1024 * 1024 * 1024);
    config_free(&c);
    const char *const bad[] = {"import", "--max-post-size", "2X", NULL};
    expect_error(FOR_IMPORT, bad, NULL, "must be a size");
    const char *const huge[] = {"import", "--max-post-size", "99999999999999999999G", NULL};
    expect_error(FOR_IMPORT, huge, NULL, "must be a size");
}

static void a_base_url_is_an_address_or_a_path(void **state) {
    (void)state;
    static const char *const good[] = {"https://e.org",      "http://e.org/blog/", "/blog/",
                                       "http://[::1]:8080/", "https://ünder.org/", ""};
    static const char *const bad[] = {"e.org",    "ftp://e.org/",   "http://", "http:///x",
                                      "//e.org/", "https://e org/", "blog/",   "https://e.org/\"x"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct config c;
        struct error err = {0};
        int operands;
        const char *const words[] = {"serve", "--base-url", good[i], NULL};
        assert_int_equal(load(&c, FOR_SERVE, words, NULL, &operands, &err), 0);
        assert_string_equal(c.base_url, good[i]);
        config_free(&c);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *const words[] = {"serve", "--base-url", bad[i], NULL};
        expect_error(FOR_SERVE, words, NULL, "must be as https://example.org/");
    }
}

static void help_shows_every_option_of_the_command(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 64 * 1024);
    config_help(&b, FOR_SERVE);
    assert_non_null(strstr(buf_str(&b), "--listen ADDR"));
    assert_non_null(strstr(buf_str(&b), "(default 127.0.0.1:8080)"));
    assert_null(strstr(buf_str(&b), "--strict"));
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_serve_a_new_user),
        cmocka_unit_test(flags_beat_environment_beats_file),
        cmocka_unit_test(operands_and_repeats),
        cmocka_unit_test(errors_name_their_source),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(a_base_url_is_an_address_or_a_path),
        cmocka_unit_test(help_shows_every_option_of_the_command),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
