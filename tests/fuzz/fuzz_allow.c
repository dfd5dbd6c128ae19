/* The allow-list: every tag of what it lets through is one that may stand there, with attributes that may, and
 * so it is when it has been looked through once more, as a browser will. */
#include "content/allow.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 16 * 1024, ROOM = 8 << 20 };

static void must(int ok) {
    if (!ok)
        abort();
}

static int among(const char *const *list, const char *s, size_t n) {
    for (; *list != NULL; list++)
        if (strlen(*list) == n && memcmp(*list, s, n) == 0)
            return 1;
    return 0;
}

/* A tag as it is written out: names, and values in double quotes without any '<'. Returns behind it. */
static const char *tag(const char *p) {
    static const char *const never[] = {
        "script", "style",  "iframe",   "svg",   "math",     "object",   "embed", "form",
        "select", "option", "textarea", "title", "template", "noscript", "base",  "meta",
        "link",   "button", "audio",    "video", "canvas",   "xmp",      NULL};
    static const char *const attributes[] = {
        "class",   "title",    "lang",  "dir",    "aria-label", "aria-hidden", "href",
        "rel",     "role",     "cite",  "span",   "datetime",   "open",        "id",
        "src",     "alt",      "width", "height", "loading",    "decoding",    "type",
        "checked", "disabled", "value", "start",  "reversed",   "data-n",      "colspan",
        "rowspan", "headers",  "scope", NULL};
    static const char *const addresses[] = {"href", "src", "cite", NULL};
    p += *p == '/';
    size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789");
    must(n > 0 && !among(never, p, n));
    for (p += n; *p == ' ';) {
        n = strcspn(++p, "=");
        must(among(attributes, p, n) && p[n] == '=' && p[n + 1] == '"');
        const char *value = p + n + 2;
        must(!among(addresses, p, n) || strncmp(value, "javascript:", 11) != 0);
        n = strcspn(value, "\"<>");
        must(value[n] == '"');
        p = value + n + 1;
    }
    must(*p == '>');
    return p + 1;
}

static void check(const char *html) {
    for (const char *p = strchr(html, '<'); p != NULL; p = strchr(p, '<'))
        p = tag(p + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf once, twice;
    if (size > INPUT_MAX)
        return 0;
    buf_init(&once, ROOM);
    buf_init(&twice, ROOM);
    if (allow_html(&once, (const char *)data, size, NULL) == 0) {
        check(buf_str(&once));
        if (allow_html(&twice, buf_str(&once), once.len, NULL) == 0)
            check(buf_str(&twice));
    }
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
