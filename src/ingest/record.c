/* See record.h. The order of record_make is the order in which facts build on each other: title,
 * dates, place (folder, permalink), lists and terms, aliases, the rest. */
#include "ingest/record_private.h"

#include "base/unicode.h"
#include "content/document.h"
#include "content/html_marks.h"
#include "ingest/jekyll.h"
#include "ingest/permalink.h"
#include "ingest/zola.h"

#include <stdio.h>
#include <string.h>

int record_no_memory(struct error *err) {
    return error_set(err, "the document is too large to be taken");
}

char *record_keep(struct maker *m, struct buf *b) {
    char *s = buf_ok(b) ? arena_strndup(m->arena, buf_str(b), b->len) : NULL;
    buf_free(b);
    return s;
}

static char *keep_json(struct maker *m, const json_t *v) {
    struct buf b;
    buf_init(&b, (size_t)4 << 20);
    if (v == NULL || json_is_null(v))
        return NULL;
    json_write(&b, v);
    return record_keep(m, &b);
}

/* NULL when they would be too many: pages look for them then. */
static char *marks_of(struct maker *m, const struct document *doc) {
    struct buf b;
    buf_init(&b, (size_t)1 << 20);
    html_marks_write(&b, doc->html, doc->html_len);
    return record_keep(m, &b);
}

static char *urlized(struct maker *m, const char *name) {
    const char *strategy = json_get_string(record_paths(m), "zola_taxonomies", "on");
    struct buf b;
    buf_init(&b, MAX_PATH_BYTES);
    if (m->c->layout->zola)
        zola_slug(&b, name, strategy);
    else
        unicode_urlize(&b, name, strlen(name), json_get_bool(m->c->site, "disable_lower", false));
    return record_keep(m, &b);
}

/* "my_first-post" -> "My first post": for what has no title. */
static char *humanized(struct maker *m, const char *name) {
    char *s = arena_strdup(m->arena, name);
    if (s == NULL)
        return NULL;
    for (char *p = s; *p != '\0'; p++)
        if (*p == '-' || *p == '_')
            *p = ' ';
    if (s[0] >= 'a' && s[0] <= 'z')
        s[0] = (char)(s[0] - 'a' + 'A');
    return s;
}

/* A file without a title in its front matter is titled by its first heading, which is then not shown a second time. */
static const char *title_from_heading(struct maker *m, struct document *doc) {
    const json_t *first = json_array_get(json_object_get(m->meta, "outline"), 0);
    const char *text = json_get_string(first, "text", NULL);
    if (text == NULL || json_get_int(first, "level", 0) != 1 || !text_starts(doc->html, "<h1"))
        return NULL;
    const char *end = strstr(doc->html, "</h1>");
    if (end == NULL)
        return NULL;
    end += strlen("</h1>");
    while (*end == '\n')
        end++;
    size_t cut = (size_t)(end - doc->html);
    doc->html_len -= cut;
    memmove(doc->html, end, doc->html_len + 1);
    return text;
}

static int set_title(struct maker *m, struct document *doc, struct error *err) {
    struct post_record *r = m->r;
    r->title = json_get_string(m->meta, "title", NULL);
    r->summary = json_get_string(m->meta, "summary", "");
    if (r->title == NULL || *r->title == '\0') {
        const char *heading = title_from_heading(m, doc);
        if (heading != NULL && text_starts(r->summary, heading)) {
            r->summary += strlen(heading);
            while (*r->summary == ' ')
                r->summary++;
        }
        r->title = heading != NULL ? heading : humanized(m, m->basename);
    }
    if (r->title == NULL)
        return record_no_memory(err);
    if (strlen(r->title) > MAX_TITLE_BYTES)
        return error_set(err, "title: is %zu bytes long, at most %d are taken", strlen(r->title),
                         MAX_TITLE_BYTES);
    return 0;
}

