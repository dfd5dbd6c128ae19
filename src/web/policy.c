/* See policy.h. A page may load what it consists of and nothing else: scripts and styles are our own files;
 * media, frames and style attributes are allowed on pages that have some. A quotation mark of text is written
 * as a reference, so that `style="` stands in a page only where an element carries it. Text of a page that looks
 * like a need widens by what is listed here and no further: never scripts. */
#include "web/policy.h"

#include "content/html_marks.h"

#include <string.h>

enum { MOST_SOURCES = 1000, POLICY_MAX = 16384 };

enum { ALWAYS = 0 };
_Static_assert((int)HTML_POLICY < (int)POLICIES, "a policy for each set of needs");

static const struct rule {
    const char *name, *sources;
    unsigned where; /* only on pages that have one of these (enum html_trait) */
} rules[] = {
    {"default-src", "'none'", ALWAYS},
    {"script-src", "'self'", ALWAYS},
    {"connect-src", "'self'", ALWAYS},
    {"style-src", "'self'", ALWAYS},
    {"style-src-attr", "'unsafe-inline'", HTML_STYLES},
    {"img-src", "* data:", ALWAYS},
    {"media-src", "*", HTML_VIDEO | HTML_AUDIO},
    {"frame-src", "https:", HTML_FRAMES},
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

unsigned policy_needs(const char *html, size_t n) {
    return html_policy_traits(html, n);
}

static void put_sources(struct buf *out, const char *sources) {
    buf_putc(out, ' ');
    buf_puts(out, sources);
}

void policy_write(struct buf *out, const struct snapshot *site, unsigned needs) {
    const json_t *wider = json_object_get(json_object_get(site->settings, "params"), "csp");
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *r = &rules[i];
        const char *more = json_get_string(wider, r->name, "");
        bool wanted = r->where == ALWAYS || (r->where & needs) != 0, widened = is_sources(more);
        bool none = strcmp(r->sources, "'none'") == 0 && widened;
        if (!wanted && !widened)
            continue;
        buf_puts(out, i > 0 ? "; " : "");
        buf_puts(out, r->name);
        if (wanted && !none)
            put_sources(out, r->sources);
        if (widened)
            put_sources(out, more);
    }
}

void policy_prepare(struct snapshot *site) {
    struct buf b;
    buf_init(&b, POLICY_MAX);
    for (unsigned needs = 0; needs < POLICIES; needs++) {
        buf_clear(&b);
        policy_write(&b, site, needs);
        site->policies[needs] = buf_ok(&b) ? arena_strdup(site->arena, buf_str(&b)) : NULL;
    }
    buf_free(&b);
}

const char *policy_ready(const struct snapshot *site, unsigned needs) {
    return site->policies[needs];
}
