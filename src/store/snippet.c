#include "store/snippet.h"

#include "base/text.h"

#include <string.h>

enum { SCAN_MAX = 64 * 1024, HITS_MAX = 64, TOGETHER = 200, BEFORE = 60, SHOWN = 260, BACK = 40 };

struct hit {
    size_t start, end;
    uint32_t term; /* a bit */
};

struct hits {
    struct hit list[HITS_MAX];
    size_t count;
};

static void add(struct hits *h, size_t start, size_t end, size_t term) {
    if (h->count > 0 && start < h->list[h->count - 1].end)
        start = h->list[h->count - 1].end; /* two pairs that share a character */
    if (start < end && h->count < HITS_MAX)
        h->list[h->count++] = (struct hit){start, end, UINT32_C(1) << term};
}

static void match_word(struct hits *h, const char *text, const struct run *r,
                       const struct term *terms, size_t count) {
    char word[WORD_BYTES_MAX];
    size_t chars, n = run_fold(word, &chars, text, r);
    for (size_t i = 0; i < count; i++) {
        const struct term *t = &terms[i];
        if (!t->dense && t->len > 0 && (t->begun ? n >= t->len : n == t->len) &&
            memcmp(word, t->text, t->len) == 0) {
            add(h, r->start, r->end, i);
            return;
        }
    }
}

/* Where the term ends that begins at `at`; 0 when it does not. */
static size_t dense_end(const char *text, size_t at, const struct run *r, const struct term *t) {
    char c[8];
    size_t n, done = 0;
    while (done < t->len && (n = run_char(c, &at, text, r)) > 0) {
        if (n > t->len - done || memcmp(c, t->text + done, n) != 0)
            return 0;
        done += n;
    }
    return done == t->len ? at : 0;
}

static void match_dense(struct hits *h, const char *text, const struct run *r,
                        const struct term *terms, size_t count) {
    char c[8];
    for (size_t at = r->start, next = at; h->count < HITS_MAX && run_char(c, &next, text, r) > 0;
         at = next)
        for (size_t i = 0; i < count; i++) {
            size_t end = terms[i].dense ? dense_end(text, at, r, &terms[i]) : 0;
            if (end > 0)
                add(h, at, end, i);
        }
}

static void find(struct hits *h, const char *text, size_t n, const struct term *terms,
                 size_t count) {
    struct runs runs;
    struct run r;
    h->count = 0;
    runs_begin(&runs, text, n);
    while (h->count < HITS_MAX && runs_next(&runs, &r)) {
        if (r.dense)
            match_dense(h, text, &r, terms, count);
        else
            match_word(h, text, &r, terms, count);
    }
}

/* Appends text[from, to) with its hits marked, white space as single spaces. */
static void plain(struct buf *out, const char *text, size_t from, size_t to) {
    while (from < to) {
        size_t n = from;
        while (n < to && !text_is_space(text[n]))
            n++;
        text_html(out, text + from, n - from);
        if (n < to)
            buf_putc(out, ' ');
        while (n < to && text_is_space(text[n]))
            n++;
        from = n;
    }
}

static void marked(struct buf *out, const char *text, size_t from, size_t to,
                   const struct hits *h) {
    for (size_t i = 0; i < h->count; i++) {
        const struct hit *hit = &h->list[i];
        if (hit->start < from || hit->end > to)
            continue;
        plain(out, text, from, hit->start);
        buf_puts(out, "<mark>");
        plain(out, text, hit->start, hit->end);
        buf_puts(out, "</mark>");
        from = hit->end;
    }
    plain(out, text, from, to);
}

void snippet_whole(struct buf *out, const char *text, size_t n, const struct term *terms,
                   size_t count) {
    struct hits h;
    find(&h, text, n < SCAN_MAX ? n : 0, terms, count);
    marked(out, text, 0, n, &h);
}

static int bits(uint32_t x) {
    int n = 0;
    for (; x != 0; x &= x - 1)
        n++;
    return n;
}

/* The first hit of the place where most terms stand together, then most hits. */
static size_t best(const struct hits *h) {
    size_t where = 0;
    int most = 0;
    for (size_t i = 0; i < h->count; i++) {
        uint32_t terms = 0;
        int hits = 0;
        for (size_t k = i; k < h->count && h->list[k].end - h->list[i].start <= TOGETHER; k++) {
            terms |= h->list[k].term;
            hits++;
        }
        int worth = bits(terms) * HITS_MAX + hits;
        if (worth > most) {
            most = worth;
            where = i;
        }
    }
    return where;
}

static bool continues(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* A little before `start`, behind white space when there is some. */
static size_t begin_at(const char *text, size_t start) {
    if (start <= BEFORE)
        return 0;
    for (size_t at = start - BEFORE; at < start; at++)
        if (text_is_space(text[at]))
            return at + 1;
    size_t at = start - BEFORE;
    while (at < start && continues(text[at]))
        at++;
    return at;
}

/* SHOWN bytes after `from`, not before `least`. */
static size_t end_at(const char *text, size_t n, size_t from, size_t least) {
    size_t to = from + SHOWN < least ? least : from + SHOWN;
    if (to >= n)
        return n;
    for (size_t at = to; at > least && at + BACK > to; at--)
        if (text_is_space(text[at]))
            return at;
    while (to > least && continues(text[to]))
        to--;
    return to;
}

void snippet_part(struct buf *out, const char *text, size_t n, const struct term *terms,
                  size_t count) {
    struct hits h;
    size_t scan = n;
    if (n > SCAN_MAX) {
        scan = SCAN_MAX;
        while (scan > 0 && continues(text[scan]))
            scan--;
    }
    find(&h, text, scan, terms, count);
    if (h.count == 0)
        return;
    const struct hit *first = &h.list[best(&h)];
    size_t from = begin_at(text, first->start), to = end_at(text, n, from, first->end);
    if (from > 0)
        buf_puts(out, "… ");
    marked(out, text, from, to, &h);
    if (to < n)
        buf_puts(out, " …");
}
