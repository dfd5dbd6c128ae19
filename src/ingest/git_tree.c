/* A tree of a commit: tree objects are read one by one, so a subfolder costs one question, and files are
 * read when they are needed. */
#include "ingest/git_private.h"

#include "base/digest.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEPTH_MAX = 64, TREE_BYTES_MAX = 64 << 20, FOLDERS_MAX = 100000, PATH_BYTES_MAX = 4096 };

struct listing {
    struct git *git;
    struct tree *tree;
    size_t folders;
    char path[PATH_BYTES_MAX];
};

static int object_of(struct git *g, const char *oid, const char *type, const struct git_sink *to,
                     struct error *err) {
    struct git_object o;
    int rc = git_reader_get(g->reader, oid, &o, to, err);
    if (rc == 1 && strcmp(o.type, type) != 0)
        return error_set(err, "object %s is a %s, not a %s", oid, o.type, type);
    if (rc == 0) {
        git_failed(g, GIT_FAULT_CACHE);
        return error_set(err, "object %s is missing", oid);
    }
    return rc == 1 ? 0 : -1;
}

/* ---- files ---- */

static int git_file_read(const void *of, const struct tree_file *f, struct buf *out,
                         struct error *err) {
    struct git *g = (struct git *)(uintptr_t)of;
    return object_of(g, f->oid, "blob", &(struct git_sink){.buf = out}, err);
}

/* A file to be streamed passes through one that has no name and is gone when it is closed. */
static int git_file_stream(const void *of, const struct tree_file *f, uint64_t *size,
                           struct error *err) {
    struct git *g = (struct git *)(uintptr_t)of;
    char name[4200];
    snprintf(name, sizeof name, "%s/platen-XXXXXX", g->o.folder);
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd < 0)
        return error_set(err, "%s: %s", name, strerror(errno));
    unlink(name);
    struct git_sink to = {.fd = fd, .max = g->o.max_media};
    off_t end = -1;
    if (object_of(g, f->oid, "blob", &to, err) == 0) {
        end = lseek(fd, 0, SEEK_CUR);
        if (end < 0 || lseek(fd, 0, SEEK_SET) != 0)
            end = error_set(err, "cannot be kept: %s", strerror(errno));
    }
    if (end < 0) {
        close(fd);
        return -1;
    }
    *size = (uint64_t)end;
    return fd;
}

static void git_files_close(void *of) {
    (void)of; /* the struct git is its caller's */
}

static bool git_files_broken(const void *of) {
    const struct git *g = of;
    return git_reader_dead(g->reader) || g->fault == GIT_FAULT_CACHE;
}

static const struct tree_kind git_kind = {git_file_read, git_file_stream, git_files_close,
                                          git_files_broken};

/* ---- listing ---- */

static int list(struct listing *l, const char *oid, size_t prefix, int depth, struct error *err);

static int add_file(struct listing *l, const char *oid, struct error *err) {
    struct error full = {0};
    struct tree_file *f = tree_add(l->tree, l->path, &full);
    if (f == NULL) {
        if (full.text[0] == '\0')
            return 0;
        git_failed(l->git, GIT_FAULT_LIMIT);
        return error_set(err, "%s", full.text);
    }
    snprintf(f->oid, sizeof f->oid, "%s", oid);
    return 0;
}

/* One entry, whose path is in l->path up to `end`. */
static int entry(struct listing *l, unsigned mode, const char *oid, size_t end, int depth,
                 struct error *err) {
    switch (mode & 0170000) {
    case 0040000:
        if (end + 1 >= PATH_BYTES_MAX)
            return 0;
        l->path[end] = '/';
        l->path[end + 1] = '\0';
        return list(l, oid, end + 1, depth + 1, err);
    case 0100000:
        return add_file(l, oid, err);
    case 0120000:
        tree_note(l->tree, l->path, "is a symbolic link: not followed");
        return 0;
    case 0160000:
        tree_note(l->tree, l->path, "is a submodule: left out");
        return 0;
    default:
        tree_note(l->tree, l->path, "is neither file nor folder: left out");
        return 0;
    }
}

static bool is_hidden(const char *name) {
    return name[0] == '.' && strcmp(name, ".well-known") != 0;
}

/* "MODE NAME\0" and the 20 bytes of the object's id, for every entry. */
static int entries(struct listing *l, struct slice bytes, size_t prefix, int depth,
                   struct error *err) {
    while (bytes.len > 0) {
        const char *space = memchr(bytes.ptr, ' ', bytes.len);
        const char *nul = memchr(bytes.ptr, '\0', bytes.len);
        if (space == NULL || nul == NULL || space > nul ||
            (size_t)(nul - bytes.ptr) + 21 > bytes.len) {
            git_failed(l->git, GIT_FAULT_CACHE);
            return error_set(err, "a tree object is malformed");
        }
        unsigned mode = (unsigned)strtoul(bytes.ptr, NULL, 8);
        const char *name = space + 1;
        char oid[GIT_OID_MAX];
        digest_hex(oid, nul + 1, 20);
        size_t n = (size_t)(nul - name), used = (size_t)(nul - bytes.ptr) + 21;
        bytes = slice_n(bytes.ptr + used, bytes.len - used);
        if (n == 0 || is_hidden(name) || memchr(name, '/', n) != NULL)
            continue;
        if (prefix + n >= PATH_BYTES_MAX) {
            l->path[prefix] = '\0';
            tree_note(l->tree, l->path, "holds a name that is too long: left out");
            continue;
        }
        memcpy(l->path + prefix, name, n + 1);
        if (entry(l, mode, oid, prefix + n, depth, err) != 0)
            return -1;
    }
    return 0;
}

static int list(struct listing *l, const char *oid, size_t prefix, int depth, struct error *err) {
    if (depth > DEPTH_MAX || ++l->folders > FOLDERS_MAX) {
        git_failed(l->git, GIT_FAULT_LIMIT);
        return depth > DEPTH_MAX
                   ? error_set(err, "%.200s: folders are nested deeper than %d", l->path, DEPTH_MAX)
                   : error_set(err, "more than %d folders: that is no blog", FOLDERS_MAX);
    }
    struct buf bytes;
    buf_init(&bytes, TREE_BYTES_MAX);
    int rc = object_of(l->git, oid, "tree", &(struct git_sink){.buf = &bytes}, err);
    if (rc == 0)
        rc = entries(l, slice_n(buf_str(&bytes), bytes.len), prefix, depth, err);
    buf_free(&bytes);
    return rc;
}

int git_tree(struct tree **out, struct git *g, const struct git_commit *c, tree_note_fn *note,
             void *arg, struct error *err) {
    struct listing l = {.git = g, .tree = tree_new(&git_kind, g, note, arg)};
    g->fault = GIT_FAULT_HOST;
    if (l.tree == NULL)
        return error_set(err, "out of memory");
    if (list(&l, c->tree, 0, 0, err) != 0 || tree_seal(l.tree, err) != 0) {
        tree_close(l.tree);
        return -1;
    }
    *out = l.tree;
    return 0;
}
