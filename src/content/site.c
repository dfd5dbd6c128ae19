/* The site's own settings: two flavours of keys, one shape.
 *
 * What can be said by one value stands in the table `keys`: where it is found ("params.dateformat",
 * matched without regard to case, '-' and '_'), what type it must have and where in the site object
 * it goes. What has a shape of its own (menus, permalinks, taxonomies, authors, social links) has a
 * small function each. A wrong type is refused with the key's name, since a setting that is
 * silently not taken costs its author an evening. Keys unknown to Platen are somebody's business in
 * a Hugo site (its themes read them) and a misspelling in platen.yaml.
 */
#include "content/site_private.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum key_type { KEY_TEXT, KEY_COUNT, KEY_BOOL, KEY_TEXTS, KEY_SHAPED };

struct site_key {
    const char *key;  /* dotted, folded */
    unsigned flavour; /* 1 << enum site_flavour */
    enum key_type type;
    const char *dest; /* member of the site object, "author.name" at most one dot */
    int64_t min, max;
    site_shape_fn *shape;
};

#define HUGO (1U << SITE_HUGO)
#define PLATEN (1U << SITE_PLATEN)
#define JEKYLL (1U << SITE_JEKYLL)
#define ZOLA (1U << SITE_ZOLA)
#define BOTH (HUGO | PLATEN)
#define ALL (BOTH | JEKYLL | ZOLA)

static site_shape_fn shape_author, shape_menu, shape_menus, shape_social, shape_outputs;
static site_shape_fn shape_params, shape_base_url, shape_base_path, shape_typographer;

