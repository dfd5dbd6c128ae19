/* One pass. Where the next end of each kind stands is looked for once and kept until the reading has passed it, so
 * that many beginnings without an end cost no more than one. */
#include "content/math.h"

#include "content/shortcode_private.h"

#include <stdlib.h>
#include <string.h>

enum { TICKS = 32 }; /* longer runs of backticks are text */

enum kind { DOLLAR, DOLLARS, ROUND, SQUARE, KINDS };

static const char *const ends[] = {"$", "$$", "\\)", "\\]"};

struct next {
    size_t from,
        at;     /* the first end at or behind `from` stands at `at`; from > at: not looked for */
    bool found; /* else `at` is where the paragraph ends */
};

struct math {
    struct shortcodes *s;
    const char *t;
    size_t n;
    bool raw_html;
    struct next ends[KINDS];
    struct next ticks[TICKS + 1];
};

static bool is_space(char c) {
    return text_is_space(c);
}

static bool paragraph_ends(const struct math *m, size_t i) {
    size_t k = i + 1;
    if (m->t[i] != '\n')
        return false;
    while (k < m->n && k - i < 256 && (m->t[k] == ' ' || m->t[k] == '\t'))
        k++;
    return k >= m->n || m->t[k] == '\n';
}

static bool is_end(const struct math *m, size_t i, enum kind kind) {
    const char *e = ends[kind];
    const size_t len = strlen(e);
    if (m->n - i < len || memcmp(m->t + i, e, len) != 0)
        return false;
    return kind != DOLLAR ||
           (i > 0 && !is_space(m->t[i - 1]) && m->t[i - 1] != '\\' &&
            !(i + 1 < m->n && (text_is_digit(m->t[i + 1]) || m->t[i + 1] == '$')) &&
            m->t[i - 1] != '$');
}

static size_t run(const struct math *m, size_t i) {
    const char c = m->t[i];
    size_t k = i;
    while (k < m->n && m->t[k] == c)
        k++;
    return k - i;
}

/* The first end of that kind at or behind `from` in its paragraph. */
static bool find(struct math *m, enum kind kind, size_t from, size_t *at) {
    struct next *x = &m->ends[kind];
    if (x->from > from || x->at < from) {
        *x = (struct next){.from = from, .at = from};
        while (x->at < m->n && !x->found && !paragraph_ends(m, x->at)) {
            x->found = is_end(m, x->at, kind);
            x->at += !x->found;
        }
    }
    *at = x->at;
    return x->found;
}

/* The run of as many backticks at or behind `from` in its paragraph. */
static bool find_ticks(struct math *m, size_t count, size_t from, size_t *at) {
    struct next *x = &m->ticks[count];
    if (x->from > from || x->at < from) {
        *x = (struct next){.from = from, .at = from};
        while (x->at < m->n && !x->found && !paragraph_ends(m, x->at)) {
            const size_t ticks = m->t[x->at] == '`' ? run(m, x->at) : 0;
            x->found = ticks == count;
            x->at += x->found ? 0 : ticks > 0 ? ticks : 1;
        }
    }
    *at = x->at;
    return x->found;
}

/* The end of the fence whose line begins at i, or i when none does. */
static size_t behind_fence(const struct math *m, size_t i) {
    size_t k = i;
    size_t length;
    char c;

    while (k < m->n && k - i < 64 && (m->t[k] == ' ' || m->t[k] == '>' || m->t[k] == '\t'))
        k++;
    c = k < m->n ? m->t[k] : '\0';
    length = c == '`' || c == '~' ? run(m, k) : 0;
    if (length < 3)
        return i;
    for (;;) {
        const char *lf = memchr(m->t + k, '\n', m->n - k);
        if (lf == NULL)
            return m->n;
        k = (size_t)(lf - m->t) + 1;
        while (k < m->n && (m->t[k] == ' ' || m->t[k] == '>' || m->t[k] == '\t'))
            k++;
        if (k < m->n && m->t[k] == c && run(m, k) >= length) {
            lf = memchr(m->t + k, '\n', m->n - k);
            return lf == NULL ? m->n : (size_t)(lf - m->t);
        }
    }
}

static bool begins(const struct math *m, size_t i, enum kind *kind) {
    const char next = i + 1 < m->n ? m->t[i + 1] : '\0';
    if (m->t[i] == '\\') {
        *kind = next == '(' ? ROUND : SQUARE;
        return next == '(' || next == '[';
    }
    *kind = next == '$' ? DOLLARS : DOLLAR;
    return m->t[i] == '$' && next != '\0' && (next == '$' || !is_space(next));
}

static void put(struct math *m, size_t from, size_t to, enum kind kind) {
    struct buf *html = &m->s->html;
    const bool display = kind == DOLLARS || kind == SQUARE;
    const bool block = m->raw_html && shortcode_alone(m->t, m->n, from, to);

    (void)buf_puts(html, !display ? (block ? "<p><span class=\"math inline\">"
                                           : "<span class=\"math inline\">")
                         : block  ? "<div class=\"math display\">"
                                  : "<span class=\"math display\">");
    (void)text_html(html, m->t + from, to - from);
    (void)buf_puts(html, !display ? (block ? "</span></p>" : "</span>")
                         : block  ? "</div>"
                                  : "</span>");
    shortcode_token(m->s, block, slice_n(m->t + from, to - from));
}

/* What stands at i; where to go on. */
static size_t step(struct math *m, size_t i) {
    struct buf *to = &m->s->text;
    enum kind kind;
    size_t at = i;

    if (m->t[i] == '`') {
        const size_t ticks = run(m, i);
        at = i + ticks;
        if (ticks <= TICKS && find_ticks(m, ticks, i + ticks, &at))
            at += ticks;
        else
            at = i + ticks;
        (void)buf_append(to, m->t + i, at - i);
        return at;
    }
    if (begins(m, i, &kind)) {
        const size_t len = strlen(ends[kind]);
        if (find(m, kind, i + len + (kind == DOLLAR), &at) && at > i + len) {
            put(m, i, at + len, kind);
            return at + len;
        }
        (void)buf_append(to, m->t + i, len);
        return i + len;
    }
    at = i + (m->t[i] == '\\' && i + 1 < m->n ? 2 : 1);
    (void)buf_append(to, m->t + i, at - i);
    return at;
}

int math_take(struct shortcodes *s, bool raw_html, struct error *err) {
    struct math m = {.s = s, .raw_html = raw_html};
    struct buf before = s->text;
    size_t i = 0;

    if (before.len == 0 || strpbrk(buf_str(&before), "$\\") == NULL)
        return 0;
    buf_init(&s->text, before.max);
    m.t = buf_str(&before);
    m.n = before.len;
    for (size_t k = 0; k < KINDS; k++)
        m.ends[k].from = 1;
    for (size_t k = 0; k <= TICKS; k++)
        m.ticks[k].from = 1;
    while (i < m.n) {
        const size_t behind = i == 0 || m.t[i - 1] == '\n' ? behind_fence(&m, i) : i;
        size_t k = behind;
        (void)buf_append(&s->text, m.t + i, behind - i);
        k += strcspn(m.t + k, "$\\`\n");
        (void)buf_append(&s->text, m.t + behind, k - behind);
        i = k;
        if (i < m.n && m.t[i] == '\n') {
            (void)buf_putc(&s->text, '\n');
            i++;
        } else if (i < m.n) {
            i = step(&m, i);
        }
    }
    buf_free(&before);
    if (buf_ok(&s->text) && buf_ok(&s->html))
        return 0;
    return error_set(err, "the formulas of this document are too large");
}
