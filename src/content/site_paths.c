/* Settings that say where files lie and what addresses they get: Hugo's, and Zola's languages. All of it goes into
 * the site's member "paths" (site.h), but for permalinks and taxonomies, which platen.yaml has, too. */
#include "content/site_private.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LANGUAGES_MAX = 64, MOUNTS_MAX = 32 };

static json_t *paths_of(json_t *site) {
    return json_object_get(site, "paths");
}

/* ---- permalinks ---- */

static int put_pattern(json_t *map, const char *section, const char *pattern) {
    char name[256];
    while (*section == '/')
        section++;
    size_t n = strlen(section);
    while (n > 0 && section[n - 1] == '/')
        n--;
    snprintf(name, sizeof name, "%.*s", (int)(n > 255 ? 255 : n), section);
    return json_put_string(map, name, pattern);
}

static int put_patterns(json_t *map, const json_t *from, struct error *err) {
    const char *section;
    json_t *pattern;
    if (!json_is_object(from))
        return 0;
    json_object_foreach((json_t *)(uintptr_t)from, section, pattern) {
        if (!json_is_string(pattern))
            return error_set(err, "%s: must be a pattern such as /:year/:month/:slug/", section);
        if (put_pattern(map, section, json_string_value(pattern)) != 0)
            return error_set(err, "out of memory");
    }
    return 0;
}

/* permalinks: {posts: /:year/:slug/}, which is for pages and terms, or Hugo's newer form with the kind above it. */
int site_permalinks(json_t *site, const json_t *v, struct error *err) {
    json_t *pages = json_object_get(site, "permalinks"), *paths = paths_of(site), *value;
    json_t *terms = json_object_get(paths, "permalinks_term");
    const char *key;
    if (!json_is_object(v))
        return error_set(err, "must be a map from section to pattern");
    json_object_foreach((json_t *)(uintptr_t)v, key, value) {
        if (json_is_object(value))
            continue;
        if (!json_is_string(value))
            return error_set(err, "%s: must be a pattern such as /:year/:month/:slug/", key);
        if (put_pattern(pages, key, json_string_value(value)) != 0 ||
            put_pattern(terms, key, json_string_value(value)) != 0)
            return error_set(err, "out of memory");
    }
    if (put_patterns(pages, site_member(v, "page"), err) != 0 ||
        put_patterns(terms, site_member(v, "term"), err) != 0 ||
        put_patterns(json_object_get(paths, "permalinks_section"), site_member(v, "section"),
                     err) != 0)
        return -1;
    return 0;
}

/* ---- taxonomies ---- */

static json_t *taxonomy_entry(const char *singular, const char *plural) {
    char title[128];
    snprintf(title, sizeof title, "%s", plural);
    title[0] = (char)toupper((unsigned char)title[0]);
    return json_pack("{s:s,s:s,s:s}", "plural", plural, "singular", singular, "title", title);
}

/* taxonomies: {tag: tags, series: series} replaces the default set, as in Hugo. */
int site_taxonomies(json_t *site, const json_t *v, struct error *err) {
    if (!json_is_object(v))
        return error_set(err, "must be a map from singular to plural");
    json_t *list = json_array();
    const char *singular;
    json_t *plural;
    json_object_foreach((json_t *)(uintptr_t)v, singular, plural) {
        const char *name = json_string_value(plural);
        if (strcmp(singular, "disableKinds") == 0 || (name != NULL && *name == '\0'))
            continue;
        if (name == NULL || strlen(name) > 60) {
            json_decref(list);
            return error_set(err, "%s: must be its plural, of at most 60 bytes", singular);
        }
        json_array_append_new(list, taxonomy_entry(singular, name));
    }
    return json_put(site, "taxonomies", list);
}

/* platen.yaml may say just the plurals: [tags, series]; Zola has tables with a name. */
int site_taxonomy_names(json_t *site, const json_t *v, struct error *err) {
    if (json_is_object(v))
        return site_taxonomies(site, v, err);
    json_t *list = json_array();
    size_t i;
    json_t *item;
    json_array_foreach(v, i, item) {
        const char *name =
            json_string_value(json_is_object(item) ? site_member(item, "name") : item);
        if (json_is_object(item) && json_is_false(site_member(item, "render")))
            continue;
        if (json_is_object(item) && json_is_string(site_member(item, "lang")) &&
            strcmp(json_string_value(site_member(item, "lang")),
                   json_get_string(site, "language", "")) != 0)
            continue;
        if (name == NULL || *name == '\0' || strlen(name) > 60) {
            json_decref(list);
            return error_set(err, "must be a list of plurals such as [tags, categories]");
        }
        json_array_append_new(list, taxonomy_entry(name, name));
    }
    return json_put(site, "taxonomies", list);
}

