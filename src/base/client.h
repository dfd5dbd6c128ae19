/* Asking other servers: small requests over HTTP and HTTPS (the only user of libcurl).
 *
 * No redirect is followed, no other protocol is spoken, an answer is read up to a bound. Any thread,
 * once client_setup has run. */
#ifndef PLATEN_BASE_CLIENT_H
#define PLATEN_BASE_CLIENT_H

#include "base/buf.h"

enum { CLIENT_ANSWER_MAX = 64 * 1024 };

/* Before the first request, while there is one thread. */
void client_setup(void);

struct client_request {
    const char *method;
    const char *url;            /* http:// or https:// */
    const char *const *headers; /* "Name: value", ends with NULL; NULL: none */
    const char *body;           /* NULL: none */
    size_t len;
    unsigned timeout_s; /* for the whole */
};

/* Asks and reads the answer: *status gets the HTTP status, answer (NULL: nobody wants it) the body,
 * cut at CLIENT_ANSWER_MAX. -1: there was no answer. */
int client_ask(int *status, struct buf *answer, const struct client_request *q,
               struct error *err) CHECKED;

#endif
