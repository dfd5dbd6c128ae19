/* See policy.h. A page may load what it consists of and nothing else: scripts and styles are our own files;
 * media, frames and style attributes are allowed on pages that have some. A quotation mark of text is written
 * as a reference, so that `style="` stands in a page only where an element carries it. Text of a page that looks
 * like a need widens by what is listed here and no further: never scripts. */
#include "web/policy.h"

#include "base/text.h"

#include <string.h>

enum { MOST_SOURCES = 1000 };

enum need { ALWAYS = 0, STYLES = 1, VIDEO = 2, AUDIO = 4, FRAMES = 8 };

static const struct rule {
    const char *name, *sources;
    enum need where; /* only on pages that have this */
} rules[] = {
    {"default-src", "'none'", ALWAYS},
    {"script-src", "'self'", ALWAYS},
    {"connect-src", "'self'", ALWAYS},
    {"style-src", "'self'", ALWAYS},
    {"style-src-attr", "'unsafe-inline'", STYLES},
    {"img-src", "* data:", ALWAYS},
    {"media-src", "*", VIDEO | AUDIO},
    {"frame-src", "https:", FRAMES},
    {"font-src", "'self'", ALWAYS},
    {"form-action", "'self'", ALWAYS},
    {"base-uri", "'none'", ALWAYS},
    {"frame-ancestors", "'none'", ALWAYS},
};

/* Sources only: nothing that ends the directive or the header. */
static bool is_sources(const char *s) {
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (s[i] < ' ' || s[i] > '~' || s[i] == ';' || s[i] == ',')
            return false;
    return n > 0 && n <= MOST_SOURCES;
}

static bool begins(const char *at, const char *end, const char *name) {
    size_t n = strlen(name);
    return (size_t)(end - at) >= n && memcmp(at, name, n) == 0;
}

/* What the page has, in one pass over its tags. */
static unsigned needs(const char *html, size_t n) {
    static const char style[] = " style=\"";
    const char *end = html + n, *at = html;
    unsigned found = memmem(html, n, style, sizeof style - 1) != NULL ? STYLES : 0;
    while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        at++;
        if (begins(at, end, "video"))
            found |= VIDEO;
        else if (begins(at, end, "audio"))
            found |= AUDIO;
        else if (begins(at, end, "iframe"))
            found |= FRAMES;
    }
    return found;
}

void policy_write(struct buf *out, const struct snapshot *site, const char *html, size_t n) {
    const json_t *wider = json_object_get(json_object_get(site->settings, "params"), "csp");
    unsigned has = needs(html, n);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *r = &rules[i];
        const char *more = json_get_string(wider, r->name, "");
        bool wanted = r->where == ALWAYS || (r->where & has) != 0, widened = is_sources(more);
        bool none = strcmp(r->sources, "'none'") == 0 && widened;
        if (!wanted && !widened)
            continue;
        buf_puts(out, i > 0 ? "; " : "");
        buf_puts(out, r->name);
        if (wanted && !none) {
            buf_putc(out, ' ');
            buf_puts(out, r->sources);
        }
        if (widened) {
            buf_putc(out, ' ');
            buf_puts(out, more);
        }
    }
}
