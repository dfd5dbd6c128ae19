/* Proxies in front: whose word is taken about who the reader is.
 *
 * A peer whose address is on the list is no reader but speaks for one: the client of its requests is
 * the last address of X-Forwarded-For that is not a trusted proxy itself. What stands left of it was
 * written by the reader and proves nothing. Without the list the header is not looked at. */
#ifndef PLATEN_HTTP_PROXY_H
#define PLATEN_HTTP_PROXY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct proxy_list;

/* Reads a NULL-terminated list of "10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8" and "unix" (Unix
 * sockets). Error: which is none of these. proxy_list_free takes NULL. */
int proxy_list_new(struct proxy_list **out, const char *const *texts, struct error *err) CHECKED;
void proxy_list_free(struct proxy_list *l);

/* True when `address` (text as of inet_ntop, or "unix") is on the list. Any thread. */
bool proxy_trusted(const struct proxy_list *l, const char *address);

/* The address of who asks: client is what the peer is, on return what it speaks for. forwarded is the
 * value of X-Forwarded-For or NULL; n the room at client, at least INET6_ADDRSTRLEN bytes. A value that
 * is no address ends the search: the client is whoever stood before it. */
void proxy_client(const struct proxy_list *l, const char *forwarded, char *client, size_t n);

#endif
