/* Relative URLs in a post's HTML made absolute (link_absolute_html).
 *
 * One pass over the bytes. Text between tags is copied; inside a tag attributes are walked by the
 * rules of the HTML standard's tokenizer (section 13.2.5), as far as they matter here: quoted and
 * unquoted values, comments passed over. Values are kept as written, references and all: only
 * something is put before them, so nothing is decoded. */
#include "web/link.h"

#include "base/text.h"

#include <string.h>

struct rewrite {
    struct buf *out;
    const char *at, *end;
    const char *origin; /* "https://x.org" */
    struct buf page;    /* the page's own URL */
    size_t folder;      /* bytes of it up to its last '/': where relative ones begin */
};

static bool is_url_attribute(struct slice name) {
    static const char *const names[] = {"href", "src", "poster", "cite"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t n = strlen(names[i]);
        if (name.len != n)
            continue;
        size_t k = 0;
        while (k < n && text_lower(name.ptr[k]) == names[i][k])
            k++;
        if (k == n)
            return true;
    }
    return false;
}

static bool is_srcset(struct slice name) {
    static const char srcset[] = "srcset";
    size_t k = 0;
    while (k < name.len && k < 6 && text_lower(name.ptr[k]) == srcset[k])
        k++;
    return k == 6 && name.len == 6;
}

static void put_url(struct rewrite *w, struct slice url) {
    bool kept = url.len == 0 || link_has_scheme(url.ptr, url.len) || slice_starts(url, "//");
    if (!kept && url.ptr[0] == '/')
        buf_puts(w->out, w->origin);
    else if (!kept)
        buf_append(w->out, buf_str(&w->page),
                   url.ptr[0] == '#' || url.ptr[0] == '?' ? w->page.len : w->folder);
    buf_append(w->out, url.ptr, url.len);
}

/* "a.png 1x, b.png 2x": each candidate is a URL, white space and what describes it. */
static void put_srcset(struct rewrite *w, struct slice set) {
    struct slice candidate;
    bool first = true;
    while (slice_next(&set, ',', &candidate)) {
        candidate = slice_trim(candidate);
        size_t n = 0;
        while (n < candidate.len && !text_is_space(candidate.ptr[n]))
            n++;
        buf_puts(w->out, first ? "" : ", ");
        first = false;
        put_url(w, slice_n(candidate.ptr, n));
        buf_append(w->out, candidate.ptr + n, candidate.len - n);
    }
}

static void copy_to(struct rewrite *w, const char *to) {
    buf_append(w->out, w->at, (size_t)(to - w->at));
    w->at = to;
}

static const char *skip_space(const char *p, const char *end) {
    while (p < end && text_is_space(*p))
        p++;
    return p;
}

/* At an attribute's name; leaves w->at behind its value. */
static void attribute(struct rewrite *w) {
    const char *p = w->at + 1; /* a '=' here begins a name, says the standard */
    if (*w->at == '/') {
        copy_to(w, p);
        return;
    }
    while (p < w->end && !text_is_space(*p) && strchr("=>/", *p) == NULL)
        p++;
    struct slice name = slice_n(w->at, (size_t)(p - w->at));
    const char *equals = skip_space(p, w->end);
    if (equals == w->end || *equals != '=') {
        copy_to(w, p);
        return;
    }
    const char *value = skip_space(equals + 1, w->end);
    char quote = value < w->end && (*value == '"' || *value == '\'') ? *value : '\0';
    value += quote != '\0';
    const char *stop = value;
    while (stop < w->end &&
           (quote != '\0' ? *stop != quote : !text_is_space(*stop) && *stop != '>'))
        stop++;
    copy_to(w, value);
    struct slice written = slice_n(value, (size_t)(stop - value));
    if (is_url_attribute(name))
        put_url(w, slice_trim(written));
    else if (is_srcset(name))
        put_srcset(w, written);
    else
        buf_append(w->out, written.ptr, written.len);
    w->at = stop;
    if (quote != '\0' && stop < w->end)
        copy_to(w, stop + 1);
}

/* At '<'. */
static void tag(struct rewrite *w) {
    const char *p = w->at + 1;
    if (w->end - p >= 3 && memcmp(p, "!--", 3) == 0) {
        const char *close = memmem(p + 3, (size_t)(w->end - p - 3), "-->", 3);
        copy_to(w, close == NULL ? w->end : close + 3);
        return;
    }
    if (p == w->end || !text_is_alpha(*p)) { /* text, an end tag, <!doctype, <? */
        copy_to(w, p);
        return;
    }
    while (p < w->end && !text_is_space(*p) && *p != '>' && *p != '/')
        p++;
    copy_to(w, p);
    for (;;) {
        copy_to(w, skip_space(w->at, w->end));
        if (w->at == w->end)
            return;
        if (*w->at == '>') {
            copy_to(w, w->at + 1);
            return;
        }
        attribute(w);
    }
}

int link_absolute_html(struct buf *out, const struct snapshot *site, const char *permalink,
                       const char *html, size_t n) {
    struct rewrite w = {.out = out, .at = html, .end = html + n, .origin = site->origin};
    buf_init(&w.page, 16384);
    link_url(&w.page, site, permalink);
    const char *slash = strrchr(buf_str(&w.page), '/');
    w.folder = slash == NULL ? w.page.len : (size_t)(slash - buf_str(&w.page)) + 1;
    while (w.at < w.end && buf_ok(out)) {
        const char *lt = memchr(w.at, '<', (size_t)(w.end - w.at));
        copy_to(&w, lt == NULL ? w.end : lt);
        if (lt != NULL)
            tag(&w);
    }
    int rc = buf_ok(out) && buf_ok(&w.page) ? 0 : -1;
    buf_free(&w.page);
    return rc;
}
