/* The page cache: what it holds, in what order it forgets, what an advance drops, one filling for many, and all
 * of it at once on several threads. */
#include "web/cache.h"

#include "http/private.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct cache *new_cache(size_t max_bytes, unsigned patience_ms) {
    struct cache *c;
    const struct cache_options o = {.max_bytes = max_bytes, .patience_ms = patience_ms};
    assert_int_equal(cache_new(&c, &o, NULL), 0);
    return c;
}

/* A page of n bytes that begins with the text. */
static struct http_shared *page_of(const char *text, size_t n) {
    struct http_response r;
    response_init(&r, NULL);
    http_response_header(&r, "ETag", "\"abc\"");
    buf_puts(http_response_body(&r), text);
    while (r.body.len < n)
        buf_putc(&r.body, 'x');
    struct http_shared *s = http_shared_take(&r);
    assert_non_null(s);
    response_release(&r);
    return s;
}

static bool put(struct cache *c, const char *key, size_t n, const char *names, int64_t revision) {
    struct http_shared *out, *page = page_of(key, n);
    struct cache_fill *fill;
    assert_int_equal(cache_ask(c, key, HTTP_IDENTITY, &out, &fill), CACHE_FILL);
    bool kept = cache_keep(c, fill, page, names, revision);
    http_shared_unref(page);
    return kept;
}

/* Asks; a miss is left. */
static bool has(struct cache *c, const char *key) {
    struct http_shared *out;
    struct cache_fill *fill;
    enum cache_answer a = cache_ask(c, key, HTTP_IDENTITY, &out, &fill);
    if (a == CACHE_FILL)
        cache_leave(c, fill);
    http_shared_unref(out);
    return a == CACHE_HIT;
}

static void kept_and_forgotten(void **state) {
    (void)state;
    struct cache *c = new_cache(100000, 10);
    struct cache_counts n;
    char key[16];
    assert_false(has(c, "/a/"));
    for (int i = 0; i < 8; i++) {
        snprintf(key, sizeof key, "/%d/", i);
        assert_true(put(c, key, 10000, "\npost:1", 0));
    }
    assert_true(has(c, "/0/")); /* used: /1/ is the oldest from now */
    assert_true(put(c, "/8/", 10000, "\npost:1", 0));
    assert_true(put(c, "/9/", 10000, "\npost:1", 0));
    assert_true(has(c, "/0/"));
    assert_false(has(c, "/1/"));
    cache_counts(c, &n);
    assert_true(n.bytes <= 100000 && n.entries >= 7);
    assert_false(put(c, "/large/", 40000, "\npost:1", 0)); /* it would push out too much */
    assert_true(has(c, "/0/"));
    cache_free(c);
}

static void names_and_kinds(void **state) {
    (void)state;
    struct cache *c = new_cache(1 << 20, 10);
    const char *post[] = {"post:1"}, *list[] = {"list:home", "address:/x y/"}, *site[] = {"site"};
    assert_true(put(c, "/1/", 10, "\npost:1\nlist:all", 0));
    assert_true(put(c, "/11/", 10, "\npost:11", 0));
    assert_true(put(c, "/home/", 10, "\nlist:home", 0));
    assert_true(put(c, "/any/", 10, "\nany", 0));
    assert_true(put(c, "/posts/", 10, "\npost:*", 0));
    assert_true(put(c, "/space/", 10, "\naddress:/x y/", 0));
    cache_advance(c, 1, post, 1, false);
    assert_false(has(c, "/1/") || has(c, "/any/") || has(c, "/posts/"));
    assert_true(has(c, "/11/") && has(c, "/home/") && has(c, "/space/"));
    cache_advance(c, 2, list, 2, false);
    assert_false(has(c, "/home/") || has(c, "/space/"));
    assert_true(has(c, "/11/"));
    cache_advance(c, 3, site, 1, true);
    assert_false(has(c, "/11/"));
    cache_free(c);
}

