#include "content/source.h"

#include "base/unicode.h"

#include <string.h>

/* Line and column (in characters, from 1) of the byte at offset `at`; what is before it is valid
 * UTF-8. A line ends with LF, CR or both. */
static void place_of(const char *s, size_t at, int *line, int *column) {
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at; i++) {
        if (s[i] == '\n' || (s[i] == '\r' && s[i + 1] != '\n')) {
            (*line)++;
            *column = 1;
        } else if (((unsigned char)s[i] & 0xC0U) != 0x80U) {
            (*column)++;
        }
    }
}

static bool is_utf16(const char *s, size_t n) {
    return n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0);
}

static int check(const char *s, size_t n, struct error *err) {
    const char *nul;
    size_t bad = 0;
    int line;
    int column;

    if (is_utf16(s, n))
        return error_at(err, 1, 1, "the file is UTF-16; save it as UTF-8");
    nul = memchr(s, '\0', n);
    if (nul != NULL) {
        size_t before = (size_t)(nul - s);
        if (!unicode_valid(s, before, &bad))
            before = bad;
        place_of(s, before, &line, &column);
        return error_at(err, line, column, "not text: the file holds binary data (a NUL byte)");
    }
    if (!unicode_valid(s, n, &bad)) {
        place_of(s, bad, &line, &column);
        return error_at(err, line, column, "invalid UTF-8 (byte 0x%02X); save the file as UTF-8",
                        (unsigned)(unsigned char)s[bad]);
    }
    return 0;
}

int source_clean(struct buf *out, const char *source, size_t n, struct error *err) {
    char *to;
    size_t len = 0;

    if (check(source, n, err) != 0)
        return -1;
    if (n >= 3 && memcmp(source, "\xEF\xBB\xBF", 3) == 0) {
        source += 3;
        n -= 3;
    }
    if (n == 0)
        return 0;
    to = buf_room(out, n);
    if (to == NULL)
        return error_set(err, "the file is larger than %zu bytes", out->max);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)source[i];
        if (c >= 0x20 && c != 0x7F) {
            to[len++] = source[i];
        } else if (c == '\r') {
            if (i + 1 == n || source[i + 1] != '\n')
                to[len++] = '\n';
        } else {
            to[len++] = c == '\n' || c == '\t' ? source[i] : ' ';
        }
    }
    buf_added(out, len);
    return 0;
}
