/* FTS5's side of search: see tokenizer.h, and "Extending FTS5" in SQLite's documentation. */
#include "store/tokenizer.h"

#include "store/words.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* ---- beginnings of words: each once a text ---- */

enum { SEEN_FIRST = 4096, SEEN_MOST = 1 << 20 }; /* slots; half are used at most */

/* Hashes of what was said of this text, open addressing; 0 is an empty slot. Past its bound a text leaves no more
 * beginnings: what is told of a text depends on the text alone, as the index demands. */
struct seen {
    uint64_t *slots;
    size_t cap, used;
};

static int seen_clear(struct seen *s) {
    if (s->slots == NULL) {
        s->slots = malloc(SEEN_FIRST * sizeof *s->slots);
        if (s->slots == NULL)
            return SQLITE_NOMEM;
        s->cap = SEEN_FIRST;
    }
    memset(s->slots, 0, s->cap * sizeof *s->slots);
    s->used = 0;
    return SQLITE_OK;
}

static bool insert(uint64_t *slots, size_t cap, uint64_t hash) {
    size_t i = (size_t)hash & (cap - 1);
    while (slots[i] != 0 && slots[i] != hash)
        i = (i + 1) & (cap - 1);
    bool fresh = slots[i] == 0;
    slots[i] = hash;
    return fresh;
}

static int seen_grow(struct seen *s) {
    uint64_t *slots = calloc(s->cap * 2, sizeof *slots);
    if (slots == NULL)
        return SQLITE_NOMEM;
    for (size_t i = 0; i < s->cap; i++)
        if (s->slots[i] != 0)
            (void)insert(slots, s->cap * 2, s->slots[i]);
    free(s->slots);
    s->slots = slots;
    s->cap *= 2;
    return SQLITE_OK;
}

/* *fresh: it was not seen before. */
static int seen_add(struct seen *s, uint64_t hash, bool *fresh) {
    *fresh = false;
    if (s->used >= SEEN_MOST / 2)
        return SQLITE_OK;
    if (s->used >= s->cap / 2 && seen_grow(s) != SQLITE_OK)
        return SQLITE_NOMEM;
    *fresh = insert(s->slots, s->cap, hash == 0 ? 1 : hash);
    s->used += *fresh;
    return SQLITE_OK;
}

/* ---- the tokenizer ---- */

typedef int token_fn(void *ctx, int flags, const char *token, int n, int start, int end);

struct tokenizer {
    struct seen seen;
};

struct cutting {
    struct seen *seen; /* NULL: beginnings are not wanted */
    const char *text;
    token_fn *fn;
    void *ctx;
};

