/* See html_marks.h. */
#include "content/html_marks.h"

#include "content/html_urls.h"

#include <stddef.h>
#include <string.h>

/* The version changes with whatever is found, or where. */
static const char version[] = "1 ";

static bool is_at(const char *at, const char *end, const char *what) {
    size_t n = strlen(what);
    return (size_t)(end - at) >= n && memcmp(at, what, n) == 0;
}

/* ---- traits ---- */

/* True for ` style="` around the '=' at `at`, or without its space where the text begins. */
static bool is_style(const char *html, const char *at, const char *end) {
    static const char style[] = "style=\"";
    const size_t before = sizeof style - 3; /* its '=' */
    return (size_t)(at - html) >= before && is_at(at - before, end, style) &&
           ((size_t)(at - html) == before || at[-(ptrdiff_t)before - 1] == ' ');
}

static bool has_styles(const char *html, size_t n) {
    const char *end = html + n;
    for (const char *at = html; (at = memchr(at, '=', (size_t)(end - at))) != NULL; at++)
        if (is_style(html, at, end))
            return true;
    return false;
}

/* True when the attribute whose '=' is at `equals` may hold addresses of files. */
static bool names_files(const char *html, const char *equals) {
    static const struct slice names[] = {{"href", 4}, {"src", 3}, {"srcset", 6}, {"poster", 6}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((size_t)(equals - html) >= names[i].len &&
            memcmp(equals - names[i].len, names[i].ptr, names[i].len) == 0)
            return true;
    return false;
}

/* Most posts have no relative address, and are not walked for one. */
static bool has_relative(const char *html, size_t n) {
    const char *end = html + n;
    for (const char *at = html; (at = memchr(at, '=', (size_t)(end - at))) != NULL; at++) {
        if (!names_files(html, at))
            continue;
        const char *value = at + 1;
        value += value < end && (*value == '"' || *value == '\'');
        size_t room = (size_t)(end - value);
        if (html_url_is_relative(slice_n(value, room > 64 ? 64 : room)))
            return true;
    }
    return false;
}

/* What its elements are, from one '<' to the next. */
static unsigned elements(const char *html, size_t n) {
    static const struct {
        const char *begins;
        unsigned trait;
    } known[] = {{"<video", HTML_VIDEO},
                 {"<audio", HTML_AUDIO},
                 {"<iframe", HTML_FRAMES},
                 {"<img", HTML_PICTURES},
                 {"<IMG", HTML_PICTURES}};
    const char *end = html + n;
    unsigned traits = 0;
    for (const char *at = html; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        if (end - at < 4 || (at[1] != 'i' && at[1] != 'v' && at[1] != 'a' && at[1] != 'I'))
            continue; /* most */
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            if (is_at(at, end, known[i].begins))
                traits |= known[i].trait;
    }
    return traits;
}

unsigned html_policy_traits(const char *html, size_t n) {
    return (elements(html, n) | (has_styles(html, n) ? HTML_STYLES : 0)) & HTML_POLICY;
}

unsigned html_traits(const char *html, size_t n) {
    return elements(html, n) | (has_styles(html, n) ? HTML_STYLES : 0) |
           (has_relative(html, n) ? HTML_RELATIVE : 0);
}

/* ---- seams ---- */

enum { MAX_ID = 500, HEAD = sizeof "<h2 id=\"" - 1, TAIL = sizeof "</h2>" - 1 };

/* The length of the id of the heading that begins at p; 0 when none does, or when it may not stand in a link as it is. */
static size_t heading_id(const char *p, size_t n) {
    if (n <= HEAD || memcmp(p, "<h", 2) != 0 || p[2] < '1' || p[2] > '6' ||
        memcmp(p + 3, " id=\"", 5) != 0)
        return 0;
    size_t i = HEAD;
    for (; i < n && i < HEAD + MAX_ID && p[i] != '"'; i++)
        if ((unsigned char)p[i] <= ' ' || strchr("%&<>\\^`{|}#[]", p[i]) != NULL)
            return 0;
    return i < n && p[i] == '"' ? i - HEAD : 0;
}

/* The heading on the line [p, end). */
static bool heading(struct html_seam *s, const char *html, const char *p, const char *end) {
    size_t n = (size_t)(end - p), id = heading_id(p, n);
    if (id == 0 || n <= HEAD + TAIL || memcmp(end - TAIL, "</h", 3) != 0 || end[-2] != p[2] ||
        end[-1] != '>')
        return false;
    *s = (struct html_seam){HTML_HEADING, (size_t)(end - TAIL - html), (size_t)(p + HEAD - html),
                            id};
    return true;
}

/* The box at p: the renderer writes <input type="checkbox" checked disabled>. */
static bool box(struct html_seam *s, const char *html, const char *p, const char *end) {
    static const char type[] = "<input type=\"checkbox\" ";
    if (!is_at(p, end, type))
        return false;
    p += sizeof type - 1;
    bool done = is_at(p, end, "checked disabled");
    *s = (struct html_seam){done ? HTML_BOX_DONE : HTML_BOX_TO_DO, (size_t)(p - html), 0, 0};
    return done || is_at(p, end, "disabled");
}

void html_seams(const char *html, size_t n, html_seam_fn *fn, void *arg) {
    const char *end = html + n;
    struct html_seam s;
    for (const char *at = html; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++) {
        if (end - at < 3)
            break;
        if (at[1] == 'i' && box(&s, html, at, end)) {
            fn(arg, &s);
        } else if (at[1] == 'h' && (at == html || at[-1] == '\n')) {
            const char *line = memchr(at, '\n', (size_t)(end - at));
            line = line == NULL ? end : line;
            if (heading(&s, html, at, line))
                fn(arg, &s);
            at = line - 1;
        }
    }
}

/* ---- as text ---- */

static void write_seam(void *arg, const struct html_seam *s) {
    struct buf *out = arg;
    buf_putc(out, ' ');
    buf_putc(out, (char)s->kind);
    buf_put_int(out, (int64_t)s->at, 0);
    if (s->kind != HTML_HEADING)
        return;
    buf_putc(out, ':');
    buf_put_int(out, (int64_t)s->id, 0);
    buf_putc(out, ':');
    buf_put_int(out, (int64_t)s->id_len, 0);
}

void html_marks_write(struct buf *out, const char *html, size_t n) {
    buf_puts(out, version);
    buf_put_int(out, html_traits(html, n), 0);
    html_seams(html, n, write_seam, out);
}

bool html_marks_traits(unsigned *out, const char *marks) {
    if (marks == NULL || !text_starts(marks, version))
        return false;
    marks += sizeof version - 1;
    *out = (unsigned)text_digits(&marks);
    return true;
}

/* The next seam at *at; false when there is none, or it is none of an HTML of n bytes behind `after`. */
static bool read_seam(struct html_seam *s, const char **at, size_t after, size_t n) {
    *s = (struct html_seam){.kind = (enum html_seam_kind)(unsigned char)(*at)[0]};
    if (s->kind != HTML_HEADING && s->kind != HTML_BOX_DONE && s->kind != HTML_BOX_TO_DO)
        return false;
    (*at)++;
    s->at = (size_t)text_digits(at);
    if (s->kind == HTML_HEADING && **at == ':') {
        (*at)++;
        s->id = (size_t)text_digits(at);
        *at += **at == ':';
        s->id_len = (size_t)text_digits(at);
    }
    return s->at >= after && s->at <= n && s->id <= s->at && s->id_len <= s->at - s->id;
}

bool html_marks_seams(const char *marks, size_t n, html_seam_fn *fn, void *arg) {
    unsigned traits;
    size_t after = 0;
    if (!html_marks_traits(&traits, marks))
        return false;
    marks += sizeof version - 1;
    (void)text_digits(&marks);
    while (*marks == ' ') {
        struct html_seam s;
        marks++;
        if (!read_seam(&s, &marks, after, n))
            return false;
        fn(arg, &s);
        after = s.at;
    }
    return *marks == '\0';
}
