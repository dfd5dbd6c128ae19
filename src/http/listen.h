/* Listening sockets from their textual addresses (private to the http room). */
#ifndef PLATEN_HTTP_LISTEN_H
#define PLATEN_HTTP_LISTEN_H

#include "base/error.h"

struct listener {
    int fd;
    char address[320]; /* "http://127.0.0.1:43121", "unix:/run/p.sock" */
    char *socket_path; /* of a Unix socket, removed at the end; else NULL */
};

/* Binds "127.0.0.1:8080", "[::1]:8080", "localhost:8080", "*:8080" (IPv6 and IPv4), "unix:/path": port 0 takes a free one. A stale Unix
 * socket that nobody listens on is replaced, a live one is an error. */
int listener_open(struct listener *out, const char *address, struct error *err) CHECKED;
/* Ends listening: who connects is refused, and whoever waits for connections on the descriptor, which stays open, is
 * woken, and woken again until he no longer waits for any. */
void listener_shut(struct listener *l);
void listener_close(struct listener *l);

#endif