static const struct site_key keys[] = {
    {"title", ALL, KEY_TEXT, "title", 0, 0, NULL},
    {"baseurl", BOTH | ZOLA, KEY_SHAPED, "", 0, 0, shape_base_url},
    {"url", JEKYLL, KEY_SHAPED, "", 0, 0, shape_base_url},
    {"baseurl", JEKYLL, KEY_SHAPED, "", 0, 0, shape_base_path}, /* behind the url */
    {"permalink", JEKYLL, KEY_TEXT, "jekyll_permalink", 0, 0, NULL},
    {"showdrafts", JEKYLL, KEY_BOOL, "build_drafts", 0, 0, NULL},
    {"future", JEKYLL, KEY_BOOL, "build_future", 0, 0, NULL},
    {"exclude", JEKYLL, KEY_TEXTS, "exclude", 0, 0, NULL},
    {"defaultlanguage", ZOLA, KEY_TEXT, "language", 0, 0, NULL},
    {"slugify.paths", ZOLA, KEY_TEXT, "zola_paths", 0, 0, NULL},
    {"lang", JEKYLL, KEY_TEXT, "language", 0, 0, NULL},
    {"description", PLATEN | JEKYLL | ZOLA, KEY_TEXT, "description", 0, 0, NULL},
    {"params.description", HUGO, KEY_TEXT, "description", 0, 0, NULL},
    {"language", PLATEN, KEY_TEXT, "language", 0, 0, NULL},
    {"defaultcontentlanguage", HUGO, KEY_TEXT, "language", 0, 0, NULL},
    {"languagecode", HUGO, KEY_TEXT, "language", 0, 0, NULL},
    {"locale", HUGO, KEY_TEXT, "language", 0, 0, NULL},
    {"copyright", BOTH, KEY_TEXT, "copyright", 0, 0, NULL},
    {"author", ALL, KEY_SHAPED, "", 0, 0, shape_author},
    {"params.author", HUGO, KEY_SHAPED, "", 0, 0, shape_author},
    {"paginate", HUGO | JEKYLL, KEY_COUNT, "page_size", 1, 1000, NULL},
    {"pagination.pagersize", HUGO, KEY_COUNT, "page_size", 1, 1000, NULL},
    {"pagesize", PLATEN, KEY_COUNT, "page_size", 1, 1000, NULL},
    {"feedsize", PLATEN, KEY_COUNT, "feed_size", 1, 1000, NULL},
    {"summarylength", HUGO, KEY_COUNT, "summary_words", 1, 10000, NULL},
    {"excerptseparator", JEKYLL, KEY_TEXT, "excerpt_separator", 0, 0, NULL},
    {"summarywords", PLATEN, KEY_COUNT, "summary_words", 1, 10000, NULL},
    {"params.dateformat", HUGO, KEY_TEXT, "date_format", 0, 0, NULL},
    {"dateformat", PLATEN, KEY_TEXT, "date_format", 0, 0, NULL},
    {"timezone", ALL, KEY_TEXT, "time_zone", 0, 0, NULL},
    {"mainsections", BOTH, KEY_TEXTS, "main_sections", 0, 0, NULL},
    {"params.mainsections", HUGO, KEY_TEXTS, "main_sections", 0, 0, NULL},
    {"permalinks", BOTH, KEY_SHAPED, "", 0, 0, site_permalinks},
    {"contentdir", HUGO, KEY_TEXT, "paths.content_dir", 0, 0, NULL},
    {"staticdir", HUGO, KEY_SHAPED, "", 0, 0, site_static_dirs},
    {"module.mounts", HUGO, KEY_SHAPED, "", 0, 0, site_mounts},
    {"ignorefiles", HUGO, KEY_TEXTS, "paths.ignore", 0, 0, NULL},
    {"ignoredcontent", ZOLA, KEY_TEXTS, "paths.ignore", 0, 0, NULL},
    {"languages", HUGO | ZOLA, KEY_SHAPED, "", 0, 0, site_languages},
    {"defaultcontentlanguage", HUGO, KEY_TEXT, "paths.language", 0, 0, NULL},
    {"defaultcontentlanguageinsubdir", HUGO, KEY_BOOL, "paths.language_in_subdir", 0, 0, NULL},
    {"enablegitinfo", HUGO, KEY_BOOL, "paths.git_info", 0, 0, NULL},
    {"uglyurls", HUGO, KEY_SHAPED, "", 0, 0, site_ugly},
    {"removepathaccents", HUGO, KEY_BOOL, "paths.remove_accents", 0, 0, NULL},
    {"frontmatter.date", HUGO, KEY_SHAPED, "", 0, 0, site_front_dates},
    {"cascade", HUGO, KEY_SHAPED, "", 0, 0, site_cascade},
    {"pagination.path", HUGO, KEY_TEXT, "paths.paginate_path", 0, 0, NULL},
    {"paginatepath", HUGO, KEY_TEXT, "paths.paginate_path", 0, 0, NULL},
    {"paginatepath", JEKYLL, KEY_SHAPED, "", 0, 0, site_jekyll_paginate_path},
    {"include", JEKYLL, KEY_TEXTS, "paths.include", 0, 0, NULL},
    {"collections", JEKYLL, KEY_SHAPED, "", 0, 0, site_collections},
    {"jekyllarchives", JEKYLL, KEY_SHAPED, "", 0, 0, site_jekyll_archives},
    {"collectionsdir", JEKYLL, KEY_TEXT, "paths.collections_dir", 0, 0, NULL},
    {"source", JEKYLL, KEY_TEXT, "paths.source", 0, 0, NULL},
    {"defaults", JEKYLL, KEY_SHAPED, "", 0, 0, site_defaults_of_paths},
    {"slugify.taxonomies", ZOLA, KEY_TEXT, "paths.zola_taxonomies", 0, 0, NULL},
    {"slugify.pathskeepdates", ZOLA, KEY_BOOL, "paths.zola_keep_dates", 0, 0, NULL},
    {"disablepathtolower", HUGO, KEY_BOOL, "disable_lower", 0, 0, NULL},
    {"taxonomies", HUGO, KEY_SHAPED, "", 0, 0, site_taxonomies},
    {"disablekinds", HUGO, KEY_SHAPED, "", 0, 0, site_disable_kinds},
    {"taxonomies", PLATEN | ZOLA, KEY_SHAPED, "", 0, 0, site_taxonomy_names},
    {"menu", PLATEN, KEY_SHAPED, "", 0, 0, shape_menu},
    {"menu", HUGO, KEY_SHAPED, "", 0, 0, shape_menus},
    {"menus", HUGO, KEY_SHAPED, "", 0, 0, shape_menus},
    {"social", PLATEN, KEY_SHAPED, "", 0, 0, shape_social},
    {"params.socialicons", HUGO, KEY_SHAPED, "", 0, 0, shape_social},
    {"builddrafts", BOTH, KEY_BOOL, "build_drafts", 0, 0, NULL},
    {"buildfuture", BOTH, KEY_BOOL, "build_future", 0, 0, NULL},
    {"buildexpired", BOTH, KEY_BOOL, "build_expired", 0, 0, NULL},
    {"home.title", PLATEN, KEY_TEXT, "home.title", 0, 0, NULL},
    {"home.content", PLATEN, KEY_TEXT, "home.content", 0, 0, NULL},
    {"params.homeinfoparams.title", HUGO, KEY_TEXT, "home.title", 0, 0, NULL},
    {"params.homeinfoparams.content", HUGO, KEY_TEXT, "home.content", 0, 0, NULL},
    {"params.editpost.url", HUGO, KEY_TEXT, "edit_url", 0, 0, NULL},
    {"params.editpost.appendfilepath", HUGO, KEY_BOOL, "edit_append_path", 0, 0, NULL},
    {"editurl", PLATEN, KEY_TEXT, "edit_url", 0, 0, NULL},
    {"outputs", HUGO, KEY_SHAPED, "", 0, 0, shape_outputs},
    {"markup.goldmark.renderer.unsafe", HUGO, KEY_BOOL, "unsafe_html", 0, 0, NULL},
    {"unsafehtml", PLATEN, KEY_BOOL, "unsafe_html", 0, 0, NULL},
    {"smart", PLATEN, KEY_BOOL, "smart", 0, 0, NULL},
    {"markup.goldmark.extensions.typographer", HUGO, KEY_SHAPED, "", 0, 0, shape_typographer},
    {"markdown.smartpunctuation", ZOLA, KEY_BOOL, "smart", 0, 0, NULL},
    {"emoji", PLATEN, KEY_BOOL, "emoji", 0, 0, NULL},
    {"enableemoji", HUGO, KEY_BOOL, "emoji", 0, 0, NULL},
    {"markdown.renderemoji", ZOLA, KEY_BOOL, "emoji", 0, 0, NULL},
    {"params.showtoc", HUGO, KEY_BOOL, "show_toc", 0, 0, NULL},
    {"showtoc", PLATEN, KEY_BOOL, "show_toc", 0, 0, NULL},
    {"params", BOTH, KEY_SHAPED, "", 0, 0, shape_params},
};

