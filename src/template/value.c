/* Finding and printing values. A real number prints with as few digits as give it back when read:
 * "1.21", not 1.2099999999999999645. */
#include "template/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int contexts_push(struct contexts *c, const struct value *item, struct error *err) {
    if (c->count == CONTEXTS_MAX) {
        return error_set(err, "sections are more than %d deep", CONTEXTS_MAX);
    }
    c->items[c->count++] = item;
    return 0;
}

void contexts_pop(struct contexts *c) {
    c->count--;
}

void contexts_replace(struct contexts *c, const struct value *item) {
    c->items[c->count - 1] = item;
}

const struct value *contexts_find(const struct contexts *c, const struct program *p,
                                  const struct instruction *in) {
    if (in->path_count == 0) {
        return c->items[c->count - 1];
    }
    const struct value *value = NULL;
    const struct part *part = p->parts + in->path;
    for (size_t i = c->count; i > 0 && value == NULL; i--) {
        value = value_get_key(c->items[i - 1], part->key, part->hash, p->pool + part->name);
    }
    for (uint32_t i = 1; i < in->path_count && value != NULL; i++) {
        value = value_get_key(value, part[i].key, part[i].hash, p->pool + part[i].name);
    }
    return value;
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

void value_write(struct buf *out, const struct value *value, bool escape) {
    switch (value == NULL ? VALUE_NULL : value->kind) {
    case VALUE_TEXT:
        if (escape) {
            text_html(out, value->as.text, value->len);
        } else {
            buf_append(out, value->as.text, value->len);
        }
        return;
    case VALUE_INT:
        buf_put_int(out, value->as.integer, 0);
        return;
    case VALUE_REAL:
        write_real(out, value->as.real);
        return;
    case VALUE_BOOL:
        buf_puts(out, value->as.truth ? "true" : "false");
        return;
    case VALUE_NULL:
    case VALUE_LIST:
    case VALUE_OBJECT:
    case VALUE_LATER:
        return;
    }
}
