/* Markdown to HTML: GitHub's dialect (CommonMark, tables, strikethrough, autolinks, task lists) with
 * footnotes, through libcmark-gfm. The library is not thread-safe: one thread of a process may call,
 * and only a fenced child may be given what a stranger wrote, since some small inputs cost seconds
 * or hundreds of megabytes.
 *
 * A heading's own id, {#id} at its end, is used; classes there are dropped. A fence of mermaid becomes
 * <pre class="mermaid">.
 *
 * The HTML is our own walk over the tree (html.c), so that it is bounded, its schemes are checked,
 * and its ids are ours: headings as GitHub's, footnotes fn:1 and fnref:1 (fnref:1:2 for the second
 * mention), which no heading can have. Columns of tables carry the classes align-left, align-center
 * and align-right. Pictures carry loading="lazy" decoding="async". Code blocks carry
 * class="language-NAME", and the spans of highlight.h. */
#ifndef PLATEN_CONTENT_MARKDOWN_H
#define PLATEN_CONTENT_MARKDOWN_H

#include "base/json.h"

#include <stdint.h>

struct highlighter;

struct markdown_options {
    bool raw_html;         /* raw HTML passes (false: dropped) */
    bool smart;            /* smart punctuation */
    bool kramdown;         /* {: .class} is left out, with a warning */
    bool definitions;      /* lists of definitions (html_definitions.c) */
    bool emoji;            /* :tada: in texts; an anchor is made from what was typed */
    const char *more_mark; /* an HTML comment that says what <!--more--> says; may be NULL */
    int toc_min, toc_max;  /* heading levels in the contents list */
    int first_line;        /* line of the file in which the text begins, for warnings */
    struct highlighter *highlighter; /* colours code blocks; may be NULL */
};

#define MARKDOWN_NO_MORE SIZE_MAX

struct markdown {
    struct buf html;  /* owned; its max is given by the caller (buf_init before the call) */
    json_t *outline;  /* array, see document.h; owned */
    json_t *warnings; /* array of {"line","column","text"}; owned */
    size_t more;      /* offset in html where <!--more--> stood, or MARKDOWN_NO_MORE */
};

/* Renders text (n bytes of valid UTF-8 without NUL). 0: *out is filled (markdown_free). -1: memory
 * is out or the HTML would be larger than out->html may be; *out is then freed. */
int markdown_render(struct markdown *out, const char *text, size_t n,
                    const struct markdown_options *o, struct error *err) CHECKED;
void markdown_free(struct markdown *m);

#endif