/* What was read before an advance, or begun before everything was dropped, is not kept. */
static void old_pages(void **state) {
    (void)state;
    struct cache *c = new_cache(1 << 20, 10);
    struct http_shared *out, *page = page_of("old", 100);
    struct cache_fill *fill;
    assert_int_equal(cache_ask(c, "/a/", HTTP_IDENTITY, &out, &fill), CACHE_FILL);
    cache_advance(c, 1, NULL, 0, false);
    assert_false(cache_keep(c, fill, page, "\npost:1", 0));
    assert_false(has(c, "/a/"));
    assert_int_equal(cache_ask(c, "/a/", HTTP_IDENTITY, &out, &fill), CACHE_FILL);
    cache_clear(c);
    assert_false(cache_keep(c, fill, page, "\npost:1", 1));
    assert_false(has(c, "/a/"));
    assert_true(put(c, "/a/", 10, "\npost:1", 1));
    char many[8192] = "";
    for (size_t i = 0; i + 2 < sizeof many; i += 2)
        memcpy(many + i, "\nx", 3);
    assert_false(put(c, "/many/", 10, many, 1)); /* names nobody would look through */
    http_shared_unref(page);
    cache_free(c);
}

static void codings(void **state) {
    (void)state;
    struct cache *c = new_cache(1 << 20, 10);
    struct http_shared *out;
    struct cache_fill *fill;
    assert_true(put(c, "/a/", 5000, "\npost:1", 0));
    assert_true(put(c, "/tiny/", 0, "\npost:1", 0));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(cache_ask(c, "/a/", HTTP_GZIP, &out, &fill), CACHE_HIT);
        assert_string_equal(out->etag, "\"abc-gzip\"");
        assert_true(http_shared_size(out) < 200);
        http_shared_unref(out);
        assert_int_equal(cache_ask(c, "/a/", HTTP_BROTLI, &out, &fill), CACHE_HIT);
        assert_string_equal(out->etag, "\"abc-br\"");
        http_shared_unref(out);
        assert_int_equal(cache_ask(c, "/tiny/", HTTP_GZIP, &out, &fill), CACHE_HIT);
        assert_string_equal(out->etag, "\"abc\""); /* no smaller */
        http_shared_unref(out);
    }
    cache_free(c);
}

/* Words in no order: the harder one tries, the smaller they get. */
static struct http_shared *page_of_words(void) {
    static const char *const words[] = {"ink",    "paper", "press", "letter",
                                        "galley", "forme", "lead"};
    struct http_response r;
    uint32_t seed = 7;
    response_init(&r, NULL);
    http_response_header(&r, "ETag", "\"abc\"");
    for (int i = 0; i < 4000; i++) {
        seed = seed * 1664525 + 1013904223;
        buf_printf(http_response_body(&r), "%s %u ", words[(seed >> 24) % 7], (seed >> 16) % 37);
    }
    struct http_shared *s = http_shared_take(&r);
    response_release(&r);
    return s;
}

static struct http_shared *hit(struct cache *c, enum http_coding coding) {
    struct http_shared *out;
    struct cache_fill *fill;
    assert_int_equal(cache_ask(c, "/a/", coding, &out, &fill), CACHE_HIT);
    return out;
}

static void wait_for_shrunk(struct cache *c, uint64_t count) {
    const struct timespec pause = {.tv_nsec = 5000000};
    struct cache_counts n = {0};
    for (int i = 0; i < 6000 && n.shrunk < count; i++) {
        nanosleep(&pause, NULL);
        cache_counts(c, &n);
    }
    assert_int_equal(n.shrunk, count);
}

