/* See snapshot.h. The site's view ("site" in every template) is made once here, not once a page. */
#include "web/snapshot.h"

#include "base/clock.h"
#include "content/site.h"
#include "store/address.h"
#include "store/settings.h"
#include "web/link.h"
#include "web/places.h"
#include "web/policy.h"
#include "web/share.h"

#include <stdlib.h>
#include <string.h>

enum { SETTINGS_MAX = 4 << 20, VIEW_MAX = 64 << 20, URL_MAX = 2048 };

/* Takes a base URL apart: "https://x.org/blog" -> origin "https://x.org", prefix "/blog". */
static int set_base(struct snapshot *s, const char *origin, size_t origin_len, const char *path,
                    struct error *err) {
    size_t path_len = strcspn(path, "?#");
    while (path_len > 0 && path[path_len - 1] == '/')
        path_len--;
    struct buf raw, whole;
    buf_init(&raw, URL_MAX);
    buf_init(&whole, URL_MAX);
    s->origin = strndup(origin, origin_len);
    s->prefix = strndup(path, path_len);
    if (text_url_decode(&raw, path, path_len, false) != 0)
        buf_append(&raw, path, path_len);
    buf_append(&whole, origin, origin_len);
    buf_append(&whole, path, path_len);
    buf_putc(&whole, '/');
    s->base_url = buf_take(&whole, NULL);
    s->prefix_raw = raw.len == 0 ? strdup("") : buf_take(&raw, NULL);
    bool ok =
        s->origin != NULL && s->prefix != NULL && s->base_url != NULL && s->prefix_raw != NULL;
    buf_free(&raw);
    buf_free(&whole);
    return ok ? 0
              : error_set(err, "the base URL cannot be taken: is it longer than %d bytes?",
                          URL_MAX);
}

/* Where the path of an http URL begins; NULL when url is none. */
static const char *url_path(const char *url) {
    const char *host = text_starts(url, "https://")  ? url + 8
                       : text_starts(url, "http://") ? url + 7
                                                     : NULL;
    return host == NULL || *host == '\0' || *host == '/' ? NULL : host + strcspn(host, "/?#");
}

/* The operator's base URL, else the site's, else the fallback; a site that only says "/blog/" has
 * the fallback's origin. */
static int choose_base(struct snapshot *s, const struct snapshot_options *o, struct error *err) {
    const char *own = json_get_string(s->settings, "base_url", "");
    const char *fallback = o->fallback_url != NULL ? o->fallback_url : "http://127.0.0.1:8080/";
    const char *url = o->base_url != NULL && *o->base_url != '\0' ? o->base_url : own;
    const char *path = url_path(url);
    s->said = path != NULL;
    if (path != NULL)
        return set_base(s, url, (size_t)(path - url), path, err);
    path = url_path(fallback);
    if (path == NULL)
        return error_set(err, "\"%s\" is no base URL: write it as https://example.org/", fallback);
    return set_base(s, fallback, (size_t)(path - fallback), *url == '/' ? url : path, err);
}

static int read_settings(struct snapshot *s, struct db *db, struct error *err) {
    struct buf text;
    json_t *stored = NULL;
    buf_init(&text, SETTINGS_MAX);
    s->settings = site_defaults();
    int rc = s->settings == NULL ? error_set(err, "the site: out of memory") : 0;
    int found = rc == 0 ? setting_get(db, "site", &text, err) : rc;
    if (found == 1 && json_read(&stored, buf_str(&text), text.len, err) != 0)
        found = -1;
    if (found == 1 && json_object_update(s->settings, stored) != 0)
        found = error_set(err, "the setting \"site\" is no object: import again");
    json_decref(stored);
    buf_free(&text);
    return found < 0 ? -1 : 0;
}

/* Where the repository's files are changed, unless the site's own settings say. */
static int put_edit_url(struct snapshot *s, const char *url, struct error *err) {
    if (url == NULL || *json_get_string(s->settings, "edit_url", "") != '\0')
        return 0;
    int bad = json_put_string(s->settings, "edit_url", url);
    bad |= json_put_bool(s->settings, "edit_append_path", true);
    bad |= json_put_bool(s->settings, "edit_whole_path", true);
    return bad == 0 ? 0 : error_set(err, "the site: out of memory");
}

/* ---- the view ---- */

static int put_entry(json_t *list, const struct snapshot *s, const char *name, const char *url) {
    json_t *entry = json_object();
    int bad = json_put_string(entry, "name", name);
    bad |= link_put_written(entry, "url", s, url);
    bad |= json_array_append_new(list, entry);
    return bad;
}

