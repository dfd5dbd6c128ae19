/* See dress.h. A heading is seen where our renderer puts one: at the beginning of a line, the id first, its end
 * tag at the end of a line. The link has no text of its own, so that a reader that takes the text of the
 * post (microformats) finds the heading as it was written. */
#include "web/dress.h"

#include "base/text.h"

#include <string.h>

enum { MAX_ID = 500, HEAD = sizeof "<h2 id=\"" - 1, TAIL = sizeof "</h2>" - 1 };

/* The id of the heading that begins at p; empty when none does, or when it may not stand in a link as it is. */
static struct slice heading_id(const char *p, size_t n) {
    const struct slice none = {0};
    if (n <= HEAD || memcmp(p, "<h", 2) != 0 || p[2] < '1' || p[2] > '6' ||
        memcmp(p + 3, " id=\"", 5) != 0)
        return none;
    size_t i = HEAD;
    for (; i < n && i < HEAD + MAX_ID && p[i] != '"'; i++)
        if ((unsigned char)p[i] <= ' ' || strchr("%&<>\\^`{|}#[]", p[i]) != NULL)
            return none;
    return i < n && p[i] == '"' && i > HEAD ? slice_n(p + HEAD, i - HEAD) : none;
}

/* The end of the line that begins at p. */
static const char *line_end(const char *p, const char *end) {
    const char *found = memchr(p, '\n', (size_t)(end - p));
    return found == NULL ? end : found;
}

/* What belongs before the end tag of the heading on the line [p, end): writes it and what it follows, from *from. */
static void put_heading(struct buf *out, const char **from, const char *p, const char *end) {
    size_t n = (size_t)(end - p);
    struct slice id = heading_id(p, n);
    bool closed = id.len > 0 && n > HEAD + TAIL && memcmp(end - TAIL, "</h", 3) == 0 &&
                  end[-2] == p[2] && end[-1] == '>';
    if (!closed)
        return;
    buf_append(out, *from, (size_t)(end - TAIL - *from));
    buf_puts(out, "<a class=\"anchor\" href=\"#");
    buf_append(out, id.ptr, id.len);
    buf_puts(out, "\" aria-label=\"Link to this part\"></a>");
    *from = end - TAIL;
}

static bool starts(const char *p, const char *end, const char *what, size_t n) {
    return (size_t)(end - p) >= n && memcmp(p, what, n) == 0;
}

/* The same of a box at p: the renderer writes <input type="checkbox" checked disabled>. */
static void put_box(struct buf *out, const char **from, const char *p, const char *end) {
    static const char box[] = "<input type=\"checkbox\" ", checked[] = "checked disabled";
    if (!starts(p, end, box, sizeof box - 1))
        return;
    p += sizeof box - 1;
    bool done = starts(p, end, checked, sizeof checked - 1);
    if (!done && !starts(p, end, "disabled", 8))
        return;
    buf_append(out, *from, (size_t)(p - *from));
    buf_puts(out, done ? "aria-label=\"Done\" " : "aria-label=\"To do\" ");
    *from = p;
}

/* One walk from tag to tag. */
int dress_html(struct buf *out, const char *html, size_t n) {
    const char *end = html + n, *from = html;
    for (const char *at = html; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        if (end - at < 3)
            break;
        if (at[1] == 'i') {
            put_box(out, &from, at, end);
        } else if (at[1] == 'h' && (at == html || at[-1] == '\n')) {
            const char *line = line_end(at, end);
            put_heading(out, &from, at, line);
            at = line - 1;
        }
    }
    return buf_append(out, from, (size_t)(end - from));
}
