/* At which address a post, a section and a term stand, by the rules of the generator that the blog was made for. */
#include "ingest/record_private.h"

#include "base/unicode.h"
#include "ingest/jekyll.h"
#include "ingest/permalink.h"
#include "ingest/zola.h"

#include <stdio.h>
#include <string.h>

const json_t *record_paths(const struct maker *m) {
    return json_object_get(m->c->site, "paths");
}

static bool keeps_case(const struct maker *m) {
    return json_get_bool(m->c->site, "disable_lower", false);
}

int record_prefix(struct maker *m, struct buf *out) {
    const struct layout *l = m->c->layout;
    bool own = json_get_bool(record_paths(m), "language_in_subdir", false) && *l->language != '\0';
    const char *language = *m->language != '\0' ? m->language : own ? l->language : "";
    if (*language != '\0') {
        buf_putc(out, '/');
        unicode_lower(out, language, strlen(language));
    }
    return buf_ok(out) ? 0 : -1;
}

/* ---- what the front matter says ---- */

/* "never", "link" and false of Hugo's `build` map. */
static bool build_says_no(const struct maker *m, const char *key) {
    const json_t *params = json_object_get(m->meta, "params");
    const json_t *build = json_object_get(params, "build");
    if (!json_is_object(build))
        build = json_object_get(params, "_build");
    const json_t *v = json_object_get(build, key);
    const char *text = json_string_value(v);
    return json_is_false(v) || (text != NULL && (text_eq_nocase(text, "never") ||
                                                 (text_eq_nocase(text, "link") && *key == 'r')));
}

bool record_is_hidden(const struct maker *m) {
    const json_t *params = json_object_get(m->meta, "params");
    if (m->c->layout->hugo)
        return json_is_true(json_object_get(params, "headless")) || build_says_no(m, "render");
    return m->c->layout->zola && json_is_false(json_object_get(params, "render"));
}

bool record_is_unlisted(const struct maker *m) {
    return m->c->layout->hugo && build_says_no(m, "list");
}

/* The address that the front matter gives: `url` is Hugo's, `path` Zola's, `permalink` Jekyll's, of
 * which a Hugo site knows nothing. NULL when it gives none, or one that is a style or pattern of Jekyll's. */
static const char *own_address(struct maker *m) {
    static const char *const keys[] = {"url", "path", "permalink"};
    size_t known = m->c->layout->hugo ? 1 : sizeof keys / sizeof keys[0];
    for (size_t i = m->c->layout->jekyll ? 2 : 0; i < known; i++) {
        const char *written = json_get_string(m->meta, keys[i], NULL);
        bool pattern = m->c->layout->jekyll && i == 2 && written != NULL &&
                       (strchr(written, ':') != NULL || *jekyll_pattern(written) != *written);
        if (written != NULL && *written != '\0' && !pattern)
            return written;
    }
    return NULL;
}

static const char *own_slug(const struct maker *m) {
    const char *slug = json_get_string(m->meta, "slug", NULL);
    return slug != NULL && *slug != '\0' ? slug : m->named_slug;
}

/* ---- Jekyll ---- */

/* The collection that a page belongs to: a folder "_NAME" that its settings put out. */
static const char *collection_of(struct maker *m, const char **pattern) {
    size_t i;
    json_t *c;
    json_array_foreach(json_object_get(record_paths(m), "collections"), i, c) {
        const char *name = json_get_string(c, "name", "");
        size_t n = strlen(name);
        if (*m->folder == '_' && strncmp(m->folder + 1, name, n) == 0 &&
            (m->folder[n + 1] == '\0' || m->folder[n + 1] == '/')) {
            *pattern = json_get_string(c, "permalink", "");
            return name;
        }
    }
    return NULL;
}

/* Pages, and members of collections without a pattern, end as the posts of the site do. */
static const char *page_end(const struct maker *m) {
    const char *style = json_get_string(m->c->site, "jekyll_permalink", "");
    if (strcmp(style, "pretty") == 0 || text_ends(style, "/"))
        return "/";
    bool named = *jekyll_pattern(style) != *style || *style == '\0';
    return named || text_ends(style, ":output_ext") ? ".html" : "";
}

