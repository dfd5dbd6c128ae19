/* The way back: one pass over the HTML that puts each shortcode's HTML where its token stands. */
#include "content/shortcode.h"

#include "base/text.h"

#include <string.h>

#define TOKEN_OPEN "\xEF\xB7\x90"
#define TOKEN_CLOSE "\xEF\xB7\x91"

enum { TOKEN_EDGE = 3, DIGITS = 9 };

/* The length of the token at p and its number, or 0. */
static size_t token(const char *p, size_t n, size_t *number) {
    size_t i = TOKEN_EDGE;

    if (n < 2 * TOKEN_EDGE + 1 || memcmp(p, TOKEN_OPEN, TOKEN_EDGE) != 0)
        return 0;
    for (*number = 0; i < n && i < TOKEN_EDGE + DIGITS && text_is_digit(p[i]); i++)
        *number = *number * 10 + (size_t)(p[i] - '0');
    if (i == TOKEN_EDGE || n - i < TOKEN_EDGE || memcmp(p + i, TOKEN_CLOSE, TOKEN_EDGE) != 0)
        return 0;
    return i + TOKEN_EDGE;
}

/* What may stand around a token and goes with it. */
static const struct {
    const char *before, *after;
} around[] = {{"<!--", "-->"}, {"&lt;!--", "--&gt;"}, {"<p>", "</p>"}};

static size_t take_around(struct buf *to, size_t kept, const char *rest) {
    for (size_t i = 0; i < sizeof around / sizeof around[0]; i++) {
        const size_t n = strlen(around[i].before);
        if (to->len >= kept + n && memcmp(to->data + to->len - n, around[i].before, n) == 0 &&
            text_starts(rest, around[i].after)) {
            buf_truncate(to, to->len - n);
            return strlen(around[i].after);
        }
    }
    return 0;
}

/* Where a byte stands: in text, in a tag, in a quoted value of a tag, in a comment. */
static char step(char in, const char *p) {
    if (in == 0 && *p == '<' && text_starts(p, "<!--"))
        return '-';
    if (in == 0)
        return (char)(*p == '<' && (text_is_alpha(p[1]) || p[1] == '/') ? '<' : 0);
    if (in == '-')
        return (char)(text_starts(p, "-->") ? 0 : '-');
    if (in == '<')
        return (char)(*p == '>' ? 0 : *p == '"' || *p == '\'' ? *p : '<');
    return (char)(*p == in ? '<' : in);
}

int shortcode_restore(const struct shortcodes *s, struct buf *html, size_t *at, struct error *err) {
    struct buf to;
    size_t mark = *at;
    size_t kept = 0; /* what a shortcode wrote is not taken back */
    bool moved = *at == SIZE_MAX;
    char in = 0;

    if (s->count == 0)
        return 0;
    buf_init(&to, html->max);
    for (size_t i = 0; i < html->len;) {
        const char *p = html->data + i;
        size_t k = 0;
        const size_t n = token(p, html->len - i, &k);
        if (!moved && i >= *at) {
            mark = kept = to.len;
            moved = true;
        }
        if (n == 0) {
            in = step(in, p);
            (void)buf_putc(&to, *p);
            i++;
            continue;
        }
        i += n;
        if (k < s->count && (in == 0 || in == '-')) {
            const size_t from = k > 0 ? s->ends[k - 1] : 0;
            const size_t more = take_around(&to, kept, html->data + i);
            if (more > 0)
                in = 0;
            i += more;
            if (in == 0)
                (void)buf_append(&to, buf_str(&s->html) + from, s->ends[k] - from);
            kept = to.len;
        }
    }
    if (!buf_ok(&to)) {
        buf_free(&to);
        return error_set(err, "the HTML of this document would be larger than %zu MB",
                         html->max >> 20U);
    }
    *at = moved ? mark : to.len;
    buf_free(html);
    *html = to;
    return 0;
}

void shortcode_strip(struct buf *out, const char *text) {
    size_t k;

    for (size_t left = strlen(text); left > 0;) {
        const size_t n = token(text, left, &k);
        if (n == 0)
            (void)buf_putc(out, *text);
        text += n > 0 ? n : 1;
        left -= n > 0 ? n : 1;
    }
}
