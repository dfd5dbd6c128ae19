/* Patterns by which a site leaves files out. Pure functions, any thread; bounded whatever the pattern. */
#ifndef PLATEN_INGEST_IGNORE_H
#define PLATEN_INGEST_IGNORE_H

#include <stdbool.h>

/* True when a part of path, or of a folder that it lies in, matches the regular expression, of which these are understood: characters, \ before
 * one, '.', '*', '+', '?' behind a character, '^', '$'. Anything else never matches (ignore_understands). */
bool ignore_regex(const char *pattern, const char *path);
bool ignore_understands(const char *pattern);

/* True when the path, or its last part, matches the pattern with '*', '?' and "**". */
bool ignore_glob(const char *pattern, const char *path);

/* A pattern against a whole text: '*', '?', "[a-z]", '\' before a character. parts: '/' parts the text, and only "**"
 * passes it. leading: what lies below a match matches, too. */
bool ignore_glob_whole(const char *pattern, const char *text, bool parts, bool leading);

#endif
