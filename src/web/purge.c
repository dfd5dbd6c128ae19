/* See purge.h. A page may depend on all of a kind ("post:*") or on anything at all ("any"), as the page cache has
 * it: both are said, too. Where too much changed, "site" is said, which every page carries. */
#include "web/purge.h"

#include "store/settings.h"

#include <string.h>

enum { KEYS_MAX = 2000, KEYS_BYTES = 512 * 1024 };

struct keys {
    struct buf text; /* each between line ends */
    size_t count;
    bool all;
};

void purge_key(struct buf *out, const char *name, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (name[i] == ' ')
            buf_puts(out, "%20");
        else
            buf_putc(out, name[i]);
}

static void add_name(struct keys *k, const char *name, size_t n) {
    purge_key(&k->text, name, n);
    buf_putc(&k->text, '\n');
    k->count++;
}

/* "post:*" for "post:42", once. */
static void add_kind(struct keys *k, const char *name, size_t n) {
    char kind[40];
    if (n + 4 > sizeof kind)
        return;
    kind[0] = '\n';
    memcpy(kind + 1, name, n);
    memcpy(kind + 1 + n, "*\n", 3);
    if (strstr(buf_str(&k->text), kind) == NULL)
        add_name(k, kind + 1, n + 1);
}

static int take_name(void *arg, const char *name) {
    struct keys *k = arg;
    const char *colon = strchr(name, ':');
    if (strcmp(name, "*") == 0 || strcmp(name, "site") == 0 || k->count >= KEYS_MAX) {
        k->all = true;
        return 1;
    }
    add_name(k, name, strlen(name));
    if (colon != NULL)
        add_kind(k, name, (size_t)(colon - name) + 1);
    return 0;
}

static int collect(struct db *db, const struct snapshot *site, int64_t since,
                   int (*fn)(void *arg, const char *item), void *arg, struct error *err) {
    struct keys k = {0};
    int64_t oldest = 0;
    (void)site;
    buf_init(&k.text, KEYS_BYTES);
    buf_puts(&k.text, "any\n");
    int rc = change_oldest(db, &oldest, err);
    if (rc == 0)
        rc = change_since(db, since, take_name, &k, err) < 0 ? -1 : 0;
    k.all = k.all || since + 1 < oldest || !buf_ok(&k.text);
    if (rc == 0 && k.all)
        rc = fn(arg, "site");
    char *at = rc == 0 && !k.all && k.count > 0 ? k.text.data : NULL;
    for (char *end; rc == 0 && at != NULL && (end = strchr(at, '\n')) != NULL; at = end + 1) {
        *end = '\0';
        rc = fn(arg, at);
    }
    buf_free(&k.text);
    return rc;
}

static void add_key(struct buf *text, size_t nth, struct slice key) {
    if (nth > 0)
        buf_putc(text, ' ');
    buf_append(text, key.ptr, key.len);
}

const struct herald_kind purge_kind = {
    .name = "cache",
    .items = "keys",
    .option = "purge-url",
    .key = "purge",
    .settle_ms = 0,
    .collect = collect,
    .add = add_key,
    .at_once = 200,
    .at_once_bytes = 4000,
    .headers = {"Surrogate-Key: ", "xkey-purge: "},
    .in_headers = true,
};
