/* Refusing who asks too often: 429 with Retry-After and the RateLimit fields
 * (draft-ietf-httpapi-ratelimit-headers). One thread, as the visit. */
#ifndef PLATEN_WEB_LIMITED_H
#define PLATEN_WEB_LIMITED_H

#include "web/visit.h"

/* Counts a visit of the API or the search for its client's address: 0 when it may go on, VISIT_DONE when it is
 * answered. Once a visit. */
int limited_visit(struct visit *v);

/* Counts it for the address whatever it asks for: a token was shown that is none. */
int limited_address(struct visit *v);

/* Counts it for a token; says in the answer what is left. Returns as limited_visit does. */
int limited_token(struct visit *v, int64_t token);

#endif
