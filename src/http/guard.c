/* What libmicrohttpd lets through and two servers in a row might read differently (request smuggling):
 * refused by walking the headers before anything is answered. RFC 9112 sections 3.2, 5.1, 6.1, 6.3. */
#include "http/private.h"

#include <string.h>
#include <strings.h>

struct walk {
    unsigned lengths, encodings, hosts;
    bool chunked;
    const char *why;
};

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

/* A host and port: nothing that could be a path, user or list. */
static bool is_host(const char *s, size_t n) {
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] <= 0x20 || strchr("/\\@?#,<>\"", s[i]) != NULL)
            return false;
    return true;
}

static enum MHD_Result look(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len,
                            const char *value, size_t value_len) {
    struct walk *w = cls;
    (void)kind;
    if (value == NULL) {
        w->why = "a header has no colon";
    } else if (!is_token(name, name_len)) {
        w->why = "a header's name has a character that is not allowed";
    } else if (has_control(value, value_len)) {
        w->why = "a header's value has a control character";
    } else if (strcasecmp(name, "content-length") == 0) {
        w->lengths++;
        if (!is_number(value, value_len))
            w->why = "Content-Length is no number";
    } else if (strcasecmp(name, "transfer-encoding") == 0) {
        w->encodings++;
        w->chunked = strcasecmp(value, "chunked") == 0;
    } else if (strcasecmp(name, "host") == 0) {
        w->hosts++;
        if (!is_host(value, value_len))
            w->why = "Host is no host";
    }
    return w->why == NULL ? MHD_YES : MHD_NO;
}

int guard_check(struct MHD_Connection *connection, const char *version, const char *target,
                const char **why) {
    struct walk w = {0};
    bool old = strcmp(version, "HTTP/1.0") == 0;
    if (!old && strcmp(version, "HTTP/1.1") != 0) {
        *why = "the version is neither HTTP/1.1 nor HTTP/1.0";
        return 400;
    }
    if (strlen(target) >= HTTP_TARGET_MAX) {
        *why = "the target is too long";
        return 414;
    }
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, look, &w);
    if (w.why == NULL && w.lengths > 1)
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
