/* A small reader of HTML that forgets everything but the text.
 *
 * It follows the HTML standard's tokenizer (section 13.2.5) where that matters for what a browser
 * would show: quoted attribute values may hold '>', a comment or a tag without an end swallows the
 * rest, script and style hold no markup. Every byte is looked at once; no input makes it slower.
 */
#include "content/plain.h"

#include "base/text.h"
#include "content/entities.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { NAME_MAX_ = 12 }; /* longest name in the table below, and NUL */

enum meaning {
    INLINE, /* its edges do not part words */
    BLOCK,  /* they do */
    HIDDEN  /* its content is not shown */
};

struct element {
    char name[NAME_MAX_];
    enum meaning meaning;
};

/* In order of the names; all others are inline. */
static const struct element elements[] = {
    {"address", BLOCK},    {"article", BLOCK},  {"aside", BLOCK},   {"audio", BLOCK},
    {"blockquote", BLOCK}, {"body", BLOCK},     {"br", BLOCK},      {"caption", BLOCK},
    {"center", BLOCK},     {"dd", BLOCK},       {"details", BLOCK}, {"dialog", BLOCK},
    {"div", BLOCK},        {"dl", BLOCK},       {"dt", BLOCK},      {"fieldset", BLOCK},
    {"figcaption", BLOCK}, {"figure", BLOCK},   {"footer", BLOCK},  {"form", BLOCK},
    {"h1", BLOCK},         {"h2", BLOCK},       {"h3", BLOCK},      {"h4", BLOCK},
    {"h5", BLOCK},         {"h6", BLOCK},       {"head", BLOCK},    {"header", BLOCK},
    {"hgroup", BLOCK},     {"hr", BLOCK},       {"html", BLOCK},    {"iframe", HIDDEN},
    {"legend", BLOCK},     {"li", BLOCK},       {"main", BLOCK},    {"menu", BLOCK},
    {"nav", BLOCK},        {"noembed", HIDDEN}, {"ol", BLOCK},      {"optgroup", BLOCK},
    {"option", BLOCK},     {"p", BLOCK},        {"pre", BLOCK},     {"script", HIDDEN},
    {"search", BLOCK},     {"section", BLOCK},  {"select", BLOCK},  {"style", HIDDEN},
    {"summary", BLOCK},    {"table", BLOCK},    {"tbody", BLOCK},   {"td", BLOCK},
    {"template", HIDDEN},  {"textarea", BLOCK}, {"tfoot", BLOCK},   {"th", BLOCK},
    {"thead", BLOCK},      {"title", BLOCK},    {"tr", BLOCK},      {"ul", BLOCK},
    {"video", BLOCK},
};

static int compare(const void *name, const void *entry) {
    const struct element *e = entry;
    return strcmp(name, e->name);
}

static enum meaning meaning_of(const char *name) {
    const struct element *e =
        bsearch(name, elements, sizeof elements / sizeof elements[0], sizeof elements[0], compare);
    return e != NULL ? e->meaning : INLINE;
}

void plain_init(struct plain *p, struct buf *out, const char *html, size_t n) {
    *p = (struct plain){.html = html, .n = n, .out = out};
}

/* Appends characters that are no white space. */
static void put(struct plain *p, const char *s, size_t n) {
    if (p->gap && p->out->len > 0)
        (void)buf_putc(p->out, ' ');
    p->gap = false;
    (void)buf_append(p->out, s, n);
}

static void put_character(struct plain *p, uint32_t c) {
    char s[4];

    if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        c = 0xFFFD;
    if (c <= 0x20 || (c >= 0x7F && c <= 0x9F)) {
        p->gap = true;
    } else if (c < 0x80) {
        s[0] = (char)c;
        put(p, s, 1);
    } else if (c < 0x800) {
        s[0] = (char)(0xC0 | (c >> 6));
        s[1] = (char)(0x80 | (c & 0x3F));
        put(p, s, 2);
    } else if (c < 0x10000) {
        s[0] = (char)(0xE0 | (c >> 12));
        s[1] = (char)(0x80 | ((c >> 6) & 0x3F));
        s[2] = (char)(0x80 | (c & 0x3F));
        put(p, s, 3);
    } else {
        s[0] = (char)(0xF0 | (c >> 18));
        s[1] = (char)(0x80 | ((c >> 12) & 0x3F));
        s[2] = (char)(0x80 | ((c >> 6) & 0x3F));
        s[3] = (char)(0x80 | (c & 0x3F));
        put(p, s, 4);
    }
}

/* The number of a numeric reference (s behind "&#"); *len gets its length, 0 when it is none. */
static uint32_t numeric(const char *s, size_t n, size_t *len) {
    const bool hex = n > 0 && (s[0] == 'x' || s[0] == 'X');
    size_t i = hex ? 1 : 0;
    const size_t from = i;
    uint32_t c = 0;

    for (; i < n && i < from + 8; i++) {
        int digit = text_hex(s[i]);
        if (digit < 0 || (!hex && digit > 9))
            break;
        if (c <= 0x10FFFF)
            c = c * (hex ? 16U : 10U) + (uint32_t)digit;
    }
    *len = i > from && i < n && s[i] == ';' ? i + 1 : 0;
    return c;
}

