/* See near.h. */
#include "store/near.h"

#include "base/buf.h"
#include "base/unicode.h"
#include "store/tokenizer.h"
#include "store/words.h"

#include <stdlib.h>

enum { WORDS = 6, SHORTEST = 3, NEWEST = 100, BUDGET = 100000 };

struct hit {
    int64_t id, score;
    int place;
};

/* The word itself, or one that begins so: only letters and digits are in it, so nothing of it is syntax. */
static void add_word(struct buf *match, const char *word, size_t n, size_t chars) {
    size_t begin = n;
    for (size_t c = chars; c > STARTS_MAX; c--)
        while (begin > 1 && ((unsigned char)word[--begin] & 0xc0) == 0x80)
            continue;
    buf_puts(match, match->len > 0 ? " OR \"" : "\"");
    buf_append(match, word, n);
    buf_printf(match, "\" OR \"%c", STARTS_MARK);
    buf_append(match, word, begin);
    buf_putc(match, '"');
}

static void read_words(struct buf *match, const char *text, size_t n) {
    struct runs runs;
    struct run r;
    int count = 0;
    runs_begin(&runs, text, unicode_valid(text, n, NULL) ? n : 0);
    while (count < WORDS && runs_next(&runs, &r)) {
        char word[WORD_BYTES_MAX];
        size_t chars, len = run_fold(word, &chars, text, &r);
        if (r.dense || chars < SHORTEST)
            continue;
        add_word(match, word, len, chars);
        count++;
    }
}

/* The best first, of equals the newest. */
static int by_score(const void *a, const void *b) {
    const struct hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->place - y->place;
}

static int look(struct hit *hits, struct db *db, const char *match, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SEARCH_FIND_HEAD, err);
    struct error why = {0};
    int rc, count = 0;
    if (s == NULL)
        return -1;
    db_budget(db, BUDGET);
    db_bind_text(s, 1, match);
    db_bind_int(s, 2, -1);
    db_bind_int(s, 3, NEWEST);
    while ((rc = db_step(s, &why)) == 1 && count < NEWEST) {
        hits[count] = (struct hit){db_int(s, 0), db_int(s, 1), count};
        count++;
    }
    db_done(s);
    bool spent = db_spent(db);
    db_budget(db, 0);
    return rc >= 0 || spent ? count : error_set(err, "%s", why.text);
}

int near_posts(struct db *db, const char *text, size_t n, int64_t ids[NEAR_MAX],
               struct error *err) {
    struct hit hits[NEWEST];
    struct buf match;
    buf_init(&match, 2048);
    read_words(&match, text, n);
    int count = match.len > 0 && buf_ok(&match) ? look(hits, db, buf_str(&match), err) : 0;
    buf_free(&match);
    if (count < 0)
        return -1;
    qsort(hits, (size_t)count, sizeof hits[0], by_score);
    count = count < NEAR_MAX ? count : NEAR_MAX;
    for (int i = 0; i < count; i++)
        ids[i] = hits[i].id;
    return count;
}
