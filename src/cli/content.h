/* What import and check share: reading a blog into a store, and telling its author how it went. */
#ifndef PLATEN_CLI_CONTENT_H
#define PLATEN_CLI_CONTENT_H

#include "cli/cli.h"
#include "ingest/sync.h"
#include "store/store.h"

/* Opens the renderer that the settings ask for. The caller closes it. */
int content_renderer(struct renderer **out, const struct config *c, struct log *log,
                     struct error *err) CHECKED;

/* How many workers read and hand to that renderer. */
unsigned content_threads(const struct config *c);

/* Where the objects of a repository are kept: --git-dir, else beside the database. */
void content_git_dir(char *out, size_t size, const struct config *c);

/* Syncs the folders named by the operands into the store: reports on standard error, progress there when it is a
 * terminal. Returns what sync_tree does; *seconds gets how long it took. */
int content_sync(struct sync_result *out, double *seconds, const struct command_context *c,
                 struct store *store, struct error *err) CHECKED;

#endif
