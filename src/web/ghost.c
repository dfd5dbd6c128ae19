/* See ghost.h. /ghost/api/content/posts/, /ghost/api/v3/content/posts/slug/NAME/: the version says nothing, since what is
 * asked for has been the same in all of them; the answer says which one it is of. */
#include "web/ghost.h"

#include "base/digest.h"
#include "web/pages.h"

#include <stdio.h>
#include <string.h>

#define ROOT "/ghost/api/"

enum { KEY_SIZE = 26, SLUG_BYTES = 1024 };

bool ghost_path(const char *path) {
    return text_starts(path, ROOT);
}

/* ---- answers ---- */

static const char *type_of(int status) {
    static const struct {
        int status;
        const char *type;
    } types[] = {{400, "BadRequestError"},       {401, "UnauthorizedError"},
                 {403, "NoPermissionError"},     {404, "NotFoundError"},
                 {405, "MethodNotAllowedError"}, {422, "ValidationError"},
                 {429, "TooManyRequestsError"},  {503, "MaintenanceError"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].status == status)
            return types[i].type;
    return "InternalServerError";
}

static void make_uuid(char out[40]) {
    uint8_t b[16];
    char hex[33];
    digest_random(b, sizeof b);
    b[6] = (uint8_t)((b[6] & 0x0f) | 0x40); /* RFC 9562 section 5.4 */
    b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
    digest_hex(hex, b, sizeof b);
    snprintf(out, 40, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void ghost_error(struct visit *v, int status, const char *message, const char *context,
                 const char *code) {
    static const char *const none[] = {"details", "property", "help", "ghostErrorCode"};
    json_t *o = json_object(), *e = json_object(), *list = json_array();
    struct buf *body = http_response_body(v->r);
    char id[40];
    make_uuid(id);
    int bad = json_put_string(e, "message", message);
    bad |= json_put_string(e, "context", context);
    bad |= json_put_string(e, "type", type_of(status));
    bad |= json_put_string(e, "code", code);
    bad |= json_put_string(e, "id", id);
    bad |= ghost_put_nulls(e, NULL, none, sizeof none / sizeof none[0]);
    bad |= json_array_append_new(list, e);
    bad |= json_put(o, "errors", list);
    buf_clear(body);
    if (bad != 0 || json_write(body, o) != 0) {
        buf_clear(body);
        buf_puts(body, "{\"errors\":[{\"message\":\"out of memory\"}]}");
    }
    json_decref(o);
    http_response_status(v->r, status);
    (void)http_response_header(v->r, "Content-Type", TYPE_JSON);
    (void)http_response_header(v->r, "Cache-Control", "no-store");
    (void)http_response_header(v->r, "Content-Version", "v" GHOST_VERSION);
    answer_policy(v);
}

static int refuse(struct visit *v, int status, const char *message, const char *context,
                  const char *code) {
    ghost_error(v, status, message, context, code);
    return VISIT_DONE;
}

/* What is shown may change with anything that is published: names of tags, pictures, links. */
static int answer(struct visit *v, json_t *o, bool by_clock, struct error *err) {
    if (!by_clock)
        visit_depends(v, "any");
    (void)http_response_header(v->r, "Content-Version", "v" GHOST_VERSION);
    return api_public(v, o, NULL, err);
}

/* {"posts": [...], "meta": {...}}; steals both, meta may be NULL. */
static int answer_list(struct ghost *g, json_t *list, json_t *meta, int bad, struct error *err) {
    json_t *o = json_object();
    bad |= json_put(o, g->plural, list);
    if (meta != NULL)
        bad |= json_put(o, "meta", meta);
    if (bad == 0)
        return answer(g->v, o, g->filter.by_clock, err);
    json_decref(o);
    return *err->text != '\0' ? -1 : error_set(err, "the answer cannot be made: out of memory");
}

/* ---- keys ---- */

static bool is_key(const char *text, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!text_is_digit(text[i]) && (text[i] < 'a' || text[i] > 'f'))
            return false;
    return n == KEY_SIZE;
}

int ghost_keys_check(const char *const *keys, struct error *err) {
    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++)
        if (!is_key(keys[i], strlen(keys[i])))
            return error_set(err,
                             "ghost-key: \"%.40s\" is none: write %d digits of 0-9 and a-f, as "
                             "\"openssl rand -hex 13\" makes them",
                             keys[i], KEY_SIZE);
    return 0;
}

static bool is_known(struct visit *v, const char *key) {
    const char *const *keys = visit_ghost_keys(v);
    bool known = keys == NULL || keys[0] == NULL;
    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++)
        known = known || digest_equal(keys[i], strlen(keys[i]), key, KEY_SIZE);
    return known;
}

