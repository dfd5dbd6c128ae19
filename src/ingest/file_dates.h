/* When a file came to be, for what says so nowhere in itself: the first and last commit that touched it, else its
 * own time. The history is read once, at the first question, in one bounded run of `git log`; a folder that is no git work
 * tree costs a look for ".git". One thread. */
#ifndef PLATEN_INGEST_FILE_DATES_H
#define PLATEN_INGEST_FILE_DATES_H

#include "base/log.h"
#include "ingest/tree.h"

struct file_dates;

/* folders: those that the tree was listed from, in their order; NULL when it is of a commit, whose time is
 * commit_time (UTC seconds; 0: not known). All is lent. NULL when memory is out. */
struct file_dates *file_dates_new(const struct tree *tree, const char *const *folders, size_t count,
                                  int64_t commit_time, struct log *log);
void file_dates_free(struct file_dates *d); /* NULL is fine */

/* True when something is known of the file: UTC seconds of its first and last change. git: whether both come from
 * its history. d may be NULL. */
bool file_dates_of(struct file_dates *d, const char *path, int64_t *first, int64_t *last,
                   bool *git);

#endif
