/* A whole document of any bytes: HTML and text that are valid UTF-8 without NUL, and of which no
 * link of Markdown's can run a script; or an error. */
#include "base/text.h"
#include "base/unicode.h"
#include "content/document.h"
#include "content/renderer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *s, size_t n) {
    if (strlen(s) != n || !unicode_valid(s, n, NULL))
        abort();
}

/* Without raw HTML every tag is ours, so a dangerous address could only come from a hole. */
static void check_links(const char *html) {
    static const char *const never[] = {
        "href=\"javascript:", "src=\"javascript:", "href=\"vbscript:",
        "src=\"vbscript:",    "<script",           "href=\"data:"};
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strcasestr(html, never[i]) != NULL)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const bool raw = size > 0 && data[size - 1] % 2 == 0;
    json_t *options = json_pack("{sb si}", "unsafe", raw, "summary_words", 5);
    struct render_request q = {
        .path = "a.md", .source = (const char *)data, .len = size, .options = options};
    struct document d;
    struct error e;

    if (document_build(&d, &q, &e) == 0) {
        check_text(d.html, d.html_len);
        check_text(d.text, d.text_len);
        if (!raw)
            check_links(d.html);
        if (!text_starts(d.text, json_get_string(d.meta, "summary_kind", "")[0] == 'f'
                                     ? ""
                                     : json_get_string(d.meta, "summary", "\1")))
            abort();
        document_free(&d);
    } else if (e.text[0] == '\0' || d.meta != NULL) {
        abort();
    }
    json_decref(options);
    return 0;
}
