/* See near.h. The last part of the path that has a word is looked at: "/2024/05/helo-world.html" wants what is like
 * "helo-world". Posts are found by the words of their titles and tags, and put in order by how like the
 * last part of their address is; sections and terms by their very slug ("/tag/python", "/python/"). */
#include "web/near.h"

#include "store/near.h"
#include "web/link.h"
#include "web/view.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 5, PART_MAX = 64, TAXONOMIES = 8, FAR = 99 };

struct candidate {
    int distance;
    size_t place;  /* as it was found */
    json_t *entry; /* owned */
};

struct candidates {
    const struct snapshot *site;
    char part[PART_MAX + 1]; /* what is looked for */
    struct candidate list[NEAR_MAX + TAXONOMIES + 1];
    size_t count;
};

/* Pages are what people look for: no "/wp-login.php", no "/apple-touch-icon.png". */
static bool is_page(struct slice part) {
    const char *dot = memchr(part.ptr, '.', part.len);
    size_t n = dot == NULL ? 0 : part.len - (size_t)(dot - part.ptr);
    return dot == NULL || slice_eq(slice_n(dot, n), ".html") || slice_eq(slice_n(dot, n), ".htm") ||
           slice_eq(slice_n(dot, n), ".md");
}

static bool has_letter(struct slice s) {
    for (size_t i = 0; i < s.len; i++)
        if (text_is_alpha(s.ptr[i]) || (unsigned char)s.ptr[i] >= 0x80)
            return true;
    return false;
}

/* The last part of the path with a letter in it, without its ending; empty when there is none to look for. */
static struct slice last_part(const char *path) {
    struct slice rest = slice_of(path), part, last = slice_n(path, 0);
    while (slice_next(&rest, '/', &part))
        if (has_letter(part))
            last = part;
    if (!is_page(last))
        return slice_n(path, 0);
    const char *dot = memchr(last.ptr, '.', last.len);
    size_t n = dot == NULL ? last.len : (size_t)(dot - last.ptr);
    return slice_n(last.ptr, n <= PART_MAX ? n : 0);
}

static int add(struct candidates *c, const char *title, const char *path, int distance) {
    json_t *o = json_object();
    int bad = json_put_string(o, "title", title);
    bad |= link_put_path(o, "url", c->site, path);
    if (bad != 0) {
        json_decref(o);
        return -1;
    }
    c->list[c->count] = (struct candidate){distance, c->count, o};
    c->count++;
    return 1;
}

static int take_post(void *arg, const struct post *p) {
    struct candidates *c = arg;
    struct slice part = last_part(p->permalink);
    char name[PART_MAX + 1] = "";
    if (part.len > 0)
        memcpy(name, part.ptr, part.len);
    name[part.len] = '\0';
    return add(c, p->title, p->permalink, text_distance(name, c->part));
}

/* The section and the terms of that slug, which nobody meant less than any post. */
static int add_lists(struct candidates *c, struct db *db, struct error *err) {
    const json_t *all = json_object_get(c->site->settings, "taxonomies");
    struct list l;
    size_t i;
    json_t *taxonomy;
    int rc = list_find(db, LIST_SECTION, "", c->part, &l, err);
    if (rc == 1 && l.count > 0)
        rc = add(c, l.name, l.path, 0);
    json_array_foreach(all, i, taxonomy) {
        if (rc < 0 || i == TAXONOMIES)
            break;
        rc = list_find(db, LIST_TERM, json_get_string(taxonomy, "plural", ""), c->part, &l, err);
        if (rc == 1 && l.count > 0)
            rc = add(c, l.name, l.path, 0);
    }
    return rc < 0 ? -1 : 0;
}

static int add_posts(struct candidates *c, struct db *db, struct error *err) {
    int64_t ids[NEAR_MAX];
    int count = near_posts(db, c->part, strlen(c->part), ids, err);
    for (int i = 0; i < count; i++)
        if (post_by_id(db, ids[i], false, take_post, c, err) < 0)
            return -1;
    return count < 0 ? -1 : 0;
}

static int by_distance(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    if (x->distance != y->distance)
        return x->distance - y->distance;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* A person's browser asks for HTML, which programs that look for holes rarely do. */
static bool wants_page(const struct visit *v) {
    const char *accept = http_request_header(v->q, "Accept");
    return v->db != NULL && http_request_method(v->q) == HTTP_GET && accept != NULL &&
           strstr(accept, "text/html") != NULL;
}

json_t *near_matches(struct visit *v, struct error *err) {
    struct slice part = last_part(v->path);
    if (!wants_page(v) || part.len == 0)
        return json_null();
    struct candidates c = {.site = v->site};
    memcpy(c.part, part.ptr, part.len);
    int rc = add_lists(&c, v->db, err);
    if (rc == 0)
        rc = add_posts(&c, v->db, err);
    qsort(c.list, c.count, sizeof c.list[0], by_distance);
    json_t *found = rc == 0 && c.count > 0 ? json_array() : NULL;
    for (size_t i = 0; i < c.count; i++)
        if (found != NULL && i < SHOWN && c.list[i].distance < FAR)
            rc |= json_array_append_new(found, c.list[i].entry);
        else
            json_decref(c.list[i].entry);
    if (rc == 0)
        return found != NULL ? found : json_null();
    json_decref(found);
    if (*err->text == '\0')
        error_set(err, "out of memory");
    return NULL;
}
