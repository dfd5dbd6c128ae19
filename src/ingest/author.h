/* Posts that are written through the API.
 *
 * Such a post is a file like any other, of which this is the only writer: its fields are JSON front
 * matter on one line, its body is Markdown behind it. It goes through the same renderer children, the
 * same record and the same publication as a file of a repository; its raw HTML through the allow-list.
 * Its source is a path that no tree has (post_is_api), so no import touches it, and an export can
 * write it down as it stands. */
#ifndef PLATEN_INGEST_AUTHOR_H
#define PLATEN_INGEST_AUTHOR_H

#include "base/json.h"
#include "content/renderer.h"
#include "store/idempotency.h"
#include "store/store.h"

struct author_options {
    struct store *store;
    struct renderer *renderer;
    size_t max_post;        /* bytes of fields and body together */
    int64_t keep_revisions; /* of a post */
    struct log *log;
};

enum author_kind { AUTHOR_CREATE, AUTHOR_MERGE, AUTHOR_REPLACE, AUTHOR_DELETE };

/* What a client wants. Everything is lent. */
struct author_request {
    enum author_kind kind;
    int64_t id;           /* of the post; not of AUTHOR_CREATE */
    const char *if_match; /* an If-Match field's value; NULL: whatever the post is like */
    /* Keys of front matter (content/fields.c) with "body" and "section" among them: all of the post, or
     * for AUTHOR_MERGE what changes, null for what goes (RFC 7396). */
    const json_t *fields;
    struct idempotency idempotency; /* key NULL: none */
};

struct author_answer {
    int status; /* 201 created, 200 changed, 204 deleted; 404 no such post, 409 a file's or a permalink's
                   other owner, 412 it has changed, 422 what is wrong with it, 503 busy */
    int64_t id;
    bool again; /* by an idempotency key: nothing was done now */
    char detail[700];
};

/* Does it, and answers when it is committed. -1: it failed for a reason that is not the client's. One
 * thread at a time; another publication of this process is waited for, up to three seconds. */
int author_write(struct author_answer *out, const struct author_options *o,
                 const struct author_request *q, struct error *err) CHECKED;

#endif
