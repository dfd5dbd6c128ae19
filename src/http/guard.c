/* What libmicrohttpd lets through and two servers in a row might read differently (request smuggling):
 * refused by walking the headers before anything is answered. RFC 9112 sections 2.2, 3.2, 5, 6.1, 6.3.
 *
 * Before 1.0 the library also loses bytes of a head without a word: what follows a NUL, and everything
 * behind a header with an empty name, which it takes for the next request. It ends lines in place and
 * keeps them where they were received, so the guard accounts for every byte: method, target, version
 * and each header must stand one right behind the other with the two bytes of a CRLF between them.
 * So bare CR, bare LF and folded lines are refused, too. */
#include "http/private.h"

#include <string.h>
#include <strings.h>

struct walk {
    unsigned lengths, encodings, hosts;
    bool chunked;
    const char *why;
    const char *end; /* of what is accounted for */
};

#if MHD_VERSION < 0x01000000
#define LIBRARY_LOSES_BYTES true
#else
#define LIBRARY_LOSES_BYTES false
#endif

/* RFC 9110 section 5.6.2. */
static bool is_token(const char *s, size_t n) {
    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!text_is_alpha(s[i]) && !text_is_digit(s[i]) &&
            (s[i] == '\0' || strchr("!#$%&'*+-.^_`|~", s[i]) == NULL))
            return false;
    return true;
}

static bool has_control(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (((unsigned char)s[i] < 0x20 && s[i] != '\t') || s[i] == 0x7f)
            return true;
    return false;
}

static bool is_number(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!text_is_digit(s[i]))
            return false;
    return n > 0 && n <= 18;
}

/* A host and port: nothing that could be a path, user or list. The library leaves white space behind it. */
static bool is_host(const char *s, size_t n) {
    struct slice host = slice_trim(slice_n(s, n));
    s = host.ptr;
    n = host.len;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= 0x20 || strchr("/\\@?#,<>\"", s[i]) != NULL)
            return false;
    return true;
}

static enum MHD_Result look(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                            const char *value, size_t value_len) {
    struct walk *w = cls;
    (void)kind;
    if (LIBRARY_LOSES_BYTES && name != w->end + 2) {
        w->why = "a line of the head does not end with CR and LF";
        return MHD_NO;
    }
    w->end = value == NULL ? name + name_len : value + value_len;
    if (value == NULL) {
        w->why = "a header has no colon";
    } else if (!is_token(name, name_len)) {
        w->why = "a header's name has a character that is not allowed";
    } else if (has_control(value, value_len)) {
        w->why = "a header's value has a control character";
    } else if (name_len > strlen("transfer-encoding") || name_len < strlen("host")) {
        return MHD_YES;
    } else if (name_len == strlen("content-length") && strcasecmp(name, "content-length") == 0) {
        w->lengths++;
        if (!is_number(value, value_len))
            w->why = "Content-Length is no number";
    } else if (name_len == strlen("transfer-encoding") &&
               strcasecmp(name, "transfer-encoding") == 0) {
        w->encodings++;
        w->chunked = strcasecmp(value, "chunked") == 0;
    } else if (name_len == strlen("host") && strcasecmp(name, "host") == 0) {
        w->hosts++;
        if (!is_host(value, value_len))
            w->why = "Host is no host";
    }
    return w->why == NULL ? MHD_YES : MHD_NO;
}

/* The request line; refused is what makes it none. */
static int check_line(const struct http_request *r, const char **why) {
    const char *method = r->method_name;
    *why = NULL;
    if (strcmp(r->version, "HTTP/1.1") != 0 && strcmp(r->version, "HTTP/1.0") != 0)
        *why = "the version is neither HTTP/1.1 nor HTTP/1.0";
    else if (!is_token(method, strlen(method)) || strcmp(method, "CONNECT") == 0)
        *why = "the method is none of this server";
    else if (LIBRARY_LOSES_BYTES && (r->target_at != method + strlen(method) + 1 ||
                                     r->version != r->target_at + strlen(r->target) + 1))
        *why = "the request line has a NUL or more spaces than two";
    return *why == NULL ? 0 : 400;
}

/* True when the head ends where its last header does, with one empty line. */
static bool ends_there(const struct http_request *r, const char *end) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info != NULL && end + 4 == r->method_name + info->header_size;
}

int guard_check(const struct http_request *r, const char **why) {
    struct walk w = {.end = r->version + strlen(r->version)};
    bool old = strcmp(r->version, "HTTP/1.0") == 0;
    if (check_line(r, why) != 0)
        return 400;
    if (strlen(r->target) >= HTTP_TARGET_MAX) {
        *why = "the target is too long";
        return 414;
    }
    MHD_get_connection_values_n(r->connection, MHD_HEADER_KIND, look, &w);
    if (w.why == NULL && LIBRARY_LOSES_BYTES && !ends_there(r, w.end))
        w.why = "the head has a line that is no header";
    else if (w.why == NULL && w.lengths > 1)
        w.why = "Content-Length stands twice";
    else if (w.why == NULL && w.encodings > 0 && w.lengths > 0)
        w.why = "Content-Length and Transfer-Encoding stand together";
    else if (w.why == NULL && (w.encodings > 1 || (w.encodings == 1 && (!w.chunked || old))))
        w.why = "the Transfer-Encoding is not chunked, once, in HTTP/1.1";
    else if (w.why == NULL && (w.hosts > 1 || (w.hosts == 0 && !old)))
        w.why = "Host must stand once";
    *why = w.why;
    return w.why == NULL ? 0 : 400;
}
