/* Small operations on text. Nothing here allocates, nothing keeps state; any thread may call.
 * A `struct slice` is a view of bytes somebody else owns; it need not be NUL-terminated. */
#ifndef PLATEN_BASE_TEXT_H
#define PLATEN_BASE_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *ptr;
    size_t len;
};

struct slice slice_of(const char *s); /* NULL gives an empty slice */
struct slice slice_n(const char *s, size_t n);
bool slice_eq(struct slice a, const char *s);
bool slice_starts(struct slice a, const char *prefix);
bool slice_ends(struct slice a, const char *suffix);
struct slice slice_trim(struct slice s); /* ASCII white space off both ends */

/* Takes the part of *rest before the first `sep` (or all of it) and moves *rest behind it.
 * Returns false when *rest was already used up (ptr == NULL). */
bool slice_next(struct slice *rest, char sep, struct slice *part);

/* ASCII-only, locale-free. */
char text_lower(char c);
bool text_is_space(char c);
bool text_is_digit(char c);
bool text_is_alpha(char c);
int text_hex(char c); /* 0..15, -1 when it is no hex digit */
bool text_eq_nocase(const char *a, const char *b);
bool text_starts(const char *s, const char *prefix);
bool text_ends(const char *s, const char *suffix);

/* Copies s to dst, which has room for size bytes (at least one): cut off where it is longer, always with a NUL. */
void text_copy(char *dst, size_t size, const char *s);

/* Parses the whole of s as a decimal integer within [min, max]. 0, or -1 when it is not one. */
int text_int(int64_t *out, const char *s, int64_t min, int64_t max) CHECKED;

/* Appends s with & < > " ' as character references: safe in HTML text and in quoted attributes,
 * and in XML. */
int text_html(struct buf *out, const char *s, size_t n);

/* Appends s percent-encoded for a URL path: letters, digits and -._~!$&'()*+,;=:@/ stay
 * (RFC 3986 section 3.3), every other byte becomes %XX. */
int text_url_path(struct buf *out, const char *s, size_t n);

/* The number whose digits stand at *at, which is moved behind them; 0 without any. One that is too large for its type is
 * another. */
uint64_t text_digits(const char **at);

/* True when text_url_path would leave all n bytes of s as they are. */
bool text_is_url_path(const char *s, size_t n);

/* Appends s percent-encoded for one query value: only unreserved characters stay. */
int text_url_query(struct buf *out, const char *s, size_t n);

/* Appends s with %XX decoded; when `plus`, '+' becomes a space. -1 on a bad escape, on a NUL byte
 * and when the result is not UTF-8 (nothing is appended then, and out has not failed), or when out
 * is full. */
int text_url_decode(struct buf *out, const char *s, size_t n, bool plus) CHECKED;

/* Edit distance (Levenshtein) of two short names, both at most 64 bytes; larger ones give 99.
 * For "unknown option --lisen, did you mean --listen?". */
int text_distance(const char *a, const char *b);

#endif
