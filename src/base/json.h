/* JSON through jansson: the one place that includes its header. The view model, the renderer's
 * answers and settings are json_t. Helpers that jansson lacks; getters lend, `def` is returned when
 * the key is missing or of another type. Any thread, one value in one thread at a time. */
#ifndef PLATEN_BASE_JSON_H
#define PLATEN_BASE_JSON_H

#include "base/buf.h"

#include <jansson.h>
#include <stdint.h>

const char *json_get_string(const json_t *obj, const char *key, const char *def);
int64_t json_get_int(const json_t *obj, const char *key, int64_t def);
bool json_get_bool(const json_t *obj, const char *key, bool def);

/* Set a member; each returns 0 or -1 (out of memory, or text that is no UTF-8). A NULL string sets
 * null. */
int json_put_string(json_t *obj, const char *key, const char *value);
int json_put_stringn(json_t *obj, const char *key, const char *value, size_t n);
int json_put_int(json_t *obj, const char *key, int64_t value);
int json_put_bool(json_t *obj, const char *key, bool value);
/* Steals value (also on failure); value NULL is a failure. */
int json_put(json_t *obj, const char *key, json_t *value);

/* Makes a value that many threads may use at once: a deep copy of v (which is stolen, also on failure) whose reference
 * counts never change, so that putting it into models writes no shared memory. NULL when memory is
 * out. It lives until json_frozen_free, whoever still refers to it. */
json_t *json_freeze(json_t *v) CHECKED;
void json_frozen_free(json_t *v); /* NULL is fine */

/* Appends text (valid UTF-8) as a JSON string, quotation marks and all. It may stand in a script element, too: < > and &
 * are written as escapes, so nothing ends the element or begins a comment. A failure stays in out. */
void json_write_string(struct buf *out, const char *text);

/* Appends compact text of v to out. */
int json_write(struct buf *out, const json_t *v);

/* Parses a whole text: duplicate keys refused, depth bounded by jansson (2048), error with line and
 * column. Any JSON value is taken (not only objects and arrays). *out is owned by the caller
 * (json_decref). */
int json_read(json_t **out, const char *text, size_t n, struct error *err) CHECKED;
/* As json_read, of what others wrote, as far as it can be taken: the last of duplicate keys wins,
 * strings may hold NUL, integers may have any size (all numbers are reals). */
int json_read_any(json_t **out, const char *text, size_t n, struct error *err) CHECKED;

#endif
