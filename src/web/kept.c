#include "web/kept.h"

#include "store/settings.h"
#include "web/purge.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Browsers ask each time; a cache that is told what to forget need not. Should it miss being told, it asks within the
 * hour. */
#define FOR_CACHES "public, max-age=0, s-maxage=3600, stale-while-revalidate=60"

enum { PATIENCE_MS = 2000, HOT = 100, TURNS = 4, KEYS_MAX = 3000, KEY_BYTES = 640 };
enum { NAMES_MAX = 100000, NAMES_BYTES = 16 << 20 };

struct kept {
    struct kept_options o;
    struct cache *cache; /* NULL: off */
    pthread_mutex_t advancing;
    atomic_bool looked;
    atomic_uint_fast64_t mark; /* of the store when it was looked at last */
    int64_t revision;          /* then; under advancing */
};

int kept_open(struct kept **out, const struct kept_options *o, struct error *err) {
    struct kept *k = calloc(1, sizeof *k);
    if (k == NULL)
        return error_set(err, "the page cache: out of memory");
    pthread_mutex_init(&k->advancing, NULL);
    k->o = *o;
    k->revision = -1;
    const struct cache_options options = {
        .max_bytes = o->max_bytes, .patience_ms = PATIENCE_MS, .hot = HOT, .revision = -1};
    if (o->max_bytes > 0 && cache_new(&k->cache, &options, err) != 0) {
        kept_close(k);
        return -1;
    }
    *out = k;
    return 0;
}

void kept_close(struct kept *k) {
    if (k == NULL)
        return;
    cache_free(k->cache);
    pthread_mutex_destroy(&k->advancing);
    free(k);
}

void kept_clear(struct kept *k) {
    if (k->cache != NULL)
        cache_clear(k->cache);
}

/* ---- agreeing with the store ---- */

struct names {
    struct buf text; /* each ends with a NUL */
    size_t count;
    bool all;
};

/* "*" and "site" are every page's; so is the icon that a page of the site may name. */
static int take_name(void *arg, const char *name) {
    struct names *n = arg;
    if (strcmp(name, "*") == 0 || strcmp(name, "site") == 0 || strstr(name, ":/favicon.") != NULL ||
        n->count == NAMES_MAX || buf_append(&n->text, name, strlen(name) + 1) != 0)
        n->all = true;
    n->count++;
    return n->all ? 1 : 0;
}

static void advance(struct kept *k, int64_t revision, const struct names *n) {
    const char **at = n->all ? NULL : calloc(n->count + 1, sizeof *at);
    const char *name = buf_str(&n->text);
    for (size_t i = 0; at != NULL && i < n->count; i++, name += strlen(name) + 1)
        at[i] = name;
    cache_advance(k->cache, revision, at, n->count, at == NULL);
    free(at);
    k->revision = revision;
}

static int look(struct kept *k, struct db *db, int64_t revision, struct error *err) {
    struct names n = {0};
    int64_t oldest = 0;
    buf_init(&n.text, NAMES_BYTES);
    int rc = change_oldest(db, &oldest, err);
    if (rc == 0 && revision != k->revision) {
        /* who is behind the log's oldest name may have missed some */
        n.all = k->revision < oldest || revision < k->revision;
        if (!n.all)
            rc = change_since(db, k->revision, take_name, &n, err) < 0 ? -1 : 0;
        if (rc == 0)
            advance(k, revision, &n);
    }
    buf_free(&n.text);
    return rc;
}

static bool is_current(struct kept *k) {
    uint64_t mark;
    return atomic_load(&k->looked) && store_mark(k->o.store, &mark) &&
           mark == atomic_load(&k->mark);
}

/* Makes the cache agree with what is committed by now. False when the store does not answer. */
static bool agree(struct kept *k) {
    if (is_current(k))
        return true;
    struct error err = {0};
    uint64_t mark = 0;
    pthread_mutex_lock(&k->advancing);
    bool marked =
        store_mark(k->o.store, &mark); /* before the look, which sees this and maybe more */
    if (marked && atomic_load(&k->looked) && mark == atomic_load(&k->mark)) {
        pthread_mutex_unlock(&k->advancing);
        return true;
    }
    struct db *db = NULL;
    int64_t revision = 0;
    int rc = store_read(k->o.store, &db, &revision, &err);
    if (rc == 0)
        rc = look(k, db, revision, &err);
    store_reader_done(k->o.store, db);
    if (rc == 0 && marked) {
        atomic_store(&k->mark, mark);
        atomic_store(&k->looked, true);
    }
    pthread_mutex_unlock(&k->advancing);
    if (rc != 0)
        log_error(k->o.log, "the page cache is not used: %s", err.text);
    return rc == 0;
}

