/* platen import SOURCE...: a folder becomes what readers see. */
#include "cli/content.h"

#include <stdio.h>

static void print_summary(const struct sync_result *r, double seconds) {
    fprintf(stderr,
            "import: %zu posts, %zu media: %zu added, %zu changed, %zu removed, %zu refused; "
            "%zu rendered, %lld rows written in %.2f s",
            r->posts, r->media, r->added, r->changed, r->removed, r->refused, r->rendered,
            (long long)r->rows_written, seconds);
    if (r->rendered > 0 && seconds > 0)
        fprintf(stderr, " (%.0f posts a second)", (double)r->rendered / seconds);
    fputc('\n', stderr);
}

int cmd_import(const struct command_context *c) {
    struct error err = {0};
    struct store *store = NULL;
    struct sync_result result = {0};
    double seconds = 0;
    int rc = store_open(&store, c->config->db, c->log, &err);
    if (rc == 0)
        rc = content_sync(&result, &seconds, c, store, &err);
    store_close(store);
    if (rc < 0)
        return cli_failed(&err);
    if (rc == 1) {
        fprintf(stderr, "import: %zu files have errors: nothing was changed (--strict)\n",
                result.refused);
        return EXIT_CONTENT;
    }
    print_summary(&result, seconds);
    return EXIT_DONE;
}