/* What is sent often gets smaller behind the readers' backs, under another tag. */
static void hot_pages(void **state) {
    (void)state;
    struct cache *c;
    struct http_shared *out, *page = page_of_words();
    struct cache_fill *fill;
    struct cache_counts before, after;
    const struct cache_options o = {.max_bytes = 1 << 20, .patience_ms = 10, .hot = 3};
    assert_int_equal(cache_new(&c, &o, NULL), 0);
    assert_int_equal(cache_ask(c, "/a/", HTTP_IDENTITY, &out, &fill), CACHE_FILL);
    assert_true(cache_keep(c, fill, page, "\npost:1", 0));
    for (int i = 0; i < 10; i++)
        http_shared_unref(hit(c, HTTP_IDENTITY)); /* which has no other form */
    struct http_shared *gzip = hit(c, HTTP_GZIP), *brotli = hit(c, HTTP_BROTLI);
    assert_string_equal(gzip->etag, "\"abc-gzip\"");
    cache_counts(c, &before);
    for (int i = 0; i < 3; i++)
        http_shared_unref(hit(c, HTTP_GZIP));
    wait_for_shrunk(c, 1);
    out = hit(c, HTTP_GZIP);
    assert_string_equal(out->etag, "\"abc-gzip12\"");
    cache_counts(c, &after);
    assert_int_equal(before.bytes - after.bytes, http_shared_size(gzip) - http_shared_size(out));
    assert_true(http_shared_size(out) < http_shared_size(gzip)); /* which its readers still have */
    http_shared_unref(out);
    for (int i = 0; i < 3; i++)
        http_shared_unref(hit(c, HTTP_BROTLI));
    wait_for_shrunk(c, 2);
    out = hit(c, HTTP_BROTLI);
    assert_string_equal(out->etag, "\"abc-br11\"");
    assert_true(http_shared_size(out) < http_shared_size(brotli));
    http_shared_unref(out);
    http_shared_unref(gzip);
    http_shared_unref(brotli);
    http_shared_unref(page);
    cache_free(c);
}

static void accept_encoding(void **state) {
    (void)state;
    static const struct {
        const char *accept;
        enum http_coding coding;
    } rows[] = {
        {NULL, HTTP_IDENTITY},
        {"", HTTP_IDENTITY},
        {"gzip", HTTP_GZIP},
        {"x-gzip", HTTP_GZIP},
        {"GZip , BR", HTTP_BROTLI},
        {"br", HTTP_BROTLI},
        {"gzip, deflate, br, zstd", HTTP_BROTLI},
        {"gzip;q=0.8, br;q=0.7", HTTP_GZIP},
        {"gzip; q=0.8 , br ; q=0.800", HTTP_BROTLI},
        {"gzip;q=0", HTTP_IDENTITY},
        {"gzip;q=0.0, br;q=0.000", HTTP_IDENTITY},
        {"gzip;q=0.001", HTTP_GZIP},
        {"*", HTTP_BROTLI},
        {"*;q=0", HTTP_IDENTITY},
        {"*;q=0, gzip", HTTP_GZIP},
        {"br;q=0, *", HTTP_GZIP},
        {"identity;q=1, gzip;q=0.5", HTTP_IDENTITY},
        {"identity;q=0.5, gzip;q=0.5", HTTP_GZIP},
        {"identity;q=0", HTTP_IDENTITY},
        {"deflate, zstd", HTTP_IDENTITY},
        {"gzipx, brr", HTTP_IDENTITY},
        {",,;;, gzip", HTTP_GZIP},
        {"gzip;level=3;q=0", HTTP_IDENTITY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (http_coding_choose(rows[i].accept) != rows[i].coding)
            fail_msg("\"%s\" gave %d", rows[i].accept == NULL ? "-" : rows[i].accept,
                     (int)http_coding_choose(rows[i].accept));
}

/* ---- threads ---- */

static void *wait_for_page(void *arg) {
    struct http_shared *out;
    struct cache_fill *fill;
    enum cache_answer a = cache_ask(arg, "/a/", HTTP_IDENTITY, &out, &fill);
    if (a == CACHE_FILL)
        cache_leave(arg, fill);
    http_shared_unref(out);
    return (void *)(uintptr_t)a;
}

static void one_fills(void **state) {
    (void)state;
    struct cache *c = new_cache(1 << 20, 30000);
    struct http_shared *out, *page = page_of("a", 100);
    struct cache_fill *fill;
    pthread_t threads[4];
    assert_int_equal(cache_ask(c, "/a/", HTTP_IDENTITY, &out, &fill), CACHE_FILL);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_for_page, c), 0);
    assert_true(cache_keep(c, fill, page, "\npost:1", 0));
    for (size_t i = 0; i < 4; i++) {
        void *answer;
        pthread_join(threads[i], &answer);
        assert_true(answer == (void *)CACHE_AGAIN || answer == (void *)CACHE_HIT);
    }
    struct cache_counts n;
    cache_counts(c, &n);
    assert_int_equal(n.fills, 1);
    http_shared_unref(page);
    cache_free(c);
    c = new_cache(1 << 20, 1); /* patience ends */
    assert_int_equal(cache_ask(c, "/a/", HTTP_IDENTITY, &out, &fill), CACHE_FILL);
    assert_true(wait_for_page(c) == (void *)CACHE_PASS);
    cache_leave(c, fill);
    cache_free(c);
}

