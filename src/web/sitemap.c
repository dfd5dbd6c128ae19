/* What search engines ask for: the sitemap (https://www.sitemaps.org/protocol.html) and robots.txt.
 *
 * Up to 50,000 addresses are one file. A larger site has an index of parts: part 1 the pages and
 * lists, the following ones the posts, part 2 the oldest ones, so that a new post changes the last
 * part alone. What its author keeps from search engines is in none. The template is rendered over a thousand
 * addresses at a time ("first" and "last" say where a file begins and ends). */
#include "web/pages.h"

#include "base/date.h"
#include "web/indexing.h"
#include "web/link.h"
#include "web/view.h"

#include <stdio.h>
#include <string.h>

enum { PART_SIZE = 50000, RUN_SIZE = 1000, MAX_LISTS = 20000, MAX_PAGES = 5000 };

struct map {
    struct visit *v;
    json_t *urls; /* of the run that is being filled */
    size_t total;
    int64_t newest; /* last change of the lists since it was 0 */
    bool opened;
    struct error *err;
};

/* Renders the run and empties it. */
static int put_run(struct map *m, bool last) {
    json_t *model = json_object();
    int bad = json_put_bool(model, "first", !m->opened);
    bad |= json_put_bool(model, "last", last);
    bad |= json_object_set(model, "urls", m->urls);
    bad |= json_object_set(model, "site", m->v->site->site);
    if (bad == 0)
        bad = template_render(m->v->site->theme->templates, "sitemap", model,
                              http_response_body(m->v->r), m->err);
    m->opened = true;
    json_decref(model);
    bad |= json_array_clear(m->urls);
    return bad;
}

/* "lastmod"; 0 is not known. */
static int put_changed(json_t *o, int64_t changed) {
    struct buf b;
    if (changed <= 0)
        return json_put(o, "lastmod", json_null());
    buf_init(&b, 64);
    int bad = date_rfc3339(&b, changed, 0);
    bad |= json_put_stringn(o, "lastmod", buf_str(&b), b.len);
    buf_free(&b);
    return bad;
}

static int put_url(struct map *m, const char *path, int64_t changed) {
    json_t *o = json_object();
    int bad = link_put_url(o, "loc", m->v->site, path);
    bad |= put_changed(o, changed);
    bad |= json_array_append_new(m->urls, o);
    m->total++;
    if (bad == 0 && json_array_size(m->urls) == RUN_SIZE)
        bad = put_run(m, false);
    return bad;
}

static int take_post(void *arg, const struct post *p) {
    const struct map *m = arg;
    return indexing_listed(m->v->site, p) ? put_url(arg, p->permalink, p->updated) : 0;
}

static int take_list(void *arg, const struct list *l) {
    struct map *m = arg;
    m->newest = l->updated > m->newest ? l->updated : m->newest;
    return put_url(m, l->path, l->updated);
}

/* Home, page files, sections, taxonomies and their terms. */
static int put_lists(struct map *m) {
    struct visit *v = m->v;
    size_t i;
    json_t *taxonomy;
    int bad = put_url(m, "/", v->site->all.updated);
    bad |= post_pages(v->db, MAX_PAGES, take_post, m, m->err);
    if (bad == 0)
        bad = list_all(v->db, LIST_SECTION, "", LIST_BY_NAME, MAX_LISTS, take_list, m, m->err);
    json_array_foreach(json_object_get(v->site->settings, "taxonomies"), i, taxonomy) {
        const char *plural = json_get_string(taxonomy, "plural", "");
        size_t before = m->total;
        m->newest = 0;
        if (bad == 0 && m->total < MAX_LISTS)
            bad = list_all(v->db, LIST_TERM, plural, LIST_BY_NAME, MAX_LISTS - m->total, take_list,
                           m, m->err);
        if (bad == 0 && m->total > before) {
            char path[80];
            snprintf(path, sizeof path, "/%s/", plural);
            bad = put_url(m, path, m->newest);
        }
    }
    return bad;
}

