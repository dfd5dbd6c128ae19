/* One pass over the bytes by the rules of the HTML standard's tokenizer (section 13.2.5), as in
 * html_urls.c. The attributes go in right behind the tag's name, so that what the author wrote stays in one piece. */
#include "content/html_images.h"

#include <inttypes.h>
#include <string.h>

struct walk {
    struct buf *out;
    const char *done, *end; /* what is copied so far, where all ends */
    html_image_fn *size;
    void *arg;
};

/* What an <img> says; ptr is NULL where it does not. */
struct image {
    struct slice src, width, height;
};

static bool is_name(struct slice s, const char *name) {
    size_t n = strlen(name), k = 0;
    if (s.len != n)
        return false;
    while (k < n && text_lower(s.ptr[k]) == name[k])
        k++;
    return k == n;
}

/* Elements whose inside is text to the end tag. */
static bool is_raw(struct slice name) {
    static const char *const names[] = {"script", "style",   "textarea", "title",
                                        "xmp",    "noembed", "noframes", "iframe"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_name(name, names[i]))
            return true;
    return false;
}

static const char *skip_space(const char *p, const char *end) {
    while (p < end && text_is_space(*p))
        p++;
    return p;
}

/* An attribute at p; returns what is behind it. */
static const char *attribute(const char *p, const char *end, struct slice *name,
                             struct slice *value) {
    const char *start = p++; /* a '=' here begins a name, says the standard */
    while (p < end && !text_is_space(*p) && strchr("=>/", *p) == NULL)
        p++;
    *name = slice_n(start, (size_t)(p - start));
    *value = slice_n(p, 0);
    const char *equals = skip_space(p, end);
    if (equals == end || *equals != '=')
        return p;
    p = skip_space(equals + 1, end);
    char quote = p < end && (*p == '"' || *p == '\'') ? *p : '\0';
    p += quote != '\0';
    const char *stop = p;
    while (stop < end && (quote != '\0' ? *stop != quote : !text_is_space(*stop) && *stop != '>'))
        stop++;
    *value = slice_n(p, (size_t)(stop - p));
    return quote != '\0' && stop < end ? stop + 1 : stop;
}

/* Walks the attributes from p; returns what is behind the tag's '>', NULL when it has none. The first of several of
 * one name counts. */
static const char *attributes(const char *p, const char *end, struct image *image) {
    struct slice name, value;
    for (;;) {
        p = skip_space(p, end);
        if (p == end)
            return NULL;
        if (*p == '>')
            return p + 1;
        if (*p == '/') {
            p++;
            continue;
        }
        p = attribute(p, end, &name, &value);
        struct slice *said = is_name(name, "src")      ? &image->src
                             : is_name(name, "width")  ? &image->width
                             : is_name(name, "height") ? &image->height
                                                       : NULL;
        if (said != NULL && said->ptr == NULL)
            *said = slice_trim(value);
    }
}

/* Appends src with &amp; decoded: the only reference that addresses need. */
static void put_plain(struct buf *out, struct slice src) {
    for (size_t i = 0; i < src.len; i++) {
        buf_putc(out, src.ptr[i]);
        if (slice_starts(slice_n(src.ptr + i, src.len - i), "&amp;"))
            i += strlen("amp;");
    }
}

/* A length in whole pixels; 0 when it is none, or a share of something. */
static uint64_t pixels(struct slice s) {
    uint64_t value = 0;
    size_t i = 0;
    while (i < s.len && text_is_digit(s.ptr[i]) && value < 100000)
        value = value * 10 + (uint64_t)(s.ptr[i++] - '0');
    return i == s.len || slice_eq(slice_n(s.ptr + i, s.len - i), "px") ? value : 0;
}

/* Appends what the author left open: both, or the one that the other makes of the picture's shape. */
static void put_attributes(struct walk *w, const struct image *image, uint64_t width,
                           uint64_t height) {
    uint64_t given = pixels(image->width.ptr != NULL ? image->width : image->height);
    if (image->width.ptr == NULL && image->height.ptr == NULL)
        buf_printf(w->out, " width=\"%" PRIu64 "\" height=\"%" PRIu64 "\"", width, height);
    else if (given > 0 && image->width.ptr == NULL)
        buf_printf(w->out, " width=\"%" PRIu64 "\"", (given * width + height - 1) / height);
    else if (given > 0)
        buf_printf(w->out, " height=\"%" PRIu64 "\"", (given * height + width - 1) / width);
}

/* Puts the size behind the tag's name, which ends at p. */
static void put_size(struct walk *w, const char *p, const struct image *image) {
    uint32_t width = 0, height = 0;
    struct buf src;
    if (image->src.len == 0 || (image->width.ptr != NULL && image->height.ptr != NULL))
        return;
    buf_init(&src, 4096);
    put_plain(&src, image->src);
    if (buf_ok(&src) && w->size(w->arg, slice_n(buf_str(&src), src.len), &width, &height) &&
        width > 0 && height > 0) {
        buf_append(w->out, w->done, (size_t)(p - w->done));
        put_attributes(w, image, width, height);
        w->done = p;
    }
    buf_free(&src);
}

/* Behind the end tag of the raw element, or the end of all. */
static const char *raw_end(const char *p, const char *end, struct slice name) {
    while ((p = memmem(p, (size_t)(end - p), "</", 2)) != NULL) {
        p += 2;
        if ((size_t)(end - p) < name.len)
            break;
        size_t k = 0;
        while (k < name.len && text_lower(p[k]) == text_lower(name.ptr[k]))
            k++;
        if (k == name.len)
            return p + k;
    }
    return end;
}

/* At '<'; returns what is behind the tag or comment. */
static const char *tag(struct walk *w, const char *p) {
    struct image image = {0};
    const char *start = ++p;
    if (w->end - p >= 3 && memcmp(p, "!--", 3) == 0) {
        const char *close = memmem(p + 3, (size_t)(w->end - p - 3), "-->", 3);
        return close == NULL ? w->end : close + 3;
    }
    if (p == w->end || !text_is_alpha(*p))
        return p;
    while (p < w->end && !text_is_space(*p) && *p != '>' && *p != '/')
        p++;
    struct slice name = slice_n(start, (size_t)(p - start));
    const char *behind = attributes(p, w->end, &image);
    if (behind == NULL)
        return w->end;
    if (is_name(name, "img"))
        put_size(w, p, &image);
    return is_raw(name) ? raw_end(behind, w->end, name) : behind;
}

int html_images(struct buf *out, const char *html, size_t n, html_image_fn *size, void *arg) {
    struct walk w = {.out = out, .done = html, .end = html + n, .size = size, .arg = arg};
    const char *p = html;
    while (p < w.end && buf_ok(out)) {
        p = memchr(p, '<', (size_t)(w.end - p));
        p = p == NULL ? w.end : tag(&w, p);
    }
    buf_append(out, w.done, (size_t)(w.end - w.done));
    return buf_ok(out) ? 0 : -1;
}
