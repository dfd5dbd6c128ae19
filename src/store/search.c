#include "store/search.h"

#include "base/text.h"
#include "base/unicode.h"
#include "store/entries.h"
#include "store/row.h"
#include "store/snippet.h"
#include "store/tokenizer.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_WORDS = 12,
    MAX_QUERY = 2048,
    NEWEST = 1000,
    MOST = 2 * NEWEST + 40,
    BUDGET = 500000,
    FEW = 20
};

/* ---- what is looked for ---- */

struct query {
    struct buf match; /* in FTS5's language */
    struct buf more;  /* what to look for when that finds few; empty: nothing */
    int beginning;    /* number of the phrase that is a mere beginning; -1 */
    struct term terms[MAX_WORDS];
    size_t count;
};

/* Quoted; only letters, marks and digits are in it, so nothing of it is syntax. */
static void quote(struct buf *out, const char *before, const struct term *t, const char *after) {
    buf_puts(out, before);
    buf_append(out, t->text, t->len);
    buf_puts(out, after);
}

static const char START[] = {'"', STARTS_MARK, '\0'};

/* The last word may be a beginning. Up to STARTS_MAX characters beginnings are in the index. For a longer one FTS5
 * reads all rows of all words that begin so before it gives the first, so that is asked only when the word itself
 * is hardly there. */
static void add_last(struct query *q, struct term *t) {
    t->begun = t->chars >= STARTS_MIN;
    if (!t->begun || t->chars > STARTS_MAX) {
        if (t->begun) {
            buf_append(&q->more, buf_str(&q->match), q->match.len);
            quote(&q->more, "\"", t, "\"*");
        }
        quote(&q->match, "\"", t, "\"");
        return;
    }
    quote(&q->match, "(\"", t, "\" OR ");
    quote(&q->match, START, t, "\")");
    q->beginning = (int)q->count;
}

static void add_term(struct query *q, struct term *t, bool last) {
    if (q->count > 1)
        buf_puts(&q->match, " AND ");
    if (t->dense)
        quote(&q->match, t->chars == 1 ? START : "\"", t, "\"");
    else if (last)
        add_last(q, t);
    else
        quote(&q->match, "\"", t, "\"");
}

static void read_query(struct query *q, const char *text) {
    struct runs runs;
    struct run r;
    size_t len = strnlen(text, MAX_QUERY);
    buf_init(&q->match, 4096);
    buf_init(&q->more, 4096);
    q->beginning = -1;
    q->count = 0;
    runs_begin(&runs, text, unicode_valid(text, len, NULL) ? len : 0);
    bool more = runs_next(&runs, &r);
    while (more && q->count < MAX_WORDS) {
        struct term *t = &q->terms[q->count];
        *t = (struct term){.dense = r.dense};
        t->len = run_fold(t->text, &t->chars, text, &r);
        more = runs_next(&runs, &r);
        if (t->len == 0)
            continue;
        q->count++;
        add_term(q, t, !more);
    }
}

/* ---- what is found ---- */

struct found {
    int64_t id, score, age;
    unsigned char tie[ENTRY_TIE_BYTES]; /* as in lists; what is missing is 0 */
};

struct findings {
    struct found list[MOST];
    size_t count;
};

static void take(struct found *to, struct db_stmt *s) {
    size_t n;
    const void *tie = db_blob(s, 3, &n);
    *to = (struct found){.id = db_int(s, 0), .score = db_int(s, 1), .age = db_int(s, 2)};
    if (tie != NULL)
        memcpy(to->tie, tie, n < sizeof to->tie ? n : sizeof to->tie);
}

static int collect(struct findings *f, struct db *db, enum sql_statement where,
                   const struct buf *match, int beginning, struct error *err) {
    struct db_stmt *s = db_use(db, where, err);
    if (s == NULL)
        return -1;
    struct error why = {0};
    int rc;
    db_bind_text(s, 1, buf_str(match));
    db_bind_int(s, 2, beginning);
    db_bind_int(s, 3, NEWEST);
    while ((rc = db_step(s, &why)) == 1 && f->count < MOST)
        take(&f->list[f->count++], s);
    db_done(s);
    if (rc >= 0 || db_spent(db))
        return 0;
    return error_set(err, "%s", why.text);
}

