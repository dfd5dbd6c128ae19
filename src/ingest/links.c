#include "ingest/links.h"

#include "content/html_urls.h"
#include "ingest/media_type.h"
#include "store/address.h"

#include <stdio.h>
#include <string.h>

enum { OF_POST = 200, OF_ALL = 20000, TOLD_OF_POST = 20, ARENA = 32 << 20, PATH = 1024 };

struct loose_link {
    struct loose_link *next;
    const char *path;    /* of the post's file; the same pointer for all links of a post */
    const char *written; /* the link, without query and fragment */
    const char *address; /* where a page would look for it, without a '/' at its end; NULL: the
                            Markdown file that it means is not in the tree */
    int line, column;    /* 0: not known */
};

struct looking {
    struct links *links;
    const struct post_record *post;
    const char *path;               /* kept */
    const struct loose_link *first; /* of this post */
    size_t count;
};

/* ---- which links ---- */

/* Addresses that no file and no post has: the server's own, and pages of lists. */
static bool is_own(const char *address) {
    static const char *const own[] = {"/static", "/api",     "/admin",  "/ghost",
                                      "/events", "/hooks",   "/page",   "/healthz",
                                      "/readyz", "/archive", "/search", "/preview"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        size_t n = strlen(own[i]);
        if (strncmp(address, own[i], n) == 0 && (address[n] == '/' || address[n] == '\0'))
            return true;
    }
    return strstr(address, "/page/") != NULL;
}

/* True for pages, pictures and the like; not for feeds, styles and others that a theme may bring. */
static bool is_looked_for(struct slice path) {
    static const char *const types[] = {"image/",          "audio/",          "video/",
                                        "application/pdf", "application/zip", "text/html"};
    char name[256];
    const char *slash = memrchr(path.ptr, '/', path.len);
    size_t from = slash == NULL ? 0 : (size_t)(slash + 1 - path.ptr);
    snprintf(name, sizeof name, "%.*s", (int)(path.len - from), path.ptr + from);
    if (strchr(name, '.') == NULL)
        return true;
    const char *type = media_type_of(name);
    for (size_t i = 0; type != NULL && i < sizeof types / sizeof types[0]; i++)
        if (text_starts(type, types[i]))
            return strcmp(type, "image/x-icon") != 0;
    return false;
}

static bool is_markdown(struct slice path) {
    return slice_ends(path, ".md") || slice_ends(path, ".markdown");
}

/* True when something of the site is in the tree at that path: a file, or a folder that is a page. */
static bool is_served(const struct links *l, struct buf *path) {
    static const char *const endings[] = {"", "/index.md", "/_index.md"};
    size_t len = path->len;
    bool found = false;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && !found; i++) {
        buf_puts(path, endings[i]);
        const struct tree_file *f = buf_ok(path) ? tree_find(l->tree, buf_str(path)) : NULL;
        found = f != NULL && layout_role(l->layout, f->path) != LAYOUT_IGNORED;
        if (buf_ok(path))
            buf_truncate(path, len);
    }
    return found;
}

static bool is_beside(const struct looking *w, struct slice url) {
    struct buf file;
    buf_init(&file, 4096);
    bool beside = html_url_file(&file, w->post->source.path, url) && is_served(w->links, &file);
    buf_free(&file);
    return beside;
}

/* The address a page at the post's permalink makes of url ("/posts/x/a.png"). False: none of this site's, or home. */
static bool page_address(const struct looking *w, struct buf *out, struct slice url) {
    const char *from = w->post->permalink + (*w->post->permalink == '/');
    size_t prefix = strlen(w->links->prefix);
    if (slice_starts(url, "//"))
        return false;
    if (slice_starts(url, "/")) {
        if (!slice_starts(url, w->links->prefix) || url.len <= prefix || url.ptr[prefix] != '/')
            return false;
        url = slice_n(url.ptr + prefix + 1, url.len - prefix - 1);
        from = "";
    }
    buf_putc(out, '/');
    return html_url_file(out, from, url);
}

/* ---- remembering ---- */

/* True when a link may end at p. */
static bool ends(const char *p, const char *end) {
    return p == end || strchr(")>\"' \t\r\n#?]", *p) != NULL;
}

/* The line and column of the link in the author's text, as it is written there. */
static void find_place(struct loose_link *link, const struct post_record *post) {
    size_t n = strlen(link->written);
    const char *at = post->markdown, *end = post->markdown + post->markdown_len;
    while (at != NULL && (at = memmem(at, (size_t)(end - at), link->written, n)) != NULL) {
        if (at > post->markdown && strchr("(<\"'=: \t\n", at[-1]) != NULL && ends(at + n, end))
            break;
        at++;
    }
    if (at == NULL)
        return;
    const char *line = post->markdown;
    link->line = 1;
    for (const char *p; (p = memchr(line, '\n', (size_t)(at - line))) != NULL; line = p + 1)
        link->line++;
    link->column = (int)(at - line) + 1;
}

/* A link that a post has twice (a picture that leads to itself) is told once. */
static bool is_known(const struct looking *w, struct slice written) {
    const struct loose_link *link = w->first;
    while (link != NULL && !slice_eq(written, link->written))
        link = link->next;
    return link != NULL;
}

