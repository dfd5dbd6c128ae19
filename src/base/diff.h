/* What changed from one text to another, line by line: the fewest lines that leave and come (E. W. Myers, "An O(ND)
 * Difference Algorithm and Its Variations", 1986). Bounded: beyond DIFF_CHANGES_MAX changes all lines between the
 * first and the last that differ leave, and the new ones come. Any thread. */
#ifndef PLATEN_BASE_DIFF_H
#define PLATEN_BASE_DIFF_H

#include "base/text.h"

enum { DIFF_LINES_MAX = 20000, DIFF_CHANGES_MAX = 500 };

enum diff_kind { DIFF_SAME = ' ', DIFF_GONE = '-', DIFF_NEW = '+' };

/* Called for every line of both texts in reading order, gone ones before the new ones in their place. Lines are
 * without their ends. */
typedef int diff_fn(void *arg, enum diff_kind kind, struct slice line);

/* 0, fn's non-zero value, or -1 (out of memory; more than DIFF_LINES_MAX lines). */
int diff_lines(struct slice before, struct slice after, diff_fn *fn, void *arg,
               struct error *err) CHECKED;

#endif
