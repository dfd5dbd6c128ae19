/* A look at where the blog comes from: its present state, whatever it was before, becomes what
 * readers see, and a record says how that went. The server's worker and `platen rollback` look through
 * this. One thread at a time. */
#ifndef PLATEN_INGEST_LOOK_H
#define PLATEN_INGEST_LOOK_H

#include "content/renderer.h"
#include "ingest/git.h"
#include "ingest/sync.h"
#include "store/deliveries.h"

struct look_options {
    struct store *store;
    struct renderer *renderer;
    unsigned threads;              /* workers that read and hand to the renderer */
    size_t max_post;               /* bytes of one Markdown file */
    const char *content;           /* folder that holds the posts, NULL or "": found by itself */
    bool (*also)(const char *key); /* keys of platen.yaml that are the server's */
    int64_t keep_revisions;        /* of a post; 0: none are recorded */
    struct log *log;
};

/* What a look is for. */
struct look {
    const struct look_options *o;
    const char *event; /* "start", "sweep", "watch", "rollback" of a look that nobody asked for */
    int64_t delivery;  /* the newest that waits: it and all before it get the outcome; 0 = none */
    int64_t received;  /* of that one, UTC milliseconds; 0 = none */
    bool rollback;     /* makes an earlier commit live and remembers the tip it leaves */
    bool undo;         /* moves on from a rollback, whatever the tip is */
    const char *left;  /* rollback: the tip that is left */
    /* the rest is filled by the looking */
    const struct git_commit *commit; /* NULL: a folder */
    int64_t began_us;
    int64_t fetch_us, list_us;
    json_t *problems, *notes;
    char first_problem[400];
    struct sync_result result;
    char page[512]; /* a page that it changed, "" when none */
    int64_t id;     /* of the record, 0 when there is none */
};

void look_begin(struct look *l, const struct look_options *o, const char *event);
void look_end(struct look *l);

/* Fetches the tip (commit NULL) or a commit by its id, and reads it into *c. The caller has begun git. */
int look_fetch(struct look *l, struct git *g, const char *commit, struct git_commit *c,
               struct error *err) CHECKED;

/* Makes the commit live in one transaction, with the record. */
int look_commit(struct look *l, struct git *g, const struct git_commit *c,
                struct error *err) CHECKED;
/* The same for a folder. */
int look_folder(struct look *l, const char *folder, struct error *err) CHECKED;

/* Ends the deliveries of a look that makes nothing live: `applied` is what readers see. */
int look_settle(struct look *l, enum delivery_state state, const char *applied, const char *why,
                struct error *err) CHECKED;

/* Which tip a rollback has left, "" when none holds. */
int look_left(struct store *store, char left[GIT_OID_MAX], struct error *err) CHECKED;
/* The commit that readers see, "" when none was published. */
int look_applied(struct store *store, char oid[GIT_OID_MAX], struct error *err) CHECKED;

#endif
