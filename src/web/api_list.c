#include "web/api_list.h"

#include "base/digest.h"
#include "web/cursor.h"
#include "web/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* These say which part of a list is shown and what of it, not which list. */
static bool is_of_purpose(const struct api_param *p) {
    static const char *const not [] = {"limit", "cursor", "page", "fields", "include"};
    for (size_t i = 0; i < sizeof not / sizeof not [0]; i++)
        if (strcmp(p->name, not [i]) == 0)
            return false;
    return p->given;
}

/* "order=title&tag=x" of the parameters for which want says so. */
static void put_query(struct buf *out, const struct api_param *params,
                      bool (*want)(const struct api_param *p)) {
    for (const struct api_param *p = params; p->name != NULL; p++) {
        if (!p->given || !want(p))
            continue;
        buf_printf(out, "%s%s=", out->len > 0 ? "&" : "", p->name);
        text_url_query(out, buf_str(&p->text), p->text.len);
    }
}

int api_list_begin(struct api_list *l, const char *path, struct api_param *params, json_t *faults) {
    const struct api_param *cursor = api_param_of(params, "cursor");
    struct buf query;
    char digest[DIGEST_SHA256_HEX];
    buf_init(&query, 65536);
    put_query(&query, params, is_of_purpose);
    digest_sha256_hex(digest, buf_str(&query), query.len);
    bool ok = buf_ok(&query);
    buf_free(&query);
    snprintf(l->purpose, sizeof l->purpose, "%.30s?%.40s", path, digest);
    l->path = path;
    l->params = params;
    l->total = false;
    if (!ok)
        return -1;
    if (!cursor->given)
        return 0;
    if (api_param_of(params, "page")->given &&
        api_fault(faults, "page", "is not for use with cursor") != 0)
        return -1;
    l->has_from = cursor_read(&l->from, &l->back, l->purpose, buf_str(&cursor->text)) == 0;
    return l->has_from ? 0
                       : api_fault(faults, "cursor",
                                   "is none of this list's in this order with these filters");
}

/* ---- walking ---- */

struct taken {
    struct browse_key *keys;
    size_t count;
};

static int take(void *arg, const struct browse_key *key) {
    struct taken *t = arg;
    t->keys[t->count++] = *key;
    return 0;
}

static int take_any(void *arg, const struct browse_key *key) {
    (void)key;
    *(bool *)arg = true;
    return 1;
}

struct part {
    struct taken taken; /* in the order of the list */
    bool before, after; /* there are more */
};

static void reverse(struct taken *t) {
    for (size_t i = 0, k = t->count; i + 1 < k; i++) {
        struct browse_key swap = t->keys[i];
        t->keys[i] = t->keys[--k];
        t->keys[k] = swap;
    }
}

static int walk(const struct api_list *l, struct db *db, int64_t limit, int64_t offset,
                struct part *p, struct error *err) {
    bool behind = offset > 0; /* more where it came from */
    if (l->run(l, db, l->back, l->has_from ? &l->from : NULL, limit + 1, offset, take, &p->taken,
               err) < 0)
        return -1;
    bool more = p->taken.count > (size_t)limit;
    if (more)
        p->taken.count--;
    const struct browse_key *first = p->taken.count > 0 ? &p->taken.keys[0] : &l->from;
    if (l->has_from && l->run(l, db, !l->back, first, 1, 0, take_any, &behind, err) < 0)
        return -1;
    if (l->back)
        reverse(&p->taken);
    p->before = l->back ? more : behind;
    p->after = l->back ? behind : more;
    return 0;
}

/* ---- the answer ---- */

static int put_cursor(json_t *page, const char *name, const struct api_list *l,
                      const struct browse_key *key, bool back) {
    struct buf text;
    if (key == NULL)
        return json_put(page, name, json_null());
    buf_init(&text, 1024);
    int rc = cursor_write(&text, l->purpose, key, back);
    if (rc == 0)
        rc = json_put_string(page, name, buf_str(&text));
    buf_free(&text);
    return rc;
}