static int put_posts(struct map *m, int64_t offset, int64_t size) {
    const struct list *all = &m->v->site->all;
    return all->id == 0 || size <= 0
               ? 0
               : list_posts(m->v->db, all->id, offset, size, LIST_CARDS, take_post, m, m->err);
}

/* Lists begin with the newest post, parts with the oldest. */
static int put_part(struct map *m, int64_t part) {
    int64_t end = m->v->site->all.count - (part - 2) * PART_SIZE;
    int64_t offset = end > PART_SIZE ? end - PART_SIZE : 0;
    return put_posts(m, offset, end - offset);
}

static int finish(struct map *m, int bad, struct error *err) {
    if (bad == 0)
        bad = put_run(m, true);
    json_decref(m->urls);
    if (bad != 0)
        return -1;
    visit_depends(m->v, "any");
    answer_clean_xml(http_response_body(m->v->r));
    return answer_body(m->v, TYPE_XML, 200, err);
}

static int64_t parts_of(const struct snapshot *site) {
    return 1 + (site->all.count + PART_SIZE - 1) / PART_SIZE;
}

static int put_index(struct visit *v, struct error *err) {
    visit_depends(v, "any");
    json_t *model = json_object(), *parts = json_array();
    int bad = 0;
    for (int64_t i = 1; i <= parts_of(v->site); i++) {
        char path[64];
        json_t *o = json_object();
        snprintf(path, sizeof path, "/sitemap-%lld.xml", (long long)i);
        bad |= link_put_url(o, "loc", v->site, path);
        bad |= put_changed(o, i == 1 || i == parts_of(v->site) ? v->site->all.updated : 0);
        bad |= json_array_append_new(parts, o);
    }
    bad |= json_put(model, "parts", parts);
    return answer_template(v, "sitemap_index", view_done(model, bad), TYPE_XML, 200, err);
}

int sitemap_root(struct visit *v, const struct route_match *m, struct error *err) {
    struct map map = {.v = v, .err = err};
    int64_t posts = v->site->all.count;
    (void)m;
    if (posts > PART_SIZE)
        return put_index(v, err);
    map.urls = json_array();
    int bad = put_lists(&map);
    if (bad == 0 && (int64_t)map.total + posts > PART_SIZE) {
        buf_clear(http_response_body(v->r));
        json_decref(map.urls);
        return put_index(v, err);
    }
    if (bad == 0)
        bad = put_posts(&map, 0, posts);
    return finish(&map, bad, err);
}

/* "/sitemap-2.xml" */
int sitemap_part(struct visit *v, const struct route_match *m, struct error *err) {
    const char *name = v->path + strlen("/sitemap-");
    size_t n = strlen(name);
    (void)m;
    int64_t part = text_ends(name, ".xml") ? page_number(slice_n(name, n - 4)) : 0;
    if (part < 1 || part > parts_of(v->site))
        return VISIT_PASS;
    struct map map = {.v = v, .urls = json_array(), .err = err};
    int bad = part == 1 ? put_lists(&map) : put_part(&map, part);
    return finish(&map, bad, err);
}

int robots(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    visit_depends(v, "site");
    json_t *model = json_object();
    int bad = json_object_set(model, "site", v->site->site);
    return answer_template(v, "robots", view_done(model, bad), TYPE_TEXT, 200, err);
}

/* What browsers need to search this site from their own address line:
 * https://github.com/dewitt/opensearch, 1.1 draft 6. Its short name has at most 16 characters. */
int opensearch(struct visit *v, const struct route_match *m, struct error *err) {
    (void)m;
    json_t *model = json_object();
    const char *title = json_get_string(v->site->site, "title", "");
    size_t n = 0, seen = 0;
    for (; title[n] != '\0'; n++) {
        bool begins = ((unsigned char)title[n] & 0xc0) != 0x80;
        if (begins && seen++ == 16)
            break;
    }
    int bad = json_object_set(model, "site", v->site->site);
    bad |= json_put_stringn(model, "short", title, n);
    bad |= link_put_url(model, "search", v->site, "/search/");
    return answer_template(v, "opensearch", view_done(model, bad), TYPE_OPENSEARCH, 200, err);
}