static int create(void *ctx, const char **args, int count, Fts5Tokenizer **out) {
    (void)ctx, (void)args, (void)count;
    struct tokenizer *t = calloc(1, sizeof *t);
    *out = (Fts5Tokenizer *)t;
    return t == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static void destroy(Fts5Tokenizer *tokenizer) {
    struct tokenizer *t = (struct tokenizer *)tokenizer;
    free(t->seen.slots);
    free(t);
}

static int say(const struct cutting *c, int flags, const char *token, size_t n,
               const struct run *r) {
    return c->fn(c->ctx, flags, token, (int)n, (int)r->start, (int)r->end);
}

static uint64_t mix(uint64_t hash, unsigned char c) {
    return (hash ^ c) * 0x100000001b3u;
}

#define HASH_START UINT64_C(0xcbf29ce484222325)

/* Says the n bytes of a beginning, unless they were said; they lie behind the mark at marked[0]. */
static int say_start(const struct cutting *c, int flags, const char *marked, size_t n,
                     uint64_t hash, const struct run *r) {
    bool fresh;
    int rc = seen_add(c->seen, hash, &fresh);
    return rc == SQLITE_OK && fresh ? say(c, flags, marked, n + 1, r) : rc;
}

static int cut_word(const struct cutting *c, const struct run *r) {
    char marked[WORD_BYTES_MAX + 1];
    char *word = marked + 1;
    size_t chars;
    marked[0] = STARTS_MARK;
    size_t n = run_fold(word, &chars, c->text, r);
    if (n == 0)
        return SQLITE_OK;
    int rc = say(c, 0, word, n, r);
    if (c->seen == NULL || chars <= STARTS_MIN)
        return rc;
    uint64_t hash = HASH_START;
    size_t at = 0, taken = 0;
    while (rc == SQLITE_OK && at < n && taken <= STARTS_MAX) {
        if (((unsigned char)word[at] & 0xc0) != 0x80) {
            if (taken >= STARTS_MIN)
                rc = say_start(c, FTS5_TOKEN_COLOCATED, marked, at, hash, r);
            taken++;
        }
        hash = mix(hash, (unsigned char)word[at++]);
    }
    return rc;
}

static int cut_dense(const struct cutting *c, const struct run *r) {
    char pair[17] = {STARTS_MARK}; /* the mark and two characters */
    size_t at = r->start, next = 0;
    size_t n = run_char(pair + 1, &at, c->text, r);
    int rc = SQLITE_OK, flags = 0;
    for (; rc == SQLITE_OK && n > 0; n = next) {
        next = run_char(pair + 1 + n, &at, c->text, r);
        if (next > 0) {
            rc = say(c, 0, pair + 1, n + next, r);
            flags = FTS5_TOKEN_COLOCATED;
        }
        uint64_t hash = HASH_START;
        for (size_t i = 1; i <= n; i++)
            hash = mix(hash, (unsigned char)pair[i]);
        if (rc == SQLITE_OK && c->seen != NULL)
            rc = say_start(c, flags, pair, n, hash, r);
        memmove(pair + 1, pair + 1 + n, next);
    }
    return rc;
}

/* "\1be" in a query: the beginning as it is in the index. */
static int cut_start(const struct cutting *c, size_t len) {
    char marked[WORD_BYTES_MAX + 1] = {STARTS_MARK};
    size_t chars;
    struct run r = {.start = 1, .end = len};
    size_t n = run_fold(marked + 1, &chars, c->text, &r);
    return n == 0 ? SQLITE_OK : say(c, 0, marked, n + 1, &r);
}

static int tokenize(Fts5Tokenizer *tokenizer, void *ctx, int flags, const char *text, int len,
                    token_fn *fn) {
    struct tokenizer *t = (struct tokenizer *)tokenizer;
    struct cutting c = {.text = text, .fn = fn, .ctx = ctx};
    if ((flags & FTS5_TOKENIZE_QUERY) != 0 && len > 0 && text[0] == STARTS_MARK)
        return cut_start(&c, (size_t)len);
    if ((flags & FTS5_TOKENIZE_DOCUMENT) != 0) {
        if (seen_clear(&t->seen) != SQLITE_OK)
            return SQLITE_NOMEM;
        c.seen = &t->seen;
    }
    struct runs runs;
    struct run r;
    int rc = SQLITE_OK;
    runs_begin(&runs, text, len > 0 ? (size_t)len : 0);
    while (rc == SQLITE_OK && runs_next(&runs, &r))
        rc = r.dense ? cut_dense(&c, &r) : cut_word(&c, &r);
    return rc;
}

/* ---- how well a row fits ---- */

enum { COLUMNS = 3, TEXT_MOST = 4 };

/* Points of one phrase in one row: for being in a column, and for how often in the text. */
static int64_t points(const Fts5ExtensionApi *api, Fts5Context *ctx, int phrase, int *rc) {
    static const int64_t worth[COLUMNS] = {24, 12, 1};
    int64_t sum = 0;
    int hits[COLUMNS] = {0}, column, offset;
    Fts5PhraseIter it;
    *rc = api->xPhraseFirst(ctx, phrase, &it, &column, &offset);
    while (*rc == SQLITE_OK && column >= 0 && hits[COLUMNS - 1] < TEXT_MOST) {
        if (column < COLUMNS && hits[column] < (column == COLUMNS - 1 ? TEXT_MOST : 1)) {
            hits[column]++;
            sum += worth[column];
        }
        api->xPhraseNext(ctx, &it, &column, &offset);
    }
    return sum;
}

static void score(const Fts5ExtensionApi *api, Fts5Context *ctx, sqlite3_context *result, int count,
                  sqlite3_value **args) {
    int beginning = count > 0 ? sqlite3_value_int(args[0]) : -1;
    int64_t sum = 0;
    int rc = SQLITE_OK;
    for (int i = 0; rc == SQLITE_OK && i < api->xPhraseCount(ctx); i++) {
        int64_t p = points(api, ctx, i, &rc);
        sum += i == beginning ? p : 2 * p;
    }
    if (rc != SQLITE_OK)
        sqlite3_result_error_code(result, rc);
    else
        sqlite3_result_int64(result, sum);
}

/* The way to FTS5's functions is a pointer bound to a statement. */
static fts5_api *find_api(sqlite3 *db) {
    fts5_api *api = NULL;
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &s, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(s, 1, &api, "fts5_api_ptr", NULL);
        (void)sqlite3_step(s);
    }
    sqlite3_finalize(s);
    return api;
}

int tokenizer_register(sqlite3 *db, struct error *err) {
    fts5_api *api = find_api(db);
    if (api == NULL)
        return error_set(err, "this SQLite has no FTS5: use one that was built with it");
    fts5_tokenizer mine = {create, destroy, tokenize};
    if (api->xCreateTokenizer(api, "platen", NULL, &mine, NULL) != SQLITE_OK ||
        api->xCreateFunction(api, "platen_score", NULL, score, NULL) != SQLITE_OK)
        return error_set(err, "search could not be prepared: %s", sqlite3_errmsg(db));
    return 0;
}
