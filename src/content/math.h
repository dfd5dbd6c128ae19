/* Formulas in a body: $$...$$, \[...\], \(...\) and $...$, kept from Markdown as the TeX they are. */
#ifndef PLATEN_CONTENT_MATH_H
#define PLATEN_CONTENT_MATH_H

#include "content/shortcode.h"

/* Takes the formulas out of s->text: each becomes a token whose HTML is the escaped TeX with its delimiters in
 * <span class="math inline"> or, for $$ and \[, "math display" (a div where it has its lines for itself, if raw_html: a
 * comment may stand in the text). Code spans and fences are left alone. A formula does not reach over an empty
 * line; one dollar opens where no white space follows and closes where none precedes and no digit
 * follows. 0; -1 when memory is out. Time grows with the text's length. Any thread. */
int math_take(struct shortcodes *s, bool raw_html, struct error *err) CHECKED;

#endif