/* Posts may have a pattern as a collection, apart from that of the site. */
static const char *posts_pattern(const struct maker *m, const char *site) {
    size_t i;
    json_t *c;
    json_array_foreach(json_object_get(record_paths(m), "collections"), i, c) {
        const char *pattern = json_get_string(c, "permalink", "");
        if (strcmp(json_get_string(c, "name", ""), "posts") == 0 && *pattern != '\0')
            return pattern;
    }
    return site;
}

static void jekyll_categories_text(struct maker *m, struct buf *out) {
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(m->meta, "categories"), i, name) {
        const char *text = json_string_value(name);
        if (i > 0)
            buf_putc(out, '/');
        unicode_lower(out, text, strlen(text));
    }
}

/* A post by the site's pattern, a member of a collection by that one's; a page beside its file, as a file or a
 * folder like the posts. `:title` is the name, as Jekyll has it. */
static int jekyll_permalink(struct maker *m, struct buf *b, struct error *err) {
    const char *own = json_get_string(m->meta, "permalink", ""), *of_collection = "";
    const char *collection = m->jekyll_post ? NULL : collection_of(m, &of_collection);
    const char *site = json_get_string(m->c->site, "jekyll_permalink", "");
    const char *slug = own_slug(m), *folder = m->folder;
    char pattern[1024], *text = pattern;
    struct buf categories;
    if (collection != NULL) {
        folder += strlen(collection) + 1;
        folder += *folder == '/';
    }
    buf_init(&categories, MAX_PATH_BYTES);
    jekyll_categories_text(m, &categories);
    struct permalink_parts parts = {
        .folder = folder,
        .basename = m->basename,
        .title = slug != NULL ? slug : m->basename,
        .slug = slug,
        .has_date = m->r->has_date,
        .date = m->date,
        .keep_case = true,
        .jekyll = true,
        .categories = buf_str(&categories),
        .collection = collection,
    };
    if (m->jekyll_draft && !m->r->has_date)
        snprintf(pattern, sizeof pattern, "%s", jekyll_pattern("none"));
    else if (*own != '\0' || m->jekyll_post)
        snprintf(pattern, sizeof pattern, "%s",
                 jekyll_pattern(*own != '\0' ? own : posts_pattern(m, site)));
    else if (collection != NULL && *of_collection != '\0')
        snprintf(pattern, sizeof pattern, "%s", jekyll_pattern(of_collection));
    else if (collection != NULL)
        snprintf(pattern, sizeof pattern, "/:collection/:path%s%s", m->leaf ? "/index" : "",
                 page_end(m));
    else
        text = NULL;
    int rc = 0;
    if (text != NULL)
        rc = permalink_make(b, text, &parts, err);
    else if (m->leaf)
        buf_printf(b, "%s%s/%s/", *m->folder == '\0' ? "" : "/", m->folder, m->basename);
    else
        buf_printf(b, "%s%s/%s%s", *m->folder == '\0' ? "" : "/", m->folder, m->basename,
                   page_end(m));
    buf_free(&categories);
    return rc;
}

/* ---- Zola ---- */

static int zola_permalink(struct maker *m, struct buf *b) {
    const json_t *paths = record_paths(m);
    const char *slug = json_get_string(m->meta, "slug", "");
    bool dates = json_get_bool(paths, "zola_keep_dates", false);
    const char *name = dates ? m->basename : zola_name(m->basename);
    return zola_address(b, m->folder, *slug != '\0' ? slug : name,
                        json_get_string(m->c->site, "zola_paths", "on"));
}

/* ---- Hugo ---- */

static bool is_ugly(const struct maker *m) {
    const json_t *ugly = json_object_get(record_paths(m), "ugly");
    char section[256];
    if (!m->c->layout->hugo || !json_is_object(ugly))
        return m->c->layout->hugo && json_is_true(ugly);
    snprintf(section, sizeof section, "%.*s", (int)strcspn(m->folder, "/"), m->folder);
    return json_is_true(json_object_get(ugly, section));
}

