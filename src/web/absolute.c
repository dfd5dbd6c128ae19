/* Relative URLs in a post's HTML: made absolute for feeds, led to what lies beside the file for pages. Values
 * are kept as written, references and all: only something is put before or in place of them. */
#include "web/link.h"

#include "content/html_images.h"
#include "content/html_urls.h"
#include "store/address.h"
#include "store/media.h"

#include <string.h>

/* ---- absolute ---- */

struct base {
    const char *origin; /* "https://x.org" */
    struct buf page;    /* the page's own URL */
    size_t folder;      /* bytes of it up to its last '/': where relative ones begin */
};

static void put_absolute(void *arg, struct buf *out, struct slice url) {
    const struct base *b = arg;
    bool kept = url.len == 0 || link_has_scheme(url.ptr, url.len) || slice_starts(url, "//");
    if (!kept && url.ptr[0] == '/')
        buf_puts(out, b->origin);
    else if (!kept)
        buf_append(out, buf_str(&b->page),
                   url.ptr[0] == '#' || url.ptr[0] == '?' ? b->page.len : b->folder);
    buf_append(out, url.ptr, url.len);
}

int link_absolute_html(struct buf *out, const struct snapshot *site, const char *permalink,
                       const char *html, size_t n) {
    struct base b = {.origin = site->origin};
    buf_init(&b.page, 16384);
    link_url(&b.page, site, permalink);
    const char *slash = strrchr(buf_str(&b.page), '/');
    b.folder = slash == NULL ? b.page.len : (size_t)(slash - buf_str(&b.page)) + 1;
    int rc = html_urls(out, html, n, put_absolute, &b);
    if (!buf_ok(&b.page))
        rc = -1;
    buf_free(&b.page);
    return rc;
}

/* ---- beside the file ---- */

struct beside {
    const struct snapshot *site;
    struct db *db;
    const char *source;
    unsigned sized; /* pictures that were looked up */
};

enum { SIZED_MAX = 2000 }; /* of one text; more have no size: a page costs what it may */

/* The address of the post or file that url means; as it is where it means none of the tree's. */
static void put_beside(void *arg, struct buf *out, struct slice url) {
    const struct beside *b = arg;
    struct buf file, path;
    buf_init(&file, 4096);
    buf_init(&path, 4096);
    bool known = html_url_file(&file, b->source, url) &&
                 address_of_file(b->db, buf_str(&file), &path, NULL) == 1;
    size_t n = known ? html_url_path(url) : 0;
    if (known)
        link_path(out, b->site, buf_str(&path));
    buf_append(out, url.ptr + n, url.len - n);
    buf_free(&file);
    buf_free(&path);
}

/* True when the attribute whose '=' is at `equals` may hold addresses of files. */
static bool names_files(const char *html, const char *equals) {
    static const struct slice names[] = {{"href", 4}, {"src", 3}, {"srcset", 6}, {"poster", 6}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((size_t)(equals - html) >= names[i].len &&
            memcmp(equals - names[i].len, names[i].ptr, names[i].len) == 0)
            return true;
    return false;
}

/* Most posts have no relative address, and are not walked. From one '=' to the next, since looking for each
 * name by itself was a fifth of what an uncached page costs. */
bool link_files_looks(const char *html, size_t n) {
    const char *end = html + n;
    for (const char *at = html; (at = memchr(at, '=', (size_t)(end - at))) != NULL; at++) {
        if (!names_files(html, at))
            continue;
        const char *value = at + 1;
        value += value < end && (*value == '"' || *value == '\'');
        size_t room = (size_t)(end - value);
        if (html_url_is_relative(slice_n(value, room > 64 ? 64 : room)))
            return true;
    }
    return false;
}

bool link_files_pictures(const char *html, size_t n) {
    const char *end = html + n;
    for (const char *at = html; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++)
        if (end - at > 4 && (memcmp(at + 1, "img", 3) == 0 || memcmp(at + 1, "IMG", 3) == 0))
            return true;
    return false;
}

/* ---- sizes of pictures ---- */

bool link_picture_size(const struct snapshot *site, struct db *db, struct slice src,
                       uint32_t *width, uint32_t *height) {
    size_t origin = strlen(site->origin), prefix = strlen(site->prefix);
    struct buf path;
    if (slice_starts(src, site->origin))
        src = slice_n(src.ptr + origin, src.len - origin);
    if (!slice_starts(src, site->prefix) || src.len == prefix || src.ptr[prefix] != '/' ||
        slice_starts(src, "//"))
        return false;
    src = slice_n(src.ptr + prefix, html_url_path(src) - prefix);
    buf_init(&path, 4096);
    bool known = text_url_decode(&path, src.ptr, src.len, false) == 0 &&
                 media_size(db, buf_str(&path), width, height, NULL) == 1;
    buf_free(&path);
    return known;
}

static bool size_of(void *arg, struct slice src, uint32_t *width, uint32_t *height) {
    struct beside *b = arg;
    return b->sized++ < SIZED_MAX && link_picture_size(b->site, b->db, src, width, height);
}

int link_files_html(struct buf *out, const struct snapshot *site, struct db *db, const char *source,
                    const char *html, size_t n) {
    struct beside b = {site, db, source, 0};
    struct buf led;
    if (!link_files_pictures(html, n))
        return source == NULL || !link_files_looks(html, n)
                   ? buf_append(out, html, n)
                   : html_urls(out, html, n, put_beside, &b);
    if (source == NULL || !link_files_looks(html, n))
        return html_images(out, html, n, size_of, &b);
    buf_init(&led, out->max);
    int rc = html_urls(&led, html, n, put_beside, &b);
    if (rc == 0)
        rc = html_images(out, buf_str(&led), led.len, size_of, &b);
    buf_free(&led);
    return rc;
}
