#include "store/search.h"

#include "base/text.h"
#include "base/unicode.h"
#include "store/row.h"

#include <string.h>

enum { MAX_WORDS = 12, MAX_WORD_BYTES = 64 };

static bool is_word_char(uint32_t c) {
    return unicode_is_letter(c) || unicode_is_digit(c) || unicode_is_mark(c);
}

/* Appends one word as a quoted prefix: nothing in it can be query syntax, since only letters, marks and digits are taken. */
static void add_word(struct buf *out, const char *word, size_t n) {
    if (n > MAX_WORD_BYTES)
        return;
    buf_puts(out, out->len > 0 ? " \"" : "\"");
    buf_append(out, word, n);
    buf_puts(out, "\"*");
}

/* "user's text" -> "user"* "s"* "text"*. Returns the number of words. */
static size_t match_text(struct buf *out, const char *q) {
    size_t len = strlen(q), words = 0, start = 0, at = 0;
    bool inside = false;
    while (at < len && words < MAX_WORDS) {
        uint32_t c;
        size_t n = unicode_next(q + at, len - at, &c);
        bool word = is_word_char(c);
        if (word && !inside)
            start = at;
        if (!word && inside) {
            add_word(out, q + start, at - start);
            words++;
        }
        inside = word;
        at += n;
    }
    if (inside && words < MAX_WORDS) {
        add_word(out, q + start, at - start);
        words++;
    }
    return out->len > 0 ? words : 0;
}

static int count_matches(struct db *db, const char *match, int64_t *total, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SEARCH_COUNT, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, match);
    int rc = db_step(s, err);
    *total = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    return rc < 0 ? -1 : 0;
}

static int run_matches(struct db *db, const char *match, size_t offset, size_t size, post_fn *fn,
                       void *arg, struct error *err) {
    struct buf headed;
    buf_init(&headed, 4096);
    buf_printf(&headed, "{title tags} : (%s)", match);
    struct db_stmt *s = db_use(db, SQL_SEARCH_RUN, err);
    int rc = -1;
    if (s != NULL) {
        db_bind_text(s, 1, buf_str(&headed));
        db_bind_text(s, 2, match);
        db_bind_int(s, 3, (int64_t)size);
        db_bind_int(s, 4, (int64_t)offset);
        rc = row_each(s, false, fn, arg, err);
    }
    buf_free(&headed);
    return rc;
}

int search_posts(struct db *db, const char *q, size_t offset, size_t size, int64_t *total,
                 post_fn *fn, void *arg, struct error *err) {
    struct buf match;
    buf_init(&match, 2048);
    *total = 0;
    int rc = 0;
    if (unicode_valid(q, strlen(q), NULL) && match_text(&match, q) > 0) {
        rc = count_matches(db, buf_str(&match), total, err);
        if (rc == 0)
            rc = run_matches(db, buf_str(&match), offset, size, fn, arg, err);
    }
    buf_free(&match);
    return rc;
}

void search_match(struct buf *out, const char *q) {
    if (unicode_valid(q, strlen(q), NULL))
        (void)match_text(out, q);
}

int search_snippet(struct db *db, const char *match, int64_t post, search_snippet_fn *fn, void *arg,
                   struct error *err) {
    struct db_stmt *s = db_use(db, SQL_SEARCH_SNIPPET, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, match);
    db_bind_int(s, 2, post);
    int rc = db_step(s, err);
    if (rc == 1) {
        int stop = fn(arg, db_text(s, 0), db_text(s, 1));
        rc = stop != 0 ? stop : 1;
    }
    db_done(s);
    return rc;
}
