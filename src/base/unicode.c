/* Character classes come from libunistring; UTF-8 itself is decoded here, because every byte of
 * every post passes through it. Nearly all text is ASCII, so each function takes ASCII bytes on a
 * short way and asks the tables only for the rest. */
#include "base/unicode.h"

#include "base/text.h"

#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

/* Length of the well-formed character at s, 0 when there is none (RFC 3629 section 4). */
static size_t well_formed(const unsigned char *s, size_t n) {
    unsigned char c = s[0];
    if (c < 0x80) {
        return 1;
    }
    if (c < 0xc2 || c > 0xf4) {
        return 0;
    }
    size_t len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (n < len) {
        return 0;
    }
    /* Only the second byte's range depends on the first: no overlong form, no surrogate, no
     * character past U+10FFFF. */
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (s[1] < low || s[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

/* Number of ASCII bytes that s begins with, counted eight at a time. */
static size_t ascii_run(const char *s, size_t n) {
    size_t i = 0;
    while (n - i >= 8) {
        uint64_t word;
        memcpy(&word, s + i, sizeof word);
        if ((word & UINT64_C(0x8080808080808080)) != 0) {
            break;
        }
        i += 8;
    }
    while (i < n && (unsigned char)s[i] < 0x80) {
        i++;
    }
    return i;
}

bool unicode_valid(const char *s, size_t n, size_t *bad) {
    size_t i = 0;
    while (i < n) {
        i += ascii_run(s + i, n - i);
        if (i == n) {
            break;
        }
        size_t len = well_formed((const unsigned char *)s + i, n - i);
        if (len == 0) {
            if (bad != NULL) {
                *bad = i;
            }
            return false;
        }
        i += len;
    }
    return true;
}

/* Bytes that are no UTF-8 decode, one at a time, to U+FFFD: callers promise valid text, and a
 * broken promise must not read past the end. */
size_t unicode_next(const char *s, size_t n, uint32_t *c) {
    const unsigned char *u = (const unsigned char *)s;
    switch (n > 0 ? well_formed(u, n) : 0) {
    case 1:
        *c = u[0];
        return 1;
    case 2:
        *c = (u[0] & 0x1fu) << 6 | (u[1] & 0x3fu);
        return 2;
    case 3:
        *c = (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
        return 3;
    case 4:
        *c = (u[0] & 0x07u) << 18 | (u[1] & 0x3fu) << 12 | (u[2] & 0x3fu) << 6 | (u[3] & 0x3fu);
        return 4;
    default:
        *c = 0xfffd;
        return 1;
    }
}

/* Writes c as UTF-8, returns its length. */
static size_t encode(uint32_t c, char out[4]) {
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char first[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (char)(first[n] | c);
    return n;
}

/* Appends c as UTF-8. */
static int put(struct buf *out, uint32_t c) {
    char u[4];
    return buf_append(out, u, encode(c, u));
}

bool unicode_is_letter(uint32_t c) {
    return c < 0x80 ? text_is_alpha((char)c)
                    : uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L);
}

bool unicode_is_digit(uint32_t c) {
    return c < 0x80 ? text_is_digit((char)c)
                    : uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Nd);
}

bool unicode_is_mark(uint32_t c) {
    return c >= 0x80 && uc_is_general_category_withtable(c, UC_CATEGORY_MASK_M);
}

bool unicode_is_space(uint32_t c) {
    return c < 0x80 ? text_is_space((char)c) : uc_is_property_white_space(c);
}

bool unicode_is_cjk(uint32_t c) {
    return (c >= 0x1100 && c <= 0x11ff) ||   /* Hangul Jamo */
           (c >= 0x2e80 && c <= 0x2fdf) ||   /* radicals */
           (c >= 0x3005 && c <= 0x3007) ||   /* iteration marks, ideographic zero */
           (c >= 0x3041 && c <= 0x30ff) ||   /* Hiragana, Katakana */
           (c >= 0x3130 && c <= 0x318f) ||   /* Hangul compatibility Jamo */
           (c >= 0x31f0 && c <= 0x31ff) ||   /* Katakana extensions */
           (c >= 0x3400 && c <= 0x4dbf) ||   /* Han, extension A */
           (c >= 0x4e00 && c <= 0x9fff) ||   /* Han */
           (c >= 0xa960 && c <= 0xa97f) ||   /* Hangul Jamo extended A */
           (c >= 0xac00 && c <= 0xd7ff) ||   /* Hangul syllables, Jamo extended B */
           (c >= 0xf900 && c <= 0xfaff) ||   /* Han, compatibility */
           (c >= 0xff66 && c <= 0xffdc) ||   /* half-width Katakana and Hangul */
           (c >= 0x1b000 && c <= 0x1b16f) || /* Kana supplement and extensions */
           (c >= 0x20000 && c <= 0x3ffff);   /* Han, extensions B and later */
}

static uint32_t lower(uint32_t c) {
    return c < 0x80 ? (uint32_t)(unsigned char)text_lower((char)c) : uc_tolower(c);
}

/* Appends n ASCII bytes in lower case. */
static int lower_ascii(struct buf *out, const char *s, size_t n) {
    char *to = buf_room(out, n);
    if (to == NULL) {
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        to[i] = text_lower(s[i]);
    }
    buf_added(out, n);
    return 0;
}

int unicode_lower(struct buf *out, const char *s, size_t n) {
    size_t i = 0;
    while (i < n) {
        size_t run = ascii_run(s + i, n - i);
        if (run > 0) {
            if (lower_ascii(out, s + i, run) != 0) {
                return -1;
            }
            i += run;
            continue;
        }
        uint32_t c;
        i += unicode_next(s + i, n - i, &c);
        if (put(out, lower(c)) != 0) {
            return -1;
        }
    }
    return buf_ok(out) ? 0 : -1;
}

static bool stays_in_path(uint32_t c) {
    if (c < 0x80) {
        return text_is_alpha((char)c) || text_is_digit((char)c) ||
               (c != 0 && strchr("./\\_#+~-@", (int)c) != NULL);
    }
    return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_Nd |
                                                   UC_CATEGORY_MASK_M);
}

int unicode_urlize(struct buf *out, const char *s, size_t n, bool keep_case) {
    bool something = false; /* a character was appended */
    bool hyphen = false;    /* and the last one is '-' */
    bool pending = false;   /* white space waits for a character to be parted from */
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += unicode_next(s + i, n - i, &c);
        if (stays_in_path(c)) {
            if (pending && c != '-' && buf_putc(out, '-') != 0) {
                return -1;
            }
            if (put(out, keep_case ? c : lower(c)) != 0) {
                return -1;
            }
            something = true;
            hyphen = c == '-';
            pending = false;
        } else if (something && !hyphen && unicode_is_space(c)) {
            pending = true;
        }
    }
    return buf_ok(out) ? 0 : -1;
}

int unicode_anchor(struct buf *out, const char *s, size_t n) {
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += unicode_next(s + i, n - i, &c);
        if (unicode_is_space(c)) {
            c = '-';
        } else if (c != '-' && c != '_' && !unicode_is_letter(c) && !unicode_is_digit(c) &&
                   !unicode_is_mark(c)) {
            continue;
        }
        if (put(out, lower(c)) != 0) {
            return -1;
        }
    }
    return buf_ok(out) ? 0 : -1;
}