/* The names of places as they write themselves; authors' settings have them in lower case. */
static const char *social_label(const char *name) {
    static const char *const labels[] = {"RSS",     "GitHub",        "GitLab",   "LinkedIn",
                                         "YouTube", "Mastodon",      "Bluesky",  "Email",
                                         "Twitter", "StackOverflow", "Facebook", "Instagram"};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        if (text_eq_nocase(name, labels[i]))
            return labels[i];
    return name;
}

static const char *as_written(const char *name) {
    return name;
}

static json_t *view_links(const struct snapshot *s, const char *key,
                          const char *(*label)(const char *name)) {
    json_t *list = json_array();
    size_t i;
    json_t *entry;
    int bad = 0;
    json_array_foreach(json_object_get(s->settings, key), i, entry) {
        bad |= put_entry(list, s, label(json_get_string(entry, "name", "")),
                         json_get_string(entry, "url", ""));
    }
    if (bad == 0)
        return list;
    json_decref(list);
    return NULL;
}

/* The site's menu; one that says nothing gets the pages that every site has. */
static json_t *view_menu(const struct snapshot *s) {
    json_t *list = view_links(s, "menu", as_written);
    if (list == NULL || json_array_size(list) > 0)
        return list;
    int bad = put_entry(list, s, "Archive", "/archive/");
    const json_t *first = json_array_get(json_object_get(s->settings, "taxonomies"), 0);
    if (first != NULL) {
        struct buf path;
        buf_init(&path, URL_MAX);
        buf_printf(&path, "/%s/", json_get_string(first, "plural", ""));
        bad |= put_entry(list, s, json_get_string(first, "title", ""), buf_str(&path));
        buf_free(&path);
    }
    bad |= put_entry(list, s, "Search", "/search/");
    if (bad == 0)
        return list;
    json_decref(list);
    return NULL;
}

/* True when the site's own links lead to its feed already. */
static bool lists_feed(const struct snapshot *s) {
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(s->settings, "social"), i, entry) {
        if (text_eq_nocase(json_get_string(entry, "name", ""), "rss"))
            return true;
    }
    return false;
}

static json_t *view_author(const struct snapshot *s) {
    json_t *author = json_object_get(s->settings, "author");
    return *json_get_string(author, "name", "") == '\0' ? json_null() : json_incref(author);
}

static int put_icon(struct snapshot *s, struct db *db, struct error *err) {
    static const char *const usual[] = {"/favicon.svg", "/favicon.ico", "/favicon.png"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
        struct address a;
        int found = address_find(db, usual[i], &a, err);
        if (found < 0)
            return -1;
        if (found == 1)
            return link_put_path(s->site, "icon", s, usual[i]);
    }
    const char *own = json_get_string(json_object_get(s->site, "static"), "icon_svg", NULL);
    return json_put_string(s->site, "icon", own);
}

static json_t *view_hubs(const char *const *hubs) {
    json_t *list = json_array();
    int bad = 0;
    for (; hubs != NULL && *hubs != NULL; hubs++)
        bad |= json_array_append_new(list, json_string(*hubs));
    if (bad == 0)
        return list;
    json_decref(list);
    return NULL;
}

static int make_view(struct snapshot *s, struct db *db, const struct snapshot_options *o,
                     struct error *err) {
    static const char *const plain[] = {"description", "language", "copyright", "home", "params"};
    const char *title = json_get_string(s->settings, "title", "");
    json_t *v = s->site = json_object();
    int bad = json_put_string(v, "title", *title != '\0' ? title : "Blog");
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
        bad |= json_object_set(v, plain[i], json_object_get(s->settings, plain[i]));
    bad |= json_put(v, "author", view_author(s));
    bad |= json_put(v, "menu", view_menu(s));
    bad |= json_put(v, "social", view_links(s, "social", social_label));
    bad |= json_put_bool(v, "lists_feed", lists_feed(s));
    bad |= json_put(v, "static", theme_links(s->theme, s->prefix));
    bad |= link_put_url(v, "url", s, "/");
    bad |= link_put_path(v, "path", s, "/");
    bad |= link_put_path(v, "archive", s, "/archive/");
    bad |= link_put_path(v, "search", s, "/search/");
    bad |= link_put_path(v, "opensearch", s, "/opensearch.xml");
    bad |= link_put_path(v, "events", s, "/events");
    bad |= link_put_path(v, "rss", s, "/index.xml");
    bad |= link_put_path(v, "atom", s, "/atom.xml");
    bad |= link_put_path(v, "json_feed", s, "/feed.json");
    bad |= json_put(v, "hubs", view_hubs(o->hubs));
    bad |= link_put_url(v, "sitemap", s, "/sitemap.xml");
    bad |= put_icon(s, db, err);
    return bad == 0 ? 0 : error_set(err, "the site's view cannot be made: out of memory");
}

