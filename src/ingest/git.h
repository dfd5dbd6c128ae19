/* A repository of a git host, looked at through the `git` program.
 *
 * The program runs in a process group of its own, with an environment made here, under a deadline and
 * limits of size and memory; nothing is checked out, no hook or configuration of the machine or the
 * repository is obeyed, no redirect is followed. What it fetches goes into a bare repository that is
 * a cache: it may be deleted at any time.
 *
 * One thread at a time uses a struct git and what comes from it; files of a tree may be read on
 * many threads. Other processes are kept away by a lock file between git_begin and git_end. */
#ifndef PLATEN_INGEST_GIT_H
#define PLATEN_INGEST_GIT_H

#include "base/log.h"
#include "ingest/tree.h"

#include <stdatomic.h>

enum { GIT_OID_MAX = 41 };

struct git_options {
    const char *url;         /* https://, http://, ssh://, git://, user@host:path, a path */
    const char *branch;      /* "": the host's HEAD */
    const char *folder;      /* of the bare repository; made when needed */
    const char *token;       /* for http: "token" or "user:token"; "" = none */
    const char *ssh_key;     /* file, "" = ssh's own */
    const char *known_hosts; /* file, "" = one in the folder, where a host's first key is kept */
    const char *protocols;   /* "https:http:ssh:git:file" */
    unsigned timeout_s;      /* of one fetch */
    uint64_t max_pack;       /* bytes of one file that a fetch writes */
    uint64_t max_media;      /* bytes of one streamed file */
    const atomic_bool *stop; /* true: running programs are ended; may be NULL */
    struct log *log;
};

struct git;

/* Checks the options; runs nothing yet. A URL with a password in it is refused: it would stand in the
 * process list. */
int git_open(struct git **out, const struct git_options *o, struct error *err) CHECKED;
void git_close(struct git *g);

/* Takes the lock, makes the bare repository when there is none, clears what a killed git has left. */
int git_begin(struct git *g, struct error *err) CHECKED;
void git_end(struct git *g);

/* How a failure should be taken. */
enum git_fault {
    GIT_FAULT_NONE,
    GIT_FAULT_HOST,  /* the host or the way to it: may be better later */
    GIT_FAULT_LIMIT, /* what was sent is beyond a limit: will be the same again */
    GIT_FAULT_CACHE, /* the bare repository is damaged: it has been deleted, try again at once */
};
enum git_fault git_fault(const struct git *g); /* of the last call that failed */

/* Asks the host for the branch's tip without fetching. */
int git_remote_tip(struct git *g, char oid[GIT_OID_MAX], struct error *err) CHECKED;

/* Packs what many fetches have brought into one file, when they are many. Takes and gives back the
 * lock: not between git_begin and git_end. */
void git_tidy(struct git *g);

/* Fetches the branch's tip, or one commit by its id, without older history. */
int git_fetch(struct git *g, const char *commit, struct error *err) CHECKED;

struct git_commit {
    char oid[GIT_OID_MAX];
    char tree[GIT_OID_MAX];
    int64_t time; /* of the committer, UTC seconds */
    char author[128];
    char title[256]; /* first line of the message */
};

/* Reads a commit that was fetched: NULL = the tip. 1, 0 when it is not here (ids only), -1. */
int git_read_commit(struct git *g, const char *commit, struct git_commit *out,
                    struct error *err) CHECKED;

/* The files of a commit. The tree must be closed before git_end. */
int git_tree(struct tree **out, struct git *g, const struct git_commit *c, tree_note_fn *note,
             void *arg, struct error *err) CHECKED;

/* ---- the branch's past (git_history.c), between git_begin and git_end ---- */

/* Fetches the branch with `depth` commits behind its tip. */
int git_fetch_past(struct git *g, unsigned depth, struct error *err) CHECKED;
/* Appends what `git log` says of the newest 20,000 of them, merges left out, as past.h takes it apart. */
int git_log(struct git *g, struct buf *out, struct error *err) CHECKED;
/* The commits at which what was fetched ends, a line each; empty when it is all there. */
int git_shallow(const struct git *g, struct buf *out, struct error *err) CHECKED;
/* Reads a file of the past by its id. 1, 0 when it is not here, -1 (also when out has no room). */
int git_read_blob(struct git *g, const char *oid, struct buf *out, struct error *err) CHECKED;
/* Deletes what was fetched. Takes and gives back the lock: not between git_begin and git_end. */
void git_forget(struct git *g);

/* The repository's URL for people: without user and password. */
const char *git_url(const struct git *g);

/* True when text is a URL or host path that git would fetch from, and no folder on this machine. */
bool git_is_url(const char *text);

#endif
