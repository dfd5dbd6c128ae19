/* The git host a repository's address names, and its addresses for people. Any thread. */
#ifndef PLATEN_INGEST_FORGE_H
#define PLATEN_INGEST_FORGE_H

#include "base/text.h"

#include <stdbool.h>

enum forge_kind { FORGE_OTHER, FORGE_GITHUB, FORGE_GITLAB, FORGE_GITEA, FORGE_BITBUCKET };

struct forge {
    bool http, plain;   /* http: the address is one of the web; plain: without TLS */
    struct slice host;  /* with the port, when the web's */
    struct slice above; /* what stands before owner and name, without slashes at its ends */
    struct slice path;  /* OWNER/NAME */
};

/* "https://host/owner/name.git", "ssh://git@host/owner/name", "git@host:owner/name.git": 0, and *out points into url;
 * -1 for what is none of these, a folder for instance. */
int forge_split(struct forge *out, const char *url);

/* By the host's name; Codeberg and hosts named gitea.* or forgejo.* are FORGE_GITEA. */
enum forge_kind forge_kind(const struct forge *f);

/* Appends the address below which the host lets people change the repository's files, with a slash at its end:
 * https://github.com/owner/name/edit/main/. Nothing when it is not known; branch "" is the host's default, which only
 * some understand. 0, -1 when out is full. */
int forge_edit(struct buf *out, const char *repo, const char *branch);

#endif
