/* Renders a template as it is and linked, with nothing fixed and with what data has as "site", and
 * sees that text, traits and message are the same. */
#ifndef PLATEN_TESTS_TEMPLATE_BOTH_H
#define PLATEN_TESTS_TEMPLATE_BOTH_H

#include "template/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline struct template_source source(const char *name, const char *text) {
    return (struct template_source){name, text, strlen(text)};
}

static inline json_t *data_of(const char *json) {
    json_t *data = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(data);
    return data;
}

#define BOTH_BEFORE "before"

struct both {
    struct buf out;
    struct error err;
    unsigned traits;
    int rc;
};

static struct both both_show(const struct template_set *set, struct template_pack *pack,
                             const char *name, const struct value *data, size_t max) {
    struct both b = {.traits = 1u << 31};
    buf_init(&b.out, max);
    buf_puts(&b.out, BOTH_BEFORE);
    b.rc = pack == NULL ? template_show(set, name, data, &b.out, &b.traits, &b.err)
                        : template_pack_show(pack, name, data, &b.out, &b.traits, &b.err);
    return b;
}

static void both_linked(const struct template_set *set, const char *name, const struct value *data,
                        size_t max, const char *fixed, const struct both *plain) {
    struct template_pack *pack = template_pack_open(set, fixed, value_get(data, "site"));
    assert_non_null(pack);
    for (int turn = plain->rc == 0 ? 0 : 1; turn < 2; turn++) {
        struct both b = both_show(set, pack, name, data, max);
        assert_int_equal(b.rc, plain->rc);
        assert_string_equal(buf_str(&b.out), buf_str(&plain->out));
        assert_int_equal(buf_ok(&b.out), buf_ok(&plain->out));
        assert_string_equal(b.err.text, plain->err.text);
        assert_int_equal(b.traits, plain->traits);
        buf_free(&b.out);
    }
    template_pack_free(pack);
}

/* max: of the output, as buf_init has it. */
static inline void both_ways(const struct template_set *set, const char *name, const json_t *json,
                             size_t max) {
    struct arena *arena = arena_new((size_t)64 << 20);
    struct value data = value_of_json(arena, json);
    assert_true(arena_ok(arena));
    struct both plain = both_show(set, NULL, name, &data, max);
    both_linked(set, name, &data, max, NULL, &plain);
    both_linked(set, name, &data, max, "site", &plain);
    buf_free(&plain.out);
    arena_free(arena);
}

#endif
