/* Colours for code: a fenced block as HTML with spans that carry the class names of Pygments and Chroma
 * (k keyword, nf function, s1 string, c1 comment, mi number and so on), so that any such stylesheet fits.
 *
 * Whatever the code is, the text between the tags is the code, byte for byte. A block in a language
 * that is not known, or too large, or that takes too long, is escaped and stays plain. Belongs to one
 * thread; only a fenced child may be given what a stranger wrote. */
#ifndef PLATEN_CONTENT_HIGHLIGHT_H
#define PLATEN_CONTENT_HIGHLIGHT_H

#include "base/buf.h"

/* Compiled queries and blocks already coloured, kept from one document to the next. */
struct highlighter;

/* NULL when memory is out. highlighter_free takes NULL. */
struct highlighter *highlighter_new(void) CHECKED;
void highlighter_free(struct highlighter *h);

/* A document begins: it may spend HIGHLIGHT_DOCUMENT_MS on colours. */
void highlighter_begin(struct highlighter *h);

enum {
    HIGHLIGHT_MAX = 64 * 1024, /* bytes of a block; a larger one stays plain */
    HIGHLIGHT_DEPTH = 100,     /* brackets open at once; more stay plain */
    HIGHLIGHT_INDENT = 200,    /* columns before a line's first word; more stay plain */
    /* Of processor time: what is coloured must not hang on what else the machine does. The largest
     * block of 878 in three blogs takes 3. A language's first block compiles its query (4 to 37),
     * which is not counted: there are few, and it is the child's past that decides. */
    HIGHLIGHT_BLOCK_MS = 200,
    HIGHLIGHT_DOCUMENT_MS = 400
};

/* Appends a whole block: a figure with the title when there is one, <pre><code>. info is what stands
 * behind the fence (may be NULL), code is NUL-terminated. h may be NULL: no colours then, lines are
 * marked and numbered all the same. The buffer's failure is the only one. */
void highlight_block(struct buf *out, struct highlighter *h, const char *info, const char *code);

#endif
