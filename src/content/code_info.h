/* What stands behind the opening of a fenced code block: the language and attributes, as Hugo writes
 * them (```go {hl_lines=[1,"3-5"] linenos=true title="x"}) and as Zola does
 * (```go,linenos,hl_lines=1 3-5). Attributes that are not known are passed over. Any thread may call. */
#ifndef PLATEN_CONTENT_CODE_INFO_H
#define PLATEN_CONTENT_CODE_INFO_H

#include "base/text.h"

enum { CODE_INFO_RANGES = 32 };

struct code_info {
    struct slice language; /* empty when none is named */
    struct slice title;    /* empty when none is given */
    bool numbers;          /* show line numbers */
    unsigned first;        /* number of the first line; at most 1000000 */
    struct {
        unsigned from, to; /* lines of the block, 1 is the first, both included */
    } marked[CODE_INFO_RANGES];
    size_t marked_len;
};

/* Reads info (may be NULL) into *out, whose slices point into it. Ranges beyond CODE_INFO_RANGES are
 * left out. */
void code_info_read(struct code_info *out, const char *info);

bool code_info_is_marked(const struct code_info *info, unsigned line);

#endif
