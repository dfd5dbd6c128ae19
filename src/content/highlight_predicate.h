/* The conditions in a query, which tree-sitter leaves to whoever runs it: #eq? #match? #any-of? and
 * their #not- forms. Directives (#set!) and conditions that need more than the text (#is? #is-not?)
 * always hold. Used by highlight_tree.c only. */
#ifndef PLATEN_CONTENT_HIGHLIGHT_PREDICATE_H
#define PLATEN_CONTENT_HIGHLIGHT_PREDICATE_H

#include "base/error.h"

#include <stdbool.h>
#include <tree_sitter/api.h>

struct predicates;

/* Compiles those of a query, which must outlive them. NULL: memory is out, or a pattern is wrong. */
struct predicates *predicates_new(const TSQuery *query) CHECKED;
void predicates_free(struct predicates *p);

/* True when all that belong to the match's pattern hold over code. A part longer than 256 bytes
 * matches no pattern. */
bool predicates_hold(const struct predicates *p, const TSQueryMatch *match, const char *code);

#endif