size_t unicode_words(const char *s, size_t n) {
    size_t words = 0;
    bool inside = false;
    size_t i = 0;
    while (i < n) {
        if ((unsigned char)s[i] < 0x80) {
            bool space = text_is_space(s[i]);
            words += (size_t)(!space && !inside);
            inside = !space;
            i++;
            continue;
        }
        uint32_t c;
        i += unicode_next(s + i, n - i, &c);
        if (unicode_is_cjk(c)) {
            words++;
            inside = false;
        } else {
            bool space = unicode_is_space(c);
            words += (size_t)(!space && !inside);
            inside = !space;
        }
    }
    return words;
}

/* The bytes of the character at s, 0 when there is none or it is for no reader. */
static size_t shown(const char *s, size_t left) {
    if ((unsigned char)*s < 0x20 || *s == 0x7f)
        return 0;
    for (size_t n = 1; n <= 4 && n <= left; n++)
        if (unicode_valid(s, n, NULL))
            return n;
    return 0;
}

void unicode_line(char *out, size_t size, const char *s, size_t n) {
    size_t used = 0;
    while (n > 0 && *s != '\n' && *s != '\r' && *s != '\0') {
        size_t len = shown(s, n);
        const char *from = len > 0 ? s : *s == '\t' ? " " : "?";
        len += len == 0;
        if (used + len >= size)
            break;
        memcpy(out + used, from, len);
        used += len;
        s += len;
        n -= len;
    }
    out[used] = '\0';
}