/* 0, or VISIT_DONE: nobody who may read. */
static int let_in(struct visit *v) {
    struct buf key;
    buf_init(&key, 64);
    int found = http_request_param(v->q, "key", &key);
    bool good = found == 1 && is_key(buf_str(&key), key.len) && is_known(v, buf_str(&key));
    bool none = found == 0 || (found == 1 && key.len == 0);
    buf_free(&key);
    if (good)
        return 0;
    if (none)
        return refuse(v, 403, "Authorization failed",
                      "Unable to determine the authenticated member or integration. Check the "
                      "supplied Content API Key: it goes into the query as key.",
                      NULL);
    return refuse(v, 401, "Unknown Content API Key", NULL, "UNKNOWN_CONTENT_API_KEY");
}

/* ---- one thing ---- */

struct taking {
    struct ghost *g;
    json_t *list;
    struct error *err;
};

static int take_post(void *arg, const struct post *p) {
    struct taking *t = arg;
    enum post_kind kind = t->g->from == QUERY_PAGES ? POST_PAGE : POST_POST;
    if (!p->live || p->kind != kind)
        return 0;
    return json_array_append_new(t->list, ghost_post(t->g, p, t->err)) == 0 ? 0 : -1;
}

/* Appends the thing of that id, if it is there. 0, -1. */
static int put_one(struct ghost *g, int64_t id, json_t *list, struct error *err) {
    struct taking t = {.g = g, .list = list, .err = err};
    if (g->from == QUERY_POSTS || g->from == QUERY_PAGES)
        return post_by_id(g->v->db, id, ghost_reads_body(g), take_post, &t, err) < 0 ? -1 : 0;
    json_t *o = ghost_term(g, g->from, id, true, err);
    if (o != NULL && json_is_null(o)) {
        json_decref(o);
        return 0;
    }
    return json_array_append_new(list, o);
}

static int no_such(struct ghost *g) {
    char message[80], context[40];
    snprintf(message, sizeof message, "Resource not found error, cannot read %s.", g->singular);
    snprintf(context, sizeof context, "%c%s not found.", g->singular[0] - 'a' + 'A',
             g->singular + 1);
    return refuse(g->v, 404, message, context, NULL);
}

static int answer_one(struct ghost *g, int64_t id, struct error *err) {
    json_t *list = json_array();
    int bad = id == -1 ? 0 : put_one(g, id, list, err);
    if (bad != 0 || json_array_size(list) > 0)
        return answer_list(g, list, NULL, bad, err);
    json_decref(list);
    return no_such(g);
}

static int read_id(struct ghost *g, struct slice text, struct error *err) {
    bool posts = g->from == QUERY_POSTS || g->from == QUERY_PAGES;
    int64_t id;
    if (ghost_id_read(&id, posts ? GHOST_POST : GHOST_LIST, text.ptr, text.len))
        return answer_one(g, id, err);
    return refuse(g->v, 422, "Validation error, cannot read it.",
                  "Validation (matches) failed for id: it has 24 hexadecimal digits.", NULL);
}

static int read_slug(struct ghost *g, struct slice text, struct error *err) {
    struct buf slug;
    int64_t id = -1;
    buf_init(&slug, SLUG_BYTES);
    buf_append(&slug, text.ptr, text.len);
    int found = buf_ok(&slug) ? query_slug(g->v->db, g->from, buf_str(&slug), &id, err) : 0;
    if (found == 0 && g->from == QUERY_AUTHORS && g->author_name != NULL &&
        slice_eq(text, g->author_slug)) {
        found = 1;
        id = 0;
    }
    for (size_t i = 0; found == 0 && i < g->author_count; i++)
        if (slice_eq(text, g->authors[i].slug)) {
            found = 1;
            id = g->authors[i].id;
        }
    buf_free(&slug);
    return found < 0 ? -1 : answer_one(g, found == 1 ? id : -1, err);
}

/* ---- lists ---- */

static json_t *pagination(const struct ghost *g, int64_t total) {
    json_t *meta = json_object(), *o = json_object();
    int64_t pages = total == 0 ? 1 : (total + g->limit - 1) / g->limit;
    int bad = json_put_int(o, "page", g->page);
    bad |= json_put_int(o, "limit", g->limit);
    bad |= json_put_int(o, "pages", pages);
    bad |= json_put_int(o, "total", total);
    bad |= json_put(o, "next", g->page < pages ? json_integer(g->page + 1) : json_null());
    bad |= json_put(o, "prev", g->page > 1 ? json_integer(g->page - 1) : json_null());
    bad |= json_put(meta, "pagination", o);
    if (bad == 0)
        return meta;
    json_decref(meta);
    return NULL;
}

