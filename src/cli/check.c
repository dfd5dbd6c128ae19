/* platen check SOURCE...: an import into a database that is thrown away, so that what it says is what
 * import would say. */
#include "cli/content.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int scratch_open(char *folder, size_t n, struct error *err) {
    const char *tmp = getenv("TMPDIR");
    int len = snprintf(folder, n, "%s/platen-check-XXXXXX", tmp != NULL && *tmp ? tmp : "/tmp");
    if (len < 0 || (size_t)len >= n || mkdtemp(folder) == NULL)
        return error_set(err, "%s: cannot make a scratch folder: %s (set TMPDIR)", folder,
                         strerror(errno));
    return 0;
}

static void scratch_remove(const char *folder) {
    static const char *const names[] = {"check.db", "check.db-wal", "check.db-shm"};
    char path[4200];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

int cmd_check(const struct command_context *c) {
    struct error err = {0};
    struct store *store = NULL;
    struct sync_result result = {0};
    double seconds = 0;
    char folder[4096], db[4200];
    if (scratch_open(folder, sizeof folder, &err) != 0)
        return cli_failed(&err);
    snprintf(db, sizeof db, "%s/check.db", folder);
    int rc = store_open(&store, db, c->log, &err);
    if (rc == 0)
        rc = content_sync(&result, &seconds, c, store, &err);
    store_close(store);
    scratch_remove(folder);
    if (rc < 0)
        return cli_failed(&err);
    fprintf(stderr, "check: %zu posts, %zu media: %zu with errors\n", result.posts, result.media,
            result.refused);
    return result.refused > 0 ? EXIT_CONTENT : EXIT_DONE;
}
