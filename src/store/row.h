/* Rows to structs (private to the store): the one place that knows the order of the view `card`. */
#ifndef PLATEN_STORE_ROW_H
#define PLATEN_STORE_ROW_H

#include "store/posts.h"

/* How much of a post a row has: the columns of a line in a listing; or those of `card`, then html and outline, then what
 * post_shown or, with markdown, list_run_whole and others say. */
enum row_part { ROW_SHORT, ROW_LINE, ROW_SHOWN, ROW_CARD, ROW_WHOLE };

/* What the struct lends lives until the statement moves on. */
void row_post(struct post *out, struct db_stmt *s, enum row_part part);

enum { ROW_AFTER_CARD = 29 }; /* the first column behind those of `card` */

/* Columns of the list statements. */
void row_list(struct list *out, struct db_stmt *s);

/* Runs s to its end, handing each post to fn. Ends s. */
int row_each(struct db_stmt *s, enum row_part part, post_fn *fn, void *arg,
             struct error *err) CHECKED;

#endif
