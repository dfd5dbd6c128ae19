/* What a page adds to a post's HTML and feeds do not have. Any thread. */
#ifndef PLATEN_WEB_DRESS_H
#define PLATEN_WEB_DRESS_H

#include "base/buf.h"

/* Appends html (n bytes) with a link to itself in every heading that has an id, and with a name for every box
 * of a task list. Only what stands as our renderer writes it is changed. marks: of this HTML (content/html_marks.h), or
 * NULL: it is looked for. Time is linear in n. */
int dress_html(struct buf *out, const char *html, size_t n, const char *marks);

#endif