enum { KEYS = sizeof keys / sizeof keys[0] };

/* "page_size", "pageSize" and "page-size" are one key. */
static bool key_eq(const char *folded, size_t folded_len, const char *written) {
    size_t n = 0;
    for (; *written != '\0'; written++) {
        if (*written == '-' || *written == '_')
            continue;
        if (n == folded_len || text_lower(*written) != folded[n])
            return false;
        n++;
    }
    return n == folded_len;
}

static const json_t *member(const json_t *obj, const char *folded, size_t len) {
    const char *key;
    json_t *value;
    if (!json_is_object(obj))
        return NULL;
    json_object_foreach((json_t *)(uintptr_t)obj, key, value) {
        if (key_eq(folded, len, key))
            return value;
    }
    return NULL;
}

const json_t *site_member(const json_t *map, const char *folded) {
    return member(map, folded, strlen(folded));
}

/* Follows "params.editpost.url" through the tree. */
static const json_t *dig(const json_t *tree, const char *path) {
    while (tree != NULL) {
        size_t n = strcspn(path, ".");
        tree = member(tree, path, n);
        if (path[n] == '\0')
            return tree;
        path += n + 1;
    }
    return NULL;
}

/* A scalar as text: authors write `title: 2048`. */
json_t *site_text(const json_t *v) {
    if (json_is_string(v))
        return json_string(json_string_value(v));
    if (json_is_integer(v))
        return json_sprintf("%lld", (long long)json_integer_value(v));
    if (json_is_real(v))
        return json_sprintf("%g", json_real_value(v));
    return NULL;
}

