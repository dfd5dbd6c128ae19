/* Closing a connection whose client still sends (RFC 9112 section 9.6).
 *
 * A socket closed with bytes unread is reset by the kernel, and a client in the middle of a large body
 * then sees a broken pipe in place of the 413 that waits for it. So a refused connection is kept by a
 * duplicate of its descriptor: the library sends the answer and ends its half, and one thread here
 * reads what still comes and forgets it, until the client has ended too, has been silent for 2 s, or
 * 10 s are over. At most 256 linger at a time; further ones are closed as they are. */
#ifndef PLATEN_HTTP_LINGER_H
#define PLATEN_HTTP_LINGER_H

#include "base/error.h"

struct linger_set;

int linger_start(struct linger_set **out, struct error *err) CHECKED;
/* Closes all that linger; NULL is fine. */
void linger_stop(struct linger_set *l);

/* The connection fd will be closed by its owner, who reads no more of it: what its client still sends is
 * drained. fd stays the owner's. Any thread. */
void linger_add(struct linger_set *l, int fd);

#endif
