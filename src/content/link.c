#include "content/link.h"

#include "base/text.h"

#include <string.h>

/* Longest beginning that decides: "data:image/svg+xml" and the like. */
enum { HEAD_MAX = 24 };

/* The beginning of url as a browser reads it, in lower case. */
static void head_of(char head[HEAD_MAX], const char *url) {
    size_t n = 0;

    while (*url != '\0' && (unsigned char)*url <= ' ')
        url++;
    for (; *url != '\0' && n + 1 < HEAD_MAX; url++) {
        if (*url != '\t' && *url != '\n' && *url != '\r')
            head[n++] = text_lower(*url);
    }
    head[n] = '\0';
}

bool link_is_safe(const char *url, enum link_use use) {
    char head[HEAD_MAX];

    head_of(head, url);
    if (text_starts(head, "javascript:") || text_starts(head, "vbscript:"))
        return false;
    if (text_starts(head, "data:"))
        return use == LINK_IMAGE && text_starts(head, "data:image/");
    return true;
}

/* Characters that stay as they are in an address (RFC 3986's unreserved and reserved ones but & and
 * ', and the percent sign, so that what is encoded is not encoded twice). */
static bool stays(unsigned char c) {
    return text_is_alpha((char)c) || text_is_digit((char)c) ||
           (c != '\0' && strchr("-_.+!*(),%#@?=;:/$~[]", c) != NULL);
}

void link_attribute(struct buf *out, const char *url) {
    static const char hex[] = "0123456789ABCDEF";

    while (*url != '\0') {
        size_t n = 0;
        while (stays((unsigned char)url[n]))
            n++;
        (void)buf_append(out, url, n);
        url += n;
        if (*url == '\0')
            break;
        if (*url == '&') {
            (void)buf_puts(out, "&amp;");
        } else if (*url == '\'') {
            (void)buf_puts(out, "&#39;");
        } else {
            char code[3] = {'%', hex[(unsigned char)*url >> 4], hex[(unsigned char)*url & 15]};
            (void)buf_append(out, code, sizeof code);
        }
        url++;
    }
}

void link_to_file(struct buf *out, const char *before, struct slice path) {
    static const char hex[] = "0123456789ABCDEF";

    (void)buf_puts(out, before);
    for (size_t i = 0; i < path.len; i++) {
        const unsigned char c = (unsigned char)path.ptr[i];
        if (text_is_alpha((char)c) || text_is_digit((char)c) ||
            (c != '\0' && strchr("-_./#~%", c) != NULL)) {
            (void)buf_putc(out, (char)c);
        } else {
            const char code[3] = {'%', hex[c >> 4U], hex[c & 15U]};
            (void)buf_append(out, code, sizeof code);
        }
    }
}
