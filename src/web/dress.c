/* See dress.h. The link has no text of its own, so that a reader that takes the text of the post (microformats) finds
 * the heading as it was written. */
#include "web/dress.h"

#include "content/html_marks.h"

struct dressing {
    struct buf *out;
    const char *html;
    size_t from; /* what is before it has been written */
};

static void put_seam(void *arg, const struct html_seam *s) {
    struct dressing *d = arg;
    buf_append(d->out, d->html + d->from, s->at - d->from);
    d->from = s->at;
    if (s->kind != HTML_HEADING) {
        buf_puts(d->out,
                 s->kind == HTML_BOX_DONE ? "aria-label=\"Done\" " : "aria-label=\"To do\" ");
        return;
    }
    buf_puts(d->out, "<a class=\"anchor\" href=\"#");
    buf_append(d->out, d->html + s->id, s->id_len);
    buf_puts(d->out, "\" aria-label=\"Link to this part\"></a>");
}

int dress_html(struct buf *out, const char *html, size_t n, const char *marks) {
    const size_t before = out->len;
    struct dressing d = {.out = out, .html = html};
    if (!html_marks_seams(marks, n, put_seam, &d)) {
        buf_truncate(out, before);
        d.from = 0;
        html_seams(html, n, put_seam, &d);
    }
    return buf_append(out, html + d.from, n - d.from);
}
