/* See link.h. */
#include "web/link.h"

#include <string.h>

enum { LINK_MAX = 16384 };

int link_path(struct buf *out, const struct snapshot *site, const char *path) {
    buf_puts(out, site->prefix);
    return text_url_path(out, path, strlen(path));
}

int link_url(struct buf *out, const struct snapshot *site, const char *path) {
    buf_puts(out, site->origin);
    return link_path(out, site, path);
}

bool link_has_scheme(const char *s, size_t n) {
    if (n == 0 || !text_is_alpha(s[0]))
        return false;
    for (size_t i = 1; i < n; i++) {
        if (s[i] == ':')
            return true;
        if (!text_is_alpha(s[i]) && !text_is_digit(s[i]) && strchr("+-.", s[i]) == NULL)
            return false;
    }
    return false;
}

/* As text_url_path, but what is percent-encoded or a query already stays. */
static int put_written(struct buf *out, const char *s) {
    for (; *s != '\0'; s++) {
        if (strchr("%?#[]", *s) != NULL)
            buf_putc(out, *s);
        else
            text_url_path(out, s, 1);
    }
    return buf_ok(out) ? 0 : -1;
}

int link_written(struct buf *out, const struct snapshot *site, const char *written) {
    size_t prefix = strlen(site->prefix);
    if (link_has_scheme(written, strlen(written)) || text_starts(written, "//") ||
        *written == '#' || *written == '?')
        return put_written(out, written);
    bool below = prefix > 0 && strncmp(written, site->prefix, prefix) == 0 &&
                 (written[prefix] == '/' || written[prefix] == '\0');
    if (!below)
        buf_puts(out, site->prefix);
    if (*written != '/')
        buf_putc(out, '/');
    return put_written(out, written);
}

typedef int link_fn(struct buf *out, const struct snapshot *site, const char *path);

static int put(json_t *obj, const char *key, const struct snapshot *site, const char *path,
               link_fn *make) {
    struct buf b;
    buf_init(&b, LINK_MAX);
    int rc = make(&b, site, path);
    if (rc == 0 && buf_ok(&b))
        rc = json_put_stringn(obj, key, buf_str(&b), b.len);
    buf_free(&b);
    return rc;
}

int link_put_path(json_t *obj, const char *key, const struct snapshot *site, const char *path) {
    return put(obj, key, site, path, link_path);
}

int link_put_url(json_t *obj, const char *key, const struct snapshot *site, const char *path) {
    return put(obj, key, site, path, link_url);
}

int link_put_written(json_t *obj, const char *key, const struct snapshot *site,
                     const char *written) {
    return put(obj, key, site, written, link_written);
}

static struct value made(struct arena *a, const struct snapshot *site, const char *path,
                         link_fn *make) {
    struct buf b;
    buf_init(&b, LINK_MAX);
    (void)make(&b, site, path);
    return value_of_buf(a, &b);
}

/* Most paths are written as they are. */
struct value link_value_path(struct arena *a, const struct snapshot *site, const char *path) {
    const struct slice parts[] = {slice_of(site->prefix), slice_of(path)};
    return text_is_url_path(path, parts[1].len) ? value_join(a, parts, 2)
                                                : made(a, site, path, link_path);
}

struct value link_value_url(struct arena *a, const struct snapshot *site, const char *path) {
    const struct slice parts[] = {slice_of(site->origin), slice_of(site->prefix), slice_of(path)};
    return text_is_url_path(path, parts[2].len) ? value_join(a, parts, 3)
                                                : made(a, site, path, link_url);
}

struct value link_value_written(struct arena *a, const struct snapshot *site, const char *written) {
    return made(a, site, written, link_written);
}
