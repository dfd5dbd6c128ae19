/* Escaping for HTML is what templates spend their time on: it looks at sixteen bytes at once and copies
 * them before it knows whether they stay. For URLs it copies spans, up to the next byte that does not. */
#include "base/text.h"

#include "base/bytes.h"

#include "base/unicode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct slice slice_of(const char *s) {
    return (struct slice){.ptr = s, .len = s != NULL ? strlen(s) : 0};
}

struct slice slice_n(const char *s, size_t n) {
    return (struct slice){.ptr = s, .len = n};
}

bool slice_eq(struct slice a, const char *s) {
    size_t n = strlen(s);
    return a.len == n && (n == 0 || memcmp(a.ptr, s, n) == 0);
}

bool slice_starts(struct slice a, const char *prefix) {
    size_t n = strlen(prefix);
    return a.len >= n && (n == 0 || memcmp(a.ptr, prefix, n) == 0);
}

bool slice_ends(struct slice a, const char *suffix) {
    size_t n = strlen(suffix);
    return a.len >= n && (n == 0 || memcmp(a.ptr + a.len - n, suffix, n) == 0);
}

struct slice slice_trim(struct slice s) {
    while (s.len > 0 && text_is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && text_is_space(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool slice_next(struct slice *rest, char sep, struct slice *part) {
    if (rest->ptr == NULL) {
        return false;
    }
    const char *end = rest->len > 0 ? memchr(rest->ptr, sep, rest->len) : NULL;
    if (end == NULL) {
        *part = *rest;
        *rest = (struct slice){.ptr = NULL, .len = 0};
        return true;
    }
    size_t n = (size_t)(end - rest->ptr);
    *part = slice_n(rest->ptr, n);
    *rest = slice_n(end + 1, rest->len - n - 1);
    return true;
}

char text_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool text_is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool text_is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool text_is_alpha(char c) {
    char l = text_lower(c);
    return l >= 'a' && l <= 'z';
}

int text_hex(char c) {
    if (text_is_digit(c)) {
        return c - '0';
    }
    char l = text_lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

bool text_eq_nocase(const char *a, const char *b) {
    while (*a != '\0' && text_lower(*a) == text_lower(*b)) {
        a++;
        b++;
    }
    return text_lower(*a) == text_lower(*b);
}

bool text_starts(const char *s, const char *prefix) {
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix) {
    return slice_ends(slice_of(s), suffix);
}

void text_copy(char *dst, size_t size, const char *s) {
    size_t n = strnlen(s, size - 1);
    memcpy(dst, s, n);
    dst[n] = '\0';
}

int text_int(int64_t *out, const char *s, int64_t min, int64_t max) {
    if (!text_is_digit(*s) && !(*s == '-' && text_is_digit(s[1]))) {
        return -1; /* strtoll would take white space and '+' */
    }
    char *end = NULL;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno != 0 || *end != '\0' || v < min || v > max) {
        return -1;
    }
    *out = v;
    return 0;
}

/* Not 0 where a byte is one of & < > " ' or #: a byte b is only if (b & ~5) is '"' or (b | 2) is '>'. */
static inline bytes16 stops(bytes16 b) {
    return (bytes16)((b & 0xfa) == '"') | (bytes16)((b | 2) == '>');
}

static inline bool is_stop(char c) {
    return (c & ~5) == '"' || (c | 2) == '>';
}

/* How many bytes of s are before the first that stops. */
static size_t before_stop(const char *s, size_t n) {
    enum { ONE = sizeof(bytes16) };
    size_t i = 0;
    for (; n - i >= ONE; i += ONE) {
        bytes16 b = stops(bytes_load(s + i));
        if (bytes_any(b))
            return i + bytes_first(b);
    }
    if (!bytes_any(stops(bytes_few(s + i, n - i))))
        return n;
    while (!is_stop(s[i]))
        i++;
    return i;
}

static inline void append_few(struct buf *out, const char *s, size_t n) {
    if (n > 2 * sizeof(bytes16) || n >= out->cap - out->len || out->failed) {
        (void)buf_append(out, s, n);
        return;
    }
    bytes_copy_few(out->data + out->len, s, n);
    out->len += n;
    out->data[out->len] = '\0';
}

/* Appends up to 32 bytes, of which none stops; false, and nothing is appended, for any other. */
static inline bool append_plain(struct buf *out, const char *s, size_t n) {
    if (n > 2 * sizeof(bytes16) || n >= out->cap - out->len || out->failed)
        return false;
    char *to = out->data + out->len;
    if (n >= sizeof(bytes16)) {
        bytes16 first = bytes_load(s), last = bytes_load(s + n - sizeof last);
        if (bytes_any(stops(first) | stops(last)))
            return false;
        memcpy(to, &first, sizeof first);
        memcpy(to + n - sizeof last, &last, sizeof last);
    } else {
        if (bytes_any(stops(bytes_few(s, n))))
            return false;
        bytes_copy_few(to, s, n);
    }
    to[n] = '\0';
    out->len += n;
    return true;
}

struct reference {
    char text[7];
    char len;
};

/* What stands for a byte that stops. */
static inline const struct reference *reference_of(char c) {
    static const struct reference refs[] = {{"#", 1},    {"&amp;", 5},  {"&lt;", 4},
                                            {"&gt;", 4}, {"&quot;", 6}, {"&#39;", 5}};
    static const unsigned char which[256] = {
        ['&'] = 1, ['<'] = 2, ['>'] = 3, ['"'] = 4, ['\''] = 5};
    return &refs[which[(unsigned char)c]];
}

/* Copies 64 bytes at once while none stops, at most n (which may be below 0). Returns how many. */
static inline ptrdiff_t copy_plain(char *to, const char *s, ptrdiff_t n) {
    enum { ONE = sizeof(bytes16), FOUR = 4 * ONE };
    ptrdiff_t i = 0;
    for (; n - i >= FOUR; i += FOUR) {
        bytes16 a = bytes_load(s + i), b = bytes_load(s + i + ONE);
        bytes16 c = bytes_load(s + i + 2 * ONE), d = bytes_load(s + i + 3 * ONE);
        if (bytes_any(stops(a) | stops(b) | stops(c) | stops(d)))
            break;
        memcpy(to + i, s + i, FOUR);
    }
    return i;
}

enum { ROOMY = 80 }; /* more than append_roomy writes before it looks for room again */

/* How many of the bytes of s, which may need references, were appended: it stops where less than sixteen are left, or
 * little room. Looks at 64 only once sixteen were plain, as texts with a reference have many. */
static size_t append_roomy(struct buf *out, const char *s, size_t n) {
    enum { ONE = sizeof(bytes16) };
    const char *const begin = s, *const end = s + n;
    char *to = out->data + out->len, *const full = out->data + out->cap - ROOMY;
    while (end - s >= ONE && to < full) {
        bytes16 b = bytes_load(s), stop = stops(b);
        memcpy(to, &b, sizeof b);
        if (bytes_any(stop)) {
            size_t plain = bytes_first(stop);
            const struct reference *ref = reference_of(s[plain]);
            memcpy(to + plain, ref->text, sizeof ref->text);
            to += plain + (size_t)ref->len;
            s += plain + 1;
            continue;
        }
        s += ONE;
        to += ONE;
        ptrdiff_t copied = copy_plain(to, s, end - s < full - to ? end - s : full - to);
        s += copied;
        to += copied;
    }
    *to = '\0';
    out->len = (size_t)(to - out->data);
    return (size_t)(s - begin);
}

static __attribute__((noinline)) int append_html(struct buf *out, const char *s, size_t n) {
    for (;;) {
        if (out->cap - out->len > ROOMY && !out->failed) {
            size_t taken = append_roomy(out, s, n);
            s += taken;
            n -= taken;
        }
        size_t plain = before_stop(s, n);
        append_few(out, s, plain);
        if (plain == n)
            return buf_ok(out) ? 0 : -1;
        const struct reference *ref = reference_of(s[plain]);
        append_few(out, ref->text, (size_t)ref->len);
        s += plain + 1;
        n -= plain + 1;
    }
}

int text_html(struct buf *out, const char *s, size_t n) {
    return append_plain(out, s, n) ? 0 : append_html(out, s, n);
}

uint64_t text_digits(const char **at) {
    uint64_t n = 0;
    for (; text_is_digit(**at); ++*at)
        n = n * 10 + (uint64_t)(**at - '0');
    return n;
}

#define STAYS_IN_PATH 1
#define STAYS_IN_QUERY 2

/* What each byte may stay in. Unreserved characters stay in both (RFC 3986 section 2.3). */
static const unsigned char url_stays[256] = {
    ['-'] = 3,         ['.'] = 3, ['_'] = 3, ['~'] = 3, ['0' ... '9'] = 3, ['A' ... 'Z'] = 3,
    ['a' ... 'z'] = 3, ['!'] = 1, ['$'] = 1, ['&'] = 1, ['\''] = 1,        ['('] = 1,
    [')'] = 1,         ['*'] = 1, ['+'] = 1, [','] = 1, [';'] = 1,         ['='] = 1,
    [':'] = 1,         ['@'] = 1, ['/'] = 1,
};

static int url_encode(struct buf *out, const char *s, size_t n, unsigned char stays) {
    static const char digits[] = "0123456789ABCDEF";
    size_t from = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((url_stays[c] & stays) != 0) {
            continue;
        }
        if (i > from) {
            (void)buf_append(out, s + from, i - from);
        }
        const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
        (void)buf_append(out, escape, sizeof escape);
        from = i + 1;
    }
    if (n > from) {
        (void)buf_append(out, s + from, n - from);
    }
    return buf_ok(out) ? 0 : -1;
}

/* True when all of b are letters, digits, or one of - . / _ ~: nearly every path's are. */
static inline bool all_usual(bytes16 b) {
    const bytes16 letter = (b | 0x20) - 'a', digit = b - '-'; /* - . / 0 to 9 are neighbours */
    return !bytes_any(~((bytes16)(letter < 26) | (bytes16)(digit < 13) | (bytes16)(b == '_') |
                        (bytes16)(b == '~')));
}

bool text_is_url_path(const char *s, size_t n) {
    size_t i = 0;
    while (n - i >= sizeof(bytes16) && all_usual(bytes_load(s + i)))
        i += sizeof(bytes16);
    if (i > 0 && i < n && n - i < sizeof(bytes16) && all_usual(bytes_load(s + n - sizeof(bytes16))))
        return true;
    while (i < n && (url_stays[(unsigned char)s[i]] & STAYS_IN_PATH) != 0)
        i++;
    return i == n;
}

int text_url_path(struct buf *out, const char *s, size_t n) {
    return url_encode(out, s, n, STAYS_IN_PATH);
}

int text_url_query(struct buf *out, const char *s, size_t n) {
    return url_encode(out, s, n, STAYS_IN_QUERY);
}

/* Writes the decoded bytes to `to`, which has room for n; their number, or -1 on a bad escape. */
static ssize_t url_decode(char *to, const char *s, size_t n, bool plus) {
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (c == '%') {
            int high = n - i > 2 ? text_hex(s[i + 1]) : -1;
            int low = high >= 0 ? text_hex(s[i + 2]) : -1;
            if (low < 0) {
                return -1;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == '\0') {
            return -1;
        }
        to[len++] = c;
    }
    return (ssize_t)len;
}

int text_url_decode(struct buf *out, const char *s, size_t n, bool plus) {
    char *to = buf_room(out, n);
    if (to == NULL) {
        return -1;
    }
    ssize_t len = url_decode(to, s, n, plus);
    if (len < 0 || !unicode_valid(to, (size_t)len, NULL)) {
        to[0] = '\0'; /* the content ends where it ended before */
        return -1;
    }
    buf_added(out, (size_t)len);
    return 0;
}

#define DISTANCE_LONGEST 64
#define DISTANCE_FAR 99

int text_distance(const char *a, const char *b) {
    size_t la = strlen(a);
    size_t lb = strlen(b);
    if (la > DISTANCE_LONGEST || lb > DISTANCE_LONGEST) {
        return DISTANCE_FAR;
    }
    int row[DISTANCE_LONGEST + 1]; /* distance of a's first i bytes to b's first j */
    for (size_t j = 0; j <= lb; j++) {
        row[j] = (int)j;
    }
    for (size_t i = 1; i <= la; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= lb; j++) {
            int best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best) {
                best = row[j] + 1;
            }
            if (row[j - 1] + 1 < best) {
                best = row[j - 1] + 1;
            }
            row[j] = best;
        }
    }
    return row[lb];
}
