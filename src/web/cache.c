/* One lock over a table and a list in order of use; held for a lookup, an insertion, or the walk that an
 * advance makes over all entries (a few milliseconds for a hundred thousand; it comes with a publication). */
#include "web/cache.h"

#include "base/jobs.h"
#include "base/text.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { NAMES_MAX = 256, BUCKETS_MIN = 1024, BUCKETS_MAX = 1 << 20, BYTES_A_BUCKET = 8192 };
enum { SHRINK_MAX = 256 * 1024, LOWEST_PRIORITY = 19 };

struct entry {
    struct entry *next;          /* in its bucket */
    struct entry *newer, *older; /* in order of use */
    uint64_t hash;
    struct http_shared *codings[HTTP_CODINGS];
    bool tried[HTTP_CODINGS];     /* made, being made, or not worth it */
    unsigned asked[HTTP_CODINGS]; /* how often, until it is made anew */
    size_t bytes, name_count;
    uint64_t *names; /* hashes; in the same block as the key */
    char key[];
};

struct cache_fill {
    struct cache_fill *next;
    unsigned waiting; /* and the one who fills, who is not counted */
    uint64_t era;     /* of the cache when it began */
    bool over;
    uint64_t hash;
    char key[];
};

struct cache {
    struct cache_options o;
    pthread_mutex_t lock; /* over all below */
    pthread_cond_t filled;
    struct jobs *shrinking; /* NULL: nothing is made anew */
    struct entry **buckets;
    size_t mask;
    struct entry *newest, *oldest;
    struct cache_fill *fills;
    int64_t revision;
    uint64_t era;
    struct cache_counts counts;
};

/* FNV-1a with a final mix. Names that collide are dropped together, which costs a rendering; keys are compared. */
static uint64_t hash_of(const char *s, size_t n) {
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
    h ^= h >> 29;
    return h != 0 ? h : 1;
}

int cache_new(struct cache **out, const struct cache_options *o, struct error *err) {
    struct cache *c = calloc(1, sizeof *c);
    size_t buckets = BUCKETS_MIN;
    while (buckets < BUCKETS_MAX && buckets * BYTES_A_BUCKET < o->max_bytes)
        buckets *= 2;
    if (c != NULL)
        c->buckets = calloc(buckets, sizeof(struct entry *));
    if (c == NULL || c->buckets == NULL) {
        free(c);
        return error_set(err, "the page cache: out of memory");
    }
    if (o->hot > 0 && jobs_start(&c->shrinking, err) != 0) {
        free(c->buckets);
        free(c);
        return -1;
    }
    pthread_condattr_t clock;
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&c->filled, &clock);
    pthread_condattr_destroy(&clock);
    pthread_mutex_init(&c->lock, NULL);
    c->o = *o;
    c->mask = buckets - 1;
    c->revision = o->revision;
    *out = c;
    return 0;
}

/* ---- entries, under the lock ---- */

static struct entry **place_of(struct cache *c, const char *key, uint64_t hash) {
    struct entry **at = &c->buckets[hash & c->mask];
    while (*at != NULL && ((*at)->hash != hash || strcmp((*at)->key, key) != 0))
        at = &(*at)->next;
    return at;
}

static void list_out(struct cache *c, struct entry *e) {
    *(e->newer != NULL ? &e->newer->older : &c->newest) = e->older;
    *(e->older != NULL ? &e->older->newer : &c->oldest) = e->newer;
}

static void list_in(struct cache *c, struct entry *e) {
    e->newer = NULL;
    e->older = c->newest;
    *(c->newest != NULL ? &c->newest->newer : &c->oldest) = e;
    c->newest = e;
}

static void entry_free(struct entry *e) {
    for (int i = 0; i < HTTP_CODINGS; i++)
        http_shared_unref(e->codings[i]);
    free(e->names);
    free(e);
}

static void drop(struct cache *c, struct entry *e) {
    struct entry **at = &c->buckets[e->hash & c->mask];
    while (*at != e)
        at = &(*at)->next;
    *at = e->next;
    list_out(c, e);
    c->counts.entries--;
    c->counts.bytes -= e->bytes;
    entry_free(e);
}

