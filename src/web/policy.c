/* See policy.h. A page may load what it consists of and nothing else: scripts and styles are our own files;
 * media, frames and style attributes are allowed on pages that have some. A quotation mark of text is written
 * as a reference, so that `style="` stands in a page only where an element carries it. Text of a page that looks
 * like a need widens by what is listed here and no further: never scripts. */
#include "web/policy.h"

#include "base/text.h"

#include <string.h>

enum { MOST_SOURCES = 1000 };

static const struct rule {
    const char *name, *sources;
    const char *where; /* only on pages that have this; NULL: on all */
} rules[] = {
    {"default-src", "'none'", NULL},
    {"script-src", "'self'", NULL},
    {"connect-src", "'self'", NULL},
    {"style-src", "'self'", NULL},
    {"style-src-attr", "'unsafe-inline'", " style=\""},
    {"img-src", "* data:", NULL},
    {"media-src", "*", "<video"},
    {"media-src", "*", "<audio"},
    {"frame-src", "https:", "<iframe"},
    {"font-src", "'self'", NULL},
    {"form-action", "'self'", NULL},
    {"base-uri", "'none'", NULL},
    {"frame-ancestors", "'none'", NULL},
};

/* Sources only: nothing that ends the directive or the header. */
static bool is_sources(const char *s) {
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++)
        if (s[i] < ' ' || s[i] > '~' || s[i] == ';' || s[i] == ',')
            return false;
    return n > 0 && n <= MOST_SOURCES;
}

static bool has(const char *html, size_t n, const char *what) {
    return memmem(html, n, what, strlen(what)) != NULL;
}

void policy_write(struct buf *out, const struct snapshot *site, const char *html, size_t n) {
    const json_t *wider = json_object_get(json_object_get(site->settings, "params"), "csp");
    const char *before = "";
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *r = &rules[i];
        const char *more = json_get_string(wider, r->name, "");
        bool wanted = r->where == NULL || has(html, n, r->where);
        /* A directive that stands twice holds as it stood first. */
        if (strcmp(before, r->name) == 0 || (!wanted && !is_sources(more)))
            continue;
        bool none = strcmp(r->sources, "'none'") == 0 && is_sources(more);
        buf_printf(out, "%s%s", *before == '\0' ? "" : "; ", r->name);
        if (wanted && !none)
            buf_printf(out, " %s", r->sources);
        if (is_sources(more))
            buf_printf(out, " %s", more);
        before = r->name;
    }
}