static bool is_kept(const struct api_param *p) {
    return strcmp(p->name, "cursor") != 0 && strcmp(p->name, "page") != 0;
}

static void add_link(struct buf *out, const struct visit *v, const struct api_list *l,
                     const char *rel, const char *cursor, int64_t number) {
    struct buf query;
    if (cursor == NULL)
        return;
    buf_init(&query, 16384);
    put_query(&query, l->params, is_kept);
    buf_puts(out, out->len > 0 ? ", <" : "<");
    link_path(out, v->site, l->path);
    buf_printf(out, "?%s%s", buf_str(&query), query.len > 0 ? "&" : "");
    if (number > 0)
        buf_printf(out, "page=%lld", (long long)number);
    else
        buf_printf(out, "cursor=%s", cursor);
    buf_printf(out, ">; rel=\"%s\"", rel);
    buf_free(&query);
}

static int put_links(struct visit *v, const struct api_list *l, const json_t *page) {
    const struct api_param *number = api_param_of(l->params, "page");
    struct buf links;
    buf_init(&links, 16384);
    int64_t n = number->given ? number->number : 0;
    add_link(&links, v, l, "next", json_get_string(page, "next", NULL), n > 0 ? n + 1 : 0);
    add_link(&links, v, l, "prev", json_get_string(page, "prev", NULL), n > 1 ? n - 1 : 0);
    /* a list asked for by a query that is too long for a header has its cursors in the body */
    int rc = links.len > 0 && buf_ok(&links) && links.len < 6000
                 ? http_response_header(v->r, "Link", buf_str(&links))
                 : 0;
    buf_free(&links);
    return rc;
}

static int answer(struct visit *v, const struct api_list *l, json_t *data, json_t *page, int bad,
                  struct error *err) {
    json_t *o = json_object();
    bad |= put_links(v, l, page);
    bad |= json_put(o, "data", data);
    bad |= json_put(o, "page", page);
    if (bad != 0) {
        json_decref(o);
        return *err->text != '\0' ? -1 : error_set(err, "the list cannot be made: out of memory");
    }
    return l->secret ? api_answer(v, 200, o, err) : api_public(v, o, NULL, err);
}

int api_list_answer(struct visit *v, const struct api_list *l, struct error *err) {
    int64_t limit = api_param_of(l->params, "limit")->number, total = 0;
    const struct api_param *number = api_param_of(l->params, "page");
    int64_t offset = number->given ? (number->number - 1) * limit : 0;
    struct browse_key *keys = calloc((size_t)limit + 1, sizeof *keys);
    struct part p = {.taken = {.keys = keys}};
    if (keys == NULL)
        return error_set(err, "out of memory");
    json_t *data = json_array(), *page = json_object();
    int bad = walk(l, v->db, limit, offset, &p, err);
    const struct taken *t = &p.taken;
    for (size_t i = 0; bad == 0 && i < t->count; i++)
        bad = l->item(l, v, &keys[i], data, err);
    const struct browse_key *last = t->count > 0 ? &keys[t->count - 1] : &l->from;
    const struct browse_key *first = t->count > 0 ? &keys[0] : &l->from;
    bool placed = t->count > 0 || l->has_from;
    bad |= json_put_int(page, "limit", limit);
    bad |= put_cursor(page, "next", l, p.after && placed ? last : NULL, false);
    bad |= put_cursor(page, "prev", l, p.before && placed ? first : NULL, true);
    if (bad == 0 && l->total) {
        bad = l->count(l, v->db, &total, err);
        bad |= json_put_int(page, "total", total);
    }
    free(keys);
    return answer(v, l, data, page, bad, err);
}

int api_list_whole(struct visit *v, const struct api_list *l, json_t *data, struct error *err) {
    json_t *page = json_object();
    int bad = json_put_int(page, "limit", (int64_t)json_array_size(data));
    bad |= json_put(page, "next", json_null());
    bad |= json_put(page, "prev", json_null());
    if (l->total)
        bad |= json_put_int(page, "total", (int64_t)json_array_size(data));
    return answer(v, l, data, page, bad, err);
}