enum { PAGES = 20, TURNS = 3000, READERS = 3 };

/* A store of one number: pages say which they were made at. */
struct toy {
    struct cache *cache;
    pthread_mutex_t lock; /* of committing and advancing */
    int64_t revision;
};

static int64_t read_revision(struct toy *t) {
    pthread_mutex_lock(&t->lock);
    int64_t r = t->revision;
    pthread_mutex_unlock(&t->lock);
    return r;
}

static void *publish(void *arg) {
    struct toy *t = arg;
    for (int64_t i = 1; i <= TURNS; i++) {
        char name[32];
        const char *names[] = {name};
        snprintf(name, sizeof name, "post:%d", (int)(i % PAGES));
        pthread_mutex_lock(&t->lock);
        t->revision = i;
        cache_advance(t->cache, i, names, 1, i % 100 == 0);
        pthread_mutex_unlock(&t->lock);
        if (i % 500 == 0)
            cache_clear(t->cache);
    }
    return NULL;
}

/* The newest revision up to `now` that touched page n. */
static int64_t touched_at(int64_t now, int n) {
    while (now > 0 && now % PAGES != n)
        now--;
    return now;
}

static void *read_pages(void *arg) {
    struct toy *t = arg;
    for (int i = 0; i < TURNS; i++) {
        int n = i % PAGES;
        char key[32], names[32], text[64];
        snprintf(key, sizeof key, "/%d/", n);
        snprintf(names, sizeof names, "\npost:%d", n);
        int64_t before = read_revision(t), now;
        struct http_shared *out;
        struct cache_fill *fill;
        switch (cache_ask(t->cache, key, (enum http_coding)(i % 3), &out, &fill)) {
        case CACHE_HIT:
            if (i % 3 == HTTP_IDENTITY && strtoll(out->bytes, NULL, 10) < touched_at(before, n))
                abort(); /* an old page */
            http_shared_unref(out);
            break;
        case CACHE_FILL:
            now = read_revision(t);
            snprintf(text, sizeof text, "%lld ", (long long)now);
            struct http_shared *page = page_of(text, 300);
            (void)cache_keep(t->cache, fill, page, names, now);
            http_shared_unref(page);
            break;
        case CACHE_AGAIN:
        case CACHE_PASS:
            break;
        }
    }
    return NULL;
}

static void all_at_once(void **state) {
    (void)state;
    struct toy t = {.lock = PTHREAD_MUTEX_INITIALIZER};
    const struct cache_options o = {.max_bytes = 16000, .patience_ms = 1000, .hot = 2};
    assert_int_equal(cache_new(&t.cache, &o, NULL), 0);
    pthread_t writer, readers[READERS];
    assert_int_equal(pthread_create(&writer, NULL, publish, &t), 0);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, read_pages, &t), 0);
    pthread_join(writer, NULL);
    for (size_t i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    struct cache_counts n;
    cache_counts(t.cache, &n);
    assert_true(n.bytes <= 16000 && n.hits > 0);
    cache_free(t.cache);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_and_forgotten), cmocka_unit_test(names_and_kinds),
        cmocka_unit_test(old_pages),          cmocka_unit_test(codings),
        cmocka_unit_test(accept_encoding),    cmocka_unit_test(one_fills),
        cmocka_unit_test(all_at_once),        cmocka_unit_test(hot_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
