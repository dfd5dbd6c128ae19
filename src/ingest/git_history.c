/* The past of the branch: fetched to a depth, told commit by commit. For a bare repository of its own, which is thrown
 * away afterwards: the one that deliveries fetch into stays as small as it is. */
#include "ingest/git_private.h"

#include "base/file.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { COMMITS_MAX = 20000 };

int git_fetch_past(struct git *g, unsigned depth, struct error *err) {
    char spec[400], deep[32];
    snprintf(spec, sizeof spec, "+%s%s:" GIT_TIP, *g->o.branch == '\0' ? "HEAD" : "refs/heads/",
             g->o.branch);
    snprintf(deep, sizeof deep, "--depth=%u", depth);
    const char *const args[] = {"fetch",
                                "--quiet",
                                "--force",
                                "--update-shallow",
                                "--no-tags",
                                "--no-write-fetch-head",
                                "--no-auto-maintenance",
                                "--no-recurse-submodules",
                                deep,
                                "--",
                                g->o.url,
                                spec,
                                NULL};
    return git_run(g, args, NULL, (int64_t)g->o.timeout_s * 1000, err);
}

int git_log(struct git *g, struct buf *out, struct error *err) {
    char most[32];
    snprintf(most, sizeof most, "--max-count=%d", COMMITS_MAX);
    const char *const args[] = {"log",
                                "--no-color",
                                "--no-merges",
                                "--no-ext-diff",
                                "--no-textconv",
                                "--date-order",
                                "-M",
                                "-l200",
                                "--raw",
                                "--no-abbrev",
                                "-z",
                                "--format=%x01%H%x00%an%x00%ct%x00%s%x00",
                                most,
                                GIT_TIP,
                                NULL};
    return git_run(g, args, out, (int64_t)g->o.timeout_s * 1000, err);
}

int git_shallow(const struct git *g, struct buf *out, struct error *err) {
    char path[4200];
    snprintf(path, sizeof path, "%s/shallow", g->o.folder);
    struct error none = {0};
    buf_clear(out);
    if (file_read(out, path, false, &none) != 0)
        buf_clear(out);
    return none.text[0] == '\0' || strstr(none.text, "No such") != NULL
               ? 0
               : error_set(err, "%s", none.text);
}

int git_read_blob(struct git *g, const char *oid, struct buf *out, struct error *err) {
    struct git_object o;
    if (g->reader == NULL && git_reader_open(&g->reader, g, err) != 0)
        return -1;
    return git_reader_get(g->reader, oid, &o, &(struct git_sink){.buf = out}, err);
}

void git_forget(struct git *g) {
    struct error err = {0};
    if (git_begin(g, &err) != 0)
        return;
    git_clear(g);
    git_end(g);
}
