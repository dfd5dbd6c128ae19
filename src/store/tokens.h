/* Bearer tokens of the API (RFC 6750). A token is random and shown once; the database has its SHA-256
 * only. */
#ifndef PLATEN_STORE_TOKENS_H
#define PLATEN_STORE_TOKENS_H

#include "store/store.h"

#include <stdint.h>

/* What a token allows, as bits. */
enum scope {
    SCOPE_POSTS_WRITE = 1 << 0,
    SCOPE_READ_DRAFTS = 1 << 1,
    SCOPE_DELIVERIES_READ = 1 << 2,
    SCOPE_DELIVERIES_REPLAY = 1 << 3,
    SCOPE_MEDIA_WRITE = 1 << 4,
    SCOPE_ADMIN = 1 << 5, /* everything */
};

/* The scope's bit by its name ("deliveries:read"), 0 when there is none such. */
unsigned scope_of(const char *name, size_t len);
/* The name of one bit; NULL when it is none. */
const char *scope_name(unsigned bit);

enum { TOKEN_TEXT_MAX = 64 };

struct token {
    int64_t id;
    char name[128];
    unsigned scopes;
    int64_t created, expires, used, revoked; /* UTC seconds; 0: never */
};

/* Makes a token and writes it down, within a write transaction. text gets what its holder sends. */
int token_create(struct db *db, const char *name, unsigned scopes, int64_t now, int64_t expires,
                 char text[TOKEN_TEXT_MAX], int64_t *id, struct error *err) CHECKED;

/* 1 when the text is a token, whatever its state; 0 when not; -1. */
int token_find(struct db *db, const char *text, size_t len, struct token *out,
               struct error *err) CHECKED;
/* True when it is neither over nor revoked. */
bool token_valid(const struct token *t, int64_t now);

typedef int token_fn(void *arg, const struct token *t);
int token_all(struct db *db, token_fn *fn, void *arg, struct error *err) CHECKED;

/* 1 revoked now, 0 it was already, -1 (also when there is none). Within a write transaction. */
int token_revoke(struct db *db, int64_t id, int64_t now, struct error *err) CHECKED;
/* Deletes those that have been over or revoked since before `before`. */
int token_prune(struct db *db, int64_t before, struct error *err) CHECKED;
/* Notes the use; `when` in whole minutes, so that a busy token costs one write a minute. */
int token_used(struct db *db, int64_t id, int64_t when, struct error *err) CHECKED;

#endif
