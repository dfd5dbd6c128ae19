/* Code to colours, by tree-sitter: the grammar parses, the grammar's own query says what each part is.
 * Built without grammars, it knows no language. Used by highlight.c only. */
#ifndef PLATEN_CONTENT_HIGHLIGHT_TREE_H
#define PLATEN_CONTENT_HIGHLIGHT_TREE_H

#include "base/text.h"

struct highlight_tree;

struct highlight_tree *highlight_tree_new(void) CHECKED; /* NULL: memory is out */
void highlight_tree_free(struct highlight_tree *t);

/* Number of grammars in this program, and the name of each. */
size_t highlight_tree_count(void);
const char *highlight_tree_name(size_t grammar);

/* The grammar for a language's name or alias in any case, or SIZE_MAX. */
size_t highlight_tree_find(struct slice language);

/* Sets paint[i] to the colour of code[i], 0 for none; paint has n bytes of 0. At most *budget_us
 * microseconds of processor time are spent, and taken off it (a little more may be: it can be negative
 * then); compiling a query at its first use is not counted. 0, or -1: no colours (time is up, memory is
 * out); paint is then unspecified. */
int highlight_tree_paint(struct highlight_tree *t, uint8_t *paint, size_t grammar, const char *code,
                         size_t n, int64_t *budget_us) CHECKED;

/* The class name of a colour (not 0). */
const char *highlight_tree_class(uint8_t colour);

#endif
