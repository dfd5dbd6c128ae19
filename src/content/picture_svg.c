/* SVG: the attributes of the root element (SVG 2, section 8): width and height as CSS lengths, a viewBox for
 * what they do not say. What may stand before it is passed over by the rules of XML 1.0, section 2.8; references
 * and entities are not expanded, nothing else is read. UTF-8 and ASCII only. */
#include "content/picture_private.h"

#include "base/text.h"

#include <string.h>

enum { NO_WIDTH = 300, NO_HEIGHT = 150 }; /* CSS 2.1, section 10.3.2: when nothing is said */

/* Moves *at behind the next `end`. False: there is none. */
static bool pass(struct octets o, size_t *at, const char *end) {
    const uint8_t *found = *at < o.n ? memmem(o.at + *at, o.n - *at, end, strlen(end)) : NULL;
    if (found == NULL)
        return false;
    *at = (size_t)(found - o.at) + strlen(end);
    return true;
}

static bool is_at(struct octets o, size_t at, const char *text) {
    size_t n = strlen(text);
    return octets_have(o, at, n) && memcmp(o.at + at, text, n) == 0;
}

/* At "<!DOCTYPE": behind its '>', which comes after the ']' of a subset of its own. */
static bool pass_doctype(struct octets o, size_t *at) {
    size_t end = *at;
    if (!pass(o, &end, ">"))
        return false;
    const uint8_t *subset = memchr(o.at + *at, '[', end - *at);
    if (subset == NULL) {
        *at = end;
        return true;
    }
    *at = (size_t)(subset - o.at);
    return pass(o, at, "]") && pass(o, at, ">");
}

static bool is_space(struct octets o, size_t at) {
    return at < o.n && text_is_space((char)o.at[at]);
}

bool picture_svg_found(struct octets o, size_t *attributes) {
    size_t at = is_at(o, 0, "\xef\xbb\xbf") ? 3 : 0;
    for (;;) {
        while (is_space(o, at))
            at++;
        bool passed = is_at(o, at, "<?")          ? pass(o, &at, "?>")
                      : is_at(o, at, "<!--")      ? pass(o, &at, "-->")
                      : is_at(o, at, "<!DOCTYPE") ? pass_doctype(o, &at)
                                                  : false;
        if (!passed)
            break;
    }
    if (!is_at(o, at, "<"))
        return false;
    size_t name = ++at;
    while (at < o.n && !is_space(o, at) && o.at[at] != '>' && o.at[at] != '/') {
        if (o.at[at] == ':')
            name = at + 1; /* <svg:svg> */
        at++;
    }
    *attributes = at;
    return at - name == 3 && memcmp(o.at + name, "svg", 3) == 0;
}

/* The next attribute from *at on. False at the tag's end, or where the bytes end. */
static bool next_attribute(struct octets o, size_t *at, struct slice *name, struct slice *value) {
    while (is_space(o, *at))
        ++*at;
    size_t start = *at;
    while (*at < o.n && !is_space(o, *at) && strchr("=>/", (char)o.at[*at]) == NULL)
        ++*at;
    *name = slice_n((const char *)o.at + start, *at - start);
    while (is_space(o, *at))
        ++*at;
    if (name->len == 0 || !is_at(o, *at, "="))
        return false;
    ++*at;
    while (is_space(o, *at))
        ++*at;
    if (*at >= o.n || (o.at[*at] != '"' && o.at[*at] != '\''))
        return false;
    const char *first = (const char *)o.at + *at + 1;
    const char *end = memchr(first, (char)o.at[*at], o.n - *at - 1);
    if (end == NULL)
        return false;
    *value = slice_n(first, (size_t)(end - first));
    *at += value->len + 2;
    return true;
}

/* A CSS number at the start of *s, which is moved behind it. False: there is none. Signs are no use here: what is not
 * above 0 is no size. */
