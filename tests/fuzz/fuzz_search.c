/* Any first line as a query over any text: the query never fails; a text looked for by its own first words is
 * found; snippets are UTF-8 without markup but <mark>; the index stays what the text says. */
#include "base/unicode.h"
#include "store/search.h"
#include "store/snippet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held) {
    if (!held)
        abort();
}

static struct db *open_index(void) {
    struct db *db = NULL;
    must(db_open(&db, ":memory:", DB_READ, NULL) == 0);
    must(db_exec(db,
                 "PRAGMA query_only=OFF;"
                 "CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT);"
                 "CREATE VIRTUAL TABLE f USING fts5(x, content='t', content_rowid='id',"
                 " tokenize='platen');",
                 NULL) == 0);
    return db;
}

/* Only <mark> and </mark>, in turns, and no bare '<'. */
static void check_html(const struct buf *b) {
    must(buf_ok(b) && unicode_valid(buf_str(b), b->len, NULL));
    bool open = false;
    for (const char *p = strchr(buf_str(b), '<'); p != NULL; p = strchr(p + 1, '<')) {
        must(strncmp(p, open ? "</mark>" : "<mark>", open ? 7 : 6) == 0);
        open = !open;
    }
    must(!open);
}

static void check_index(struct db *db, const char *text, size_t n) {
    char sql[4096];
    static const char hex[] = "0123456789abcdef";
    char digits[2049];
    n = n > 1024 ? 1024 : n;
    while (n > 0 && !unicode_valid(text, n, NULL))
        n--;
    for (size_t i = 0; i < n; i++) {
        digits[2 * i] = hex[(unsigned char)text[i] >> 4];
        digits[2 * i + 1] = hex[(unsigned char)text[i] & 15];
    }
    digits[2 * n] = '\0';
    snprintf(sql, sizeof sql,
             "BEGIN; INSERT INTO t VALUES (1, cast(x'%s' AS TEXT)); INSERT INTO f (rowid, x) "
             "SELECT id, x FROM t;"
             "INSERT INTO f (f) VALUES ('integrity-check');"
             "INSERT INTO f (f, rowid, x) SELECT 'delete', id, x FROM t; DELETE FROM t;"
             "INSERT INTO f (f) VALUES ('integrity-check'); ROLLBACK;",
             digits);
    struct error err = {0};
    if (db_exec(db, sql, &err) != 0)
        abort();
}

static void check_snippets(const char *q, size_t len, const char *text, size_t n) {
    struct term terms[12];
    struct runs runs;
    struct run r;
    size_t count = 0;
    struct buf out;
    runs_begin(&runs, q, len);
    while (count < 12 && runs_next(&runs, &r)) {
        must(r.start < r.end && r.end <= len);
        struct term *t = &terms[count++];
        *t = (struct term){.dense = r.dense, .begun = count % 2 == 0};
        t->len = run_fold(t->text, &t->chars, q, &r);
        must(t->len <= WORD_BYTES_MAX && unicode_valid(t->text, t->len, NULL));
    }
    buf_init(&out, (size_t)8 << 20);
    snippet_whole(&out, text, n, terms, count);
    check_html(&out);
    buf_clear(&out);
    snippet_part(&out, text, n, terms, count);
    check_html(&out);
    must(out.len < 4096);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct db *db;
    if (db == NULL)
        db = open_index();
    const char *q = (const char *)data, *line = size > 0 ? memchr(q, '\n', size) : NULL;
    size_t len = line == NULL ? size : (size_t)(line - q);
    const char *text = line == NULL ? "" : line + 1;
    size_t n = line == NULL ? 0 : size - len - 1;
    char *exact = malloc(n + 1);
    memcpy(exact, text, n);
    exact[n] = '\0';
    if (unicode_valid(exact, n, NULL) && unicode_valid(q, len, NULL)) {
        check_snippets(q, len, exact, n);
        check_index(db, exact, n);
    } else { /* bytes that are none: nothing may be read beyond them */
        struct runs runs;
        struct run r;
        runs_begin(&runs, exact, n);
        while (runs_next(&runs, &r))
            must(r.start < r.end && r.end <= n);
    }
    free(exact);
    return 0;
}
