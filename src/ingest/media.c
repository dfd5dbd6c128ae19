#include "ingest/media.h"

#include "base/digest.h"
#include "ingest/media_picture.h"
#include "ingest/permalink.h"
#include "store/media.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_ADDRESS = 1000, STEP = 256 * 1024 };

void media_plan_open(struct media_plan *p, const struct layout *l, const struct known *k,
                     struct store *store, struct renderer *renderer) {
    *p = (struct media_plan){.layout = l, .known = k, .store = store, .renderer = renderer};
}

void media_plan_close(struct media_plan *p) {
    for (size_t i = 0; i < p->moved_count; i++)
        free(p->moved[i].permalink);
    free(p->moved);
    free(p->files);
    *p = (struct media_plan){0};
}

int media_plan_add(struct media_plan *p, const struct tree_file *f, bool is_static, bool settled,
                   struct error *err) {
    if (p->count == p->cap) {
        size_t cap = p->cap == 0 ? 64 : p->cap * 2;
        struct media_file *more = realloc(p->files, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        p->files = more;
        p->cap = cap;
    }
    p->files[p->count++] = (struct media_file){f, is_static, settled};
    return 0;
}

int media_plan_moved(struct media_plan *p, const char *bundle, const char *permalink,
                     struct error *err) {
    if (p->moved_count == p->moved_cap) {
        size_t cap = p->moved_cap == 0 ? 32 : p->moved_cap * 2;
        struct media_bundle *more = realloc(p->moved, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        p->moved = more;
        p->moved_cap = cap;
    }
    char *copy = strdup(permalink);
    if (copy == NULL)
        return error_set(err, "out of memory");
    struct media_bundle *m = &p->moved[p->moved_count++];
    m->folder = bundle;
    m->permalink = copy;
    return 0;
}

static int by_folder(const void *a, const void *b) {
    return strcmp(((const struct media_bundle *)a)->folder,
                  ((const struct media_bundle *)b)->folder);
}

/* The permalink a bundle's post was published at just now, NULL when it was not. The list is sorted by then. */
static const char *moved_to(const struct media_plan *p, const char *bundle) {
    struct media_bundle key = {.folder = bundle};
    if (p->moved_count == 0)
        return NULL;
    const struct media_bundle *m = bsearch(&key, p->moved, p->moved_count, sizeof key, by_folder);
    return m == NULL ? NULL : m->permalink;
}

/* Where the post of a bundle that was not published now stands: by any of the names its file may have. */
static int standing_permalink(const struct media_plan *p, const char *bundle, struct buf *out,
                              struct error *err) {
    static const char *const names[] = {"index.md", "index.markdown", "index.mdown", "index.html"};
    struct db *db = store_reader(p->store, err);
    if (db == NULL)
        return -1;
    int rc = 0;
    size_t count = sizeof names / sizeof names[0];
    for (size_t i = 0; rc == 0 && i <= count; i++) {
        struct buf source;
        buf_init(&source, 8192);
        if (i < count)
            buf_printf(&source, "%s/%s", bundle, names[i]);
        else
            buf_printf(&source, "%s/index.%s.md", bundle, p->layout->language);
        rc = post_permalink_of(db, buf_str(&source), out, err);
        buf_free(&source);
    }
    store_reader_done(p->store, db);
    return rc;
}

/* The address of the folder that the path lies in: below that of its language, with Hugo's hyphens. */
static void folder_address(struct buf *out, const struct layout *l, const char *path,
                           size_t folder) {
    struct layout_where w;
    char name[MAX_ADDRESS + 1];
    layout_where(&w, l, path);
    bool language = *w.language != '\0' && w.root_len > strlen(l->content);
    if (language || (*w.language != '\0' && !text_starts(path, l->content)))
        buf_printf(out, "/%s", w.language);
    snprintf(name, sizeof name, "%.*s", (int)(folder > MAX_ADDRESS ? MAX_ADDRESS : folder),
             w.relative);
    for (char *c = name; l->hugo && *c != '\0'; c++)
        if (*c == ' ')
            *c = '-';
    bool keep_case = l->jekyll || json_get_bool(l->site, "disable_lower", false);
    permalink_folder(out, name, strlen(name), keep_case);
}

/* Appends the file's address. 1 made, 0 it has none now (its post was never taken), -1 error. */
static int address_of(const struct media_plan *p, const struct media_file *m, struct buf *out,
                      struct error *err) {
    const char *path = m->file->path;
    if (m->is_static)
        return buf_printf(out, "/%s", layout_static_path(p->layout, path)) == 0 ? 1 : -1;
    const char *relative = layout_content_path(p->layout, path);
    const char *bundle = layout_bundle_of(p->layout, path);
    if (bundle != NULL) {
        const char *permalink = moved_to(p, bundle);
        int rc = permalink != NULL ? buf_puts(out, permalink) == 0
                                   : standing_permalink(p, bundle, out, err);
        if (rc == 1 && media_folder(out) == 0)
            buf_puts(out, path + strlen(bundle) + 1);
        return rc < 0 || !buf_ok(out) ? -1 : rc;
    }
    const char *slash = strrchr(relative, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash - relative);
    if (p->layout->zola)
        buf_printf(out, "/%.*s%s", (int)folder, relative, folder > 0 ? "/" : "");
    else
        folder_address(out, p->layout, path, folder);
    buf_puts(out, slash == NULL ? relative : slash + 1);
    return buf_ok(out) ? 1 : -1;
}

static ssize_t read_step(void *arg, char *dst, size_t max) {
    int fd = *(int *)arg;
    ssize_t n;
    do
        n = read(fd, dst, max);
    while (n < 0 && errno == EINTR);
    return n;
}

/* The object id of an open file, read once in steps. */
static int oid_of(int fd, uint64_t size, char oid[DIGEST_OID_HEX]) {
    char *block = malloc(STEP);
    struct digest_blob *d = block == NULL ? NULL : digest_blob_new(size);
    if (d == NULL) {
        free(block);
        return -1;
    }
    ssize_t n;
    uint64_t total = 0;
    while ((n = read_step(&fd, block, STEP)) > 0) {
        digest_blob_update(d, block, (size_t)n);
        total += (uint64_t)n;
    }
    digest_blob_finish(d, oid);
    free(block);
    return n < 0 || total != size || lseek(fd, 0, SEEK_SET) != 0 ? -1 : 0;
}

struct media_run {
    const struct media_plan *plan;
    const struct tree *tree;
    struct publication *publication;
    sync_report_fn *report;
    void *arg;
};

static int publish_file(const struct media_run *run, const struct tree_file *f, int fd,
                        uint64_t size, const char *oid, const char *address, struct error *err) {
    struct error odd = {0};
    struct source source = {.path = f->path, .oid = oid, .stamp = f->stamp, .role = SOURCE_MEDIA};
    struct media_record m = {.path = address, .size = size};
    struct media_picture picture;
    media_picture_look(&picture, run->plan->renderer, f->path, fd, &odd);
    if (odd.text[0] != '\0')
        run->report(run->arg, false, f->path, 0, 0, odd.text);
    m.type = picture.type;
    m.width = picture.width;
    m.height = picture.height;
    return publication_media(run->publication, &source, &m, read_step, &fd, err);
}

/* 0 done, 1 refused (why is filled), -1 the store failed (err is filled). */
static int run_file(const struct media_run *run, const struct media_file *m, struct error *why,
                    struct error *err) {
    const struct media_plan *p = run->plan;
    const struct tree_file *f = m->file;
    const char *bundle = m->is_static ? NULL : layout_bundle_of(p->layout, f->path);
    if (m->settled && (bundle == NULL || moved_to(p, bundle) == NULL))
        return 0;
    struct buf address;
    buf_init(&address, MAX_ADDRESS);
    char oid[DIGEST_OID_HEX];
    uint64_t size = 0;
    int fd = -1;
    int rc = address_of(p, m, &address, err);
    if (rc < 0 && !buf_ok(&address)) {
        error_set(why, "its path is longer than %d bytes", MAX_ADDRESS);
        rc = 1;
    } else if (rc == 1) {
        fd = tree_stream(run->tree, f, &size, why);
        if (fd < 0 || oid_of(fd, size, oid) != 0) {
            rc = 1;
            if (fd >= 0)
                error_set(why, "changed while it was read");
        } else {
            const struct source *k = known_find(p->known, f->path);
            bool same = k != NULL && k->role == SOURCE_MEDIA && strcmp(k->oid, oid) == 0 &&
                        (bundle == NULL || moved_to(p, bundle) == NULL);
            struct source touched = {
                .path = f->path, .oid = oid, .stamp = f->stamp, .role = SOURCE_MEDIA};
            rc = same ? publication_touched(run->publication, &touched, err)
                      : publish_file(run, f, fd, size, oid, buf_str(&address), err);
        }
    }
    if (fd >= 0)
        close(fd);
    buf_free(&address);
    return rc;
}

int media_plan_run(struct media_plan *p, const struct tree *tree, struct publication *publication,
                   sync_report_fn *report, void *arg, size_t *refused, struct error *err) {
    if (p->moved_count > 1)
        qsort(p->moved, p->moved_count, sizeof *p->moved, by_folder);
    const struct media_run run = {p, tree, publication, report, arg};
    for (size_t i = 0; i < p->count; i++) {
        struct error why = {0};
        int rc = run_file(&run, &p->files[i], &why, err);
        if (rc < 0)
            return error_prefix(err, "%s", p->files[i].file->path);
        if (rc == 0)
            continue;
        ++*refused;
        report(arg, true, p->files[i].file->path, 0, 0, why.text);
    }
    return 0;
}
