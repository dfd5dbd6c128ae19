/* Rate limits: a token bucket for every caller, an API token or an address.
 *
 * A bucket holds at most `burst` requests and gains `rate` of them a minute. Callers are kept in a table of
 * fixed size; when a place is wanted, who has asked least goes, which forgives and never refuses. An IPv6
 * caller is its /64, since one reader has that many addresses. */
#ifndef PLATEN_WEB_LIMITS_H
#define PLATEN_WEB_LIMITS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct limits;

struct limits_options {
    unsigned address_rate; /* requests a minute, 0 = no limit */
    unsigned token_rate;
};

/* What the caller has left after this request. */
struct limits_state {
    unsigned quota;     /* requests a minute */
    unsigned remaining; /* whole requests that would be answered now */
    unsigned reset_s;   /* until the bucket is full */
    unsigned retry_s;   /* until the next request would be answered; at least 1 when refused */
};

int limits_new(struct limits **out, const struct limits_options *o, struct error *err) CHECKED;
void limits_free(struct limits *l); /* takes NULL */

/* Counts one request of a caller: true when it is within its limit. now_us is a monotonic clock in
 * microseconds. No limit is set: true, and state->quota is 0. state may be NULL. Any thread. */
bool limits_token(struct limits *l, int64_t token, int64_t now_us, struct limits_state *state);
/* client as http_request_client says; loopback and Unix sockets have no limit. */
bool limits_address(struct limits *l, const char *client, int64_t now_us,
                    struct limits_state *state);

#endif