struct value snapshot_menu(struct arena *a, const struct snapshot *s, const char *url) {
    struct value list = value_list(a);
    const struct value *menu = value_get(&s->view, "menu");
    if (!value_is(menu, VALUE_LIST))
        return list;
    for (const struct value_item *i = menu->as.list->first; i != NULL; i = i->next) {
        const char *to = value_get_string(&i->value, "url", "");
        struct value o = value_object(a);
        value_put(o, "name", value_or(value_get(&i->value, "name")));
        value_put(o, "url", value_or(value_get(&i->value, "url")));
        value_put(o, "current", value_bool(url != NULL && strcmp(to, url) == 0));
        value_add(list, o);
    }
    return list;
}

static struct value make_authors(const struct snapshot *s) {
    const json_t *author = json_object_get(s->settings, "author");
    const char *name = json_get_string(author, "name", "");
    const char *url = json_get_string(author, "url", "");
    struct value list = value_list(s->arena), one = value_object(s->arena);
    if (*name == '\0')
        return list;
    value_put(one, "name", value_text(s->arena, name));
    value_put(one, "url", *url == '\0' ? value_null() : link_value_written(s->arena, s, url));
    value_add(list, one);
    return list;
}

/* Where a post is gone from, the home page is again. */
static int find_root(struct snapshot *s, struct db *db, struct error *err) {
    struct address a;
    int found = address_find(db, "/", &a, err);
    s->root_taken = found == 1 && a.kind != ADDRESS_GONE;
    return found < 0 ? -1 : 0;
}

static int find_lists(struct snapshot *s, struct db *db, struct error *err) {
    return list_find(db, LIST_HOME, "", "", &s->home, err) < 0 ||
                   list_find(db, LIST_ALL, "", "", &s->all, err) < 0
               ? -1
               : 0;
}

int snapshot_read(struct snapshot **out, struct db *db, int64_t revision, struct theme *theme,
                  const struct snapshot_options *o, struct error *err) {
    struct snapshot *s = calloc(1, sizeof *s);
    if (s == NULL)
        return error_set(err, "the site: out of memory");
    atomic_init(&s->refs, 1);
    s->revision = revision;
    s->seen = clock_now();
    s->theme = theme_ref(theme);
    s->places = places_new();
    if (s->places == NULL)
        error_set(err, "the site: out of memory");
    if (s->places == NULL || read_settings(s, db, err) != 0 ||
        put_edit_url(s, o->edit_url, err) != 0 || choose_base(s, o, err) != 0 ||
        find_lists(s, db, err) != 0 || find_root(s, db, err) != 0 ||
        make_view(s, db, o, err) != 0) {
        snapshot_unref(s);
        return -1;
    }
    s->site = json_freeze(s->site);
    s->settings = json_freeze(s->settings);
    s->arena = arena_new(VIEW_MAX);
    s->view = value_of_json(s->arena, s->site);
    s->menu = snapshot_menu(s->arena, s, NULL);
    s->authors = make_authors(s);
    s->pack = template_pack_open(s->theme->templates, "site", &s->view);
    policy_prepare(s);
    share_prepare(s);
    if (s->site == NULL || s->settings == NULL || s->pack == NULL || !arena_ok(s->arena)) {
        error_set(err, "the site: out of memory");
        snapshot_unref(s);
        return -1;
    }
    s->frozen = true;
    s->show_toc = json_get_bool(s->settings, "show_toc", false);
    s->page_size = json_get_int(s->settings, "page_size", 10);
    s->feed_size = json_get_int(s->settings, "feed_size", 20);
    date_form_read(&s->date_form, json_get_string(s->settings, "date_format", "January 2, 2006"));
    *out = s;
    return 0;
}

struct snapshot *snapshot_ref(struct snapshot *s) {
    atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
    return s;
}

void snapshot_unref(struct snapshot *s) {
    if (s == NULL || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
        return;
    if (s->frozen) {
        json_frozen_free(s->site);
        json_frozen_free(s->settings);
    } else {
        json_decref(s->site);
        json_decref(s->settings);
    }
    template_pack_free(s->pack);
    arena_free(s->arena);
    theme_unref(s->theme);
    places_free(s->places);
    free(s->base_url);
    free(s->origin);
    free(s->prefix);
    free(s->prefix_raw);
    free(s);
}
