#include "ingest/links.h"

#include "content/html_urls.h"

#include <stdio.h>
#include <string.h>

enum { TOLD_MAX = 20 };

struct check {
    const struct tree *tree;
    const char *path;
    void (*missing)(void *arg, const char *path, const char *link);
    void *arg;
    int told;
};

static bool leads_nowhere(const struct check *c, struct slice url) {
    struct buf target;
    buf_init(&target, 4096);
    bool nowhere =
        !html_url_file(&target, c->path, url) || tree_find(c->tree, buf_str(&target)) == NULL;
    buf_free(&target);
    return nowhere;
}

static void look(void *arg, struct buf *out, struct slice url) {
    struct check *c = arg;
    char link[256];
    struct slice file = slice_n(url.ptr, html_url_path(url));
    (void)out; /* nobody wants the HTML */
    if ((!slice_ends(file, ".md") && !slice_ends(file, ".markdown")) || c->told == TOLD_MAX ||
        !html_url_is_relative(url) || !leads_nowhere(c, url))
        return;
    c->told++;
    snprintf(link, sizeof link, "%.*s", (int)(file.len > 200 ? 200 : file.len), file.ptr);
    c->missing(c->arg, c->path, link);
}

void links_check(const struct tree *tree, const char *path, const char *html, size_t n,
                 void (*missing)(void *arg, const char *path, const char *link), void *arg) {
    struct check c = {tree, path, missing, arg, 0};
    struct buf copy;
    if (memmem(html, n, ".m", 2) == NULL)
        return;
    buf_init(&copy, n + 1);
    if (html_urls(&copy, html, n, look, &c) != 0)
        c.told = TOLD_MAX; /* memory is out: the rest is not looked at */
    buf_free(&copy);
}
