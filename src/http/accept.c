/* Which coding of a body a client takes: RFC 9110 section 12.5.3. */
#include "http/private.h"

#include <string.h>
#include <strings.h>

/* A weight in thousandths (section 12.4.2); what is malformed counts as 1. */
static int weight(struct slice s) {
    int v = 0, scale = 1000;
    if (s.len == 0 || (s.ptr[0] != '0' && s.ptr[0] != '1'))
        return 1000;
    v = (s.ptr[0] - '0') * 1000;
    for (size_t i = 2; i < s.len && i < 5 && text_is_digit(s.ptr[i]); i++)
        v += (s.ptr[i] - '0') * (scale /= 10);
    return v > 1000 ? 1000 : v;
}

static bool is(struct slice s, const char *name) {
    return s.len == strlen(name) && strncasecmp(s.ptr, name, s.len) == 0;
}

/* The weight among the parameters of a coding, 1000 when there is none. */
static int weight_of(struct slice params) {
    struct slice one;
    while (slice_next(&params, ';', &one)) {
        one = slice_trim(one);
        if (one.len > 2 && (one.ptr[0] == 'q' || one.ptr[0] == 'Q') && one.ptr[1] == '=')
            return weight(slice_n(one.ptr + 2, one.len - 2));
    }
    return 1000;
}

enum http_coding http_coding_choose(const char *accept) {
    if (accept == NULL)
        return HTTP_IDENTITY;
    int any = -1, weights[HTTP_CODINGS] = {-1, -1, -1};
    struct slice rest = slice_of(accept), item;
    while (slice_next(&rest, ',', &item)) {
        const char *semicolon = memchr(item.ptr, ';', item.len);
        size_t n = semicolon == NULL ? item.len : (size_t)(semicolon - item.ptr);
        struct slice name = slice_trim(slice_n(item.ptr, n));
        int q = semicolon == NULL ? 1000 : weight_of(slice_n(item.ptr + n + 1, item.len - n - 1));
        if (is(name, "br"))
            weights[HTTP_BROTLI] = q;
        else if (is(name, "gzip") || is(name, "x-gzip"))
            weights[HTTP_GZIP] = q;
        else if (is(name, "identity"))
            weights[HTTP_IDENTITY] = q;
        else if (is(name, "*"))
            any = q;
    }
    enum http_coding best = HTTP_IDENTITY;
    for (int i = 0; i < HTTP_CODINGS; i++)
        if (weights[i] < 0)
            weights[i] = i == HTTP_IDENTITY ? (any >= 0 ? any : 1) : any;
    for (int i = HTTP_GZIP; i < HTTP_CODINGS; i++)
        if (weights[i] > 0 && weights[i] >= weights[best])
            best = (enum http_coding)i;
    return best;
}
