/* See theme.h. A folder's static files are read whole, at most THEME_MAX_ASSET_BYTES together: they
 * are a theme's own few fonts and styles; a site's pictures are media and live in the store. */
#include "web/theme.h"

#include "base/digest.h"
#include "base/embed.h"
#include "base/file.h"
#include "web/policy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One file of the folder: name, hash and bytes in one piece of memory. */
static int keep_file(struct asset *out, const char *name, const struct buf *bytes) {
    char digest[DIGEST_SHA256_HEX];
    size_t name_size = strlen(name) + 1;
    char *owned = malloc(name_size + ASSET_HASH + 1 + bytes->len);
    if (owned == NULL)
        return -1;
    digest_sha256_hex(digest, buf_str(bytes), bytes->len);
    memcpy(owned, name, name_size);
    memcpy(owned + name_size, digest, ASSET_HASH);
    owned[name_size + ASSET_HASH] = '\0';
    char *data = owned + name_size + ASSET_HASH + 1;
    memcpy(data, buf_str(bytes), bytes->len);
    *out = (struct asset){name, data, bytes->len, owned + name_size, owned};
    return 0;
}

struct folder {
    struct theme *theme;
    int fd;
    size_t left; /* bytes that may still be read */
    struct error *err;
};

static struct asset *find(const struct theme *t, struct slice name) {
    for (size_t i = 0; i < t->asset_count; i++)
        if (slice_eq(name, t->assets[i].name))
            return &t->assets[i];
    return NULL;
}

static int take_file(void *arg, const struct file_entry *e) {
    struct folder *f = arg;
    struct theme *t = f->theme;
    if (S_ISLNK(e->mode))
        return 0;
    if (e->size > f->left)
        return error_set(f->err, "static/%s: the theme's static files are over %d MB together",
                         e->path, THEME_MAX_ASSET_BYTES >> 20);
    struct buf bytes;
    buf_init(&bytes, f->left);
    int rc = file_read_at(&bytes, f->fd, e->path, f->err);
    if (rc == 0) {
        struct asset *old = find(t, slice_of(e->path));
        struct asset *place = old != NULL ? old : &t->assets[t->asset_count];
        f->left -= bytes.len;
        rc = keep_file(place, e->path, &bytes);
        if (rc != 0)
            error_set(f->err, "the theme: out of memory");
        else if (old == NULL)
            t->asset_count++;
        if (rc == 0) /* the name in the walk is only lent */
            place->name = place->owned;
    }
    buf_free(&bytes);
    return rc;
}

static int by_name(const void *a, const void *b) {
    const struct asset *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static int read_folder(struct theme *t, const char *dir, struct error *err) {
    char path[4096];
    int n = snprintf(path, sizeof path, "%s/static", dir);
    if (n < 0 || (size_t)n >= sizeof path)
        return error_set(err, "--theme: the path is too long");
    struct folder f = {.theme = t, .left = THEME_MAX_ASSET_BYTES, .err = err};
    f.fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (f.fd < 0)
        return errno == ENOENT ? 0 : error_set(err, "%s: %s", path, strerror(errno));
    int rc = file_walk(path, THEME_MAX_ASSETS, take_file, &f, err);
    close(f.fd);
    return rc == 0 ? 0 : -1;
}

static int read_assets(struct theme *t, const char *dir, struct error *err) {
    t->assets = calloc(embedded_static_count + THEME_MAX_ASSETS + 1, sizeof *t->assets);
    if (t->assets == NULL)
        return error_set(err, "the theme: out of memory");
    for (size_t i = 0; i < embedded_static_count; i++) {
        const struct embedded_file *e = &embedded_static[i];
        t->assets[t->asset_count++] = (struct asset){e->name, e->data, e->len, e->hash, NULL};
    }
    if (dir != NULL && read_folder(t, dir, err) != 0)
        return -1;
    qsort(t->assets, t->asset_count, sizeof *t->assets, by_name);
    return 0;
}

static int read_templates(struct theme *t, const char *dir, struct error *err) {
    struct template_source *sources = calloc(embedded_templates_count + 1, sizeof *sources);
    if (sources == NULL)
        return error_set(err, "the theme: out of memory");
    for (size_t i = 0; i < embedded_templates_count; i++) {
        const struct embedded_file *e = &embedded_templates[i];
        sources[i] = (struct template_source){e->name, (const char *)e->data, e->len};
    }
    int rc = template_set_open(&t->templates, sources, embedded_templates_count, dir, err);
    free(sources);
    if (rc == 0)
        template_set_traits(t->templates, policy_needs);
    return rc;
}

/* True when the listing's templates show of its posts what LIST_SHORT has and no more. */
static bool asks_little(const struct template_set *set) {
    static const char *const more[] = {"id",      "permalink", "slug", "section",    "description",
                                       "updated", "words",     "tags", "categories", "series"};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        if (template_set_asks(set, "list", more[i]))
            return false;
    return true;
}

int theme_open(struct theme **out, const char *dir, struct error *err) {
    struct theme *t = calloc(1, sizeof *t);
    if (t == NULL)
        return error_set(err, "the theme: out of memory");
    atomic_init(&t->refs, 1);
    if (read_templates(t, dir, err) != 0 || read_assets(t, dir, err) != 0) {
        theme_unref(t);
        return -1;
    }
    t->short_cards = asks_little(t->templates);
    *out = t;
    return 0;
}

struct theme *theme_ref(struct theme *t) {
    atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
    return t;
}

void theme_unref(struct theme *t) {
    if (t == NULL || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
        return;
    template_set_free(t->templates);
    for (size_t i = 0; i < t->asset_count; i++)
        free(t->assets[i].owned);
    free(t->assets);
    free(t);
}

const struct asset *theme_asset(const struct theme *t, struct slice name) {
    return find(t, name);
}

int theme_asset_path(struct buf *out, const struct asset *a) {
    const char *slash = strrchr(a->name, '/');
    const char *dot = strrchr(slash == NULL ? a->name : slash, '.');
    size_t stem = dot == NULL ? strlen(a->name) : (size_t)(dot - a->name);
    buf_puts(out, "/static/");
    text_url_path(out, a->name, stem);
    buf_printf(out, ".%s", a->hash);
    return text_url_path(out, a->name + stem, strlen(a->name) - stem);
}

json_t *theme_links(const struct theme *t, const char *prefix) {
    json_t *links = json_object();
    struct buf key, path;
    buf_init(&key, 4096);
    buf_init(&path, 16384);
    for (size_t i = 0; i < t->asset_count; i++) {
        buf_clear(&key);
        buf_clear(&path);
        for (const char *c = t->assets[i].name; *c != '\0'; c++)
            buf_putc(&key, *c == '.' || *c == '/' || *c == '-' ? '_' : *c);
        buf_puts(&path, prefix);
        theme_asset_path(&path, &t->assets[i]);
        /* A name that is no UTF-8 or too long has no link: nothing else comes of it. */
        if (buf_ok(&key) && buf_ok(&path))
            (void)json_put_string(links, buf_str(&key), buf_str(&path));
    }
    buf_free(&path);
    buf_free(&key);
    return links;
}
