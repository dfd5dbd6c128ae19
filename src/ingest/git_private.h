/* The inside of git.h: running the program, reading objects. */
#ifndef PLATEN_INGEST_GIT_PRIVATE_H
#define PLATEN_INGEST_GIT_PRIVATE_H

#include "base/arena.h"
#include "base/spawn.h"
#include "ingest/git.h"

#include <pthread.h>

enum { GIT_ENV_MAX = 96 };
#define GIT_TIP "refs/platen/tip" /* the published branch, as fetched last */

struct git {
    struct git_options o;
    struct arena *arena;          /* of the texts */
    const char *env[GIT_ENV_MAX]; /* of every git that runs */
    size_t env_count;
    size_t config_count; /* GIT_CONFIG_KEY_n so far */
    const char *search;  /* PATH */
    char *shown_url;
    int lock; /* -1: not begun */
    enum git_fault fault;
    bool late;                 /* the last git ran out of time */
    struct git_reader *reader; /* cat-file of this look, NULL when none runs */
};

/* git.c: empties the folder, but for the lock that we hold and the keys of hosts. */
void git_clear(struct git *g);

/* git_env.c: the environment; 0, -1 when memory is out. */
int git_make_env(struct git *g, struct error *err) CHECKED;

/* git_run.c: runs git with args (ends with NULL, without the program's name) in the bare repository.
 * Standard output goes to out (NULL: nowhere). A failure is classified in g->fault. */
int git_run(struct git *g, const char *const *args, struct buf *out, int64_t timeout_ms,
            struct error *err) CHECKED;
/* Starts it only. in: it is asked through standard input, and its words are lost. */
int git_spawn(struct git *g, struct spawn *s, const char *const *args, bool in,
              struct error *err) CHECKED;
/* Sets the fault, returns -1. */
int git_failed(struct git *g, enum git_fault fault);

/* git_read.c: one `cat-file --batch`, which answers one question at a time. Any thread. */
struct git_reader;
int git_reader_open(struct git_reader **out, struct git *g, struct error *err) CHECKED;
void git_reader_close(struct git_reader *r);
/* It gives no answers any more. */
bool git_reader_dead(struct git_reader *r);

struct git_object {
    char oid[GIT_OID_MAX];
    char type[16];
    uint64_t size;
};
/* Asks for an object by any name git knows; its bytes go to `sink` in pieces (NULL: to buf, whose
 * room bounds it). 1 there, 0 not there, -1. */
struct git_sink {
    struct buf *buf;
    int fd;       /* used when buf is NULL */
    uint64_t max; /* bytes for fd */
};
int git_reader_get(struct git_reader *r, const char *name, struct git_object *out,
                   const struct git_sink *to, struct error *err) CHECKED;

#endif