/* Latin letters that are no letter with a mark to Unicode. */
static const char *latin_of(uint32_t c) {
    static const struct {
        uint32_t c;
        const char *text;
    } letters[] = {
        {0xdf, "ss"}, {0xe6, "ae"}, {0xf0, "d"},  {0xf8, "o"},   {0xfe, "th"},
        {0x111, "d"}, {0x131, "i"}, {0x142, "l"}, {0x153, "oe"},
    };
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].c == c)
            return letters[i].text;
    return NULL;
}

/* c without its marks, when what stays is a letter before `end`. */
static uint32_t base_letter(uint32_t c, uint32_t end) {
    ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
    uint32_t base = c;
    for (int depth = 0; depth < 4 && uc_canonical_decomposition(base, parts) > 0; depth++)
        base = parts[0];
    return base < end ? base : c;
}

static uint32_t without_marks(uint32_t c) {
    return base_letter(c, 0x250);
}

/* Marks that writers leave out as they please: accents, Hebrew points, Arabic vowels; tatweel. */
static bool is_passing(uint32_t c) {
    return (c >= 0x300 && c <= 0x36f) || (c >= 0x591 && c <= 0x5c7 && unicode_is_mark(c)) ||
           c == 0x640 || (c >= 0x64b && c <= 0x65f) || c == 0x670;
}

size_t unicode_fold(uint32_t c, char out[8]) {
    if (c < 0x80) {
        out[0] = text_lower((char)c);
        return 1;
    }
    if (is_passing(c))
        return 0;
    if (c >= 0xff01 && c <= 0xff5e)
        c -= 0xfee0;
    c = lower(c);
    if (c == 0x1e9e)
        c = 0xdf;
    c = c < 0x400 || (c >= 0x1e00 && c < 0x2000) ? base_letter(c, 0x400) : c;
    if (c == 0x451) /* the two dots of Russian's yo are left out more often than not */
        c = 0x435;
    if (c == 0x3c2) /* sigma at the end of a word */
        c = 0x3c3;
    const char *latin = latin_of(c);
    if (latin == NULL)
        return encode(c, out);
    size_t n = 0;
    for (; latin[n] != '\0'; n++)
        out[n] = latin[n];
    return n;
}

int unicode_slug(struct buf *out, const char *s, size_t n, bool keep_marks) {
    bool gap = false;
    size_t from = out->len;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += unicode_next(s + i, n - i, &c);
        c = keep_marks ? lower(c) : without_marks(lower(c));
        const char *latin = keep_marks ? NULL : latin_of(c);
        bool plain = c < 0x80 ? text_is_alpha((char)c) || text_is_digit((char)c)
                              : latin != NULL || unicode_is_letter(c) || unicode_is_digit(c);
        if (c >= 0x80 && unicode_is_mark(c)) {
            if (keep_marks && !gap)
                put(out, c);
            continue;
        }
        if (!plain) {
            gap = true;
            continue;
        }
        if (gap && out->len > from)
            buf_putc(out, '-');
        gap = false;
        if ((latin != NULL ? buf_puts(out, latin) : put(out, c)) != 0)
            return -1;
    }
    return buf_ok(out) ? 0 : -1;
}

int unicode_pretty(struct buf *out, const char *s, size_t n) {
    bool gap = false;
    size_t from = out->len;
    for (size_t i = 0; i < n;) {
        uint32_t c;
        i += unicode_next(s + i, n - i, &c);
        bool stays = c < 0x80 ? text_is_alpha((char)c) || text_is_digit((char)c) ||
                                    (c != 0 && strchr("._~!$&'()+,;=@", (int)c) != NULL)
                              : unicode_is_letter(c) || unicode_is_digit(c) || unicode_is_mark(c);
        if (!stays) {
            gap = true;
            continue;
        }
        if (gap && out->len > from)
            buf_putc(out, '-');
        gap = false;
        if (put(out, c) != 0)
            return -1;
    }
    return buf_ok(out) ? 0 : -1;
}

int unicode_unaccent(struct buf *out, const char *s, size_t n) {
    for (size_t i = 0; i < n;) {
        ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
        uint32_t c;
        i += unicode_next(s + i, n - i, &c);
        if (unicode_is_mark(c))
            continue;
        for (int depth = 0; depth < 4 && c >= 0x80 && uc_canonical_decomposition(c, parts) > 1 &&
                            unicode_is_mark(parts[1]);
             depth++)
            c = parts[0];
        if (put(out, c) != 0)
            return -1;
    }
    return buf_ok(out) ? 0 : -1;
}
