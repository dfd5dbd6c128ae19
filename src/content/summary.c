#include "content/summary.h"

#include "base/text.h"
#include "base/unicode.h"
#include "content/plain.h"

#include <string.h>

/* True when html holds anything but white space and end tags. */
static bool has_content(const char *html, size_t n) {
    size_t i = 0;

    while (i < n) {
        if (text_is_space(html[i])) {
            i++;
        } else if (n - i > 2 && html[i] == '<' && html[i + 1] == '/') {
            const char *end = memchr(html + i, '>', n - i);
            if (end == NULL)
                return false;
            i = (size_t)(end - html) + 1;
        } else {
            return true;
        }
    }
    return false;
}

/* Words of the text from *counted on, which is then moved to its end. Only asked where a block has
 * ended, so no word is cut in two. */
static size_t count_on(const struct buf *text, size_t *counted) {
    const size_t from = *counted;

    *counted = text->len;
    return unicode_words(buf_str(text) + from, text->len - from);
}

void summary_make(struct summary *out, struct buf *text, const char *html, size_t n, size_t more,
                  size_t word_limit) {
    const bool manual = more <= n;
    struct plain p;
    size_t counted = 0;
    bool found = manual;

    *out = (struct summary){0};
    plain_init(&p, text, html, n);
    if (manual) {
        (void)plain_read(&p, more, false);
        out->text_len = text->len;
        out->truncated = has_content(html + more, n - more);
    }
    while (plain_read(&p, n, !found)) {
        out->words += count_on(text, &counted);
        if (out->words < word_limit)
            continue;
        found = true;
        out->text_len = text->len;
        out->truncated = has_content(html + p.at, n - p.at);
    }
    out->words += count_on(text, &counted);
    if (!found)
        out->text_len = text->len;
}