static bool take_number(struct slice *s, double *out) {
    size_t i = 0, digits = 0;
    double value = 0, scale = 1;
    if (i < s->len && s->ptr[i] == '+')
        i++;
    for (; i < s->len && text_is_digit(s->ptr[i]); i++, digits++)
        value = value * 10 + (s->ptr[i] - '0');
    if (i < s->len && s->ptr[i] == '.')
        for (i++; i < s->len && text_is_digit(s->ptr[i]); i++, digits++)
            value += (s->ptr[i] - '0') * (scale /= 10);
    if (digits == 0 || digits > 64)
        return false;
    if (i + 1 < s->len && text_lower(s->ptr[i]) == 'e' && text_is_digit(s->ptr[i + 1])) {
        int power = s->ptr[i + 1] - '0';
        for (i += 2; i < s->len && text_is_digit(s->ptr[i]); i++)
            power = power > 9 ? power : power * 10 + (s->ptr[i] - '0');
        for (; power > 0; power--)
            value *= 10;
    }
    *out = value;
    *s = slice_n(s->ptr + i, s->len - i);
    return true;
}

/* A length in CSS pixels; 0 when it is none, relative or nothing. */
static double length(struct slice s) {
    static const struct {
        const char *name;
        double pixels;
    } units[] = {{"", 1},    {"px", 1},         {"pt", 4.0 / 3},   {"pc", 16},
                 {"in", 96}, {"cm", 96 / 2.54}, {"mm", 96 / 25.4}, {"q", 96 / 101.6},
                 {"em", 16}, {"rem", 16},       {"ex", 8}};
    double value;
    s = slice_trim(s);
    if (!take_number(&s, &value))
        return 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t k = 0;
        while (k < s.len && units[i].name[k] != '\0' && text_lower(s.ptr[k]) == units[i].name[k])
            k++;
        if (k == s.len && units[i].name[k] == '\0')
            return value * units[i].pixels;
    }
    return 0;
}

/* "0 0 24 24", commas or spaces between; the corner may be below 0. */
static bool view_box(struct slice s, double *width, double *height) {
    double value[4];
    for (size_t i = 0; i < 4; i++) {
        while (s.len > 0 && (text_is_space(*s.ptr) || *s.ptr == ','))
            s = slice_n(s.ptr + 1, s.len - 1);
        if (i < 2 && s.len > 0 && *s.ptr == '-')
            s = slice_n(s.ptr + 1, s.len - 1);
        if (!take_number(&s, &value[i]))
            return false;
    }
    *width = value[2];
    *height = value[3];
    return *width > 0 && *height > 0;
}

/* Whole pixels, at least 1; 0 for what no picture has. */
static uint32_t pixels(double value) {
    if (!(value > 0) || value > INT32_MAX)
        return 0;
    return value < 1 ? 1 : (uint32_t)(value + 0.5);
}

int picture_svg(struct picture *out, struct octets o, size_t attributes, struct error *err) {
    struct slice name, value;
    double width = 0, height = 0, box_width = 0, box_height = 0;
    size_t at = attributes;
    bool box = false;
    while (next_attribute(o, &at, &name, &value)) {
        if (slice_eq(name, "width"))
            width = length(value);
        else if (slice_eq(name, "height"))
            height = length(value);
        else if (slice_eq(name, "viewBox"))
            box = view_box(value, &box_width, &box_height);
    }
    if (at >= o.n)
        return picture_cut(err);
    out->no_size = box ? width <= 0 && height <= 0 : width <= 0 || height <= 0;
    if (out->no_size && !box) {
        width = NO_WIDTH;
        height = NO_HEIGHT;
    } else if (out->no_size) {
        width = box_width;
        height = box_height;
    } else if (width <= 0) {
        width = height * (box_width / box_height);
    } else if (height <= 0) {
        height = width * (box_height / box_width);
    }
    out->width = pixels(width);
    out->height = pixels(height);
    return 0;
}
