#include "web/limits.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A caller has one of WAYS places, chosen by hash: 16,384 callers in 512 KB. The burst is a third of a
 * minute's requests, so that a page of a frontend that asks for many things at once is served. */
enum { SETS = 4096, WAYS = 4, MINUTE_US = 60 * 1000000, BURST_SHARE = 3 };

/* A bucket is kept as the moment when it will be full again (the generic cell rate algorithm): each
 * request moves that moment on by its share of a minute. */
struct bucket {
    uint64_t key; /* 0: free */
    int64_t full_us;
};

struct limits {
    struct limits_options o;
    uint64_t seed;
    pthread_mutex_t lock;
    struct bucket buckets[SETS][WAYS];
};

int limits_new(struct limits **out, const struct limits_options *o, struct error *err) {
    struct limits *l = calloc(1, sizeof *l);
    if (l == NULL)
        return error_set(err, "the rate limits: out of memory");
    l->o = *o;
    if (getrandom(&l->seed, sizeof l->seed, 0) != (ssize_t)sizeof l->seed) {
        free(l);
        return error_set(err, "the rate limits: the system gives no random numbers");
    }
    pthread_mutex_init(&l->lock, NULL);
    *out = l;
    return 0;
}

void limits_free(struct limits *l) {
    if (l == NULL)
        return;
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* Mixes eight bytes in; the seed keeps a stranger from choosing who shares a place with whom. */
static uint64_t mix(uint64_t h, uint64_t x) {
    h = (h ^ x) * 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 32)) * 0xd6e8feb86659fd93u;
    return h ^ (h >> 29);
}

static struct bucket *bucket_of(struct limits *l, uint64_t key, int64_t now_us) {
    struct bucket *set = l->buckets[key % SETS], *least = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key == key)
            return &set[i];
        if (set[i].full_us < least->full_us)
            least = &set[i];
    }
    *least = (struct bucket){.key = key, .full_us = now_us};
    return least;
}

static unsigned seconds_up(int64_t us) {
    return us <= 0 ? 0 : (unsigned)((us + 999999) / 1000000);
}

static bool take(struct limits *l, uint64_t key, unsigned rate, int64_t now_us,
                 struct limits_state *state) {
    struct limits_state unused;
    if (state == NULL)
        state = &unused;
    *state = (struct limits_state){.quota = rate};
    if (rate == 0)
        return true;
    const int64_t share = MINUTE_US / rate > 0 ? MINUTE_US / rate : 1;
    const int64_t burst = share * (rate / BURST_SHARE > 0 ? rate / BURST_SHARE : 1);
    pthread_mutex_lock(&l->lock);
    struct bucket *b = bucket_of(l, key | 1, now_us);
    int64_t full = b->full_us > now_us ? b->full_us : now_us;
    const bool within = full + share - now_us <= burst;
    if (within)
        b->full_us = full += share;
    pthread_mutex_unlock(&l->lock);
    state->remaining = (unsigned)((burst - (full - now_us)) / share);
    state->reset_s = seconds_up(full - now_us);
    state->retry_s = within ? 0 : seconds_up(full + share - burst - now_us);
    return within;
}

bool limits_token(struct limits *l, int64_t token, int64_t now_us, struct limits_state *state) {
    return take(l, mix(l->seed, (uint64_t)token), l->o.token_rate, now_us, state);
}

/* The bytes that tell one caller from another; false for the machine itself. */
static bool caller(const char *client, uint64_t *out) {
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, client, &v4) == 1) {
        *out = v4.s_addr;
        return (ntohl(v4.s_addr) >> 24) != 127;
    }
    if (inet_pton(AF_INET6, client, &v6) != 1)
        return false;
    memcpy(out, &v6, sizeof *out);
    return !IN6_IS_ADDR_LOOPBACK(&v6);
}

bool limits_address(struct limits *l, const char *client, int64_t now_us,
                    struct limits_state *state) {
    uint64_t who = 0;
    const bool counted = caller(client, &who);
    return take(l, mix(~l->seed, who), counted ? l->o.address_rate : 0, now_us, state);
}
