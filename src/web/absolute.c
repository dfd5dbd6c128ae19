/* Relative URLs in a post's HTML: made absolute for feeds, led to what lies beside the file for pages. Values
 * are kept as written, references and all: only something is put before or in place of them. */
#include "web/link.h"

#include "content/html_images.h"
#include "content/html_marks.h"
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
                    unsigned traits, const char *html, size_t n) {
    struct beside b = {site, db, source, 0};
    struct buf led;
    const bool relative = source != NULL && (traits & HTML_RELATIVE) != 0;
    if ((traits & HTML_PICTURES) == 0)
        return relative ? html_urls(out, html, n, put_beside, &b) : buf_append(out, html, n);
    if (!relative)
        return html_images(out, html, n, size_of, &b);
    buf_init(&led, out->max);
    int rc = html_urls(&led, html, n, put_beside, &b);
    if (rc == 0)
        rc = html_images(out, buf_str(&led), led.len, size_of, &b);
    buf_free(&led);
    return rc;
}
