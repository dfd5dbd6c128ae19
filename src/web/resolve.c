/* What a path of the site means: the table of addresses, and what follows from it. */
#include "web/pages.h"

#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MAX_BYTES = 1024 };

/* "https://..." as a redirect's target cannot occur: targets are paths of this site. */
int address_serve(struct visit *v, const struct route_match *m, struct error *err) {
    struct address a;
    struct list l;
    bool said;
    (void)m;
    if (!v->site->root_taken && strcmp(v->path, "/") == 0)
        return VISIT_PASS;
    int rc = post_page_at(v, v->path, &said, err); /* most are */
    if (rc != VISIT_PASS)
        return rc;
    int found =
        said ? address_find(v->db, v->path, &a, err) : address_place(v->db, v->path, &a, err);
    if (found != 1)
        return found < 0 ? -1 : VISIT_PASS;
    switch (a.kind) {
    case ADDRESS_POST:
        return post_page(v, a.ref, err);
    case ADDRESS_LIST:
        found = list_by_id(v->db, a.ref, &l, err);
        return found < 0 ? -1 : found == 0 ? VISIT_PASS : list_page(v, &l, 1, err);
    case ADDRESS_TAXONOMY:
        return taxonomy_page(v, a.target, err);
    case ADDRESS_MEDIA:
        return media_serve(v, a.ref, err);
    case ADDRESS_REDIRECT:
        return answer_redirect(v, a.target, true, err);
    case ADDRESS_GONE:
        return answer_missing(v, 410, err);
    }
    return VISIT_PASS;
}

/* The configured taxonomy whose page is at path ("/tags/"), NULL when none. */
static const char *taxonomy_at(const struct snapshot *site, const char *path) {
    size_t i, n = strlen(path);
    json_t *taxonomy;
    json_array_foreach(json_object_get(site->settings, "taxonomies"), i, taxonomy) {
        const char *plural = json_get_string(taxonomy, "plural", "");
        size_t k = strlen(plural);
        if (k > 0 && n == k + 2 && memcmp(path + 1, plural, k) == 0 && path[n - 1] == '/')
            return plural;
    }
    return NULL;
}

/* A path with what it ends in: "/tags/x/" and page 2, or "/tags/x/" and its feed. */
struct suffix {
    char base[PATH_MAX_BYTES];
    int64_t number; /* 0: not a page's */
    enum feed_format feed;
};

/* True when path has a suffix form. */
static bool split_suffix(struct suffix *s, const char *path) {
    static const char page[] = "/page/";
    size_t n = strlen(path);
    if (n >= sizeof s->base)
        return false;
    *s = (struct suffix){0};
    size_t base = 0;
    s->feed = feed_format_of(path, &base);
    if (s->feed != FEED_NONE) {
        memcpy(s->base, path, base);
        return true;
    }
    if (n < 2 || path[n - 1] != '/')
        return false;
    size_t start = n - 1;
    while (start > 0 && path[start - 1] != '/')
        start--;
    s->number = page_number(slice_n(path + start, n - 1 - start));
    if (s->number == 0 || start < strlen(page) ||
        memcmp(path + start - strlen(page), page, strlen(page)) != 0)
        return false;
    memcpy(s->base, path, start - strlen(page) + 1);
    return true;
}

static int serve_below_list(struct visit *v, const struct suffix *s, int64_t id,
                            struct error *err) {
    struct list l;
    int found = list_by_id(v->db, id, &l, err);
    if (found != 1)
        return found < 0 ? -1 : VISIT_PASS;
    return s->feed != FEED_NONE ? feed_list(v, &l, s->feed, err) : list_page(v, &l, s->number, err);
}

/* Where a list was: its pages and feeds have moved with it. */
static int moved_list(struct visit *v, const struct suffix *s, const char *target,
                      struct error *err) {
    char path[PATH_MAX_BYTES * 2];
    struct address a;
    int found = address_find(v->db, target, &a, err);
    if (found != 1 || a.kind != ADDRESS_LIST)
        return found < 0 ? -1 : VISIT_PASS;
    snprintf(path, sizeof path, "%s%s", target, v->path + strlen(s->base));
    return answer_redirect(v, path, true, err);
}

