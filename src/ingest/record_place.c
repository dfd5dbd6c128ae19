/* Where a post stands and when: its folder and name, its dates, its permalink. */
#include "ingest/record_private.h"

#include "base/unicode.h"
#include "content/document.h"
#include "ingest/jekyll.h"
#include "ingest/permalink.h"
#include "ingest/zola.h"

#include <stdio.h>
#include <string.h>

int record_place(struct maker *m, const char *path, struct error *err) {
    const char *relative = layout_content_path(m->c->layout, path);
    const char *slash = strrchr(relative, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - relative);
    const char *name = slash == NULL ? relative : slash + 1;
    const char *dot = strrchr(name, '.');
    size_t stem = dot == NULL ? strlen(name) : (size_t)(dot - name);
    m->index = stem == 6 && strncmp(name, "_index", 6) == 0;
    if (stem == 5 && strncmp(name, "index", 5) == 0) {
        if (folder == 0) {
            m->index = true;
        } else { /* a leaf bundle: its folder is its name */
            m->leaf = true;
            const char *end = relative + folder;
            const char *start = end;
            while (start > relative && start[-1] != '/')
                start--;
            name = start;
            stem = (size_t)(end - start);
            folder = start == relative ? 0 : (size_t)(start - relative) - 1;
        }
    }
    struct jekyll_post post;
    m->jekyll_post = m->c->layout->jekyll && jekyll_post(&post, relative);
    m->jekyll_draft = m->jekyll_post && post.draft;
    if (m->jekyll_post) {
        m->dated_name = arena_strndup(m->arena, name, stem);
        stem -= (size_t)(post.name - name);
        name = post.name;
        folder = post.folder.len;
    }
    m->folder = arena_strndup(m->arena, relative, folder);
    m->basename = arena_strndup(m->arena, name, stem);
    return m->folder == NULL || m->basename == NULL ? record_no_memory(err) : 0;
}

/* The date at s with `sep` between its numbers; where it ends, NULL when there is none. `loose`: months and days may
 * have one digit, as Jekyll takes them. */
static const char *read_day(struct date *d, const char *s, char sep, bool loose) {
    int numbers[3];
    for (int i = 0; i < 3; i++) {
        int most = i == 0 ? 4 : 2, n = 0;
        for (numbers[i] = 0; n < most && text_is_digit(*s); n++)
            numbers[i] = numbers[i] * 10 + (*s++ - '0');
        if (n == 0 || (n < most && (i == 0 || !loose)))
            return NULL;
        if (i < 2 && *s++ != sep)
            return NULL;
    }
    char text[16];
    snprintf(text, sizeof text, "%04d-%02d-%02d", numbers[0], numbers[1], numbers[2]);
    return date_parse(d, text, NULL) == 0 ? s : NULL;
}

/* "2024-05-06-name" or "2024-05-06_name": true when a date is before the name. */
static bool dated(struct date *d, const char *name, bool loose) {
    const char *end = read_day(d, name, '-', loose);
    return end != NULL && (*end == '-' || *end == '_' || *end == '\0');
}

/* The first "2024/05/06/" of a path. */
static bool day_in_path(struct date *d, const char *path) {
    for (const char *p = path; p != NULL && *p != '\0'; p = strchr(p, '/')) {
        p += *p == '/';
        const char *end = read_day(d, p, '/', false);
        if (end != NULL && (*end == '/' || *end == '\0'))
            return true;
    }
    return false;
}

/* What says when, where the front matter does not: the name of the file, its path, its address. */
static bool implied_date(struct maker *m) {
    static const char *const keys[] = {"url", "path", "permalink"};
    if (m->index)
        return false;
    const char *name = m->dated_name != NULL ? m->dated_name : m->basename;
    if (dated(&m->date, name, m->jekyll_post) || day_in_path(&m->date, m->folder))
        return true;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (day_in_path(&m->date, json_get_string(m->meta, keys[i], "")))
            return true;
    return false;
}

void record_dates(struct maker *m) {
    struct post_record *r = m->r;
    struct date d;
    const struct zone *z = m->c->zone;
    if (document_date(&d, json_object_get(m->meta, "publish_date")))
        r->publish_at = zone_seconds(z, &d, NULL);
    bool has_date = document_date(&m->date, json_object_get(m->meta, "date"));
    if (!has_date)
        has_date = document_date(&m->date, json_object_get(m->meta, "publish_date"));
    if (!has_date)
        has_date = implied_date(m);
    if (has_date) {
        r->has_date = true;
        r->published = zone_seconds(z, &m->date, &r->published_offset);
    }
    r->updated = r->published;
    r->updated_offset = r->published_offset;
    if (document_date(&d, json_object_get(m->meta, "lastmod")))
        r->updated = zone_seconds(z, &d, &r->updated_offset);
    if (document_date(&d, json_object_get(m->meta, "expiry_date")))
        r->expire_at = zone_seconds(z, &d, NULL);
}