static void remember(struct looking *w, struct slice written, const char *address) {
    struct links *l = w->links;
    if (is_known(w, written))
        return;
    struct loose_link *link = arena_alloc(l->arena, sizeof *link);
    if (w->path == NULL)
        w->path = arena_strdup(l->arena, w->post->source.path);
    if (link == NULL || w->path == NULL)
        return;
    *link = (struct loose_link){.path = w->path,
                                .written = arena_strndup(l->arena, written.ptr, written.len)};
    if (address != NULL)
        link->address = arena_strdup(l->arena, address);
    if (link->written == NULL || (address != NULL && link->address == NULL))
        return;
    find_place(link, w->post);
    *l->last = link;
    l->last = &link->next;
    if (w->first == NULL)
        w->first = link;
    w->count++;
    l->count++;
}

static void look(void *arg, struct buf *out, struct slice url) {
    struct looking *w = arg;
    struct slice path = slice_n(url.ptr, html_url_path(url));
    (void)out; /* nobody wants the HTML */
    bool rooted = slice_starts(path, "/");
    if (w->count == OF_POST || w->links->count == OF_ALL || path.len == 0 || path.len > PATH / 2 ||
        memchr(path.ptr, '&', path.len) != NULL || (!rooted && !html_url_is_relative(url)) ||
        (!rooted && is_beside(w, url)))
        return;
    if (!rooted && is_markdown(path)) {
        remember(w, path, NULL);
        return;
    }
    struct buf address;
    buf_init(&address, PATH);
    if (page_address(w, &address, path) && !is_own(buf_str(&address)) &&
        (slice_ends(path, "/") || is_looked_for(path)))
        remember(w, path, buf_str(&address));
    buf_free(&address);
}

/* A cover stands beside the file or, also when it is written without a '/', at the root. */
static void look_at_cover(struct looking *w, const char *image) {
    struct slice cover = slice_of(image);
    struct buf rooted;
    buf_init(&rooted, PATH);
    if (html_url_is_relative(cover) && !is_beside(w, cover))
        buf_printf(&rooted, "%s/", w->links->prefix);
    if (buf_ok(&rooted) && (rooted.len > 0 || slice_starts(cover, "/"))) {
        buf_puts(&rooted, image);
        look(w, NULL, slice_of(buf_str(&rooted)));
    }
    buf_free(&rooted);
}

void links_look(struct links *l, const struct post_record *post, const struct document *doc) {
    struct looking w = {.links = l, .post = post};
    struct buf copy;
    if (l->arena == NULL || l->count == OF_ALL)
        return;
    const json_t *cover = json_object_get(doc->meta, "cover");
    look_at_cover(&w, json_get_string(cover, "image", ""));
    buf_init(&copy, doc->html_len + 1);
    if (html_urls(&copy, doc->html, doc->html_len, look, &w) != 0)
        w.count = OF_POST; /* memory is out: the rest is not looked at */
    buf_free(&copy);
}

/* ---- telling ---- */

static bool stands(struct db *db, const char *address, const char *ending) {
    struct address found;
    char path[PATH + 16];
    int n = snprintf(path, sizeof path, "%s%s", address, ending);
    int rc = n < 0 || (size_t)n >= sizeof path ? -1 : address_find(db, path, &found, NULL);
    return rc < 0 || (rc == 1 && found.kind != ADDRESS_GONE); /* or it cannot be known */
}

/* As the server finds it: with and without a slash, and the folder of a file index.html. */
static bool is_address(struct db *db, const char *address) {
    static const char index[] = "/index.html";
    char folder[PATH];
    size_t n = strlen(address);
    if (stands(db, address, "") || stands(db, address, "/") || stands(db, address, index) ||
        n >= sizeof folder)
        return true;
    if (!text_ends(address, index))
        return false;
    memcpy(folder, address, n - strlen(index));
    folder[n - strlen(index)] = '\0';
    return stands(db, folder, "/");
}

void links_tell(struct links *l, struct db *db, links_tell_fn *tell, void *arg) {
    const char *path = NULL;
    int told = 0;
    for (const struct loose_link *link = l->first; link != NULL; link = link->next) {
        told = link->path == path ? told : 0;
        path = link->path;
        if (told == TOLD_OF_POST || (link->address != NULL && is_address(db, link->address)))
            continue;
        struct error e = {.line = link->line, .column = link->column};
        snprintf(e.text, sizeof e.text, "links to %.200s, which is not there", link->written);
        tell(arg, path, &e);
        told++;
    }
    l->first = NULL;
    l->last = &l->first;
}

void links_tell_live(struct links *l, struct store *store, links_tell_fn *tell, void *arg) {
    struct db *db = l->first == NULL ? NULL : store_reader(store, NULL);
    if (db == NULL)
        return;
    links_tell(l, db, tell, arg);
    store_reader_done(store, db);
}

/* ---- life ---- */

void links_open(struct links *l, const struct tree *tree, const struct layout *layout,
                const char *base_url) {
    const char *host = base_url == NULL ? NULL : strstr(base_url, "://");
    const char *path = host == NULL ? "" : host + 3 + strcspn(host + 3, "/?#");
    size_t n = strcspn(path, "?#");
    while (n > 0 && path[n - 1] == '/')
        n--;
    *l = (struct links){.tree = tree, .layout = layout, .arena = arena_new(ARENA)};
    l->last = &l->first;
    snprintf(l->prefix, sizeof l->prefix, "%.*s", (int)n, path);
}

void links_close(struct links *l) {
    arena_free(l->arena);
    l->arena = NULL;
}