static int put_at(json_t *site, const char *dest, json_t *value) {
    const char *dot = strchr(dest, '.');
    if (dot == NULL)
        return json_put(site, dest, value);
    char outer[32];
    snprintf(outer, sizeof outer, "%.*s", (int)(dot - dest), dest);
    return json_put(json_object_get(site, outer), dot + 1, value);
}

json_t *site_texts(const json_t *v) {
    json_t *list = json_array();
    if (json_is_array(v)) {
        size_t i;
        json_t *item;
        json_array_foreach(v, i, item) {
            if (json_array_append_new(list, site_text(item)) != 0) {
                json_decref(list);
                return NULL;
            }
        }
        return list;
    }
    if (json_array_append_new(list, site_text(v)) != 0) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static int apply_key(json_t *site, const struct site_key *k, const json_t *v, struct error *err) {
    json_t *value = NULL;
    switch (k->type) {
    case KEY_TEXT:
        value = site_text(v);
        if (value == NULL)
            return error_set(err, "%s: must be text", k->key);
        break;
    case KEY_COUNT:
        if (!json_is_integer(v) || json_integer_value(v) < k->min || json_integer_value(v) > k->max)
            return error_set(err, "%s: must be a whole number from %lld to %lld", k->key,
                             (long long)k->min, (long long)k->max);
        value = json_integer(json_integer_value(v));
        break;
    case KEY_BOOL:
        if (!json_is_boolean(v))
            return error_set(err, "%s: must be true or false", k->key);
        value = json_boolean(json_is_true(v));
        break;
    case KEY_TEXTS:
        value = site_texts(v);
        if (value == NULL)
            return error_set(err, "%s: must be a list of texts", k->key);
        break;
    case KEY_SHAPED:
        if (k->shape(site, v, err) != 0)
            return error_prefix(err, "%s", k->key);
        return 0;
    }
    return put_at(site, k->dest, value) == 0 ? 0 : error_set(err, "out of memory");
}

/* Absolute, with the slash at its end that links are appended to. */
static int shape_base_url(json_t *site, const json_t *v, struct error *err) {
    if (!json_is_string(v))
        return error_set(err, "must be text");
    const char *url = json_string_value(v);
    bool absolute = text_starts(url, "http://") || text_starts(url, "https://");
    if (*url == '\0' || (*url == '/' && url[1] != '/')) /* no host: links stay relative */
        return json_put_string(site, "base_url", "");
    if (!absolute)
        return error_set(err, "\"%s\" must begin with http:// or https://", url);
    return json_put(site, "base_url", json_sprintf("%s%s", url, text_ends(url, "/") ? "" : "/"));
}

/* Jekyll's baseurl: the path behind its url. */
static int shape_base_path(json_t *site, const json_t *v, struct error *err) {
    const char *path = json_string_value(v), *url = json_get_string(site, "base_url", "");
    if (path == NULL)
        return error_set(err, "must be text");
    while (*path == '/')
        path++;
    if (*path == '\0' || *url == '\0')
        return 0;
    return json_put(site, "base_url",
                    json_sprintf("%s%s%s", url, path, text_ends(path, "/") ? "" : "/"));
}

static int author_from(json_t *author, const json_t *v, struct error *err) {
    if (json_is_array(v))
        v = json_array_get(v, 0);
    if (json_is_object(v)) {
        static const char *const names[] = {"name", "url", "email"};
        for (size_t i = 0; i < 3; i++) {
            const json_t *part = site_member(v, names[i]);
            if (json_is_string(part) &&
                json_put_string(author, names[i], json_string_value(part)) != 0)
                return error_set(err, "out of memory");
        }
        return 0;
    }
    json_t *name = site_text(v);
    if (name == NULL)
        return error_set(err, "must be a name, or a map with name, url and email");
    return json_put(author, "name", name);
}

static int shape_author(json_t *site, const json_t *v, struct error *err) {
    return author_from(json_object_get(site, "author"), v, err);
}

struct menu_entry {
    const json_t *entry;
    int64_t weight;
    const char *name;
};

/* Hugo's order: entries with a weight first, by weight, then by name. */
static bool menu_before(const struct menu_entry *a, const struct menu_entry *b) {
    if (a->weight != b->weight)
        return b->weight == 0 || (a->weight != 0 && a->weight < b->weight);
    return a->weight != 0 && strcmp(a->name, b->name) < 0;
}

enum { MENU_MAX = 64 };

static int menu_sorted(struct menu_entry *sorted, size_t *count, const json_t *v,
                       struct error *err) {
    size_t i;
    json_t *entry;
    *count = 0;
    json_array_foreach(v, i, entry) {
        const char *name = json_string_value(site_member(entry, "name"));
        if (name == NULL)
            name = json_string_value(site_member(entry, "identifier"));
        if (name == NULL || *count == MENU_MAX)
            return error_set(err, "entry %zu: %s", i + 1,
                             name == NULL ? "wants a name" : "64 entries are the most");
        struct menu_entry e = {entry, json_integer_value(site_member(entry, "weight")), name};
        size_t at = *count;
        for (; at > 0 && menu_before(&e, &sorted[at - 1]); at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = e;
        ++*count;
    }
    return 0;
}

static int shape_menu(json_t *site, const json_t *v, struct error *err) {
    struct menu_entry sorted[MENU_MAX];
    size_t count;
    if (!json_is_array(v))
        return error_set(err, "must be a list of entries with name and url");
    if (menu_sorted(sorted, &count, v, err) != 0)
        return -1;
    json_t *menu = json_array();
    for (size_t i = 0; i < count; i++) {
        const char *url = json_string_value(site_member(sorted[i].entry, "url"));
        if (url == NULL)
            url = json_string_value(site_member(sorted[i].entry, "pageref"));
        if (url == NULL)
            continue;
        json_array_append_new(menu, json_pack("{s:s,s:s}", "name", sorted[i].name, "url", url));
    }
    return json_put(site, "menu", menu);
}

static int shape_menus(json_t *site, const json_t *v, struct error *err) {
    const json_t *main_menu = site_member(v, "main");
    return main_menu == NULL ? 0 : shape_menu(site, main_menu, err);
}

static int shape_social(json_t *site, const json_t *v, struct error *err) {
    json_t *list = json_array();
    size_t i;
    json_t *item;
    json_array_foreach(v, i, item) {
        const char *name = json_string_value(site_member(item, "name"));
        const char *url = json_string_value(site_member(item, "url"));
        if (name == NULL || url == NULL) {
            json_decref(list);
            return error_set(err, "entry %zu: wants name and url", i + 1);
        }
        json_array_append_new(list, json_pack("{s:s,s:s}", "name", name, "url", url));
    }
    return json_put(site, "social", list);
}

/* outputs: {home: [HTML, RSS, JSON]}: PaperMod's search reads /index.json. */
static int shape_outputs(json_t *site, const json_t *v, struct error *err) {
    size_t i;
    json_t *item;
    const json_t *home = site_member(v, "home");
    json_array_foreach(home, i, item) {
        const char *name = json_string_value(item);
        if (name != NULL && text_eq_nocase(name, "json") &&
            json_put_bool(site, "json_index", true) != 0)
            return error_set(err, "out of memory");
    }
    return 0;
}

/* Smart punctuation: {disable: true}, or false. */
static int shape_typographer(json_t *site, const json_t *v, struct error *err) {
    const json_t *disable = site_member(v, "disable");
    if (!json_is_boolean(v) && !json_is_boolean(disable))
        return 0;
    bool smart = json_is_boolean(v) ? json_is_true(v) : json_is_false(disable);
    return json_put_bool(site, "smart", smart) == 0 ? 0 : error_set(err, "out of memory");
}

static int shape_params(json_t *site, const json_t *v, struct error *err) {
    if (!json_is_object(v))
        return error_set(err, "must be a map");
    return json_put(site, "params", json_deep_copy(v));
}

bool site_knows(enum site_flavour flavour, const char *key) {
    for (size_t i = 0; i < KEYS; i++) {
        if (!(keys[i].flavour & (1U << flavour)))
            continue;
        if (key_eq(keys[i].key, strcspn(keys[i].key, "."), key))
            return true;
    }
    return false;
}

int site_check_keys(const json_t *tree, bool (*also)(const char *key), struct error *err) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)tree, key, value) {
        if (site_knows(SITE_PLATEN, key) || (also != NULL && also(key)))
            continue;
        const char *near = NULL;
        int best = 3;
        for (size_t i = 0; i < KEYS; i++) {
            int d = text_distance(keys[i].key, key);
            if ((keys[i].flavour & PLATEN) && d < best) {
                best = d;
                near = keys[i].key;
            }
        }
        return error_set(err, "unknown setting \"%s\"%s%s%s", key, near ? ", did you mean \"" : "",
                         near ? near : "", near ? "\"?" : "");
    }
    return 0;
}

