#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* Cuts text, of which `len` bytes were wanted, so that it does not end inside a UTF-8 character. */
static void cut_at_character(char *text, size_t size, size_t len) {
    if (len < size) {
        return;
    }
    size_t end = size - 1;
    size_t start = end;
    while (start > 0 && end - start < 4 && ((unsigned char)text[start - 1] & 0xc0u) == 0x80u) {
        start--;
    }
    if (start == 0) {
        return;
    }
    unsigned char lead = (unsigned char)text[start - 1];
    size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    if (need > 1 && end - (start - 1) < need) {
        text[start - 1] = '\0';
    }
}

static void format(struct error *err, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

static void format(struct error *err, const char *fmt, va_list args) {
    int n = vsnprintf(err->text, sizeof err->text, fmt, args);
    if (n < 0) {
        err->text[0] = '\0';
        return;
    }
    cut_at_character(err->text, sizeof err->text, (size_t)n);
}

int error_set(struct error *err, const char *fmt, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        err->line = 0;
        err->column = 0;
        format(err, fmt, args);
        va_end(args);
    }
    return -1;
}

int error_at(struct error *err, int line, int column, const char *fmt, ...) {
    if (err != NULL) {
        va_list args;
        va_start(args, fmt);
        err->line = line;
        err->column = column;
        format(err, fmt, args);
        va_end(args);
    }
    return -1;
}

int error_prefix(struct error *err, const char *fmt, ...) {
    if (err == NULL) {
        return -1;
    }
    char old[sizeof err->text];
    memcpy(old, err->text, sizeof old);
    va_list args;
    va_start(args, fmt);
    format(err, fmt, args);
    va_end(args);
    size_t used = strlen(err->text);
    int n = snprintf(err->text + used, sizeof err->text - used, ": %s", old);
    if (n > 0) {
        cut_at_character(err->text, sizeof err->text, used + (size_t)n);
    }
    return -1;
}
