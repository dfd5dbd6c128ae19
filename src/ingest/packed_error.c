#include "ingest/packed_error.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

void packed_error_make(char *out, size_t n, const struct error *e) {
    if (e->line > 0)
        snprintf(out, n, "%d:%d: %s", e->line, e->column, e->text);
    else
        snprintf(out, n, "%s", e->text);
}

void packed_error_read(struct error *e, const char *packed) {
    char *end;
    *e = (struct error){0};
    long line = strtol(packed, &end, 10);
    if (end > packed && *end == ':' && text_is_digit(end[1])) {
        long column = strtol(end + 1, &end, 10);
        if (text_starts(end, ": ")) {
            e->line = (int)line;
            e->column = (int)column;
            packed = end + 2;
        }
    }
    snprintf(e->text, sizeof e->text, "%s", packed);
}