/* Hugo knows two taxonomies unless told more. */
static void begin_flavour(json_t *site, enum site_flavour flavour) {
    json_t *list = json_object_get(site, "taxonomies");
    while (flavour == SITE_HUGO && json_array_size(list) > 2)
        json_array_remove(list, 2);
}

/* What Jekyll's settings say beside what is known here is for Liquid's site.NAME. */
static int take_words(json_t *site, const json_t *tree) {
    json_t *params = json_object_get(site, "params");
    const char *key;
    json_t *v;
    int rc = 0;
    json_object_foreach((json_t *)(uintptr_t)tree, key, v) {
        bool word = json_is_string(v) || json_is_integer(v) || json_is_boolean(v);
        if (rc == 0 && word && !site_knows(SITE_JEKYLL, key))
            rc = json_object_set(params, key, v);
    }
    return rc;
}

int site_apply_all(json_t *site, enum site_flavour flavour, const json_t *tree,
                   site_problem_fn *problem, void *arg, struct error *err) {
    if (json_is_null(tree))
        return 0;
    if (!json_is_object(tree))
        return error_set(err, "settings must be \"name: value\" lines");
    if (flavour == SITE_PLAIN)
        return 0;
    begin_flavour(site, flavour);
    for (size_t i = 0; i < KEYS; i++) {
        const json_t *v = keys[i].flavour & (1U << flavour) ? dig(tree, keys[i].key) : NULL;
        struct error why = {0};
        if (v == NULL || json_is_null(v) || apply_key(site, &keys[i], v, &why) == 0)
            continue;
        if (problem == NULL) {
            *err = why;
            return -1;
        }
        problem(arg, &why);
    }
    if (flavour == SITE_JEKYLL && take_words(site, tree) != 0)
        return error_set(err, "out of memory");
    if (flavour == SITE_HUGO && json_array_size(json_object_get(site, "main_sections")) == 0)
        return json_put_bool(site, "largest_section", true);
    return 0;
}

int site_apply(json_t *site, enum site_flavour flavour, const json_t *tree, struct error *err) {
    return site_apply_all(site, flavour, tree, NULL, NULL, err);
}