/* disableKinds: a site without terms has no pages for them. */
int site_disable_kinds(json_t *site, const json_t *v, struct error *err) {
    json_t *kinds = site_texts(v), *kind;
    size_t i;
    bool terms = false;
    if (kinds == NULL)
        return error_set(err, "must be a list of kinds such as [taxonomy, term]");
    json_array_foreach(kinds, i, kind) {
        const char *name = json_string_value(kind);
        terms = terms || text_eq_nocase(name, "term") || text_eq_nocase(name, "taxonomyTerm");
    }
    json_decref(kinds);
    return terms ? json_put(site, "taxonomies", json_array()) : 0;
}

/* ---- languages ---- */

static int put_language(json_t *list, const char *key, const json_t *of) {
    const json_t *folder = site_member(of, "contentdir"), *weight = site_member(of, "weight");
    return json_array_append_new(
        list, json_pack("{s:s,s:s,s:b,s:I}", "key", key, "content_dir",
                        json_is_string(folder) ? json_string_value(folder) : "", "disabled",
                        json_is_true(site_member(of, "disabled")), "weight",
                        json_is_integer(weight) ? json_integer_value(weight) : (json_int_t)0));
}

/* languages: {en: {contentDir: content/en}, de: {…}}; of Zola's map the site's own language is no member. */
int site_languages(json_t *site, const json_t *v, struct error *err) {
    json_t *list = json_array(), *language;
    const char *key;
    if (!json_is_object(v) || json_object_size(v) > LANGUAGES_MAX) {
        json_decref(list);
        return error_set(err, "must be a map from at most %d languages to their settings",
                         LANGUAGES_MAX);
    }
    json_object_foreach((json_t *)(uintptr_t)v, key, language) {
        bool bad = !json_is_object(language) || *key == '\0' || strlen(key) > 35;
        if (!bad && put_language(list, key, language) == 0)
            continue;
        json_decref(list);
        return error_set(err, "%s: must be a map of settings", key);
    }
    return json_put(paths_of(site), "languages", list);
}

/* ---- where files lie ---- */

int site_static_dirs(json_t *site, const json_t *v, struct error *err) {
    json_t *list = json_object_get(paths_of(site), "static_dirs"), *more = site_texts(v);
    int rc = more == NULL ? error_set(err, "must be a folder or a list of folders")
                          : json_array_extend(list, more);
    json_decref(more);
    return rc;
}

/* module.mounts: of those only whole folders that become static/ or content/. */
int site_mounts(json_t *site, const json_t *v, struct error *err) {
    size_t i;
    json_t *mount, *paths = paths_of(site);
    if (!json_is_array(v) || json_array_size(v) > MOUNTS_MAX)
        return error_set(err, "must be a list of at most %d mounts", MOUNTS_MAX);
    json_array_foreach(v, i, mount) {
        const char *source = json_string_value(site_member(mount, "source"));
        const char *target = json_string_value(site_member(mount, "target"));
        int bad = 0;
        if (source == NULL || target == NULL || *source == '\0' || text_starts(source, ".."))
            continue;
        if (strcmp(target, "static") == 0)
            bad = json_array_append_new(json_object_get(paths, "static_dirs"), json_string(source));
        else if (strcmp(target, "content") == 0 && site_member(mount, "lang") == NULL &&
                 *json_get_string(paths, "content_dir", "") == '\0')
            bad = json_put_string(paths, "content_dir", source);
        if (bad != 0)
            return error_set(err, "out of memory");
    }
    return 0;
}

/* uglyURLs: true, or a map from section to true. */
int site_ugly(json_t *site, const json_t *v, struct error *err) {
    if (!json_is_boolean(v) && !json_is_object(v))
        return error_set(err, "must be true, false or a map from section to those");
    return json_put(paths_of(site), "ugly", json_deep_copy(v));
}

/* ---- front matter ---- */

/* frontmatter.date: whether and when the name of the file is asked: before the date in the front matter ("first"),
 * or where there is none ("last"). */
int site_front_dates(json_t *site, const json_t *v, struct error *err) {
    json_t *list = site_texts(v), *item;
    size_t i;
    const char *when = "";
    bool before = true;
    if (list == NULL)
        return error_set(err, "must be a list such as [\":filename\", \":default\"]");
    json_array_foreach(list, i, item) {
        if (text_eq_nocase(json_string_value(item), ":filename") && *when == '\0')
            when = before ? "first" : "last";
        before = false;
    }
    json_decref(list);
    return json_put_string(paths_of(site), "date_from_name", when);
}

/* cascade of the site's settings: a map, or a list of them. */
int site_cascade(json_t *site, const json_t *v, struct error *err) {
    if (!json_is_object(v) && !json_is_array(v))
        return error_set(err, "must be a map or a list of maps");
    json_t *list = json_is_array(v) ? json_deep_copy(v) : json_pack("[o]", json_deep_copy(v));
    return json_put(paths_of(site), "cascade", list);
}
