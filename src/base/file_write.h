/* Writing files below a folder of ours, under names that others gave. Any thread may call. */
#ifndef PLATEN_BASE_FILE_WRITE_H
#define PLATEN_BASE_FILE_WRITE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True for what may be written below a folder: parts separated by single '/', none of them "." or "..", none
 * longer than 255 bytes; at most 4,000 bytes in all. */
bool file_path_is_plain(const char *path);

/* Creates the file, and the folders on its way, below the folder dirfd; what is in the way (a file where a
 * folder must be, a link, the file itself) is an error. Returns the descriptor for writing, which the
 * caller closes, or -1. */
int file_create_below(int dirfd, const char *path, struct error *err) CHECKED;

/* Writes all n bytes. */
int file_write_all(int fd, const void *data, size_t n, struct error *err) CHECKED;

#endif
