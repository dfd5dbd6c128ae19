/* Emoji by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "content/emoji.h"

static const struct {
    const char *name;
    const char *text;
} all[] = {
#include "content/emoji_names.h"
};

static void puts_as(const char *text, const char *want) {
    struct buf b;
    buf_init(&b, 4096);
    assert_int_equal(emoji_put(&b, text), 0);
    assert_string_equal(buf_str(&b), want);
    buf_free(&b);
}

static void every_name(void **state) {
    (void)state;
    char text[64];
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        snprintf(text, sizeof text, ":%s:", all[i].name);
        puts_as(text, all[i].text); /* so they are sorted, too */
    }
}

static void others(void **state) {
    (void)state;
    puts_as("", "");
    puts_as(":", ":");
    puts_as("::", "::");
    puts_as(":tada", ":tada");
    puts_as("tada:", "tada:");
    puts_as(":Tada:", ":Tada:");
    puts_as(":no such:", ":no such:");
    puts_as("10:30:45", "10:30:45");
    puts_as(":nope:tada:", ":nope\xf0\x9f\x8e\x89");
    puts_as(":tada::tada: :+1:", "\xf0\x9f\x8e\x89\xf0\x9f\x8e\x89 \xf0\x9f\x91\x8d");
    puts_as(":aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:",
            ":aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:");
}

static void no_room(void **state) {
    (void)state;
    struct buf b;
    buf_init(&b, 3);
    assert_int_equal(emoji_put(&b, ":tada:"), -1);
    buf_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_name), cmocka_unit_test(others),
                                       cmocka_unit_test(no_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
