/* Where a post stands and when: its folder and name, its dates, its permalink. */
#include "ingest/record_private.h"

#include "content/document.h"
#include "ingest/jekyll.h"

#include <stdio.h>
#include <string.h>

/* A leaf bundle's folder is its name. */
static void name_of_folder(struct layout_where *w) {
    const char *end = w->relative + w->folder_len, *start = end;
    while (start > w->relative && start[-1] != '/')
        start--;
    w->stem = slice_n(start, (size_t)(end - start));
    w->folder_len = start == w->relative ? 0 : (size_t)(start - w->relative) - 1;
}

int record_place(struct maker *m, const char *path, struct error *err) {
    struct layout_where w;
    layout_where(&w, m->c->layout, path);
    m->path = path;
    m->root_len = w.root_len;
    m->language = w.language;
    m->index = slice_eq(w.stem, "_index");
    if (slice_eq(w.stem, "index")) {
        m->leaf = w.folder_len > 0;
        m->index = !m->leaf;
        if (m->leaf)
            name_of_folder(&w);
    }
    struct jekyll_post post;
    m->jekyll_post = m->c->layout->jekyll && jekyll_post(&post, w.relative);
    m->jekyll_draft = m->jekyll_post && post.draft;
    if (m->jekyll_post) {
        const char *name = strrchr(w.relative, '/') + 1;
        m->dated_name = arena_strndup(m->arena, w.stem.ptr, w.stem.len);
        w.stem.len = (size_t)(w.stem.ptr + w.stem.len - name) - (size_t)(post.name - name);
        w.stem.ptr = post.name;
        w.folder_len = post.folder.len;
    }
    m->folder = arena_strndup(m->arena, w.relative, w.folder_len);
    m->basename = arena_strndup(m->arena, w.stem.ptr, w.stem.len);
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

/* The name behind the date that Hugo takes from it, for what has no slug of its own. */
static void take_named_slug(struct maker *m) {
    const char *name = m->basename + strlen("2024-05-06");
    while (*name == ' ' || *name == '-' || *name == '_')
        name++;
    if (*name != '\0')
        m->named_slug = name;
}

/* The date by Hugo's frontmatter.date, where that asks the name of the file. */
static bool named_date(struct maker *m, bool has_date) {
    const char *when = json_get_string(record_paths(m), "date_from_name", "");
    if (m->index || *when == '\0' || (has_date && strcmp(when, "last") == 0))
        return false;
    if (read_day(&m->date, m->basename, '-', false) == NULL)
        return false;
    take_named_slug(m);
    return true;
}

/* Jekyll takes a time without a zone for UTC, and shows every time, in addresses too, in the zone of the site. */
static void jekyll_local(struct maker *m) {
    int offset = m->date.offset;
    if (!m->date.has_time)
        return;
    if (!m->date.has_offset) {
        m->date.has_offset = true;
        m->date.offset = 0;
    }
    int64_t seconds = zone_seconds(m->c->zone, &m->date, &offset);
    m->date = date_at(seconds, zone_offset(m->c->zone, seconds));
    m->date.has_time = m->date.has_offset = true;
}

/* A post without any date is dated by the history of its file; Hugo's enableGitInfo asks that for the last change of
 * every page. True when *last counts above what the front matter says. */
static bool file_date(struct maker *m, int64_t *last) {
    struct post_record *r = m->r;
    const char *layout = r->layout == NULL ? "" : r->layout;
    bool view = text_starts(layout, "archive") || strcmp(layout, "search") == 0;
    bool empty = json_get_int(m->meta, "words", 0) == 0; /* a mere address, no article */
    bool wanted =
        !r->has_date && !m->index && *m->folder != '\0' && !view && !empty && !m->c->layout->jekyll;
    bool info = m->c->layout->hugo && json_get_bool(record_paths(m), "git_info", false);
    bool git = false;
    int64_t first = 0;
    *last = 0;
    if ((!wanted && !info) || !file_dates_of(m->c->dates, m->path, &first, last, &git))
        return false;
    if (wanted) {
        r->has_date = true;
        r->published = first;
        r->published_offset = zone_offset(m->c->zone, first);
        m->date = date_at(first, r->published_offset);
    } else if (!git) {
        *last = 0;
    }
    return info && git;
}

void record_dates(struct maker *m) {
    struct post_record *r = m->r;
    struct date d;
    int64_t committed = 0;
    const struct zone *z = m->c->zone;
    if (document_date(&d, json_object_get(m->meta, "publish_date")))
        r->publish_at = zone_seconds(z, &d, NULL);
    bool has_date = document_date(&m->date, json_object_get(m->meta, "date"));
    if (!has_date)
        has_date = document_date(&m->date, json_object_get(m->meta, "publish_date"));
    if (m->c->layout->hugo && named_date(m, has_date))
        has_date = true;
    if (!has_date && m->c->layout->hugo)
        has_date = document_date(&m->date, json_object_get(m->meta, "lastmod"));
    if (!has_date)
        has_date = implied_date(m);
    if (has_date && m->c->layout->jekyll)
        jekyll_local(m);
    if (has_date) {
        r->has_date = true;
        r->published = zone_seconds(z, &m->date, &r->published_offset);
    }
    bool history = file_date(m, &committed);
    r->updated = r->published;
    r->updated_offset = r->published_offset;
    if (document_date(&d, json_object_get(m->meta, "lastmod")))
        r->updated = zone_seconds(z, &d, &r->updated_offset);
    else
        history = history || !has_date;
    if (history && committed > 0) {
        r->updated = committed;
        r->updated_offset = zone_offset(z, committed);
    }
    if (document_date(&d, json_object_get(m->meta, "expiry_date")))
        r->expire_at = zone_seconds(z, &d, NULL);
}