static int set_place(struct maker *m, struct error *err) {
    struct post_record *r = m->r;
    r->slug = json_get_string(m->meta, "slug", NULL);
    if (r->slug == NULL || *r->slug == '\0')
        r->slug = urlized(m, m->basename);
    size_t n = strcspn(m->folder, "/");
    /* another language's pages are in no section of the home page's */
    char *section = *m->language != '\0' ? arena_strdup(m->arena, m->language)
                                         : arena_strndup(m->arena, m->folder, n);
    r->section = section == NULL ? NULL : urlized(m, section);
    if (r->slug == NULL || r->section == NULL)
        return record_no_memory(err);
    if (m->c->layout->jekyll) {
        r->section = "";
        r->kind = m->index ? POST_INDEX : m->jekyll_post ? POST_POST : POST_PAGE;
        return 0;
    }
    bool rooted = *m->folder == '\0';
    bool undated = m->c->layout->hugo || !r->has_date;
    const char *layout = r->layout == NULL ? "" : r->layout;
    bool view = text_starts(layout, "archive") || strcmp(layout, "search") == 0;
    r->kind = m->index                                               ? POST_INDEX
              : view || (rooted && undated) || record_is_unlisted(m) ? POST_PAGE
                                                                     : POST_POST;
    return 0;
}

static int add_list(struct maker *m, struct list_key key, struct error *err) {
    if (key.slug == NULL || key.path == NULL)
        return record_no_memory(err);
    for (size_t i = 0; i < m->list_count; i++)
        if (m->lists[i].kind == key.kind && strcmp(m->lists[i].taxonomy, key.taxonomy) == 0 &&
            strcmp(m->lists[i].slug, key.slug) == 0)
            return 0;
    if (m->list_count == m->list_cap)
        return error_set(err, "belongs to more than %d sections and terms", MAX_TERMS);
    m->lists[m->list_count++] = key;
    return 0;
}

/* Of the folder, whatever the settings make of its path: posts name their section by it. */
static char *section_slug(struct maker *m, const char *folder) {
    struct buf b;
    buf_init(&b, MAX_PATH_BYTES);
    buf_puts(&b, m->language);
    struct slice rest = slice_of(folder), part;
    while (slice_next(&rest, '/', &part)) {
        const char *name = arena_strndup(m->arena, part.ptr, part.len);
        const char *slug = name == NULL ? NULL : urlized(m, name);
        if (b.len > 0)
            buf_putc(&b, '/');
        buf_puts(&b, slug == NULL ? "" : slug);
    }
    return record_keep(m, &b);
}

static int add_section(struct maker *m, size_t len, struct error *err) {
    struct buf b;
    buf_init(&b, MAX_PATH_BYTES);
    if (record_section(m, &b, len, err) != 0) {
        buf_free(&b);
        return -1;
    }
    char *path = record_keep(m, &b), *part = arena_strndup(m->arena, m->folder, len);
    const char *last = part == NULL ? NULL : strrchr(part, '/');
    struct list_key key = {.kind = LIST_SECTION, .taxonomy = "", .path = path};
    key.slug = part == NULL ? NULL : section_slug(m, part);
    key.name = part == NULL ? NULL
               : len == 0   ? m->language
                            : humanized(m, last == NULL ? part : last + 1);
    return add_list(m, key, err);
}

/* Its top section, and every deeper folder that an _index.md makes a section. An _index.md is the
 * page of its own folder only. The whole of another language is a section, too. */
static int add_sections(struct maker *m, struct error *err) {
    if (m->c->layout->jekyll)
        return 0; /* Jekyll has no sections */
    const char *folder = m->folder;
    size_t len = strlen(folder);
    if (*m->language != '\0' && (!m->index || len == 0) && add_section(m, 0, err) != 0)
        return -1;
    for (size_t i = 1; i <= len; i++) {
        if (folder[i] != '/' && folder[i] != '\0')
            continue;
        bool top = memchr(folder, '/', i) == NULL;
        bool own = i == len;
        if (m->index ? !own : !top && !layout_is_section(m->c->layout, m->path, m->root_len + i))
            continue;
        if (add_section(m, i, err) != 0)
            return -1;
    }
    return 0;
}

static const json_t *term_values(struct maker *m, const char *plural, const char *singular) {
    static const char *const own[] = {"tags", "categories", "series", "authors"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(own[i], plural) == 0)
            return json_object_get(m->meta, plural);
    const json_t *params = json_object_get(m->meta, "params");
    const json_t *v = json_object_get(params, plural);
    return v != NULL ? v : json_object_get(params, singular);
}

