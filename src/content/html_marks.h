/* What a page must know of a post's HTML beside the HTML: found when the post is kept, so that no page looks for it.
 * Pure functions, any thread.
 *
 * Marks are text: a version, the traits as a number, and the seams in order: "1 3 h120:45:12 d300 t411". Who
 * finds none, or ones of another version, looks at the HTML itself. */
#ifndef PLATEN_CONTENT_HTML_MARKS_H
#define PLATEN_CONTENT_HTML_MARKS_H

#include "base/buf.h"
#include "base/text.h"

/* What it has, a bit each. The first four are what a page's policy asks for (web/policy.h). */
enum html_trait {
    HTML_STYLES = 1, /* style="…" */
    HTML_VIDEO = 2,
    HTML_AUDIO = 4,
    HTML_FRAMES = 8,
    HTML_RELATIVE = 16, /* addresses of files beside its own */
    HTML_PICTURES = 32,
    HTML_POLICY = HTML_STYLES | HTML_VIDEO | HTML_AUDIO | HTML_FRAMES,
};

/* The policy's part of them, in any piece of HTML. */
unsigned html_policy_traits(const char *html, size_t n);
/* All of them. */
unsigned html_traits(const char *html, size_t n);

/* A place where pages put something in. A heading is seen where our renderer puts one: at the beginning of a line, the
 * id first, its end tag at the end of a line. */
enum html_seam_kind { HTML_HEADING = 'h', HTML_BOX_DONE = 'd', HTML_BOX_TO_DO = 't' };

struct html_seam {
    enum html_seam_kind kind;
    size_t at;         /* heading: before its end tag; box: behind its type */
    size_t id, id_len; /* heading: where its id stands, which may stand in a link as it is */
};

typedef void html_seam_fn(void *arg, const struct html_seam *s);

/* Gives fn every seam of html, in order. */
void html_seams(const char *html, size_t n, html_seam_fn *fn, void *arg);

/* Appends the marks of html. A failure stays in out. */
void html_marks_write(struct buf *out, const char *html, size_t n);

/* The traits that marks tell. False when they are NULL or of another version. */
bool html_marks_traits(unsigned *out, const char *marks);

/* As html_seams, by what marks tell of an HTML of n bytes. False when they cannot be its: fn may have been called. */
bool html_marks_seams(const char *marks, size_t n, html_seam_fn *fn, void *arg) CHECKED;

#endif
