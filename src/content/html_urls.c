/* One pass over the bytes. Text between tags is copied; inside a tag attributes are walked by the
 * rules of the HTML standard's tokenizer (section 13.2.5), as far as they matter here: quoted and
 * unquoted values, comments passed over. */
#include "content/html_urls.h"

#include <string.h>

struct rewrite {
    struct buf *out;
    const char *at, *end;
    html_url_fn *put;
    void *arg;
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
        w->put(w->arg, w->out, slice_n(candidate.ptr, n));
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
        w->put(w->arg, w->out, slice_trim(written));
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

int html_urls(struct buf *out, const char *html, size_t n, html_url_fn *put, void *arg) {
    struct rewrite w = {.out = out, .at = html, .end = html + n, .put = put, .arg = arg};
    while (w.at < w.end && buf_ok(out)) {
        const char *lt = memchr(w.at, '<', (size_t)(w.end - w.at));
        copy_to(&w, lt == NULL ? w.end : lt);
        if (lt != NULL)
            tag(&w);
    }
    return buf_ok(out) ? 0 : -1;
}

/* ---- what a relative address means beside the file ---- */

/* Appends one part of a path to what begins at `from`; ".." takes the last one away. */
static bool put_part(struct buf *out, size_t from, struct slice part) {
    if (part.len == 0 || slice_eq(part, "."))
        return true;
    if (!slice_eq(part, "..")) {
        if (out->len > from)
            buf_putc(out, '/');
        buf_append(out, part.ptr, part.len);
        return buf_ok(out);
    }
    if (out->len == from)
        return false;
    size_t n = out->len;
    while (n > from && out->data[n - 1] != '/')
        n--;
    buf_truncate(out, n > from ? n - 1 : from);
    return true;
}

bool html_url_is_relative(struct slice url) {
    if (url.len == 0 || strchr("/#?", *url.ptr) != NULL)
        return false;
    for (size_t i = 0; i < url.len && url.ptr[i] != '/'; i++)
        if (url.ptr[i] == ':')
            return false;
    return true;
}

size_t html_url_path(struct slice url) {
    size_t n = 0;
    while (n < url.len && url.ptr[n] != '#' && url.ptr[n] != '?')
        n++;
    return n;
}

bool html_url_file(struct buf *out, const char *from, struct slice url) {
    struct buf plain;
    if (!html_url_is_relative(url))
        return false;
    buf_init(&plain, 4096);
    size_t start = out->len, n = html_url_path(url);
    bool right = n > 0 && text_url_decode(&plain, url.ptr, n, false) == 0;
    const char *slash = strrchr(from, '/');
    struct slice part, folder = slice_n(from, slash == NULL ? 0 : (size_t)(slash - from));
    struct slice rest = slice_n(buf_str(&plain), plain.len);
    while (right && slice_next(&folder, '/', &part))
        right = put_part(out, start, part);
    while (right && slice_next(&rest, '/', &part))
        right = put_part(out, start, part);
    buf_free(&plain);
    if (!right || out->len == start)
        buf_truncate(out, start);
    return right && out->len > start;
}
