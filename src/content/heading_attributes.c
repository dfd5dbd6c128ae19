#include "content/heading_attributes.h"

#include <string.h>

static struct slice trim_end(struct slice s) {
    while (s.len > 0 && text_is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static bool is_id(struct slice s) {
    return s.len > 0 && s.len <= 256 && !slice_starts(s, "fn:") && !slice_starts(s, "fnref:");
}

/* "#id .class key=value": false when anything else stands there. */
static bool read(struct slice *id, struct slice rest) {
    bool any = false;

    while (rest.len > 0) {
        size_t n = 0;
        while (n < rest.len && !text_is_space(rest.ptr[n]))
            n++;
        const struct slice word = slice_n(rest.ptr, n);
        rest = slice_trim(slice_n(rest.ptr + n, rest.len - n));
        if (*word.ptr == '#' && is_id(slice_n(word.ptr + 1, n - 1)))
            *id = slice_n(word.ptr + 1, n - 1);
        else if (memchr(word.ptr, '=', n) != NULL && (text_is_alpha(*word.ptr) || any))
            return true; /* whose value may hold spaces: nothing behind it is read */
        else if (*word.ptr != '.' || n < 2)
            return false;
        any = true;
    }
    return any;
}

size_t heading_attributes(struct slice *id, const char *text) {
    const size_t n = strlen(text);
    struct slice s = trim_end(slice_n(text, n));
    const char *open = strrchr(text, '{');

    *id = slice_n(text, 0);
    if (open == NULL || s.len == 0 || s.ptr[s.len - 1] != '}' || open[1] == '}')
        return n;
    s = slice_n(open + 1, (size_t)(s.ptr + s.len - open) - 2);
    if (s.len > 0 && *s.ptr == ':')
        s = slice_n(s.ptr + 1, s.len - 1);
    if (!read(id, slice_trim(s))) {
        *id = slice_n(text, 0);
        return n;
    }
    return trim_end(slice_n(text, (size_t)(open - text))).len;
}