int address_suffix(struct visit *v, const struct route_match *m, struct error *err) {
    struct suffix s;
    struct address a;
    (void)m;
    if (!split_suffix(&s, v->path))
        return VISIT_PASS;
    int found = address_find(v->db, s.base, &a, err);
    if (found < 0)
        return -1;
    const char *plural = found == 1 && a.kind == ADDRESS_TAXONOMY ? a.target
                         : found == 0                             ? taxonomy_at(v->site, s.base)
                                                                  : NULL;
    if (plural != NULL && s.feed != FEED_NONE)
        return feed_taxonomy(v, plural, s.feed, err);
    if (found == 0 && plural == NULL)
        return VISIT_PASS;
    if (found == 1 && a.kind == ADDRESS_GONE)
        return answer_missing(v, 410, err);
    if (found == 1 && a.kind == ADDRESS_REDIRECT)
        return s.number == 1 ? answer_redirect(v, a.target, true, err)
                             : moved_list(v, &s, a.target, err);
    if (s.number == 1)
        return answer_redirect(v, s.base, true, err);
    if (found == 1 && a.kind == ADDRESS_LIST)
        return serve_below_list(v, &s, a.ref, err);
    if (found == 1 && a.kind == ADDRESS_POST && s.feed == FEED_NONE)
        return post_subpage(v, a.ref, s.number, err);
    return VISIT_PASS;
}

/* The file index.html of the folder at path ("/demo/"), which stands there as on any server of files. 1 found, 0
 * not, -1 error. */
static int folder_index(struct visit *v, const char *path, struct address *a, struct error *err) {
    char file[PATH_MAX_BYTES + 16];
    size_t n = strlen(path);
    if (n < 2 || n > PATH_MAX_BYTES || path[n - 1] != '/')
        return 0;
    snprintf(file, sizeof file, "%sindex.html", path);
    int found = address_find(v->db, file, a, err);
    return found == 1 ? a->kind == ADDRESS_MEDIA : found;
}

int address_index(struct visit *v, const struct route_match *m, struct error *err) {
    struct address a;
    (void)m;
    int found = folder_index(v, v->path, &a, err);
    return found < 0 ? -1 : found == 0 ? VISIT_PASS : media_serve(v, a.ref, err);
}

/* 1 when something stands at path, 0 when not, -1 on error. */
static int exists(struct visit *v, const char *path, struct error *err) {
    struct address a;
    struct suffix s;
    int found = address_find(v->db, path, &a, err);
    if (found != 0)
        return found < 0 ? -1 : a.kind != ADDRESS_GONE;
    if (routes_known(path) || taxonomy_at(v->site, path) != NULL)
        return 1;
    found = folder_index(v, path, &a, err);
    if (found != 0)
        return found;
    if (!split_suffix(&s, path))
        return 0;
    found = address_find(v->db, s.base, &a, err);
    return found <= 0 ? found : a.kind == ADDRESS_LIST || a.kind == ADDRESS_POST;
}

/* Leads to what stands at `near`, if anything does. */
static int lead_to(struct visit *v, const char *near, struct error *err) {
    int found = exists(v, near, err);
    struct address a;
    int known = found < 0 ? -1 : address_find(v->db, near, &a, err);
    if (known == 1 && a.kind == ADDRESS_REDIRECT)
        return answer_redirect(v, a.target, true, err);
    if (known == 1 && a.kind == ADDRESS_GONE)
        return answer_missing(v, 410, err);
    return found < 0 ? -1 : found == 0 ? VISIT_PASS : answer_redirect(v, near, true, err);
}

/* A taxonomy nobody used yet; "/posts/a" for "/posts/a/" and the other way round; "/posts/a/index.html" and, for a
 * page without an ending, "/a.html"; feeds by the names that other generators give them. */
int address_near(struct visit *v, const struct route_match *m, struct error *err) {
    static const char index[] = "/index.html", ending[] = ".html";
    char near[PATH_MAX_BYTES + 1];
    size_t n = strlen(v->path);
    const char *plural = taxonomy_at(v->site, v->path);
    if (plural != NULL)
        return taxonomy_page(v, plural, err);
    if (strcmp(v->path, "/feed.xml") == 0) /* Jekyll's name for it */
        return feed_atom(v, m, err);
    if (strcmp(v->path, "/rss.xml") == 0)
        return feed_rss(v, m, err);
    if (n >= PATH_MAX_BYTES || n < 2)
        return VISIT_PASS;
    if (v->path[n - 1] == '/')
        snprintf(near, sizeof near, "%.*s", (int)n - 1, v->path);
    else if (text_ends(v->path, index))
        snprintf(near, sizeof near, "%.*s", (int)(n - strlen(index) + 1), v->path);
    else
        snprintf(near, sizeof near, "%s/", v->path);
    int rc = lead_to(v, near, err);
    if (rc != VISIT_PASS || !text_ends(v->path, ending) || text_ends(v->path, index))
        return rc;
    snprintf(near, sizeof near, "%.*s", (int)(n - strlen(ending)), v->path);
    return lead_to(v, near, err);
}
