/* platen check SOURCE...: an import into a database that is thrown away, so that what it says is what
 * import would say. */
#include "cli/content.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int scratch_open(char *folder, size_t n, struct error *err) {
    const char *tmp = getenv("TMPDIR");
    int len = snprintf(folder, n, "%s/platen-check-XXXXXX", tmp != NULL && *tmp ? tmp : "/tmp");
    if (len < 0 || (size_t)len >= n || mkdtemp(folder) == NULL)
        return error_set(err, "%s: cannot make a scratch folder: %s (set TMPDIR)", folder,
                         strerror(errno));
    return 0;
}

int cmd_check(const struct command_context *c) {
    struct error err = {0};
    struct store *store = NULL;
    struct sync_result result = {0};
    double seconds = 0;
    char folder[4096], db[4200], git[4200];
    if (scratch_open(folder, sizeof folder, &err) != 0)
        return cli_failed(&err);
    snprintf(db, sizeof db, "%s/check.db", folder);
    snprintf(git, sizeof git, "%s/git", folder);
    struct config config = *c->config;
    struct command_context scratch = *c;
    config.git_dir = git;
    scratch.config = &config;
    int rc = store_open(&store, db, c->log, &err);
    if (rc == 0)
        rc = content_sync(&result, &seconds, &scratch, store, &err);
    store_close(store);
    (void)file_remove_tree(folder);
    if (rc < 0)
        return cli_failed(&err);
    fprintf(stderr, "check: %zu posts, %zu media: %zu with errors\n", result.posts, result.media,
            result.refused);
    return result.refused > 0 ? EXIT_CONTENT : EXIT_DONE;
}
