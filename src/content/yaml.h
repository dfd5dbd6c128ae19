/* YAML to JSON through libyaml's event API (its only user). The subset that front matter and
 * settings use: depth capped at 64, aliases and anchors refused, duplicate keys refused (also when
 * they differ only in case and fold_keys is set), one document. Scalars by YAML 1.2's core schema
 * (chapter 10.3: true/false, null/~/empty, integers, floats; `yes`/`no`/`on`/`off` stay text, dates
 * stay text); quoted ones are strings. Numbers that JSON cannot hold (.inf, .nan, beyond 64 bits)
 * stay text. Any thread may call. */
#ifndef PLATEN_CONTENT_YAML_H
#define PLATEN_CONTENT_YAML_H

#include "base/json.h"

struct yaml_options {
    bool fold_keys; /* keys of the top-level mapping are put in ASCII lower case */
    int first_line; /* line of the file in which text begins, from 1; 0 means 1 */
    /* When not NULL: below a top-level key for which it says true, every scalar that is not null
     * stays text as written, so that a tag 1.10 does not become 1.1. */
    bool (*keep_text)(const char *key);
    /* When not NULL: an object that gets, for each top-level key, [line, column] of its value. */
    json_t *places;
};

/* Parses text (n bytes). *out is owned by the caller; an empty document gives JSON null. fold_keys
 * and first_line as in struct yaml_options. Errors carry line (of the file) and column. */
int yaml_read(json_t **out, const char *text, size_t n, bool fold_keys, int first_line,
              struct error *err) CHECKED;

/* The same with all options (NULL: the defaults). */
int yaml_read_with(json_t **out, const char *text, size_t n, const struct yaml_options *o,
                   struct error *err) CHECKED;

#endif
