/* A tree: the files a blog is made of, listed once, read when needed: a folder (or several, laid over
 * each other), or a commit of a git repository (ingest/git.h).
 *
 * Listing is one thread's business; afterwards tree_read and tree_stream may be called on many
 * threads at once. */
#ifndef PLATEN_INGEST_TREE_H
#define PLATEN_INGEST_TREE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tree_file {
    const char *path; /* '/' between parts, valid UTF-8 */
    uint64_t size;    /* bytes when listed; 0 from git, which does not say */
    int64_t ctime_ns;
    char stamp
        [72]; /* mtime, ctime, size and inode; "" when its time lies in the future, and from git */
    char oid[41];  /* git's object id, "" from a folder */
    unsigned root; /* which folder */
};

/* A file of the tree that is not taken: a symbolic link, a submodule, a name that is no UTF-8. */
typedef void tree_note_fn(void *arg, const char *path, const char *why);

struct tree;

/* Lists every folder (count <= TREE_MAX_ROOTS). Two folders with one path are an error; so is a source
 * that is no folder. *out is owned by the caller. */
enum { TREE_MAX_ROOTS = 16, TREE_MAX_FILES = 2000000 };
int tree_open(struct tree **out, const char *const *folders, size_t count, tree_note_fn *note,
              void *arg, struct error *err) CHECKED;
void tree_close(struct tree *t);

size_t tree_count(const struct tree *t);
const struct tree_file *tree_at(const struct tree *t, size_t i);    /* in byte order of path */
size_t tree_index(const struct tree *t, const struct tree_file *f); /* of a file of this tree */
const struct tree_file *tree_find(const struct tree *t, const char *path); /* NULL when not there */

/* Appends the whole file to out (its max bounds it). */
int tree_read(const struct tree *t, const struct tree_file *f, struct buf *out,
              struct error *err) CHECKED;

/* Opens a file for reading in steps; the descriptor is the caller's. *size gets its length now. */
int tree_stream(const struct tree *t, const struct tree_file *f, uint64_t *size,
                struct error *err) CHECKED;

/* True when reading failed for a reason that is not the file's: nothing that was read since then may be
 * believed. */
bool tree_broken(const struct tree *t);

/* --- for those who make trees --- */

struct tree_kind {
    int (*read)(const void *of, const struct tree_file *f, struct buf *out, struct error *err);
    int (*stream)(const void *of, const struct tree_file *f, uint64_t *size, struct error *err);
    void (*close)(void *of);
    bool (*broken)(const void *of); /* NULL: never */
};

/* An empty tree of this kind; `of` is closed with it (also when memory is out: NULL). */
struct tree *tree_new(const struct tree_kind *kind, void *of, tree_note_fn *note,
                      void *arg) CHECKED;
/* A file that is left out, and why. */
void tree_note(const struct tree *t, const char *path, const char *why);
/* Adds a file with this path (copied); what else is known of it the caller fills in. NULL: left out
 * (the reason was noted), or with err set: memory is out, or there are too many. */
struct tree_file *tree_add(struct tree *t, const char *path, struct error *err);
/* Puts the files in order; two with one path are an error. */
int tree_seal(struct tree *t, struct error *err) CHECKED;

#endif
