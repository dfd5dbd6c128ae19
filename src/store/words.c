#include "store/words.h"

#include "base/text.h"
#include "base/unicode.h"

#include <string.h>

enum kind { NONE, SPACED, DENSE, MARK };

static bool is_dense(uint32_t c) {
    return unicode_is_cjk(c) || (c >= 0xe00 && c <= 0xeff) || (c >= 0x1000 && c <= 0x109f) ||
           (c >= 0x1780 && c <= 0x17ff);
}

static enum kind kind_of(uint32_t c) {
    if (c < 0x80)
        return text_is_alpha((char)c) || text_is_digit((char)c) ? SPACED : NONE;
    bool mark = unicode_is_mark(c);
    if (!mark && !unicode_is_letter(c) && !unicode_is_digit(c) && c != 0x3007)
        return NONE;
    if (c < 0xe00)
        return mark ? MARK : SPACED;
    if (is_dense(c))
        return DENSE;
    return mark ? MARK : SPACED;
}

void runs_begin(struct runs *r, const char *text, size_t len) {
    *r = (struct runs){.text = text, .len = len};
}

bool runs_next(struct runs *r, struct run *out) {
    enum kind inside = NONE;
    while (r->at < r->len) {
        uint32_t c = (unsigned char)r->text[r->at];
        size_t n = c < 0x80 ? 1 : unicode_next(r->text + r->at, r->len - r->at, &c);
        enum kind kind = kind_of(c);
        if (inside == NONE && (kind == SPACED || kind == DENSE)) {
            *out = (struct run){.start = r->at, .dense = kind == DENSE};
            inside = kind;
        } else if (inside != NONE && kind != inside && kind != MARK) {
            break;
        }
        r->at += n;
        if (inside != NONE)
            out->end = r->at;
    }
    return inside != NONE;
}

size_t run_fold(char out[WORD_BYTES_MAX], size_t *chars, const char *text, const struct run *r) {
    size_t n = 0;
    *chars = 0;
    for (size_t at = r->start; at < r->end;) {
        uint32_t c = (unsigned char)text[at];
        if (c < 0x80) {
            if (n == WORD_BYTES_MAX)
                break;
            out[n++] = text_lower((char)c);
            (*chars)++;
            at++;
            continue;
        }
        char folded[8];
        at += unicode_next(text + at, r->end - at, &c);
        size_t more = unicode_fold(c, folded);
        if (n + more > WORD_BYTES_MAX)
            break;
        memcpy(out + n, folded, more);
        n += more;
        for (size_t i = 0; i < more; i++)
            *chars += ((unsigned char)folded[i] & 0xc0) != 0x80;
    }
    return n;
}

size_t run_char(char out[8], size_t *at, const char *text, const struct run *r) {
    while (*at < r->end) {
        uint32_t c;
        *at += unicode_next(text + *at, r->end - *at, &c);
        size_t n = unicode_fold(c, out);
        if (n > 0)
            return n;
    }
    return 0;
}