/* ---- requests ---- */

/* Parameters that pages read (handlers ask for them by http_request_param): with one of them a page is
 * another, and is not kept. Whatever else a query has changes nothing. */
static bool asks(const struct http_request *q) {
    static const char *const known[] = {"rev", "q", "page"};
    const char *query = http_request_query(q);
    for (size_t i = 0; *query != '\0' && i < sizeof known / sizeof known[0]; i++) {
        size_t n = strlen(known[i]);
        for (const char *at = strstr(query, known[i]); at != NULL; at = strstr(at + 1, known[i]))
            if ((at == query || at[-1] == '&') && (at[n] == '=' || at[n] == '&' || at[n] == '\0'))
                return true;
    }
    return false;
}

bool kept_is_data(const struct http_request *q) {
    const char *path = http_request_path(q);
    return strstr(path, "/api/v1/") != NULL || strstr(path, "/ghost/api/") != NULL;
}

/* A page is its path. Data are what the query says, too, as it stands there, and are open only when no token
 * was shown. NULL: it is kept under no key. */
static const char *key_of(char buffer[KEY_BYTES], const struct http_request *q) {
    const char *path = http_request_path(q), *query = http_request_query(q);
    if (!kept_is_data(q))
        return asks(q) ? NULL : path;
    if (http_request_header(q, "Authorization") != NULL)
        return NULL;
    int n = snprintf(buffer, KEY_BYTES, "%s?%s", path, query);
    return n > 0 && n < KEY_BYTES ? buffer : NULL;
}

bool kept_answer(struct kept *k, struct cache_fill **fill, const struct http_request *q,
                 struct http_response *r) {
    enum http_method method = http_request_method(q);
    char buffer[KEY_BYTES];
    *fill = NULL;
    if (k->cache == NULL || (method != HTTP_GET && method != HTTP_HEAD))
        return false;
    const char *key = key_of(buffer, q);
    if (key == NULL)
        return false;
    enum http_coding coding = http_coding_choose(http_request_header(q, "Accept-Encoding"));
    for (int turn = 0; turn < TURNS; turn++) {
        struct http_shared *page = NULL;
        if (!agree(k))
            return false;
        switch (cache_ask(k->cache, key, coding, &page, fill)) {
        case CACHE_HIT:
            http_response_shared(r, page);
            http_shared_unref(page);
            return true;
        case CACHE_AGAIN:
            break;
        case CACHE_FILL:
        case CACHE_PASS:
            return false;
        }
    }
    return false;
}

/* "Surrogate-Key: post:1 list:home" (Fastly's, and others') and the same as xkey (Varnish's). */
static void say_names(struct visit *v) {
    struct buf keys;
    buf_init(&keys, KEYS_MAX);
    buf_puts(&keys, "site");
    struct slice rest = slice_n(buf_str(&v->names), v->names.len), name;
    while (slice_next(&rest, '\n', &name)) {
        if (name.len == 0)
            continue;
        buf_putc(&keys, ' ');
        purge_key(&keys, name.ptr, name.len);
    }
    const char *text = buf_ok(&keys) ? buf_str(&keys) : "site any";
    (void)http_response_header(v->r, "Surrogate-Key", text);
    (void)http_response_header(v->r, "xkey", text);
    buf_free(&keys);
}

bool kept_wants_names(const struct kept *k, const struct cache_fill *fill) {
    return fill != NULL || k->o.surrogate_keys;
}

void kept_finish(struct kept *k, struct cache_fill *fill, struct visit *v, bool done) {
    struct http_shared *page = NULL;
    bool named = kept_wants_names(k, fill) && done && v->names.len > 0 && buf_ok(&v->names);
    int64_t revision = v->site->revision;
    visit_close(v); /* agreeing takes a reader, too, and nobody has two */
    if (named) {
        visit_depends(v, "address:%s", v->path);
        if (k->o.surrogate_keys)
            say_names(v);
        if (k->o.purged)
            (void)http_response_replace(v->r, "Cache-Control", FOR_CACHES);
    }
    if (named && fill != NULL && buf_ok(&v->names))
        page = http_shared_take(v->r);
    if (page != NULL && agree(k)) {
        log_request(k->o.log, LOG_LEVEL_DEBUG, http_request_id(v->q), "rendered %s", v->path);
        (void)cache_keep(k->cache, fill, page, buf_str(&v->names), revision);
    } else if (fill != NULL) {
        cache_leave(k->cache, fill);
    }
    if (page != NULL)
        http_response_shared(v->r, page);
    http_shared_unref(page);
}