/* In the names of files and folders Hugo makes each space a hyphen of its own ("1 - One" is "1---one"); in titles and
 * slugs a run of them is one. */
static const char *hyphened(const struct maker *m, const char *name) {
    if (!m->c->layout->hugo || keeps_case(m) || strchr(name, ' ') == NULL)
        return name;
    char *copy = arena_strdup(m->arena, name);
    for (char *p = copy; p != NULL && *p != '\0'; p++)
        if (*p == ' ')
            *p = '-';
    return copy == NULL ? name : copy;
}

static struct permalink_parts hugo_parts(const struct maker *m) {
    return (struct permalink_parts){
        .folder = hyphened(m, m->folder),
        .basename = hyphened(m, m->basename),
        .title = m->r->title,
        .slug = own_slug(m),
        .has_date = m->r->has_date,
        .date = m->date,
        .keep_case = keeps_case(m),
        .folders = m->c->layout->hugo,
    };
}

/* The pattern for the section that the folder belongs to. */
static const char *pattern_of(const json_t *patterns, const char *folder) {
    char section[256];
    snprintf(section, sizeof section, "%.*s", (int)strcspn(folder, "/"), folder);
    return json_get_string(patterns, section, NULL);
}

/* Takes the marks off what stands in b from `from`. */
static int plain_letters(struct maker *m, struct buf *b, size_t from) {
    struct buf plain;
    if (!json_get_bool(record_paths(m), "remove_accents", false) || !buf_ok(b))
        return 0;
    buf_init(&plain, MAX_PATH_BYTES);
    unicode_unaccent(&plain, buf_str(b) + from, b->len - from);
    buf_truncate(b, from);
    buf_append(b, buf_str(&plain), plain.len);
    buf_free(&plain);
    return 0;
}

/* The words of a pattern are cut like names: "/Blog Posts/:slug/" is "/blog-posts/…". */
static int sanitize(struct maker *m, struct buf *b, size_t from) {
    struct buf cut;
    if (!m->c->layout->hugo || !buf_ok(b))
        return 0;
    buf_init(&cut, MAX_PATH_BYTES);
    unicode_urlize(&cut, buf_str(b) + from, b->len - from, keeps_case(m));
    buf_truncate(b, from);
    buf_append(b, buf_str(&cut), cut.len);
    buf_free(&cut);
    return 0;
}

static int hugo_permalink(struct maker *m, struct buf *b, struct error *err) {
    struct permalink_parts parts = hugo_parts(m);
    size_t from = b->len;
    int rc = permalink_make(b, pattern_of(json_object_get(m->c->site, "permalinks"), m->folder),
                            &parts, err);
    if (rc == 0 && is_ugly(m) && b->len > from + 1) {
        buf_truncate(b, b->len - 1);
        buf_puts(b, ".html");
    }
    return rc != 0 ? rc : plain_letters(m, b, from) | sanitize(m, b, from);
}

/* `url`: from the root with a slash before it, else below the language's prefix; with :tokens it is a pattern. */
static int hugo_url(struct maker *m, struct buf *b, const char *url, struct error *err) {
    struct buf base, made;
    struct permalink_parts parts = hugo_parts(m);
    struct error unknown;
    buf_init(&base, MAX_PATH_BYTES);
    buf_init(&made, MAX_PATH_BYTES);
    record_prefix(m, &base);
    buf_putc(&base, '/');
    parts.folders = false;
    if (strchr(url, ':') != NULL && strstr(url, "://") == NULL &&
        permalink_make(&made, url, &parts, &unknown) == 0)
        url = buf_str(&made) + (*url != '/');
    int rc = permalink_written_as(b, buf_str(&base), url, PERMALINK_HUGO, err);
    buf_free(&base);
    buf_free(&made);
    return rc;
}

/* ---- sections and terms ---- */

/* The `url` of a section's _index.md, which its pages must know, too. */
static const char *section_url(const struct maker *m, size_t len) {
    char key[MAX_PATH_BYTES * 2];
    snprintf(key, sizeof key, "%.*s", (int)(m->root_len + len), m->path);
    return json_get_string(json_object_get(m->c->branches, key), "url", NULL);
}