static void drop_all(struct cache *c) {
    struct entry *newer;
    for (struct entry *e = c->oldest; e != NULL; e = newer) {
        newer = e->newer;
        c->counts.dropped++;
        drop(c, e);
    }
}

/* Makes room; `keep` stays, which is the newest. */
static void evict(struct cache *c, const struct entry *keep) {
    struct entry *newer;
    for (struct entry *e = c->oldest; e != NULL && e != keep; e = newer) {
        if (c->counts.bytes <= c->o.max_bytes)
            return;
        newer = e->newer;
        c->counts.evicted++;
        drop(c, e);
    }
}

void cache_free(struct cache *c) {
    if (c == NULL)
        return;
    jobs_stop(c->shrinking);
    drop_all(c);
    pthread_cond_destroy(&c->filled);
    pthread_mutex_destroy(&c->lock);
    free(c->buckets);
    free(c);
}

/* ---- asking ---- */

/* Puts a coding that was made into its entry, if that still has the page it was made from. */
static void add_coding(struct cache *c, const char *key, uint64_t hash,
                       const struct http_shared *from, enum http_coding coding,
                       struct http_shared *made) {
    pthread_mutex_lock(&c->lock);
    struct entry *e = *place_of(c, key, hash);
    if (e != NULL && e->codings[HTTP_IDENTITY] == from && e->codings[coding] == NULL) {
        e->codings[coding] = http_shared_ref(made);
        e->bytes += http_shared_cost(made);
        c->counts.bytes += http_shared_cost(made);
        list_out(c, e);
        list_in(c, e);
        evict(c, e);
    }
    pthread_mutex_unlock(&c->lock);
}

/* What is there of e, a reference; *make: the caller shall make that coding of it. */
static struct http_shared *take(struct cache *c, struct entry *e, enum http_coding coding,
                                bool *make) {
    *make = !e->tried[coding];
    e->tried[coding] = true;
    c->counts.hits++;
    if (c->newest != e) {
        list_out(c, e);
        list_in(c, e);
    }
    struct http_shared *s = e->codings[coding];
    return http_shared_ref(s != NULL ? s : e->codings[HTTP_IDENTITY]);
}

/* ---- making anew what is sent often ---- */

struct shrink {
    struct job job;
    struct cache *cache;
    enum http_coding coding;
    uint64_t hash;
    char key[];
};

/* The page as it is by now, a reference; NULL when it has gone. */
static struct http_shared *page_to_shrink(const struct shrink *s) {
    pthread_mutex_lock(&s->cache->lock);
    const struct entry *e = *place_of(s->cache, s->key, s->hash);
    struct http_shared *page = e == NULL ? NULL : http_shared_ref(e->codings[HTTP_IDENTITY]);
    pthread_mutex_unlock(&s->cache->lock);
    return page;
}

/* Puts a smaller one in the place of the coding, if the entry still has the page it was made from. */
static void put_smaller(const struct shrink *s, const struct http_shared *from,
                        struct http_shared *made) {
    struct cache *c = s->cache;
    pthread_mutex_lock(&c->lock);
    struct entry *e = *place_of(c, s->key, s->hash);
    struct http_shared *was = e == NULL ? NULL : e->codings[s->coding];
    if (was != NULL && e->codings[HTTP_IDENTITY] == from &&
        http_shared_size(made) < http_shared_size(was)) {
        size_t less = http_shared_cost(was) - http_shared_cost(made);
        e->codings[s->coding] = http_shared_ref(made);
        e->bytes -= less;
        c->counts.bytes -= less;
        c->counts.shrunk++;
    } else {
        was = NULL;
    }
    pthread_mutex_unlock(&c->lock);
    http_shared_unref(was);
}

static void shrink_run(void *arg, bool stopping) {
    struct shrink *s = arg;
    (void)setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY); /* Linux: of this thread alone */
    struct http_shared *page = stopping ? NULL : page_to_shrink(s);
    struct http_shared *made = page == NULL ? NULL : http_shared_smallest(page, s->coding);
    if (made != NULL)
        put_smaller(s, page, made);
    http_shared_unref(made);
    http_shared_unref(page);
    free(s);
}

/* Counts one sending of the coding; the one that makes it hot hands it over. Under the lock, which jobs_submit
 * holds no longer than a list's end takes. When too many wait, it is as hot again after as many more. */
