#include "ingest/forge.h"

#include <stdio.h>
#include <string.h>

static bool is_made_of(struct slice s, const char *more) {
    for (size_t i = 0; i < s.len; i++)
        if (!text_is_alpha(s.ptr[i]) && !text_is_digit(s.ptr[i]) &&
            (s.ptr[i] == '\0' || strchr(more, s.ptr[i]) == NULL))
            return false;
    return s.len > 0;
}

static bool is_name(struct slice s) {
    return is_made_of(s, "-_.~+%") && !slice_eq(s, ".") && !slice_eq(s, "..");
}

/* Moves the last part of a path out of it. */
static struct slice last_part(struct slice *path) {
    const char *slash = path->len > 0 ? memrchr(path->ptr, '/', path->len) : NULL;
    size_t n = slash == NULL ? 0 : (size_t)(slash - path->ptr) + 1;
    struct slice part = slice_n(path->ptr + n, path->len - n);
    path->len = n;
    while (path->len > 0 && path->ptr[path->len - 1] == '/')
        path->len--;
    return part;
}

/* The end of the host: a colon within brackets belongs to an IPv6 address. */
static size_t host_end(struct slice host) {
    const char *bracket = host.len > 0 ? memrchr(host.ptr, ']', host.len) : NULL;
    size_t from = bracket == NULL ? 0 : (size_t)(bracket - host.ptr);
    const char *colon = memchr(host.ptr + from, ':', host.len - from);
    return colon == NULL ? host.len : (size_t)(colon - host.ptr);
}

int forge_split(struct forge *out, const char *url) {
    const char *scheme = strstr(url, "://");
    const char *at = scheme == NULL ? url : scheme + 3;
    size_t n = strcspn(at, "/");
    const char *user = n > 0 ? memrchr(at, '@', n) : NULL;
    if (user != NULL) {
        n -= (size_t)(user + 1 - at);
        at = user + 1;
    }
    if (scheme == NULL)
        n = host_end(slice_n(at, n));
    const char *rest = at[n] == '\0' ? at + n : at + n + 1;
    out->plain = text_starts(url, "http://");
    out->http = out->plain || text_starts(url, "https://");
    out->host = slice_n(at, n);
    if (!out->http)
        out->host.len = host_end(out->host);
    out->above = slice_of(rest + strspn(rest, "/"));
    while (out->above.len > 0 && out->above.ptr[out->above.len - 1] == '/')
        out->above.len--;
    if (slice_ends(out->above, ".git"))
        out->above.len -= 4;
    struct slice name = last_part(&out->above);
    struct slice owner = last_part(&out->above);
    out->path = slice_n(owner.ptr, (size_t)(name.ptr + name.len - owner.ptr));
    bool named = scheme != NULL || at[n] == ':'; /* or it is a folder of this machine */
    if (named && is_made_of(out->host, "-.:[]_") && is_name(owner) && is_name(name) &&
        out->path.len == owner.len + 1 + name.len &&
        (out->above.len == 0 || is_made_of(out->above, "-_.~+%/")))
        return 0;
    return -1;
}

/* The host's name in lower case, without its port. */
static void name_of(char out[64], struct slice host) {
    size_t n = host_end(host);
    snprintf(out, 64, "%.*s", n < 64 ? (int)n : 0, host.ptr);
    for (char *c = out; *c != '\0'; c++)
        *c = text_lower(*c);
}

enum forge_kind forge_kind(const struct forge *f) {
    static const struct {
        const char *name; /* one that ends in '.' is how a host's name begins */
        enum forge_kind kind;
    } known[] = {{"github.com", FORGE_GITHUB},
                 {"www.github.com", FORGE_GITHUB},
                 {"ssh.github.com", FORGE_GITHUB},
                 {"gitlab.com", FORGE_GITLAB},
                 {"altssh.gitlab.com", FORGE_GITLAB},
                 {"gitlab.", FORGE_GITLAB},
                 {"codeberg.org", FORGE_GITEA},
                 {"gitea.", FORGE_GITEA},
                 {"forgejo.", FORGE_GITEA},
                 {"bitbucket.org", FORGE_BITBUCKET},
                 {"altssh.bitbucket.org", FORGE_BITBUCKET}};
    char name[64];
    name_of(name, f->host);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_ends(known[i].name, ".") ? text_starts(name, known[i].name)
                                          : strcmp(name, known[i].name) == 0)
            return known[i].kind;
    return FORGE_OTHER;
}

/* Where people look at what is fetched from `host` by ssh. */
static const char *web_host(const struct forge *f, enum forge_kind kind) {
    static const char *const names[] = {
        [FORGE_GITHUB] = "github.com", [FORGE_BITBUCKET] = "bitbucket.org"};
    return kind == FORGE_GITHUB || kind == FORGE_BITBUCKET ? names[kind]
           : slice_eq(f->host, "altssh.gitlab.com")        ? "gitlab.com"
                                                           : NULL;
}

int forge_edit(struct buf *out, const char *repo, const char *branch) {
    static const char *const forms[] = {[FORGE_GITHUB] = "edit",
                                        [FORGE_GITLAB] = "-/edit",
                                        [FORGE_GITEA] = "_edit",
                                        [FORGE_BITBUCKET] = "src"};
    struct forge f;
    enum forge_kind kind = forge_split(&f, repo) == 0 ? forge_kind(&f) : FORGE_OTHER;
    bool by_head = kind == FORGE_GITHUB || kind == FORGE_GITLAB; /* knows its own default branch */
    if (kind == FORGE_OTHER || (*branch == '\0' && !by_head))
        return 0;
    const char *host = web_host(&f, kind);
    buf_puts(out, f.plain ? "http://" : "https://");
    if (host != NULL)
        buf_puts(out, host);
    else
        buf_append(out, f.host.ptr, f.host.len);
    buf_putc(out, '/');
    if (f.above.len > 0) {
        buf_append(out, f.above.ptr, f.above.len);
        buf_putc(out, '/');
    }
    buf_append(out, f.path.ptr, f.path.len);
    buf_printf(out, "/%s/", forms[kind]);
    text_url_path(out, *branch == '\0' ? "HEAD" : branch, *branch == '\0' ? 4 : strlen(branch));
    return buf_putc(out, '/');
}
