/* Every address of the server, in one table.
 *
 * The first row whose pattern and method match is asked; a handler may pass, and the next one is
 * asked. So order is precedence: the system's own addresses, then what the site's table of
 * addresses says of the path, then the pages every site has, then what is close to the path, then
 * 404. An address that is in the table under other methods only answers 405 with Allow. A row that
 * needs no site (`site` false) answers even when the store is broken. */
#include "web/api_read.h"
#include "web/ghost.h"
#include "web/pages.h"
#include "web/visit.h"

#include <stdio.h>
#include <string.h>

#define READ ((1U << HTTP_GET) | (1U << HTTP_HEAD))
#define WRITE (1U << HTTP_POST)
#define CHANGE ((1U << HTTP_PATCH) | (1U << HTTP_PUT) | (1U << HTTP_DELETE))
#define ANY (~(1U << HTTP_OPTIONS))
#define BARE false
#define SITE true

struct route {
    unsigned methods; /* bits of 1 << enum http_method */
    bool site;        /* needs the store and the present site */
    const char *pattern;
    route_fn *handle;
};

static const struct route routes[] = {
    {READ, BARE, "/healthz", health_live},
    {READ, BARE, "/readyz", health_ready},
    {READ, BARE, "/static/*", asset_serve},
    {READ, BARE, "/events", event_stream},
    {WRITE, BARE, HOOK_PATH, hook_receive},
    {READ, SITE, "/api/v1/deliveries", api_deliveries},
    {READ, SITE, "/api/v1/deliveries/:id", api_delivery},
    {WRITE, SITE, "/api/v1/deliveries/:id/replay", api_delivery_replay},
    {READ, SITE, "/admin/deliveries/", admin_deliveries},
    {READ, SITE, "/admin/deliveries/:id/", admin_delivery},
    {WRITE, SITE, "/admin/deliveries/:id/replay", admin_delivery_replay},
    {WRITE, SITE, MEDIA_PATH, api_media_send},
    {1U << HTTP_DELETE, SITE, MEDIA_PATH "/:id", api_media_drop},
    {WRITE, SITE, "/api/v1/posts", api_post_create},
    {CHANGE, SITE, "/api/v1/posts/:id", api_post_change},
    {READ, SITE, "/api/v1/posts", api_posts},
    {READ, SITE, "/api/v1/posts/:id", api_post},
    {READ, SITE, "/api/v1/posts/by-slug/:slug", api_post_by_slug},
    {WRITE, SITE, "/api/v1/previews", api_preview_create},
    {READ, SITE, "/api/v1/previews/:token", api_preview},
    {READ, SITE, "/api/v1/tags", api_tags},
    {READ, SITE, "/api/v1/sections", api_sections},
    {READ, SITE, "/api/v1/authors", api_authors},
    {READ, SITE, "/api/v1/site", api_site},
    {READ, SITE, "/api/v1/search", api_search},
    {READ, SITE, "/api/v1/archive", api_archive},
    {READ, SITE, "/api/v1/openapi.json", api_document},
    {READ, SITE, "/api/", api_reference},
    {ANY & ~READ, BARE, "/api/*", api_missing},
    {READ, SITE, PREVIEW_PATH ":token", preview_show},
    {READ, SITE, "/ghost/api/*", ghost_api},
    {READ, SITE, "*", address_serve},
    {READ, SITE, "*", address_suffix},
    {READ, SITE, "*", address_index},
    {READ, SITE, "/", home_page},
    {READ, SITE, "/page/:number/", home_page},
    {READ, SITE, "/archive/", archive_page},
    {READ, SITE, "/archive/page/:number/", archive_page},
    {READ, SITE, "/search/", search_page},
    {READ, SITE, "/index.xml", feed_rss},
    {READ, SITE, "/atom.xml", feed_atom},
    {READ, SITE, "/feed.json", feed_json},
    {READ, SITE, "/index.json", feed_index_json},
    {READ, SITE, "/sitemap.xml", sitemap_root},
    {READ, SITE, "/sitemap-*", sitemap_part},
    {READ, SITE, "/robots.txt", robots},
    {READ, SITE, "/opensearch.xml", opensearch},
    {READ, SITE, "/404.html", missing_document},
    {READ, SITE, "*", address_near},
    {READ, BARE, "/api/*", api_missing},
    {READ, SITE, "*", not_found},
};