static void heat(struct cache *c, struct entry *e, enum http_coding coding) {
    if (c->shrinking == NULL || coding == HTTP_IDENTITY || e->codings[coding] == NULL ||
        e->asked[coding] > c->o.hot || ++e->asked[coding] < c->o.hot)
        return;
    e->asked[coding] = c->o.hot + 1;
    if (http_shared_size(e->codings[HTTP_IDENTITY]) > SHRINK_MAX)
        return;
    size_t n = strlen(e->key) + 1;
    struct shrink *s = calloc(1, sizeof *s + n);
    if (s == NULL)
        return;
    *s = (struct shrink){
        .job = {.run = shrink_run, .arg = s}, .cache = c, .coding = coding, .hash = e->hash};
    memcpy(s->key, e->key, n);
    if (jobs_submit(c->shrinking, &s->job) == 0)
        return;
    e->asked[coding] = 0;
    free(s);
}

static struct cache_fill *fill_find(struct cache *c, const char *key, uint64_t hash) {
    struct cache_fill *f = c->fills;
    while (f != NULL && (f->hash != hash || strcmp(f->key, key) != 0))
        f = f->next;
    return f;
}

static struct cache_fill *fill_begin(struct cache *c, const char *key, uint64_t hash) {
    size_t n = strlen(key);
    struct cache_fill *f = calloc(1, sizeof *f + n + 1);
    if (f == NULL)
        return NULL;
    memcpy(f->key, key, n + 1);
    f->hash = hash;
    f->era = c->era;
    f->next = c->fills;
    c->fills = f;
    c->counts.fills++;
    return f;
}

/* Waits for f's end; false when patience is over. Under the lock. */
static bool fill_wait(struct cache *c, struct cache_fill *f) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += c->o.patience_ms / 1000;
    until.tv_nsec += (long)(c->o.patience_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    f->waiting++;
    int rc = 0;
    while (!f->over && rc == 0)
        rc = pthread_cond_timedwait(&c->filled, &c->lock, &until);
    bool over = f->over;
    if (--f->waiting == 0 && over)
        free(f);
    return over;
}

enum cache_answer cache_ask(struct cache *c, const char *key, enum http_coding coding,
                            struct http_shared **out, struct cache_fill **fill) {
    uint64_t hash = hash_of(key, strlen(key));
    enum cache_answer answer = CACHE_PASS;
    bool make = false;
    *out = NULL;
    *fill = NULL;
    pthread_mutex_lock(&c->lock);
    struct entry *e = *place_of(c, key, hash);
    struct cache_fill *other = e == NULL ? fill_find(c, key, hash) : NULL;
    if (other != NULL && fill_wait(c, other)) {
        answer = CACHE_AGAIN;
    } else if (e != NULL) {
        *out = take(c, e, coding, &make);
        heat(c, e, coding);
        answer = CACHE_HIT;
    } else if (other == NULL && (*fill = fill_begin(c, key, hash)) != NULL) {
        answer = CACHE_FILL;
    }
    pthread_mutex_unlock(&c->lock);
    struct http_shared *made = make ? http_shared_coded(*out, coding) : NULL;
    if (made == NULL)
        return answer;
    add_coding(c, key, hash, *out, coding, made);
    http_shared_unref(*out);
    *out = made;
    return answer;
}

/* ---- filling ---- */

/* Under the lock. */
static void fill_end(struct cache *c, struct cache_fill *fill) {
    struct cache_fill **at = &c->fills;
    while (*at != fill)
        at = &(*at)->next;
    *at = fill->next;
    fill->over = true;
    if (fill->waiting == 0)
        free(fill);
    else
        pthread_cond_broadcast(&c->filled);
}

void cache_leave(struct cache *c, struct cache_fill *fill) {
    pthread_mutex_lock(&c->lock);
    fill_end(c, fill);
    pthread_mutex_unlock(&c->lock);
}

