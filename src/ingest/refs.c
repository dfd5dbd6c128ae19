/* Forms: "@ref/PATH" (Hugo: beside the file, from the root of the content, or any file of that name), "@post/NAME"
 * (Jekyll: a file in some _posts), "@/PATH" (Zola and Jekyll: from the root of the content). A name is looked for
 * in a sorted list, so that many links over many files stay cheap. */
#include "ingest/refs.h"

#include "content/html_urls.h"
#include "content/link.h"

#include <stdlib.h>
#include <string.h>

struct resolving {
    struct refs *refs;
    const char *path;
    bool failed;
};

void refs_open(struct refs *r, const struct tree *tree, const struct layout *layout) {
    *r = (struct refs){.tree = tree, .layout = layout};
}

void refs_close(struct refs *r) {
    free(r->by_name);
    r->by_name = NULL;
}

/* ---- by name ---- */

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static int compare(const void *a, const void *b) {
    const struct tree_file *const *x = a, *const *y = b;
    int order = strcmp(name_of((*x)->path), name_of((*y)->path));
    return order != 0 ? order : strcmp((*x)->path, (*y)->path);
}

static int make_list(struct refs *r) {
    if (r->by_name != NULL)
        return 0;
    r->by_name = calloc(tree_count(r->tree) + 1, sizeof(const struct tree_file *));
    if (r->by_name == NULL)
        return -1;
    for (size_t i = 0; i < tree_count(r->tree); i++)
        if (layout_role(r->layout, tree_at(r->tree, i)->path) == LAYOUT_POST)
            r->by_name[r->count++] = tree_at(r->tree, i);
    qsort(r->by_name, r->count, sizeof(const struct tree_file *), compare);
    return 0;
}

/* The first of the files with that name; NULL when there is none. *more: of how many. */
static const struct tree_file *const *named(const struct refs *r, const char *name, size_t *more) {
    size_t low = 0, high = r->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(name_of(r->by_name[mid]->path), name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    *more = 0;
    while (*more < 64 && low + *more < r->count &&
           strcmp(name_of(r->by_name[low + *more]->path), name) == 0)
        ++*more;
    return *more == 0 ? NULL : &r->by_name[low];
}

static const char *is_post(const struct refs *r, const struct buf *path) {
    const struct tree_file *f = buf_ok(path) ? tree_find(r->tree, buf_str(path)) : NULL;
    return f != NULL && layout_role(r->layout, f->path) == LAYOUT_POST ? f->path : NULL;
}

/* The post that the path means as it is, with an ending, or as a folder. */
static const char *with_endings(const struct refs *r, struct buf *path) {
    static const char *const endings[] = {"", ".md", ".markdown", "/index.md", "/_index.md"};
    const char *found = NULL;
    while (path->len > 0 && path->data[path->len - 1] == '/')
        buf_truncate(path, path->len - 1);
    size_t len = path->len;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0] && found == NULL; i++) {
        buf_puts(path, endings[i]);
        found = is_post(r, path);
        if (buf_ok(path))
            buf_truncate(path, len);
    }
    return found;
}

/* ---- each form ---- */

static const char *find_rooted(const struct refs *r, struct buf *b, const char *path) {
    buf_clear(b);
    buf_printf(b, "%s%s", r->layout->content, path + (*path == '/'));
    const struct tree_file *f = buf_ok(b) ? tree_find(r->tree, buf_str(b)) : NULL;
    return f != NULL ? f->path : with_endings(r, b);
}

/* Hugo's own order: beside the file, from the root, anywhere if only one has that name. */
static const char *find_ref(struct refs *r, struct buf *b, const char *from, const char *path) {
    static const char *const endings[] = {"", ".md", ".markdown"};
    buf_clear(b);
    const char *found =
        *path != '/' && html_url_file(b, from, slice_of(path)) ? with_endings(r, b) : NULL;
    if (found == NULL)
        found = find_rooted(r, b, path);
    for (size_t i = 0; found == NULL && strchr(path, '/') == NULL && i < 3; i++) {
        size_t count;
        buf_clear(b);
        buf_printf(b, "%s%s", path, endings[i]);
        const struct tree_file *const *f = named(r, buf_str(b), &count);
        found = count == 1 ? f[0]->path : NULL;
    }
    return found;
}

