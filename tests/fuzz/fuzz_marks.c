/* Marks of a post's HTML: what is dressed by them is what is dressed without, and marks that are another HTML's, or
 * none at all, do no harm. The input is marks on its first line, then the HTML. */
#include "content/html_marks.h"
#include "web/dress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void dress(struct buf *out, const char *html, size_t n, const char *marks) {
    buf_init(out, (size_t)1 << 22);
    if (dress_html(out, html, n, marks) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n) {
    const uint8_t *end = n == 0 ? NULL : memchr(data, '\n', n);
    if (end == NULL || n > 1 << 16)
        return 0;
    char *foreign = strndup((const char *)data, (size_t)(end - data));
    size_t len = n - (size_t)(end + 1 - data);
    char *html = malloc(len + 1); /* of its very size, so that a read behind it is seen */
    if (foreign == NULL || html == NULL)
        abort();
    memcpy(html, end + 1, len);
    struct buf marks, with, without, other;
    unsigned traits = 0;
    buf_init(&marks, (size_t)1 << 22);
    html_marks_write(&marks, html, len);
    if (!html_marks_traits(&traits, buf_str(&marks)) || traits != html_traits(html, len))
        abort();
    dress(&with, html, len, buf_str(&marks));
    dress(&without, html, len, NULL);
    if (with.len != without.len || memcmp(buf_str(&with), buf_str(&without), with.len) != 0)
        abort();
    buf_init(&other, (size_t)1 << 22);
    (void)dress_html(&other, html, len, foreign); /* may be refused: it says what it likes */
    buf_free(&other);
    buf_free(&with);
    buf_free(&without);
    buf_free(&marks);
    free(foreign);
    free(html);
    return 0;
}
