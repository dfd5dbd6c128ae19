/* Text cut into the words that search knows, for the index, for queries and for showing what was found: all
 * three must agree.
 *
 * A run is what is written without a gap: letters, digits and the marks on them. Scripts that part
 * words by spaces make one word of a run, folded (see unicode_fold). Scripts that do not (Chinese, Japanese,
 * Korean, Thai, Lao, Khmer, Burmese) make a pair of every two neighbours. A run ends where the two kinds
 * meet. Nothing here allocates; any thread may call. */
#ifndef PLATEN_STORE_WORDS_H
#define PLATEN_STORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WORD_BYTES_MAX = 64 }; /* of a folded word; what is longer is known by its beginning */

struct run {
    size_t start, end; /* bytes of the text */
    bool dense;        /* of a script without spaces between words */
};

struct runs {
    const char *text;
    size_t len, at;
};

/* Walks over text (UTF-8; bytes that are none part runs). False at its end. */
void runs_begin(struct runs *r, const char *text, size_t len);
bool runs_next(struct runs *r, struct run *out);

/* The run's text folded into out, cut at a character within WORD_BYTES_MAX bytes; its bytes. *chars gets the
 * number of characters written. May be 0. */
size_t run_fold(char out[WORD_BYTES_MAX], size_t *chars, const char *text, const struct run *r);

/* One folded character of a dense run, 1..8 bytes; *at moves behind it and the marks that fold
 * away; 0 at the run's end. */
size_t run_char(char out[8], size_t *at, const char *text, const struct run *r);

#endif
