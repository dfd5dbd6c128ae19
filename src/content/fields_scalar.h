/* Single values of front matter, however their author wrote them: a title may be a number, a flag the
 * word "yes". Any thread may call. */
#ifndef PLATEN_CONTENT_FIELDS_SCALAR_H
#define PLATEN_CONTENT_FIELDS_SCALAR_H

#include "base/json.h"

/* Appends v as one line of text: white space folded and trimmed. False when v is no scalar; a text
 * too long for out shows in buf_ok. */
bool fields_scalar(struct buf *out, json_t *v);

/* 1 for true, yes and on, 0 for false, no and off, in any case; -1 when v is no truth value. */
int fields_truth(json_t *v);

#endif
