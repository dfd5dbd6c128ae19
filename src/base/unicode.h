/* What needs Unicode's tables (through libunistring, its only user). Any thread may call. */
#ifndef PLATEN_BASE_UNICODE_H
#define PLATEN_BASE_UNICODE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when the bytes are well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms). When they
 * are not and bad is not NULL, *bad is the offset of the first wrong byte. */
bool unicode_valid(const char *s, size_t n, size_t *bad);

/* Copies the first line of somebody else's text for people to read: what is no character or a control
 * character becomes '?', a tab a space; cut at a character's boundary. size > 0. */
void unicode_line(char *out, size_t size, const char *s, size_t n);

/* Decodes the character at s (n > 0 bytes, valid UTF-8) into *c; returns its length in bytes, 1..4.
 */
size_t unicode_next(const char *s, size_t n, uint32_t *c);

bool unicode_is_letter(uint32_t c);
bool unicode_is_digit(uint32_t c); /* Nd */
bool unicode_is_mark(uint32_t c);
bool unicode_is_space(uint32_t c);
bool unicode_is_cjk(
    uint32_t c); /* Han, Hiragana, Katakana, Hangul: one word a character when counting */

/* Writes c as search sees it: lower case, Latin and Greek letters without their marks ("É" is "e", "ß" is
 * "ss"), full-width forms as the plain ones. Returns the number of bytes, 0 for what is written over
 * or between letters and is not looked for (combining accents, vowel points, tatweel). */
size_t unicode_fold(uint32_t c, char out[8]);

/* Appends s in lower case (simple case mapping, no locale). */
int unicode_lower(struct buf *out, const char *s, size_t n);

/* Appends the path form of a name as Hugo makes it: letters, marks, digits and . / \ _ # + ~ - @
 * stay; a run of white space becomes one hyphen, but none at either end and none beside a hyphen
 * that was written; all else goes without a trace. Then lower case unless keep_case.
 * "Hello, World & more" -> "hello-world-more". */
int unicode_urlize(struct buf *out, const char *s, size_t n, bool keep_case);

/* Appends s as a slug: lower-case letters and digits with one '-' for any run of anything else between them. Latin
 * letters lose their marks ("Café" is "cafe", "ß" is "ss"); letters of other scripts stay.
 * keep_marks: nothing loses its marks. */
int unicode_slug(struct buf *out, const char *s, size_t n, bool keep_marks);

/* Appends s as Jekyll's "pretty" slug: letters, marks, digits and ._~!$&'()+,;=@ stay as they are, a run of anything
 * else is one '-', but none at either end. */
int unicode_pretty(struct buf *out, const char *s, size_t n);

/* Appends s without the marks of its letters: "Café" is "Cafe", "й" is "и". */
int unicode_unaccent(struct buf *out, const char *s, size_t n);

/* Appends GitHub's anchor of a heading: lower case, white space to hyphens one for one, everything
 * but letters, marks, digits, '-' and '_' dropped. "C++ & you" -> "c--you". */
int unicode_anchor(struct buf *out, const char *s, size_t n);

/* Number of words: runs of non-space characters; each CJK character counts as one word. */
size_t unicode_words(const char *s, size_t n);

#endif
