/* What of a server publishes: the webhook's secrets, the writer, the renderer, the worker. */
#ifndef PLATEN_CLI_PUBLISHING_H
#define PLATEN_CLI_PUBLISHING_H

#include "cli/cli.h"
#include "store/writer.h"
#include "web/web.h"

struct publishing;

/* Reads the secrets and starts the writer. What could go wrong with settings is said here, before
 * anybody listens. */
int publishing_open(struct publishing **out, const struct config *c, struct store *store,
                    struct log *log, struct error *err) CHECKED;
/* Starts the worker, which also deletes old records. */
int publishing_start(struct publishing *p, struct error *err) CHECKED;
/* Ends the worker; later the writer, when nobody asks for writes any more. NULL is fine. */
void publishing_stop(struct publishing *p);
void publishing_close(struct publishing *p);

/* Reads the secrets' files again (SIGHUP). On error the old ones hold. */
int publishing_reload(struct publishing *p, struct error *err) CHECKED;

struct writer *publishing_writer(struct publishing *p);
const struct web_hooks *publishing_hooks(struct publishing *p);
const struct web_authoring *publishing_authoring(struct publishing *p);
struct jobs *publishing_jobs(struct publishing *p);

/* Appends a secret's file without one newline at its end; an empty one is an error. */
int publishing_secret(struct buf *out, const char *option, const char *path,
                      struct error *err) CHECKED;

/* The options of git from the settings; token is lent. */
struct git_options;
void publishing_git_options(struct git_options *out, const struct config *c, const char *token,
                            const char *folder, struct log *log);

#endif
