/* Conditional requests and ranges: RFC 9110 sections 8.8.3, 13 and 14. */
#include "http/private.h"

#include "base/date.h"

#include <string.h>
#include <strings.h>

/* One entity tag of a list; moves *s behind it. An unquoted one is read as far as the next comma. */
static struct slice next_tag(const char **s) {
    while (**s == ' ' || **s == '\t' || **s == ',')
        ++*s;
    const char *start = *s;
    if (text_starts(*s, "W/"))
        *s += 2;
    if (**s == '"') {
        const char *end = strchr(*s + 1, '"');
        *s = end == NULL ? *s + strlen(*s) : end + 1;
    } else {
        *s += strcspn(*s, ",");
    }
    return slice_n(start, (size_t)(*s - start));
}

/* The opaque part of a tag, for weak comparison. */
static struct slice opaque(struct slice tag) {
    return slice_starts(tag, "W/") ? slice_n(tag.ptr + 2, tag.len - 2) : tag;
}

static bool list_has(const char *list, const char *etag) {
    struct slice ours = opaque(slice_of(etag));
    for (const char *s = list; *s != '\0';) {
        struct slice tag = next_tag(&s);
        if (slice_eq(slice_trim(tag), "*"))
            return true;
        struct slice theirs = opaque(slice_trim(tag));
        if (theirs.len > 0 && theirs.len == ours.len && memcmp(theirs.ptr, ours.ptr, ours.len) == 0)
            return true;
    }
    return false;
}

struct none_match {
    const char *etag; /* ours */
    bool asked, matched;
};

/* A list may be spread over several lines (RFC 9110 section 5.3). */
static enum MHD_Result look_at_tags(void *cls, enum MHD_ValueKind kind, const char *name,
                                    const char *value) {
    struct none_match *m = cls;
    (void)kind;
    if (text_eq_nocase(name, "If-None-Match")) {
        m->asked = true;
        m->matched = m->matched || (value != NULL && list_has(value, m->etag));
    }
    return MHD_YES;
}

static bool is_unmodified(const struct http_request *q, const char *etag, int64_t last_modified) {
    struct none_match m = {.etag = etag};
    if (http_request_header(q, "If-None-Match") != NULL) /* most have none: one look is enough */
        MHD_get_connection_values(q->connection, MHD_HEADER_KIND, look_at_tags, &m);
    if (m.asked)
        return m.matched;
    const char *since = http_request_header(q, "If-Modified-Since");
    int64_t then;
    return since != NULL && last_modified > 0 && date_http_parse(&then, since) == 0 &&
           last_modified <= then;
}

bool http_unmodified(const struct http_request *q, const char *etag, int64_t last_modified) {
    return (q->method == HTTP_GET || q->method == HTTP_HEAD) &&
           is_unmodified(q, etag, last_modified);
}

bool http_conditional(const struct http_request *q, struct http_response *r, const char *etag,
                      int64_t last_modified) {
    if (etag != NULL)
        http_response_header(r, "ETag", etag);
    if (last_modified > 0) {
        struct buf date;
        char memory[64];
        buf_init_on(&date, memory, sizeof memory);
        date_http(&date, last_modified);
        http_response_header(r, "Last-Modified", buf_str(&date));
    }
    r->last_modified = last_modified;
    if (r->status != 200 || !http_unmodified(q, etag, last_modified))
        return false;
    r->status = 304;
    return true;
}

/* RFC 9110 section 13.1.5: strong comparison, or the very date. */
static bool range_applies(const struct http_request *q, const char *etag, int64_t last_modified) {
    const char *cond = http_request_header(q, "If-Range");
    if (cond == NULL)
        return true;
    if (cond[0] == '"')
        return etag != NULL && strcmp(cond, etag) == 0;
    int64_t then;
    return last_modified > 0 && date_http_parse(&then, cond) == 0 && then == last_modified;
}

/* Digits up to `end`; -1 when there are none or too many. */
static int64_t number(const char *s, size_t n) {
    char digits[20];
    int64_t v;
    if (n == 0 || n >= sizeof digits)
        return -1;
    memcpy(digits, s, n);
    digits[n] = '\0';
    return text_is_digit(digits[0]) && text_int(&v, digits, 0, INT64_MAX) == 0 ? v : -1;
}

int http_range(const struct http_request *q, const char *etag, int64_t last_modified, uint64_t size,
               uint64_t *first, uint64_t *last) {
    const char *s = http_request_header(q, "Range");
    if (s == NULL || q->method != HTTP_GET || strncasecmp(s, "bytes=", strlen("bytes=")) != 0 ||
        strchr(s, ',') != NULL || !range_applies(q, etag, last_modified))
        return 0;
    s += strlen("bytes=");
    size_t dash = strcspn(s, "-");
    if (s[dash] != '-')
        return 0;
    const char *end = s + dash + 1;
    int64_t from = number(s, dash), to = number(end, strlen(end));
    if ((dash > 0 && from < 0) || (*end != '\0' && to < 0) || (dash == 0 && *end == '\0') ||
        (from >= 0 && to >= 0 && to < from))
        return 0;
    if (dash == 0) { /* the last so many bytes */
        if (to == 0 || size == 0)
            return -1;
        *first = (uint64_t)to >= size ? 0 : size - (uint64_t)to;
        *last = size - 1;
        return 1;
    }
    if ((uint64_t)from >= size)
        return -1;
    *first = (uint64_t)from;
    *last = to < 0 || (uint64_t)to >= size ? size - 1 : (uint64_t)to;
    return 1;
}
