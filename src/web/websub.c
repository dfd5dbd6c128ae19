/* Which feeds a publication changed, by the names it touched (store/touch.c): a list's name means its three
 * feeds. After a change of the site's own settings that is the whole site's, after a change of
 * everything all there are, those of the largest terms first where there are too many. */
#include "web/websub.h"

#include "store/settings.h"
#include "web/feed.h"
#include "web/link.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_BYTES = 256 * 1024, FORMATS = 3, LISTS_MAX = WEBSUB_TOPICS_MAX / FORMATS };

struct topics {
    struct db *db;
    const struct snapshot *site;
    int (*fn)(void *arg, const char *url);
    void *arg;
    size_t lists;
    struct error *err;
    struct buf names; /* each before a line end */
    bool all, home;
};

/* The three feeds of the page at `base`. */
static int tell_page(struct topics *t, const char *base) {
    static const enum feed_format formats[FORMATS] = {FEED_RSS, FEED_ATOM, FEED_JSON};
    struct buf url;
    int rc = 0;
    if (t->lists >= LISTS_MAX)
        return 0;
    t->lists++;
    buf_init(&url, 16384);
    for (size_t i = 0; i < FORMATS && rc == 0; i++) {
        buf_clear(&url);
        int bad = link_url(&url, t->site, base);
        buf_puts(&url, feed_file(formats[i]));
        if (bad == 0 && buf_ok(&url))
            rc = t->fn(t->arg, buf_str(&url));
    }
    buf_free(&url);
    return rc;
}

static int tell_list(void *arg, const struct list *l) {
    return tell_page(arg, l->path);
}

static int tell_taxonomy(struct topics *t, const char *plural) {
    char path[80];
    int n = snprintf(path, sizeof path, "/%s/", plural);
    return n < 0 || (size_t)n >= sizeof path ? 0 : tell_page(t, path);
}

/* ---- by name ---- */

static int take_name(void *arg, const char *name) {
    struct topics *t = arg;
    if (strcmp(name, "*") == 0)
        t->all = true;
    else if (strcmp(name, "site") == 0 || strcmp(name, "list:home") == 0)
        t->home = true;
    else if (text_starts(name, "list:") || text_starts(name, "taxonomy:")) {
        buf_puts(&t->names, name);
        buf_putc(&t->names, '\n');
    }
    return 0;
}

/* "section:posts/linux", "tags:c++" behind "list:". */
static int tell_named(struct topics *t, const char *name) {
    struct list l;
    char taxonomy[64];
    const char *colon = strchr(name, ':');
    if (colon == NULL || (size_t)(colon - name) >= sizeof taxonomy)
        return 0; /* "all": no page with feeds of its own */
    snprintf(taxonomy, sizeof taxonomy, "%.*s", (int)(colon - name), name);
    bool section = strcmp(taxonomy, "section") == 0;
    int found = list_find(t->db, section ? LIST_SECTION : LIST_TERM, section ? "" : taxonomy,
                          colon + 1, &l, t->err);
    return found < 0 ? -1 : found == 1 && l.count > 0 ? tell_list(t, &l) : 0;
}

static int tell_names(struct topics *t) {
    int rc = 0;
    char *rest = t->names.data;
    for (char *end; rc == 0 && rest != NULL && (end = strchr(rest, '\n')) != NULL; rest = end + 1) {
        *end = '\0';
        rc = text_starts(rest, "list:") ? tell_named(t, rest + strlen("list:"))
                                        : tell_taxonomy(t, rest + strlen("taxonomy:"));
    }
    return rc;
}

static int tell_all(struct topics *t) {
    size_t i;
    json_t *taxonomy;
    int rc = list_all(t->db, LIST_SECTION, "", LIST_BY_COUNT, LISTS_MAX, tell_list, t, t->err);
    json_array_foreach(json_object_get(t->site->settings, "taxonomies"), i, taxonomy) {
        const char *plural = json_get_string(taxonomy, "plural", "");
        if (rc == 0)
            rc = tell_taxonomy(t, plural);
        if (rc == 0)
            rc = list_all(t->db, LIST_TERM, plural, LIST_BY_COUNT, LISTS_MAX, tell_list, t, t->err);
    }
    return rc;
}

int websub_topics(struct db *db, const struct snapshot *site, int64_t since,
                  int (*fn)(void *arg, const char *url), void *arg, struct error *err) {
    struct topics t = {.db = db, .site = site, .fn = fn, .arg = arg, .err = err};
    int64_t oldest = 0;
    buf_init(&t.names, NAMES_BYTES);
    int rc = change_oldest(db, &oldest, err);
    if (rc == 0)
        rc = change_since(db, since, take_name, &t, err);
    if (since + 1 < oldest || !buf_ok(&t.names))
        t.all = true;
    if (rc == 0 && (t.home || t.all))
        rc = tell_page(&t, "/");
    if (rc == 0)
        rc = t.all ? tell_all(&t) : tell_names(&t);
    buf_free(&t.names);
    return rc;
}

static void add_topic(struct buf *text, size_t nth, struct slice url) {
    buf_puts(text, nth == 0 ? "hub.mode=publish&hub.url=" : "&hub.url=");
    text_url_query(text, url.ptr, url.len);
}

const struct herald_kind websub_kind = {
    .name = "WebSub hub",
    .items = "feeds",
    .option = "websub-hub",
    .key = "websub",
    .settle_ms = 500,
    .needs_address = true,
    .collect = websub_topics,
    .add = add_topic,
    .at_once = 30,
    .at_once_bytes = SIZE_MAX,
    .headers = {"Content-Type: application/x-www-form-urlencoded"},
};