/* Reads the character reference at p->at ('&'); what is none is text. */
static void read_reference(struct plain *p, size_t to) {
    const char *s = p->html + p->at + 1;
    const size_t n = to - p->at - 1;
    size_t len = 0;
    uint32_t c = 0;

    if (n > 1 && s[0] == '#') {
        c = numeric(s + 1, n - 1, &len);
        len += len > 0 ? 1 : 0;
    } else {
        while (len < n && len < NAME_MAX_ && (text_is_alpha(s[len]) || text_is_digit(s[len])))
            len++;
        c = len < n && s[len] == ';' ? entity_find(s, len) : 0;
        len = c != 0 ? len + 1 : 0;
    }
    if (len == 0)
        put(p, "&", 1);
    else
        put_character(p, c);
    p->at += 1 + len;
}

/* Reads text up to the next markup. */
static void read_text(struct plain *p, size_t to) {
    const char *s = p->html;

    while (p->at < to && s[p->at] != '<') {
        size_t from = p->at;
        while (p->at < to && (unsigned char)s[p->at] > ' ' && s[p->at] != '<' && s[p->at] != '&')
            p->at++;
        if (p->at > from)
            put(p, s + from, p->at - from);
        if (p->at == to || s[p->at] == '<')
            return;
        if (s[p->at] == '&') {
            read_reference(p, to);
        } else {
            p->gap = true;
            p->at++;
        }
    }
}

/* Moves behind the next `end`, or to the end of the HTML. */
static void skip_behind(struct plain *p, const char *end) {
    const size_t n = strlen(end);
    const char *found = memmem(p->html + p->at, p->n - p->at, end, n);
    p->at = found != NULL ? (size_t)(found - p->html) + n : p->n;
}

/* Moves to the end tag of the element `name`, or to the end of the HTML. */
static void skip_element(struct plain *p, const char *name) {
    const size_t n = strlen(name);

    for (;;) {
        const char *found = memmem(p->html + p->at, p->n - p->at, "</", 2);
        if (found == NULL) {
            p->at = p->n;
            return;
        }
        p->at = (size_t)(found - p->html);
        if (p->n - p->at > n + 2 && strncasecmp(found + 2, name, n) == 0)
            return;
        p->at += 2;
    }
}

/* Moves behind the '>' of the tag that begins at p->at. A quote opens a value only behind '='. */
static void skip_tag(struct plain *p) {
    bool value = false; /* only white space since '=' */
    char quote = '\0';

    for (; p->at < p->n; p->at++) {
        const char c = p->html[p->at];
        if (quote != '\0') {
            quote = c == quote ? '\0' : quote;
        } else if (c == '>') {
            p->at++;
            return;
        } else if (value && (c == '"' || c == '\'')) {
            quote = c;
            value = false;
        } else if (c == '=') {
            value = true;
        } else if (!text_is_space(c)) {
            value = false;
        }
    }
}

/* Reads the tag at p->at. Returns true when it was the end of a paragraph. */
static bool read_tag(struct plain *p) {
    const char *tag = p->html + p->at;
    const bool end = tag[1] == '/';
    char name[NAME_MAX_] = "";
    size_t len = 0;
    const char *from = tag + (end ? 2 : 1);

    while (from + len < p->html + p->n && len + 1 < sizeof name &&
           (text_is_alpha(from[len]) || text_is_digit(from[len]))) {
        name[len] = text_lower(from[len]);
        len++;
    }
    skip_tag(p);
    if (meaning_of(name) == BLOCK)
        p->gap = true;
    if (!end && meaning_of(name) == HIDDEN) {
        skip_element(p, name);
    } else if (!end && strcmp(name, "a") == 0) {
        const size_t size = (size_t)(p->html + p->at - tag);
        if (memmem(tag, size, "footnote-backref", 16) != NULL)
            skip_element(p, name);
    }
    return end && strcmp(name, "p") == 0;
}

/* Reads what begins with '<' at p->at. Returns true when it was the end of a paragraph. */
static bool read_markup(struct plain *p) {
    const char *s = p->html + p->at;
    const size_t n = p->n - p->at;

    if (n >= 4 && memcmp(s, "<!--", 4) == 0) {
        p->at += 2; /* <!--> and <!---> are whole comments */
        skip_behind(p, "-->");
        return false;
    }
    if (n >= 2 && (s[1] == '!' || s[1] == '?')) {
        skip_behind(p, ">");
        return false;
    }
    if (n >= 2 && (text_is_alpha(s[1]) || (s[1] == '/' && n >= 3 && text_is_alpha(s[2]))))
        return read_tag(p);
    put(p, "<", 1);
    p->at++;
    return false;
}

bool plain_read(struct plain *p, size_t to, bool paragraphs) {
    while (p->at < to) {
        read_text(p, to);
        if (p->at < to && read_markup(p) && paragraphs)
            return true;
    }
    return false;
}

void plain_text(struct buf *out, const char *html, size_t n) {
    struct plain p;

    plain_init(&p, out, html, n);
    (void)plain_read(&p, n, false);
}
