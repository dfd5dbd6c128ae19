/* Finding and printing values. A real number prints with as few digits as give it back when read:
 * "1.21", not 1.2099999999999999645. */
#include "template/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int contexts_push(struct contexts *c, const json_t *item, struct error *err) {
    if (c->count == CONTEXTS_MAX) {
        return error_set(err, "sections are more than %d deep", CONTEXTS_MAX);
    }
    c->items[c->count++] = item;
    return 0;
}

void contexts_pop(struct contexts *c) {
    c->count--;
}

void contexts_replace(struct contexts *c, const json_t *item) {
    c->items[c->count - 1] = item;
}

const json_t *contexts_find(const struct contexts *c, const struct program *p,
                            const struct instruction *in) {
    if (in->path_count == 0) {
        return c->items[c->count - 1];
    }
    const json_t *value = NULL;
    const char *first = p->pool + p->parts[in->path];
    for (size_t i = c->count; i > 0 && value == NULL; i--) {
        value = json_object_get(c->items[i - 1], first);
    }
    for (uint32_t i = 1; i < in->path_count && value != NULL; i++) {
        value = json_object_get(value, p->pool + p->parts[in->path + i]);
    }
    return value;
}

bool value_is_true(const json_t *value) {
    if (value == NULL || json_is_null(value) || json_is_false(value)) {
        return false;
    }
    if (json_is_array(value)) {
        return json_array_size(value) > 0;
    }
    return !json_is_string(value) || json_string_length(value) > 0;
}

static void write_real(struct buf *out, double number) {
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    buf_puts(out, text);
}

void value_write(struct buf *out, const json_t *value, bool escape) {
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        size_t len = json_string_length(value);
        if (escape) {
            text_html(out, text, len);
        } else {
            buf_append(out, text, len);
        }
    } else if (json_is_integer(value)) {
        buf_printf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        write_real(out, json_real_value(value));
    } else if (json_is_boolean(value)) {
        buf_puts(out, json_is_true(value) ? "true" : "false");
    }
}
