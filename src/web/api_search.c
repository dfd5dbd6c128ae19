/* Search for programs: what the search page finds, in its order, with what was found marked. */
#include "store/search.h"

#include "web/api_list.h"
#include "web/api_read.h"
#include "web/api_view.h"
#include "web/view.h"

#include <stdlib.h>
#include <string.h>

enum { FOUND_MAX = 1000 };

const struct api_param api_search_params[] = {
    {.name = "q",
     .max = 500,
     .help = "Words, any of whose beginnings must occur; all else in it is ignored"},
    {.name = "limit",
     .type = API_NUMBER,
     .min = 1,
     .max = API_LIMIT_MAX,
     .number = API_LIMIT,
     .help = "How many at once"},
    {.name = "page",
     .type = API_NUMBER,
     .min = 1,
     .max = FOUND_MAX,
     .number = 1,
     .help = "Number of the page; 1,000 are found at most"},
    {0}};

enum { SEARCH_PARAMS = sizeof api_search_params / sizeof api_search_params[0] };

struct found {
    struct visit *v;
    json_t *data;
    int64_t rank;
};

static int take(void *arg, const struct search_hit *hit) {
    struct found *f = arg;
    json_t *o = api_view_post(f->v, hit->post, api_members_in(API_IN_LISTS | API_TAGS));
    int bad = json_put_int(o, "rank", ++f->rank);
    bad |= json_put_string(o, "title_html", hit->title);
    bad |= json_put_string(o, "snippet", hit->snippet);
    return json_array_append_new(f->data, o) | bad;
}

/* A link to page `number`, as the member `name` and in *links; null when there is none. */
static int put_step(json_t *page, struct buf *links, const struct api_param *params,
                    const char *prefix, const char *name, int64_t number, int64_t pages) {
    if (number < 1 || number > pages)
        return json_put(page, name, json_null());
    buf_printf(links, "%s<%s/api/v1/search?q=", links->len > 0 ? ", " : "", prefix);
    text_url_query(links, buf_str(&params[0].text), params[0].text.len);
    buf_printf(links, "&limit=%lld&page=%lld>; rel=\"%s\"", (long long)params[1].number,
               (long long)number, name);
    return json_put_int(page, name, number);
}

static int search(struct visit *v, const struct api_param *params, struct error *err) {
    int64_t limit = params[1].number, number = params[2].number, total = 0;
    int64_t offset = (number - 1) * limit;
    struct found f = {.v = v, .data = json_array(), .rank = offset};
    const char *q = buf_str(&params[0].text);
    int bad = 0;
    if (offset < FOUND_MAX)
        bad = search_posts(v->db, q, (size_t)offset, (size_t)limit, &total, take, &f, err);
    json_t *o = json_object(), *page = json_object();
    struct buf links;
    buf_init(&links, 8192);
    int64_t pages = (total + limit - 1) / limit;
    bad |= json_put_int(page, "limit", limit);
    bad |= json_put_int(page, "number", number);
    bad |= json_put_int(page, "total", total);
    bad |= put_step(page, &links, params, v->site->prefix, "next", number + 1, pages);
    bad |= put_step(page, &links, params, v->site->prefix, "prev", number - 1, pages);
    if (links.len > 0)
        bad |= http_response_header(v->r, "Link", buf_str(&links));
    buf_free(&links);
    bad |= json_put(o, "data", f.data);
    bad |= json_put(o, "page", page);
    return api_public(v, view_done(o, bad), NULL, err);
}

int api_search(struct visit *v, const struct route_match *m, struct error *err) {
    struct api_param params[SEARCH_PARAMS];
    json_t *faults = json_array();
    (void)m;
    memcpy(params, api_search_params, sizeof params);
    int rc = api_visitor(v, err);
    if (rc == 0)
        rc = api_params_read(v, params, faults, err);
    if (rc == 0 && !params[0].given && api_fault(faults, "q", "is wanted") != 0)
        rc = error_set(err, "out of memory");
    if (rc == 0)
        rc = api_faulty(v, json_incref(faults));
    if (rc == 0)
        rc = search(v, params, err);
    json_decref(faults);
    api_params_free(params);
    return rc;
}