static int browse(struct ghost *g, struct error *err) {
    const struct query q = {
        .from = g->from,
        .where = &g->filter.where,
        .order = g->order,
        .order_count = g->order_count,
        .in_order = g->filter.in_order,
        .author = g->author_name != NULL ? g->author_slug : NULL,
        .author_id = g->author_id,
        .authors = g->authors,
        .author_count = g->author_count,
        .named = g->named,
        .size = g->limit,
        .offset = (g->page - 1) * g->limit,
    };
    struct query_found found;
    int rc = query_run(g->v->db, &q, &found, err);
    if (rc == 1)
        return refuse(g->v, 400, "Error parsing filter",
                      "It costs too much on a site of this size: ask with fewer terms.", NULL);
    if (rc != 0)
        return -1;
    json_t *list = json_array(), *meta = pagination(g, found.total);
    int bad = meta == NULL;
    for (size_t i = 0; bad == 0 && i < found.count; i++)
        bad = put_one(g, found.ids[i], list, err);
    return answer_list(g, list, meta, bad, err);
}

/* ---- the door ---- */

static int answer_thing(struct visit *v, enum query_from from, struct slice rest,
                        struct error *err) {
    static const char *const names[][2] = {[QUERY_POSTS] = {"posts", "post"},
                                           [QUERY_PAGES] = {"pages", "page"},
                                           [QUERY_TAGS] = {"tags", "tag"},
                                           [QUERY_AUTHORS] = {"authors", "author"}};
    struct ghost g = {.v = v, .from = from, .plural = names[from][0], .singular = names[from][1]};
    struct slice part;
    bool list = rest.len == 0;
    int rc = ghost_ask(&g, list);
    if (rc == 0)
        rc = ghost_find_authors(&g, list, rest, err);
    if (rc == 0 && list)
        rc = browse(&g, err);
    else if (rc == 0 && slice_starts(rest, "slug/"))
        rc = read_slug(&g, slice_n(rest.ptr + 5, rest.len - 5), err);
    else if (rc == 0 && slice_next(&rest, '/', &part))
        rc = rest.ptr == NULL ? read_id(&g, part, err)
                              : refuse(v, 404, "Resource not found", NULL, NULL);
    ghost_ask_free(&g);
    return rc;
}

static int answer_settings(struct visit *v, struct error *err) {
    json_t *o = json_object();
    int bad = json_put(o, "settings", ghost_settings(v));
    bad |= json_put(o, "meta", json_object());
    if (bad == 0)
        return answer(v, o, false, err);
    json_decref(o);
    return error_set(err, "the answer cannot be made: out of memory");
}

/* Lists that nobody fills here: all on one page. */
static int answer_fixed(struct visit *v, const char *plural, json_t *list, struct error *err) {
    struct ghost g = {.v = v, .plural = plural, .limit = 15, .page = 1};
    return answer_list(&g, list, pagination(&g, (int64_t)json_array_size(list)), 0, err);
}

static int dispatch(struct visit *v, struct slice thing, struct slice rest, struct error *err) {
    if (slice_eq(thing, "posts"))
        return answer_thing(v, QUERY_POSTS, rest, err);
    if (slice_eq(thing, "pages"))
        return answer_thing(v, QUERY_PAGES, rest, err);
    if (slice_eq(thing, "tags"))
        return answer_thing(v, QUERY_TAGS, rest, err);
    if (slice_eq(thing, "authors"))
        return answer_thing(v, QUERY_AUTHORS, rest, err);
    if (rest.len == 0 && slice_eq(thing, "settings"))
        return answer_settings(v, err);
    if (rest.len == 0 && slice_eq(thing, "tiers"))
        return answer_fixed(v, "tiers", ghost_tiers(), err);
    if (rest.len == 0 && slice_eq(thing, "newsletters"))
        return answer_fixed(v, "newsletters", json_array(), err);
    return refuse(v, 404, "Resource not found", NULL, NULL);
}

/* v2, v3.1, canary */
static bool is_version(struct slice s) {
    if (slice_eq(s, "canary"))
        return true;
    for (size_t i = 1; i < s.len; i++)
        if (!text_is_digit(s.ptr[i]) && s.ptr[i] != '.')
            return false;
    return s.len > 1 && s.len < 16 && s.ptr[0] == 'v';
}

int ghost_api(struct visit *v, const struct route_match *m, struct error *err) {
    struct slice rest = slice_of(v->path + strlen(ROOT)), part;
    (void)m;
    slice_next(&rest, '/', &part);
    if (is_version(part) && !slice_next(&rest, '/', &part))
        part = slice_of("");
    if (!slice_eq(part, "content"))
        return refuse(v, 404, "Resource not found", NULL, NULL);
    int rc = let_in(v);
    if (rc != 0)
        return rc;
    if (!slice_next(&rest, '/', &part))
        part = slice_of("");
    if (rest.len > 0 && rest.ptr[rest.len - 1] == '/')
        rest.len--;
    return dispatch(v, part, rest, err);
}
