/* Shortcodes in a body: Hugo's {{< name args >}} and {{% name args %}}, with a closing {{< /name >}} for
 * those that have an inside (gohugo.io/content-management/shortcodes), or Zola's {{ name(args) }} and
 * {% name(args) %} ... {% end %} (getzola.org/documentation/content/shortcodes).
 *
 * They are expanded before Markdown and, as both do, everywhere: in code spans and fences too; what
 * shall be shown is written with a slash and star and a star and slash within the braces. The HTML of
 * one does not pass through Markdown: a token takes its place in the text (a comment around it where
 * it has a line of its own, so that it is a block), and shortcode_restore puts the HTML there
 * afterwards. The inside of details and collapse stays Markdown in its place; ref and relref become an
 * address in the Markdown. The text keeps its number of lines.
 *
 * No script, frame or picture of others: gist, x, youtube and vimeo are links. What is unknown,
 * malformed or not closed stays as text and is a warning. */
#ifndef PLATEN_CONTENT_SHORTCODE_H
#define PLATEN_CONTENT_SHORTCODE_H

#include "base/buf.h"
#include "base/json.h"

#include <stdbool.h>

struct shortcodes {
    struct buf text; /* the body for Markdown; owned */
    struct buf html; /* the HTML of all, one after another; owned */
    size_t *ends;    /* where in html each ends; owned */
    size_t count;
    json_t *warnings; /* array of {"line","column","text"}; owned */
};

struct highlighter;

enum shortcode_dialect { SHORTCODE_HUGO, SHORTCODE_ZOLA };

struct shortcode_options {
    enum shortcode_dialect dialect;
    int first_line;                  /* of the file in which the text begins, for warnings */
    bool raw_html;                   /* rawhtml may write its inside (else it stays as text) */
    const json_t *params;            /* the front matter's, or NULL */
    const json_t *site_params;       /* the site's, or NULL */
    struct highlighter *highlighter; /* may be NULL */
};

/* Expands the shortcodes of text (n bytes of valid UTF-8). What the options point to is lent. 0: *out
 * is filled (shortcode_free). -1: memory is out or too much would be written. Time and memory grow with
 * n alone. Any thread may call. */
int shortcode_expand(struct shortcodes *out, const char *text, size_t n,
                     const struct shortcode_options *o, struct error *err) CHECKED;

/* Puts the HTML where the tokens stand in html; *at, an offset in html (SIZE_MAX: none), is moved
 * along. A token within a tag is dropped, for HTML there would end the attribute. -1: html would be
 * larger than it may be. */
int shortcode_restore(const struct shortcodes *s, struct buf *html, size_t *at,
                      struct error *err) CHECKED;

/* Appends text without tokens (headings in the contents list). */
void shortcode_strip(struct buf *out, const char *text);

void shortcode_free(struct shortcodes *s);

#endif
