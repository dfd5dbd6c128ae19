/* Files that are sent through the API: what they are is told by their first bytes, where they are by what they
 * hold (/media/OID/NAME), so the same file is there once, whoever sends it. */
#ifndef PLATEN_INGEST_AUTHOR_MEDIA_H
#define PLATEN_INGEST_AUTHOR_MEDIA_H

#include "ingest/author.h"

/* The media type of a file that begins with these bytes, and the ending of its names; NULL when it is none
 * that is taken. A source: the WHATWG MIME Sniffing Standard, section 6. */
const char *author_media_type(const unsigned char *head, size_t n, const char **ending);

/* Stores size bytes of fd, read from its begin. out->status: 201 stored, 200 here already, 415 of no known
 * type, 422 empty, 503 busy. One thread at a time, the one of author_write. */
int author_media(struct author_answer *out, const struct author_options *o, int fd, uint64_t size,
                 const char *name, struct error *err) CHECKED;

/* Takes one away: 204, 404, or 409 when it is a file of the repository. */
int author_media_drop(struct author_answer *out, const struct author_options *o, int64_t id,
                      struct error *err) CHECKED;

#endif
