/* `git log`'s words taken apart: which versions of which posts the past has. */
#ifndef PLATEN_INGEST_PAST_H
#define PLATEN_INGEST_PAST_H

#include "base/buf.h"
#include "base/json.h"

struct past_post {
    int64_t id;
    char oid[41]; /* of the version that readers see */
    int64_t found;
    bool whole; /* the commit that made the file was seen, or enough of its versions */
};

struct past_version {
    size_t post; /* index */
    char oid[41];
    const char *commit, *author, *message, *name; /* lent by the log; name: the file's, then */
    int64_t at;
};

struct past {
    struct past_post *posts;
    size_t post_count;
    json_t
        *paths; /* file name -> index of its post, as of the commit that is read: renames move it */
    struct past_version *versions;
    size_t count, cap;
    int64_t keep; /* versions of a post */
};

/* Reads a log as git_log leaves it, newest commit first. `shallow`: where the past ends that is here, a commit a
 * line: what such a commit changed cannot be known. Fills versions; 0, -1. */
int past_read(struct past *p, const struct buf *log, const char *shallow,
              struct error *err) CHECKED;

/* Every post's past is known as far as it is wanted. */
bool past_is_whole(const struct past *p);

#endif