/* The address that the front matter gives: `url` is Hugo's, `path` Zola's, `permalink` Jekyll's, of
 * which a Hugo site knows nothing. NULL when it gives none, or one that is a style or pattern of Jekyll's. */
static const char *own_address(struct maker *m) {
    static const char *const keys[] = {"url", "path", "permalink"};
    size_t known = m->c->layout->hugo ? 1 : sizeof keys / sizeof keys[0];
    for (size_t i = 0; i < known; i++) {
        const char *written = json_get_string(m->meta, keys[i], NULL);
        bool pattern = m->c->layout->jekyll && i == 2 && written != NULL &&
                       (strchr(written, ':') != NULL || *jekyll_pattern(written) != *written);
        if (written != NULL && *written != '\0' && !pattern)
            return written;
    }
    return NULL;
}

/* A post by the site's pattern; a page beside its file, as a file or a folder like the posts. `:title` is the name, as
 * Jekyll has it. */
static int jekyll_permalink(struct maker *m, struct buf *b, struct error *err) {
    const char *own = json_get_string(m->meta, "permalink", "");
    const char *pattern =
        jekyll_pattern(*own != '\0' ? own : json_get_string(m->c->site, "jekyll_permalink", ""));
    const char *slug = json_get_string(m->meta, "slug", NULL);
    struct buf categories;
    size_t i;
    json_t *name;
    buf_init(&categories, MAX_PATH_BYTES);
    json_array_foreach(json_object_get(m->meta, "categories"), i, name) {
        const char *text = json_string_value(name);
        if (i > 0)
            buf_putc(&categories, '/');
        unicode_lower(&categories, text, strlen(text));
    }
    struct permalink_parts parts = {
        .folder = m->folder,
        .basename = m->basename,
        .title = slug != NULL && *slug != '\0' ? slug : m->basename,
        .slug = slug != NULL && *slug != '\0' ? slug : NULL,
        .has_date = m->r->has_date,
        .date = m->date,
        .keep_case = true,
        .jekyll = true,
        .categories = buf_str(&categories),
    };
    if (m->jekyll_draft && !m->r->has_date)
        pattern = jekyll_pattern("none");
    else if (!m->jekyll_post && *own == '\0')
        pattern = m->leaf || text_ends(pattern, "/") ? NULL : "/:sections/:filename.html";
    int rc = permalink_make(b, pattern, &parts, err);
    buf_free(&categories);
    return rc;
}

static int zola_permalink(struct maker *m, struct buf *b) {
    const char *slug = json_get_string(m->meta, "slug", "");
    return zola_address(b, m->folder, *slug != '\0' ? slug : zola_name(m->basename),
                        json_get_string(m->c->site, "zola_paths", "on"));
}

int record_permalink(struct maker *m, struct error *err) {
    struct post_record *r = m->r;
    bool keep_case = json_get_bool(m->c->site, "disable_lower", false);
    const char *url = own_address(m);
    struct buf b;
    buf_init(&b, MAX_PATH_BYTES);
    int rc;
    if (m->index && m->c->layout->zola) {
        rc = zola_address(&b, m->folder, "", "on");
    } else if (m->index) {
        rc = permalink_folder(&b, m->folder, strlen(m->folder), keep_case);
    } else if (url != NULL && *url != '\0') {
        rc = permalink_written(&b, "/", url, err);
        if (rc != 0)
            error_prefix(err, "url");
        else if (m->c->layout->zola && !text_ends(buf_str(&b), "/"))
            buf_putc(&b, '/'); /* to Zola every page is a folder */
    } else if (m->c->layout->jekyll) {
        rc = jekyll_permalink(m, &b, err);
    } else if (m->c->layout->zola) {
        rc = zola_permalink(m, &b);
    } else {
        char section[256];
        snprintf(section, sizeof section, "%.*s", (int)strcspn(m->folder, "/"), m->folder);
        const json_t *patterns = json_object_get(m->c->site, "permalinks");
        const char *pattern = *section == '\0' ? NULL : json_get_string(patterns, section, NULL);
        const char *slug = json_get_string(m->meta, "slug", NULL);
        struct permalink_parts parts = {
            .folder = m->folder,
            .basename = m->basename,
            .title = r->title,
            .slug = slug != NULL && *slug != '\0' ? slug : NULL,
            .has_date = r->has_date,
            .date = m->date,
            .keep_case = keep_case,
        };
        rc = permalink_make(&b, pattern, &parts, err);
    }
    if (rc == 0 && !buf_ok(&b))
        rc = error_set(err, "the permalink is longer than %d bytes", MAX_PATH_BYTES);
    r->permalink = rc == 0 ? record_keep(m, &b) : NULL;
    buf_free(&b);
    return r->permalink != NULL ? 0 : rc != 0 ? -1 : record_no_memory(err);
}
