/* Errors as values: a bounded message for the person who can act on it.
 *
 * A fallible function takes `struct error *err` as its last argument (NULL when the caller does not
 * care), returns 0 when it did its work and -1 when it did not. The message says what failed, where
 * and what to do; it has no trailing newline. Where the fault lies in an author's file, `line` and
 * `column` (from 1) tell where; 0 means "no place". Nothing is allocated, so nothing needs freeing.
 */
#ifndef PLATEN_BASE_ERROR_H
#define PLATEN_BASE_ERROR_H

#include <stdarg.h>

#define CHECKED __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

struct error {
    int line;
    int column;
    char text[504];
};

/* Fills err (when not NULL) with a formatted message and no place; long messages are cut at a UTF-8
 * boundary. Always returns -1, so a caller may write `return error_set(err, ...)`. */
int error_set(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* As error_set, with the place in the author's file (line and column from 1). Returns -1. */
int error_at(struct error *err, int line, int column, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Puts "prefix: " before the message that err already holds. Returns -1. */
int error_prefix(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
