/* Publishing: how what ingest made of a tree becomes what readers see, all of it or none.
 *
 * A publication has two phases. Staging (publication_post, _media, ...) collects in memory and
 * writes bodies, index entries and media blocks, and new posts as not live, in batches:
 * transactions of about 60 ms, so that no other writer waits long. Nothing staged is visible.
 * publication_commit then makes ONE transaction: removals, changed posts, addresses, list entries,
 * counts, boundaries, sources, settings, change names. A crash before it leaves staged rows that
 * the next publication re-uses or clears.
 *
 * One thread, one publication at a time: begin waits for another one of this process as long as its
 * options say, and fails when that, or one of another process that lives, still runs. Holds the store's writer only while a transaction runs. Everything handed in
 * is copied.
 */
#ifndef PLATEN_STORE_PUBLISH_H
#define PLATEN_STORE_PUBLISH_H

#include "store/posts.h"
#include "store/store.h"

#include <sys/types.h>

struct publication;

/* One file of the tree as last seen; the table `source`. */
struct source {
    const char *path;  /* in the repository or folder, '/' between parts */
    const char *oid;   /* git blob id, 40 hex */
    const char *stamp; /* what the file system said (mtime, size, inode), "" from git: equal stamps
                          spare reading the file */
    int role;          /* enum source_role */
    const char *error; /* NULL, or why the file is refused ("line:column: reason" or "reason") */
    int64_t ref;       /* out: post or media id; 0 when none */
};
enum source_role { SOURCE_POST = 0, SOURCE_SETTINGS = 1, SOURCE_MEDIA = 2 };

/* Calls fn for every known source in byte order of path. */
typedef int source_fn(void *arg, const struct source *s);
int source_all(struct db *db, source_fn *fn, void *arg, struct error *err) CHECKED;

/* A list a post belongs to; made when it does not exist yet. */
struct list_key {
    enum list_kind kind;  /* LIST_SECTION or LIST_TERM; home and all are the store's own business */
    const char *taxonomy; /* plural, "" for sections */
    const char *slug;
    const char *name;
    const char *path; /* its address */
};

/* A media file beside its source. */
struct media_record {
    const char *path;       /* its address ("/posts/a/pic.png") */
    const char *type;       /* "image/png" */
    uint64_t size;          /* bytes */
    uint32_t width, height; /* of a picture, as shown, in pixels; 0: not known */
};

struct post_record {
    struct source source;
    enum post_kind kind;
    const char
        *permalink; /* "/posts/a/"; for POST_INDEX the path of its list ("/posts/", "/" for home) */
    const char *slug, *section, *title, *summary, *description, *layout;
    bool truncated, draft, has_date;
    int64_t published, updated, publish_at, expire_at; /* publish_at and expire_at: 0 = none */
    int published_offset, updated_offset;
    int weight, words, minutes;
    int toc;                                      /* -1 not said, 0, 1 */
    const char *cover, *terms, *params, *outline; /* JSON text or NULL */
    const struct list_key *lists; /* in the order the author gave; repeats already dropped */
    size_t list_count;
    const char *const *aliases; /* paths */
    size_t alias_count;
    const char *search_tags; /* space-separated names of its terms, for the search index */
    const char *html, *text, *markdown;
    size_t html_len, text_len, markdown_len;
    const char *marks; /* of html: content/html_marks.h; or NULL */
};

/* What brought the change: recorded with every post that it changes. */
struct publication_change {
    const char *commit, *author, *message; /* "" when not known */
    int64_t at;                            /* UTC seconds */
};

