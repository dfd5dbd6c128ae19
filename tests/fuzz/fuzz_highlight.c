/* Any bytes as a code block: the first line is what stands behind the fence, the rest is the code. Once
 * tags are taken out and references resolved, the code is there again, byte for byte, and every tag is
 * closed. The second time, from memory, gives the same. */
#include "content/highlight.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held) {
    if (!held)
        abort();
}

/* Takes out tags and resolves the references that are written; counts spans. */
static size_t bare(char *out, const char *html, size_t n, long *spans) {
    static const struct {
        const char *name, *text;
    } refs[] = {{"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}};
    size_t len = 0;

    for (size_t i = 0; i < n;) {
        if (html[i] == '<') {
            const char *end = memchr(html + i, '>', n - i);
            must(end != NULL);
            *spans += strncmp(html + i, "<span", 5) == 0    ? 1
                      : strncmp(html + i, "</span", 6) == 0 ? -1
                                                            : 0;
            must(*spans >= 0);
            i = (size_t)(end - html) + 1;
            continue;
        }
        if (html[i] == '&') {
            size_t r = 0;
            while (r < 4 && strncmp(html + i, refs[r].name, strlen(refs[r].name)) != 0)
                r++;
            must(r < 4);
            out[len++] = *refs[r].text;
            i += strlen(refs[r].name);
            continue;
        }
        out[len++] = html[i++];
    }
    return len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct highlighter *h;
    char *all = malloc(size + 2);
    struct buf once, twice;
    char *code, *text;
    long spans = 0;

    if (h == NULL)
        h = highlighter_new();
    must(all != NULL && h != NULL);
    memcpy(all, data, size);
    all[size] = all[size + 1] = '\0';
    code = all + strcspn(all, "\n");
    if (*code == '\n')
        *code++ = '\0';
    buf_init(&once, (size_t)64 << 20);
    buf_init(&twice, (size_t)64 << 20);
    highlighter_begin(h);
    highlight_block(&once, h, all, code);
    highlighter_begin(h);
    highlight_block(&twice, h, all, code);
    must(buf_ok(&once) && buf_ok(&twice));
    /* Time may run out in one and not in the other. */
    must(once.len != twice.len || memcmp(once.data, twice.data, once.len) == 0);
    {
        const char *from = strstr(once.data, "<code");
        const char *end = strstr(from, "</code>");
        from = strchr(from, '>') + 1;
        text = malloc(once.len + 1);
        must(text != NULL);
        must(bare(text, from, (size_t)(end - from), &spans) == strlen(code));
        must(memcmp(text, code, strlen(code)) == 0 && spans == 0);
    }
    free(text);
    free(all);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
