/* Asking other servers: small requests over HTTP and HTTPS (the only user of libcurl).
 *
 * No redirect is followed, so that what a header says goes to the named host alone; no other
 * protocol is spoken; certificates are checked; an answer is read up to a bound; a connection is
 * made within 5 seconds or not at all. The usual variables of the environment name a proxy
 * (https_proxy, no_proxy). Any thread, once client_setup has run. */
#ifndef PLATEN_BASE_CLIENT_H
#define PLATEN_BASE_CLIENT_H

#include "base/buf.h"

#include <stdatomic.h>

enum {
    CLIENT_ANSWER_MAX = 64 * 1024,
    CLIENT_TIMEOUT_S = 10 /* for a request that names none */
};

/* Before the first request, while there is one thread. May be called again. */
void client_setup(void);

struct client_request {
    const char *method;
    const char *url;            /* http:// or https:// */
    const char *const *headers; /* "Name: value", ends with NULL; NULL: none */
    const char *body;           /* NULL: none */
    size_t len;
    unsigned timeout_s;      /* for the whole; 0: CLIENT_TIMEOUT_S */
    const atomic_bool *stop; /* NULL, or: once it is true the request ends within a second */
};

/* Asks and reads the answer: *status gets the HTTP status, answer (NULL: nobody wants it) the body,
 * cut at CLIENT_ANSWER_MAX and at what the buffer takes. -1: there was no answer, *status is 0. The
 * error's text names the host at most, never a header. */
int client_ask(int *status, struct buf *answer, const struct client_request *q,
               struct error *err) CHECKED;

#endif
