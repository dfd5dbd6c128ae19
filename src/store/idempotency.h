/* Idempotency keys: a client that did not hear the answer asks again with the same key, and nothing is done
 * twice (draft-ietf-httpapi-idempotency-key-header). A key belongs to a token and lives for a day. */
#ifndef PLATEN_STORE_IDEMPOTENCY_H
#define PLATEN_STORE_IDEMPOTENCY_H

#include "store/db.h"

#include <stdint.h>

enum { IDEMPOTENCY_KEY_MAX = 255, IDEMPOTENCY_SECONDS = 24 * 3600 };

struct idempotency {
    int64_t token;
    const char *key; /* 1 to IDEMPOTENCY_KEY_MAX bytes */
    const char
        *digest; /* of the request: the same key with another one is a mistake of the client's */
};

enum idempotency_state { IDEMPOTENCY_NEW, IDEMPOTENCY_SAME, IDEMPOTENCY_OTHER };

/* Whether the key was used before now (UTC seconds), and what was answered then. 0, -1. */
int idempotency_find(struct db *db, const struct idempotency *k, int64_t now,
                     enum idempotency_state *state, int *status, int64_t *post,
                     struct error *err) CHECKED;

/* Notes the answer, within its write transaction; keys whose day is over go. */
int idempotency_put(struct db *db, const struct idempotency *k, int64_t now, int status,
                    int64_t post, struct error *err) CHECKED;

#endif