/* One term: its list, and its entry in the post's own JSON. */
static int add_term(struct maker *m, json_t *entries, const char *plural, const char *name,
                    bool listed, struct buf *words, struct error *err) {
    char *slug = urlized(m, name);
    if (slug == NULL)
        return error_set(err, "%s: \"%.60s...\" is too long", plural, name);
    if (*slug == '\0')
        return 0;
    char *path = record_term(m, plural, name, slug);
    if (path != NULL && !permalink_reachable(path))
        return 0; /* "..": as good as no name */
    json_t *entry = json_pack("{s:s,s:s}", "name", name, "slug", slug);
    if (listed && path != NULL)
        json_object_set_new(entry, "path", json_string(path));
    if (json_array_append_new(entries, entry) != 0 || path == NULL)
        return record_no_memory(err);
    buf_printf(words, "%s%s", words->len > 0 ? " " : "", name);
    struct list_key key = {
        .kind = LIST_TERM, .taxonomy = plural, .slug = slug, .name = name, .path = path};
    if (*m->language != '\0') { /* terms of another language are a taxonomy of their own */
        char own[128];
        snprintf(own, sizeof own, "%s/%s", m->language, plural);
        key.taxonomy = arena_strdup(m->arena, own);
        if (key.taxonomy == NULL)
            return record_no_memory(err);
    }
    return listed ? add_list(m, key, err) : 0;
}

static int add_terms(struct maker *m, json_t *terms, const char *plural, const char *singular,
                     bool listed, struct buf *words, struct error *err) {
    const json_t *values = term_values(m, plural, singular);
    json_t *entries = json_array();
    if (json_object_set_new(terms, plural, entries) != 0)
        return record_no_memory(err);
    if (json_is_string(values))
        return add_term(m, entries, plural, json_string_value(values), listed, words, err);
    if (json_array_size(values) > MAX_TERMS)
        return error_set(err, "%s: has %zu entries, at most %d are taken", plural,
                         json_array_size(values), MAX_TERMS);
    size_t i;
    json_t *value;
    json_array_foreach(values, i, value) {
        const char *name = json_string_value(value);
        if (name != NULL && add_term(m, entries, plural, name, listed, words, err) != 0)
            return -1;
    }
    return 0;
}

static int set_terms(struct maker *m, struct error *err) {
    json_t *terms = json_object();
    struct buf words;
    buf_init(&words, 64 * 1024);
    size_t i;
    json_t *taxonomy;
    int rc = 0;
    json_array_foreach(json_object_get(m->c->site, "taxonomies"), i, taxonomy) {
        if (rc == 0)
            rc = add_terms(m, terms, json_get_string(taxonomy, "plural", ""),
                           json_get_string(taxonomy, "singular", ""), true, &words, err);
    }
    if (rc == 0 && json_object_get(terms, "authors") == NULL)
        rc = add_terms(m, terms, "authors", "author", false, &words, err);
    m->r->terms = keep_json(m, terms);
    json_decref(terms);
    m->r->search_tags = record_keep(m, &words);
    if (rc == 0 && (m->r->terms == NULL || m->r->search_tags == NULL))
        return record_no_memory(err);
    return rc;
}

/* The content file of a term ("content/tags/python/_index.md") is the page of that term. */
static int add_own_term(struct maker *m, struct error *err) {
    size_t i;
    json_t *taxonomy;
    json_array_foreach(json_object_get(m->c->site, "taxonomies"), i, taxonomy) {
        const char *plural = json_get_string(taxonomy, "plural", "");
        size_t n = strlen(plural);
        if (strncmp(m->folder, plural, n) != 0 || m->folder[n] != '/')
            continue;
        char *slug = urlized(m, m->folder + n + 1);
        struct list_key key = {.kind = LIST_TERM,
                               .taxonomy = plural,
                               .slug = slug,
                               .name = m->r->title,
                               .path = m->r->permalink};
        return add_list(m, key, err) == 0 ? 1 : -1;
    }
    return 0;
}

static int set_lists(struct maker *m, struct error *err) {
    m->list_cap = MAX_TERMS + LAYOUT_MAX_DEPTH;
    m->lists = arena_alloc(m->arena, m->list_cap * sizeof *m->lists);
    if (m->lists == NULL)
        return record_no_memory(err);
    int own = m->index ? add_own_term(m, err) : 0;
    if (own < 0 || (own == 0 && add_sections(m, err) != 0) || set_terms(m, err) != 0)
        return -1;
    if (m->index && m->list_count > 1)
        m->list_count = 1;
    m->r->lists = m->lists;
    m->r->list_count = m->r->kind == POST_PAGE ? 0 : m->list_count;
    if (m->r->kind == POST_PAGE) { /* a page carries its terms' lists too, but no section's */
        size_t n = 0;
        for (size_t i = 0; i < m->list_count; i++)
            if (m->lists[i].kind == LIST_TERM)
                m->lists[n++] = m->lists[i];
        m->r->list_count = n;
    }
    return 0;
}

