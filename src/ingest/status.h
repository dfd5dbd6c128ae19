/* Commit statuses: a git host's page of a commit shows whether it is live, and where. Posted to GitHub
 * (REST API, "Create a commit status") or to Gitea and Forgejo, which have the same call.
 *
 * A thread of its own works a short queue, so that a slow host delays nothing. A host that cannot be
 * reached, or is busy (408, 429, 5xx), is asked again three times with growing pauses; what it
 * refuses is logged once and forgotten. Neither the token nor the repository's address, which may
 * have a password in it, is ever part of a message. */
#ifndef PLATEN_INGEST_STATUS_H
#define PLATEN_INGEST_STATUS_H

#include "base/log.h"

struct status_poster;

struct status_options {
    const char *repo;  /* the repository's URL: https, ssh, git or host:path; OWNER/NAME ends it */
    const char *api;   /* base URL of the host's API; "": GitHub's for github.com, else Gitea's,
                          which is /api/v1 beside the repositories */
    const char *token; /* copied; no spaces or line breaks */
    struct log *log;   /* borrowed */
    unsigned pause_ms; /* before the second try, four times as long before each further one;
                          0: one second */
};

/* Starts the poster; client_setup has run. Errors: the URL names no host, owner and name; the API's
 * is no http(s) URL; no token. The caller owns *out (status_close). */
int status_open(struct status_poster **out, const struct status_options *o,
                struct error *err) CHECKED;
/* Ends within two seconds: what waits is given a part of them, the rest is dropped, which is logged.
 * NULL is fine. */
void status_close(struct status_poster *p);

/* Says that a commit is live at url ("" = nowhere in particular), or why not. The text is cut to 140
 * characters. Any thread; never waits. At most 64 wait: then the oldest is dropped. */
void status_post(struct status_poster *p, const char *commit, bool ok, const char *text,
                 const char *url);

#endif
