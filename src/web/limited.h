/* Refusing who asks too often: 429 with Retry-After and the RateLimit fields
 * (draft-ietf-httpapi-ratelimit-headers). One thread, as the visit. */
#ifndef PLATEN_WEB_LIMITED_H
#define PLATEN_WEB_LIMITED_H

#include "web/visit.h"

/* Counts the visit for its client's address: 0 when it may go on, VISIT_DONE when it is answered. */
int limited_address(struct visit *v);

/* Counts it for a token; says in the answer what is left. Returns as limited_address does. */
int limited_token(struct visit *v, int64_t token);

/* True for addresses that cost more than a page: the API and the search. */
bool limited_path(const char *path);

#endif
