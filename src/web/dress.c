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

static int put_line(struct buf *out, const char *p, size_t n) {
    struct slice id = heading_id(p, n);
    bool closed = id.len > 0 && n > HEAD + TAIL && memcmp(p + n - TAIL, "</h", 3) == 0 &&
                  p[n - 2] == p[2] && p[n - 1] == '>';
    if (!closed)
        return buf_append(out, p, n);
    buf_append(out, p, n - TAIL);
    buf_puts(out, "<a class=\"anchor\" href=\"#");
    buf_append(out, id.ptr, id.len);
    buf_puts(out, "\" aria-label=\"Link to this part\"></a>");
    return buf_append(out, p + n - TAIL, TAIL);
}

/* Boxes within a line: the renderer writes <input type="checkbox" checked disabled>. */
static void put_boxes(struct buf *out, const char *p, size_t n) {
    static const char box[] = "<input type=\"checkbox\" ", checked[] = "checked disabled";
    const size_t len = sizeof box - 1;
    const char *at;
    while ((at = memmem(p, n, box, len)) != NULL) {
        size_t before = (size_t)(at - p) + len, left = n - before;
        bool done =
            left >= sizeof checked - 1 && memcmp(p + before, checked, sizeof checked - 1) == 0;
        bool ours = done || (left >= 8 && memcmp(p + before, "disabled", 8) == 0);
        buf_append(out, p, before);
        if (ours)
            buf_puts(out, done ? "aria-label=\"Done\" " : "aria-label=\"To do\" ");
        p += before;
        n = left;
    }
    buf_append(out, p, n);
}

int dress_html(struct buf *out, const char *html, size_t n) {
    for (size_t i = 0; i < n && buf_ok(out);) {
        const char *end = memchr(html + i, '\n', n - i);
        size_t len = (end == NULL ? n : (size_t)(end - html)) - i;
        if (len > 2 && html[i] == '<' && html[i + 1] == 'h')
            put_line(out, html + i, len);
        else
            put_boxes(out, html + i, len);
        i += len;
        if (end != NULL) {
            buf_putc(out, '\n');
            i++;
        }
    }
    return buf_ok(out) ? 0 : -1;
}