static int set_aliases(struct maker *m, struct error *err) {
    const json_t *aliases = json_object_get(m->meta, "aliases");
    size_t count = json_array_size(aliases);
    if (count == 0)
        return 0;
    if (count > MAX_ALIASES)
        return error_set(err, "aliases: has %zu entries, at most %d are taken", count, MAX_ALIASES);
    const char **out = arena_alloc(m->arena, count * sizeof *out);
    /* A relative alias stands beside the post, below the folder that holds its permalink; beside a
     * `path` it is Zola's, which begins at the root. */
    bool rooted = m->c->layout->zola || m->c->layout->jekyll ||
                  (!m->c->layout->hugo && json_get_string(m->meta, "path", NULL) != NULL);
    char *base = arena_strdup(m->arena, rooted ? "/" : m->r->permalink);
    if (out == NULL || base == NULL)
        return record_no_memory(err);
    size_t end = strlen(base);
    while (end > 1 && base[end - 1] == '/')
        end--;
    while (end > 0 && base[end - 1] != '/')
        end--;
    base[end] = '\0';
    for (size_t i = 0; i < count; i++) {
        struct buf b;
        buf_init(&b, MAX_PATH_BYTES);
        const char *written = json_string_value(json_array_get(aliases, i));
        if (permalink_written(&b, base, written == NULL ? "" : written, err) != 0) {
            buf_free(&b);
            return error_prefix(err, "aliases");
        }
        out[i] = record_keep(m, &b);
        if (out[i] == NULL)
            return record_no_memory(err);
    }
    m->r->aliases = out;
    m->r->alias_count = count;
    return 0;
}

static int clamp(int64_t v) {
    return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int)v;
}

static void set_rest(struct maker *m, const struct document *doc) {
    struct post_record *r = m->r;
    const json_t *toc = json_object_get(m->meta, "toc");
    r->toc = json_is_boolean(toc) ? json_is_true(toc) : -1;
    r->truncated = json_get_bool(m->meta, "truncated", false);
    r->draft = json_get_bool(m->meta, "draft", false);
    if (record_is_hidden(m)) { /* no page of its own, whatever the site builds */
        r->draft = true;
        r->expire_at = 1;
    }
    r->weight = clamp(json_get_int(m->meta, "weight", 0));
    r->words = clamp(json_get_int(m->meta, "words", 0));
    r->minutes = clamp(json_get_int(m->meta, "minutes", 0));
    r->description = json_get_string(m->meta, "description", NULL);
    r->cover = keep_json(m, json_object_get(m->meta, "cover"));
    r->params = keep_json(m, json_object_get(m->meta, "params"));
    r->outline = keep_json(m, json_object_get(m->meta, "outline"));
    r->html = doc->html;
    r->html_len = doc->html_len;
    r->marks = marks_of(m, doc);
    r->text = doc->text;
    r->text_len = doc->text_len;
}

/* Tags and categories as Jekyll counts them; the folders above _posts are categories, too. */
static int take_terms(struct document *doc, const char *path, struct error *err) {
    static const char *const keys[] = {"tags", "categories"};
    struct jekyll_post post = {.folder = slice_of("")};
    const json_t *texts = json_object_get(doc->meta, "as_text");
    (void)jekyll_post(&post, path);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_t *all =
            jekyll_terms(i == 1 ? post.folder : slice_of(""), json_object_get(doc->meta, keys[i]),
                         json_get_string(texts, keys[i], NULL));
        if (json_put(doc->meta, keys[i], all) != 0)
            return record_no_memory(err);
    }
    if (post.draft && json_put_bool(doc->meta, "draft", true) != 0)
        return record_no_memory(err);
    return 0;
}

int record_make(struct post_record *out, const struct record_context *c, const char *path,
                struct document *doc, struct arena *arena, struct error *err) {
    *out = (struct post_record){0};
    struct maker m = {.r = out, .c = c, .arena = arena, .meta = doc->meta};
    out->layout = json_get_string(doc->meta, "layout", NULL);
    if (c->layout->jekyll && take_terms(doc, layout_content_path(c->layout, path), err) != 0)
        return -1;
    if (record_place(&m, path, err) != 0 || set_title(&m, doc, err) != 0)
        return -1;
    record_dates(&m);
    if (record_permalink(&m, err) != 0 || set_place(&m, err) != 0 || set_lists(&m, err) != 0 ||
        set_aliases(&m, err) != 0)
        return -1;
    set_rest(&m, doc);
    return 0;
}
