/* TOML 1.0 to JSON, as front matter (between lines `+++`) and the settings of Hugo and Zola use it.
 *
 * Dates and times stay text as written; so do inf, nan and floats too large for a double,
 * which JSON lacks. A key with a control character in it (only an escape can write one) is refused, which the
 * specification would allow. Keys that are given twice, tables
 * that are defined twice or extended after they were closed are refused. Depth is capped at 64, time is
 * linear in the text, memory a bounded multiple of it. Any thread may call. */
#ifndef PLATEN_CONTENT_TOML_H
#define PLATEN_CONTENT_TOML_H

#include "base/json.h"

struct toml_options {
    bool fold_keys; /* keys of the top-level table are put in ASCII lower case */
    int first_line; /* line of the file in which text begins, from 1; 0 means 1 */
    /* When not NULL: below a top-level key for which it says true, numbers and booleans stay text as
     * written. */
    bool (*keep_text)(const char *key);
    /* When not NULL: an object that gets, for each top-level key, [line, column] of its value. */
    json_t *places;
};

/* Parses text (n bytes) into an object, which is the caller's. o NULL: the defaults. Errors carry line (of the
 * file) and column. */
int toml_read(json_t **out, const char *text, size_t n, const struct toml_options *o,
              struct error *err) CHECKED;

#endif