int record_section(struct maker *m, struct buf *out, size_t len, struct error *err) {
    const char *given = arena_strndup(m->arena, m->folder, len);
    const char *folder = given == NULL ? NULL : hyphened(m, given);
    const json_t *patterns = json_object_get(record_paths(m), "permalinks_section");
    if (folder == NULL)
        return record_no_memory(err);
    const char *url = m->c->layout->hugo ? section_url(m, len) : NULL;
    if (url != NULL)
        return hugo_url(m, out, url, err);
    if (len > 0 || *m->language != '\0') /* home is home */
        record_prefix(m, out);
    size_t from = out->len;
    if (m->c->layout->zola)
        return zola_address(out, folder, "", "on");
    const char *pattern = m->c->layout->hugo && len > 0 ? pattern_of(patterns, folder) : NULL;
    if (pattern != NULL) {
        const char *last = strrchr(folder, '/');
        struct permalink_parts parts = {.folder = folder,
                                        .basename = last == NULL ? folder : last + 1,
                                        .title = last == NULL ? folder : last + 1,
                                        .keep_case = keeps_case(m),
                                        .folders = true};
        if (permalink_make(out, pattern, &parts, err) != 0)
            return -1;
    } else if (permalink_folder(out, folder, len, keeps_case(m)) != 0) {
        return error_set(err, "the permalink is longer than %d bytes", MAX_PATH_BYTES);
    }
    return plain_letters(m, out, from);
}

char *record_term(struct maker *m, const char *plural, const char *name, const char *slug) {
    const char *pattern =
        json_get_string(json_object_get(record_paths(m), "permalinks_term"), plural, NULL);
    struct buf b;
    struct error err;
    buf_init(&b, MAX_PATH_BYTES);
    record_prefix(m, &b);
    size_t from = b.len;
    struct permalink_parts parts = {.folder = plural,
                                    .basename = slug,
                                    .title = name,
                                    .keep_case = keeps_case(m),
                                    .folders = true};
    if (m->c->layout->zola || pattern == NULL || permalink_make(&b, pattern, &parts, &err) != 0) {
        buf_truncate(&b, from);
        buf_printf(&b, "/%s/%s/", plural, slug);
    }
    plain_letters(m, &b, from);
    return record_keep(m, &b);
}

/* ---- the permalink ---- */

static int written(struct maker *m, struct buf *b, const char *url, struct error *err) {
    int rc = m->c->layout->hugo     ? hugo_url(m, b, url, err)
             : m->c->layout->jekyll ? permalink_written_as(b, "/", url, PERMALINK_JEKYLL, err)
                                    : permalink_written(b, "/", url, err);
    if (rc != 0)
        return error_prefix(err, "url");
    if (m->c->layout->zola && !text_ends(buf_str(b), "/"))
        buf_putc(b, '/'); /* to Zola every page is a folder */
    return 0;
}

int record_permalink(struct maker *m, struct error *err) {
    struct post_record *r = m->r;
    const char *url = own_address(m);
    struct buf b;
    buf_init(&b, MAX_PATH_BYTES);
    int rc;
    if (m->index && (url == NULL || *m->folder == '\0' || !m->c->layout->hugo)) {
        rc = record_section(m, &b, strlen(m->folder), err);
    } else if (url != NULL) {
        rc = written(m, &b, url, err);
    } else if (m->c->layout->jekyll) {
        rc = jekyll_permalink(m, &b, err);
    } else {
        record_prefix(m, &b);
        rc = m->c->layout->zola ? zola_permalink(m, &b) : hugo_permalink(m, &b, err);
    }
    if (rc == 0 && !buf_ok(&b))
        rc = error_set(err, "the permalink is longer than %d bytes", MAX_PATH_BYTES);
    if (rc == 0 && !permalink_reachable(buf_str(&b)))
        rc = error_set(err, "the permalink %.200s cannot be asked for: give it another slug or url",
                       buf_str(&b));
    r->permalink = rc == 0 ? record_keep(m, &b) : NULL;
    buf_free(&b);
    return r->permalink != NULL ? 0 : rc != 0 ? -1 : record_no_memory(err);
}
