/* The theme's static files. Under its fingerprint ("/static/style.0123456789abcdef.css") a file
 * never changes and may be kept for ever; under its plain name it is asked for anew each time. What
 * is no file of the theme may still be a file of the site: the row passes. */
#include "web/pages.h"

#include "web/theme.h"

#include <stdio.h>
#include <string.h>

static const char *type_of(const char *name) {
    static const struct {
        const char *ending, *type;
    } types[] = {
        {".css", "text/css; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".avif", "image/avif"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".ttf", "font/ttf"},
        {".json", "application/json"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (text_ends(name, types[i].ending))
            return types[i].type;
    return "application/octet-stream";
}

/* The asset that name stands for with its fingerprint taken out: "style.HASH.css", "LICENSE.HASH". */
static const struct asset *by_fingerprint(const struct theme *t, struct slice name) {
    char plain[512];
    for (size_t i = name.len; i-- > 0 && name.ptr[i] != '/';) {
        size_t after = i + 1 + ASSET_HASH;
        if (name.ptr[i] != '.' || after > name.len || name.len >= sizeof plain ||
            (after < name.len && name.ptr[after] != '.'))
            continue;
        int n = snprintf(plain, sizeof plain, "%.*s%.*s", (int)i, name.ptr, (int)(name.len - after),
                         name.ptr + after);
        const struct asset *a = theme_asset(t, slice_n(plain, (size_t)n));
        if (a != NULL && memcmp(name.ptr + i + 1, a->hash, ASSET_HASH) == 0)
            return a;
    }
    return NULL;
}

/* A built-in file outlives the server. A folder's belongs to a theme that a reload may free. */
static void put_bytes(struct visit *v, const struct asset *a) {
    if (a->owned == NULL)
        http_response_static(v->r, a->data, a->len);
    else
        buf_append(http_response_body(v->r), a->data, a->len);
}

int asset_serve(struct visit *v, const struct route_match *m, struct error *err) {
    const struct theme *t = v->site->theme;
    struct slice name = slice_of(v->path + strlen("/static/"));
    const struct asset *a = by_fingerprint(t, name);
    bool lasting = a != NULL;
    (void)m;
    (void)err;
    if (a == NULL)
        a = theme_asset(t, name);
    if (a == NULL)
        return VISIT_PASS;
    char etag[ASSET_HASH + 3];
    snprintf(etag, sizeof etag, "\"%s\"", a->hash);
    (void)http_response_header(v->r, "Content-Type", type_of(a->name));
    (void)http_response_header(v->r, "Cache-Control",
                               lasting ? "public, max-age=31536000, immutable"
                                       : "public, max-age=0, must-revalidate");
    answer_policy(v);
    put_bytes(v, a);
    (void)http_conditional(v->q, v->r, etag, 0);
    return VISIT_DONE;
}