enum { ROUTE_COUNT = sizeof routes / sizeof routes[0] };

static bool is_exact(const struct route *r) {
    size_t n = strlen(r->pattern);
    return n == 0 || r->pattern[n - 1] != '*';
}

bool routes_known(const char *path) {
    struct route_match m;
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (is_exact(&routes[i]) && route_match(&m, routes[i].pattern, path))
            return true;
    return false;
}

/* "GET, HEAD, OPTIONS": the methods under which any row has this path, as the header `name`. */
static void put_allow(struct visit *v, const char *name, unsigned methods) {
    static const struct {
        enum http_method method;
        const char *name;
    } names[] = {{HTTP_GET, "GET"},        {HTTP_HEAD, "HEAD"},   {HTTP_POST, "POST"},
                 {HTTP_PUT, "PUT"},        {HTTP_PATCH, "PATCH"}, {HTTP_DELETE, "DELETE"},
                 {HTTP_OPTIONS, "OPTIONS"}};
    char allow[64] = "";
    methods |= 1U << HTTP_OPTIONS;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((methods & (1U << names[i].method)) == 0)
            continue;
        size_t n = strlen(allow);
        snprintf(allow + n, sizeof allow - n, "%s%s", n > 0 ? ", " : "", names[i].name);
    }
    (void)http_response_header(v->r, name, allow);
}

/* What a page of another site may send is all that a program may: who writes shows a token, and no
 * browser adds one by itself. */
static void allow_pages(struct visit *v, unsigned methods) {
    put_allow(v, "Access-Control-Allow-Methods", methods);
    (void)http_response_header(v->r, "Access-Control-Allow-Headers",
                               "Accept-Version, Authorization, Content-Type, Idempotency-Key, "
                               "If-Match, If-None-Match, If-Modified-Since");
    (void)http_response_header(v->r, "Access-Control-Max-Age", "86400");
}

static int refuse_method(struct visit *v, unsigned methods) {
    put_allow(v, "Allow", methods);
    if (http_request_method(v->q) == HTTP_OPTIONS) {
        http_response_status(v->r, 204);
        if (text_starts(v->path, "/api/") || ghost_path(v->path))
            allow_pages(v, methods);
        answer_policy(v);
    } else {
        answer_failure(v, 405, "this address does not take that method");
    }
    return VISIT_DONE;
}

/* False where the first two characters say that route_match would: so they do of most rows. */
static bool may_match(const char *pattern, const char *path) {
    return pattern[0] == '*' || (pattern[0] == path[0] &&
                                 (pattern[1] == path[1] || pattern[1] == '*' || pattern[1] == ':'));
}

int routes_dispatch(struct visit *v, struct error *err) {
    unsigned method = 1U << http_request_method(v->q), allowed = 0;
    bool claimed = false; /* by a row of other methods: the rows for any path are not asked */
    if (*v->path == '\0') /* the base URL's path without its slash */
        return answer_redirect(v, "/", true, err);
    if (text_starts(v->path, "/api/") || ghost_path(v->path))
        api_open_to_all(v);
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *r = &routes[i];
        if (!may_match(r->pattern, v->path))
            continue;
        struct route_match m = {0};
        if (!route_match(&m, r->pattern, v->path) || (claimed && !is_exact(r)))
            continue;
        if ((r->methods & method) == 0) {
            allowed |= r->methods;
            claimed = claimed || is_exact(r);
            continue;
        }
        if (r->site && v->db == NULL) {
            const char *path = v->path;
            if (visit_open(v, err) != 0)
                return -1;
            if (v->path != path) /* the site's own has another length now */
                (void)route_match(&m, r->pattern, v->path);
        }
        int rc = r->handle(v, &m, err);
        if (rc != VISIT_PASS)
            return rc;
    }
    return refuse_method(v, allowed);
}