/* NULL when memory is out or there are too many names. */
static struct entry *entry_new(const struct cache_fill *fill, struct http_shared *identity,
                               const char *names) {
    size_t n = strlen(fill->key), count = 0;
    uint64_t hashes[NAMES_MAX];
    struct slice rest = slice_of(names), name;
    while (slice_next(&rest, '\n', &name)) {
        if (name.len == 0)
            continue;
        if (count == NAMES_MAX)
            return NULL;
        hashes[count++] = hash_of(name.ptr, name.len);
    }
    struct entry *e = calloc(1, sizeof *e + n + 1);
    if (e == NULL || (e->names = malloc((count + 1) * sizeof *e->names)) == NULL) {
        free(e);
        return NULL;
    }
    memcpy(e->names, hashes, count * sizeof *hashes);
    memcpy(e->key, fill->key, n + 1);
    e->name_count = count;
    e->hash = fill->hash;
    e->codings[HTTP_IDENTITY] = http_shared_ref(identity);
    e->tried[HTTP_IDENTITY] = true;
    e->bytes = sizeof *e + n + 1 + (count + 1) * sizeof *e->names + http_shared_cost(identity);
    return e;
}

bool cache_keep(struct cache *c, struct cache_fill *fill, struct http_shared *identity,
                const char *names, int64_t revision) {
    struct entry *e = entry_new(fill, identity, names);
    pthread_mutex_lock(&c->lock);
    bool kept = e != NULL && revision == c->revision && fill->era == c->era &&
                e->bytes <= c->o.max_bytes / 4;
    if (kept) {
        struct entry **at = place_of(c, e->key, e->hash);
        *at = e; /* it is free: nobody else fills this key */
        list_in(c, e);
        c->counts.entries++;
        c->counts.bytes += e->bytes;
        evict(c, e);
        e = NULL;
    }
    fill_end(c, fill);
    pthread_mutex_unlock(&c->lock);
    if (e != NULL)
        entry_free(e);
    return kept;
}

/* ---- dropping ---- */

struct touched {
    uint64_t *at; /* an open table, 0 is free */
    size_t mask;
};

static void touched_add(struct touched *t, uint64_t hash) {
    size_t i = hash & t->mask;
    while (t->at[i] != 0 && t->at[i] != hash)
        i = (i + 1) & t->mask;
    t->at[i] = hash;
}

static bool touched_has(const struct touched *t, uint64_t hash) {
    size_t i = hash & t->mask;
    while (t->at[i] != 0 && t->at[i] != hash)
        i = (i + 1) & t->mask;
    return t->at[i] != 0;
}

/* Each name, and its kind: "post:42" touches "post:*", too. */
static bool touched_make(struct touched *t, const char *const *names, size_t count) {
    size_t size = 16;
    while (size < 4 * count + 8)
        size *= 2;
    t->at = calloc(size, sizeof *t->at);
    t->mask = size - 1;
    if (t->at == NULL)
        return false;
    touched_add(t, hash_of("any", 3));
    for (size_t i = 0; i < count; i++) {
        const char *colon = strchr(names[i], ':');
        char kind[32];
        size_t n = colon == NULL ? 0 : (size_t)(colon - names[i]) + 1;
        touched_add(t, hash_of(names[i], strlen(names[i])));
        if (n == 0 || n + 1 > sizeof kind)
            continue;
        memcpy(kind, names[i], n);
        kind[n] = '*';
        touched_add(t, hash_of(kind, n + 1));
    }
    return true;
}

static void drop_touched(struct cache *c, const struct touched *t) {
    struct entry *older;
    for (struct entry *e = c->newest; e != NULL; e = older) {
        older = e->older;
        for (size_t i = 0; i < e->name_count; i++)
            if (touched_has(t, e->names[i])) {
                c->counts.dropped++;
                drop(c, e);
                break;
            }
    }
}

void cache_advance(struct cache *c, int64_t revision, const char *const *names, size_t count,
                   bool all) {
    struct touched t = {0};
    if (!all && count > 0)
        all = !touched_make(&t, names, count);
    pthread_mutex_lock(&c->lock);
    c->revision = revision;
    if (all)
        drop_all(c);
    else if (count > 0)
        drop_touched(c, &t);
    pthread_mutex_unlock(&c->lock);
    free(t.at);
}

void cache_clear(struct cache *c) {
    pthread_mutex_lock(&c->lock);
    c->era++;
    drop_all(c);
    pthread_mutex_unlock(&c->lock);
}

void cache_counts(struct cache *c, struct cache_counts *out) {
    pthread_mutex_lock(&c->lock);
    *out = c->counts;
    pthread_mutex_unlock(&c->lock);
}
