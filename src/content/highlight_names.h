/* Names: of languages and their aliases, of what queries call the parts of code, of classes. Constant
 * tables; any thread may call. */
#ifndef PLATEN_CONTENT_HIGHLIGHT_NAMES_H
#define PLATEN_CONTENT_HIGHLIGHT_NAMES_H

#include "base/text.h"

enum { HIGHLIGHT_NAME_MAX = 32, HIGHLIGHT_PLAIN = 0, HIGHLIGHT_UNKNOWN = 255 };

/* The grammar's name for a language's name in lower case; that name itself when it is no alias. */
const char *highlight_grammar_of(const char *name);

/* The colour of a capture ("function.method.builtin" falls back to "function.method", then
 * "function"): HIGHLIGHT_PLAIN for one that has none, HIGHLIGHT_UNKNOWN for one that is not known. */
uint8_t highlight_colour(struct slice capture);

/* The class of a colour that is neither. */
const char *highlight_class(uint8_t colour);

/* True when colour a must not replace b on the same part. */
bool highlight_says_less(uint8_t a, uint8_t b);

#endif
