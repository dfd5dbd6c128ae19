/* Commit statuses: a git host's page of a commit shows whether it is live, and where. Posted to GitHub
 * (REST API, "Create a commit status") or to Gitea and Forgejo, which have the same call.
 *
 * A thread of its own works a short queue, so that a slow host delays nothing. */
#ifndef PLATEN_INGEST_STATUS_H
#define PLATEN_INGEST_STATUS_H

#include "base/log.h"

struct status_poster;

struct status_options {
    const char *repo;  /* the repository's URL: owner and name are read from it */
    const char *api;   /* base URL of the host's API, "": found from the repository's */
    const char *token; /* never logged */
    struct log *log;
};

/* Error: the URL names no owner and repository. */
int status_open(struct status_poster **out, const struct status_options *o,
                struct error *err) CHECKED;
/* Ends within the time of one request; what still waits is dropped. NULL is fine. */
void status_close(struct status_poster *p);

/* Says that a commit is live at url ("" = nowhere in particular), or why not. Any thread; never
 * waits. At most 64 wait: then the oldest is dropped. */
void status_post(struct status_poster *p, const char *commit, bool ok, const char *text,
                 const char *url);

#endif
