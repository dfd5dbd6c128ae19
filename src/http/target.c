/* A request target is split once (RFC 9112 section 3.2): path and query. The path is decoded segment by
 * segment, so that an encoded slash can never become a separator. */
#include "http/private.h"

#include "base/unicode.h"

#include <string.h>
#include <strings.h>

/* Behind scheme and authority of an absolute-form target; the target itself when it is origin-form. */
static const char *skip_authority(const char *target) {
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < 2; i++) {
        if (strncasecmp(target, schemes[i], strlen(schemes[i])) != 0)
            continue;
        const char *authority = target + strlen(schemes[i]);
        const char *path = authority + strcspn(authority, "/?#");
        bool sane = path > authority && memchr(authority, '@', (size_t)(path - authority)) == NULL;
        return sane && *path == '/' ? path : NULL;
    }
    return *target == '/' ? target : NULL;
}

static bool is_clean(const char *s) {
    for (; *s != '\0'; s++)
        if ((unsigned char)*s <= 0x20 || *s == 0x7f)
            return false;
    return true;
}

/* Appends one decoded segment. A dot segment is refused: nothing of ours links to one. */
static int put_segment(struct buf *path, const char *s, size_t n) {
    size_t from = path->len;
    if (text_url_decode(path, s, n, false) != 0)
        return 400;
    const char *segment = buf_str(path) + from;
    size_t len = path->len - from;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)segment[i] < 0x20 || segment[i] == 0x7f || segment[i] == '/')
            return 400;
    return strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0 ? 400 : 0;
}

int target_parse(struct buf *path, const char **query, const char *target) {
    const char *s = skip_authority(target);
    *query = "";
    if (s == NULL || !is_clean(s) || strchr(s, '#') != NULL)
        return 400;
    size_t end = strcspn(s, "?");
    if (s[end] == '?')
        *query = s + end + 1;
    size_t at = 0;
    while (at < end) {
        while (at < end && s[at] == '/')
            at++; /* repeated slashes count as one, so "//host/" can never reach a Location header */
        buf_putc(path, '/');
        size_t n = strcspn(s + at, "/?");
        int status = n > 0 ? put_segment(path, s + at, n) : 0;
        if (status != 0)
            return status;
        at += n;
    }
    return buf_ok(path) ? 0 : 414;
}