struct publication_options {
    int64_t now;                      /* UTC seconds: decides what is live */
    bool drafts, future, expired;     /* the site's buildDrafts, buildFuture, buildExpired */
    const char *const *main_sections; /* sections that make the home list; count 0 with largest
                                         false = every section */
    size_t main_section_count;
    bool largest_section; /* Hugo's default: home shows the section with the most posts */
    bool strict;          /* a conflict of permalinks stops the whole */
    int64_t
        seen; /* publication_serial when the sources were read: another publication since then is
                     an error, since this one would be built on what is over; 0 = not checked */
    bool
        whole; /* every post is made anew: lists stand where these posts say. Else only those without live
                   posts do */
    bool apart; /* only posts of the API (see post_is_api): the site, its taxonomies and what home
                             shows stay as they are, and who read the sources before is not disturbed */
    unsigned patience_ms; /* how long another publication of this process may keep it waiting */
    struct publication_change change;
    int64_t keep_revisions; /* of a post; 0: none are recorded */
    struct log *log;
};

/* Which publication is the newest: a number that each one raises, from 1. */
int publication_serial(struct db *db, int64_t *serial, struct error *err) CHECKED;

/* Starts; reads nothing yet. */
int publication_begin(struct publication **out, struct store *store,
                      const struct publication_options *o, struct error *err) CHECKED;
void publication_abort(struct publication *p); /* forgets it; staged rows are cleared or left for
                                                  the next one. NULL is fine */

int publication_post(struct publication *p, const struct post_record *r, struct error *err) CHECKED;
/* A file that is refused: the last good version of its post stays; oid, stamp and reason are kept.
 */
int publication_refused(struct publication *p, const struct source *s, struct error *err) CHECKED;
/* A file whose content is the same but whose stamp changed. */
int publication_touched(struct publication *p, const struct source *s, struct error *err) CHECKED;
/* The file is no longer in the tree: its post answers 410 (or a redirect made by another record
 * takes its address), its media vanish. */
int publication_removed(struct publication *p, const char *path, struct error *err) CHECKED;
/* A media file; its bytes come in steps: read(arg, dst, max) gives bytes, 0 at the end, -1 on error. The same bytes (oid) are
 * stored once; rows of at most 256 KB. */
int publication_media(struct publication *p, const struct source *s, const struct media_record *m,
                      ssize_t (*read)(void *arg, char *dst, size_t max), void *arg,
                      struct error *err) CHECKED;
/* The page of all terms of a taxonomy ("tags" at "/tags/"). The full set each time. */
int publication_taxonomy(struct publication *p, const char *plural, const char *path,
                         struct error *err) CHECKED;
/* A value of the table `setting`, written in the final transaction ("site", "recipe",
 * "applied_commit", ...). */
int publication_setting(struct publication *p, const char *key, const char *value,
                        struct error *err) CHECKED;
/* The settings file itself as a source. */
int publication_source(struct publication *p, const struct source *s, struct error *err) CHECKED;

struct publication_result {
    size_t added, changed, removed, unchanged_live;
    int64_t rows_written;
    int64_t revision; /* 0 when nothing changed */
};

/* A post whose permalink (or an alias) another one already has: fn tells who; the later path (byte
 * order) among the new ones, or the newcomer, is refused and recorded as such in its source row. An
 * alias that meets a real page is dropped, with a call too (post stays). */
typedef void publication_conflict_fn(void *arg, const char *path, const char *address,
                                     const char *owner);

/* Something of the caller's that belongs into the one transaction (the delivery's outcome, say):
 * called last, also when nothing else changed, then in a transaction of its own. -1 undoes
 * the whole. */
typedef int publication_finish_fn(void *arg, struct db *db, const struct publication_result *r,
                                  struct error *err);
void publication_finish(struct publication *p, publication_finish_fn *fn, void *arg);

/* The one transaction. On error nothing of it happened; so it is when `strict` and a conflict stop
 * it (returns 1, err says how many). Ends p (freed) in every case. When nothing changed no row is
 * written. */
int publication_commit(struct publication *p, publication_conflict_fn *fn, void *arg,
                       struct publication_result *out, struct error *err) CHECKED;

/* Flips what the clock says: posts whose time has come go live, whose time is over go away; one
 * transaction, lists, counts, changes as in a push. *next gets the UTC second of the next flip
 * (INT64_MAX when none). Returns number flipped or -1. */
int publish_due(struct store *store, int64_t now, int64_t *next, struct error *err) CHECKED;

#endif