static const char *find_post(struct refs *r, struct buf *b, const char *path) {
    static const char *const endings[] = {".md", ".markdown"};
    for (size_t i = 0; i < 2; i++) {
        size_t count;
        buf_clear(b);
        buf_printf(b, "%s%s", name_of(path), endings[i]);
        const struct tree_file *const *f = named(r, buf_str(b), &count);
        buf_clear(b);
        buf_printf(b, "%s%s%s", strchr(path, '/') != NULL ? "/" : "", path + (*path == '/'),
                   endings[i]);
        for (size_t k = 0; k < count; k++)
            if (strstr(f[k]->path, "_posts/") != NULL &&
                (strchr(path, '/') == NULL || text_ends(f[k]->path, buf_str(b))))
                return f[k]->path;
    }
    return NULL;
}

/* ---- writing ---- */

/* The way from one file's folder to another file. */
static void put_relative(struct buf *out, const char *from, const char *to) {
    size_t common = 0;
    for (size_t i = 0; from[i] != '\0' && from[i] == to[i]; i++)
        if (from[i] == '/')
            common = i + 1;
    bool up = false;
    for (const char *p = from + common; (p = strchr(p, '/')) != NULL; p++, up = true)
        buf_puts(out, "../");
    link_to_file(out, up ? "" : "./", slice_of(to + common));
}

/* Where a target would stand that is not there: in the content, as a Markdown file. */
static void put_missing(const struct resolving *w, struct buf *out, const char *path) {
    struct buf b;
    buf_init(&b, 4096);
    buf_printf(&b, "%s%s", w->refs->layout->content, path + (*path == '/'));
    while (b.len > 0 && b.data[b.len - 1] == '/')
        buf_truncate(&b, b.len - 1);
    if (!text_ends(buf_str(&b), ".md") && !text_ends(buf_str(&b), ".markdown"))
        buf_puts(&b, ".md");
    put_relative(out, w->path, buf_str(&b));
    buf_free(&b);
}

static size_t form_of(const struct layout *l, struct slice url) {
    static const char *const forms[] = {"@ref/", "@post/", "@/"};
    bool right[] = {!l->zola && !l->jekyll, l->jekyll, true};
    for (size_t i = 0; i < 3; i++)
        if (right[i] && slice_starts(url, forms[i]))
            return strlen(forms[i]);
    return 0;
}

static void put(void *arg, struct buf *out, struct slice url) {
    struct resolving *w = arg;
    size_t form = form_of(w->refs->layout, url), n = html_url_path(url);
    struct buf path, scratch;
    buf_init(&path, 4096);
    buf_init(&scratch, 8192);
    if (form == 0 || n <= form || text_url_decode(&path, url.ptr + form, n - form, false) != 0) {
        buf_append(out, url.ptr, url.len);
    } else if (make_list(w->refs) != 0) {
        w->failed = true;
    } else {
        const char *p = buf_str(&path);
        const char *to = form == 5   ? find_ref(w->refs, &scratch, w->path, p)
                         : form == 6 ? find_post(w->refs, &scratch, p)
                                     : find_rooted(w->refs, &scratch, p);
        if (to != NULL)
            put_relative(out, w->path, to);
        else if (form > 2 || w->refs->layout->zola || w->refs->layout->jekyll)
            put_missing(w, out, p);
        else
            buf_append(out, url.ptr, n); /* nobody's site: it may be what was meant */
        buf_append(out, url.ptr + n, url.len - n);
    }
    buf_free(&path);
    buf_free(&scratch);
}

int refs_resolve(struct refs *r, struct buf *out, const char *path, const char *html, size_t n) {
    struct resolving w = {.refs = r, .path = path};
    if (memmem(html, n, "=\"@", 3) == NULL && memmem(html, n, "='@", 3) == NULL &&
        memmem(html, n, "=@", 2) == NULL)
        return 0;
    return html_urls(out, html, n, put, &w) == 0 && !w.failed ? 1 : -1;
}

int refs_apply(struct refs *r, const char *path, struct document *doc, struct error *err) {
    struct buf html;
    buf_init(&html, 2 * doc->html_len + (1 << 20));
    int rc = refs_resolve(r, &html, path, doc->html, doc->html_len);
    if (rc == 1) {
        free(doc->html);
        doc->html = buf_take(&html, &doc->html_len);
    }
    buf_free(&html);
    return rc < 0 || doc->html == NULL ? error_set(err, "%s: memory is out for its links", path)
                                       : 0;
}
