/* Files and folders. Any thread may call. */
#ifndef PLATEN_BASE_FILE_H
#define PLATEN_BASE_FILE_H

#include "base/buf.h"

#include <stdint.h>
#include <sys/types.h>

/* Appends the whole file to out. A file larger than out's room is an error that names its size and
 * the limit; so is anything that is no regular file. Symbolic links are followed only when
 * `follow`. */
int file_read(struct buf *out, const char *path, bool follow, struct error *err) CHECKED;

/* Same, the path relative to the folder dirfd; no component of it may be a symbolic link (openat2
 * RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS where the kernel has it). */
int file_read_at(struct buf *out, int dirfd, const char *path, struct error *err) CHECKED;

/* Opens as file_read_at does, for streaming; returns the descriptor or -1. *size gets its length.
 */
int file_open_at(int dirfd, const char *path, uint64_t *size, struct error *err) CHECKED;

/* Deletes a folder and all that is in it; links are deleted, not followed. 0, -1 when something stays. */
int file_remove_tree(const char *dir);

struct file_entry {
    const char *path; /* below the root, '/' between parts; raw bytes as the system gives them */
    mode_t mode;
    uint64_t size;
    int64_t mtime_ns;
    int64_t ctime_ns;
    uint64_t inode;
};

/* Calls fn for every regular file and symbolic link below dir in byte order of the path. Links are
 * reported (S_ISLNK(mode)) and not followed, also when a folder is swapped for one meanwhile; hidden
 * names (leading dot, but for ".well-known"), pipes, sockets and devices are left out; so is a file that vanishes during
 * the walk. Folders deeper than 64 levels, a folder that cannot be read, and more than max_files
 * names (files, links and folders) are errors. The entry and its path are lent until fn returns.
 * fn returns non-zero to stop; that value is returned. 0: all were seen. -1: error. */
int file_walk(const char *dir, size_t max_files, int (*fn)(void *arg, const struct file_entry *e),
              void *arg, struct error *err) CHECKED;

#endif