static int by_id(const void *a, const void *b) {
    const struct found *x = a, *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->score > y->score ? -1 : x->score < y->score;
}

/* Reading order: the best first, of equals the newest. */
static int by_worth(const void *a, const void *b) {
    const struct found *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x->age != y->age)
        return x->age < y->age ? -1 : 1;
    int c = memcmp(x->tie, y->tie, sizeof x->tie);
    return c != 0 ? c : x->id < y->id ? -1 : x->id > y->id;
}

/* Each post once, with the better of its scores. */
static void put_in_order(struct findings *f) {
    size_t kept = 0;
    qsort(f->list, f->count, sizeof f->list[0], by_id);
    for (size_t i = 0; i < f->count; i++)
        if (kept == 0 || f->list[kept - 1].id != f->list[i].id)
            f->list[kept++] = f->list[i];
    f->count = kept;
    qsort(f->list, f->count, sizeof f->list[0], by_worth);
}

static int collect_both(struct findings *f, struct db *db, const struct buf *match, int beginning,
                        struct error *err) {
    if (collect(f, db, SQL_SEARCH_FIND_HEAD, match, beginning, err) != 0)
        return -1;
    return collect(f, db, SQL_SEARCH_FIND, match, beginning, err);
}

static int find(struct findings *f, struct db *db, const struct query *q, struct error *err) {
    db_budget(db, BUDGET);
    int rc = collect_both(f, db, &q->match, q->beginning, err);
    if (rc == 0 && f->count < FEW && q->more.len > 0)
        rc = collect_both(f, db, &q->more, q->beginning, err);
    db_budget(db, 0);
    put_in_order(f);
    return rc;
}

/* ---- what is shown ---- */

struct shown {
    struct db *db;
    const struct query *q;
    struct buf title, snippet;
    search_fn *fn;
    void *arg;
};

static int show(struct shown *w, int64_t id, struct error *err) {
    struct db_stmt *s = db_use(w->db, SQL_SEARCH_SHOWN, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    if (rc == 1) {
        struct post p;
        size_t n;
        row_post(&p, s, ROW_CARD);
        const char *text = db_blob(s, ROW_AFTER_CARD, &n);
        buf_clear(&w->title);
        buf_clear(&w->snippet);
        snippet_whole(&w->title, p.title, strlen(p.title), w->q->terms, w->q->count);
        if (text != NULL)
            snippet_part(&w->snippet, text, n, w->q->terms, w->q->count);
        struct search_hit hit = {&p, buf_str(&w->title), buf_str(&w->snippet)};
        rc = w->fn(w->arg, &hit);
    }
    db_done(s);
    return rc;
}

static int show_all(struct shown *w, const struct findings *f, size_t offset, size_t size,
                    struct error *err) {
    int rc = 0;
    buf_init(&w->title, 1 << 20);
    buf_init(&w->snippet, 1 << 16);
    for (size_t i = offset; rc == 0 && i < f->count && i - offset < size; i++)
        rc = show(w, f->list[i].id, err);
    buf_free(&w->title);
    buf_free(&w->snippet);
    return rc;
}

int search_posts(struct db *db, const char *text, size_t offset, size_t size, int64_t *total,
                 search_fn *fn, void *arg, struct error *err) {
    *total = 0;
    struct query *q = malloc(sizeof *q);
    struct findings *f = malloc(sizeof *f);
    int rc = -1;
    if (q == NULL || f == NULL) {
        error_set(err, "out of memory");
        goto done;
    }
    read_query(q, text);
    f->count = 0;
    rc = q->count == 0 ? 0 : find(f, db, q, err);
    *total = (int64_t)f->count;
    if (rc == 0) {
        struct shown w = {.db = db, .q = q, .fn = fn, .arg = arg};
        rc = show_all(&w, f, offset, size, err);
    }
    buf_free(&q->match);
    buf_free(&q->more);
done:
    free(q);
    free(f);
    return rc;
}

void search_match(struct buf *out, const char *text) {
    struct query *q = malloc(sizeof *q);
    if (q == NULL)
        return;
    read_query(q, text);
    buf_append(out, buf_str(&q->match), q->match.len);
    buf_free(&q->match);
    buf_free(&q->more);
    free(q);
}
