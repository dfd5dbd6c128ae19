/* Posts, pages and lists as readers see them: only what is live, never the clock.
 *
 * A list (home, everything, a section, a term) holds its live posts in one covering index,
 * list_entry, in reading order: weight first (posts without weight behind all with one), newest
 * first, then title, then id. Counts are stored; the boundary table makes page N one seek and at
 * most 250 steps. Rows are handed to a callback; what a struct lends lives until the callback
 * returns. A callback that returns non-zero stops the walk and that value is returned; -1 is an
 * error.
 */
#ifndef PLATEN_STORE_POSTS_H
#define PLATEN_STORE_POSTS_H

#include "base/buf.h"
#include "store/db.h"

/* What comes after rank and age: the beginning of the title in lower case, then what is the file's
 * own, so that the order is the same whichever post came first. */
enum { ENTRY_TITLE_BYTES = 22, ENTRY_TIE_BYTES = ENTRY_TITLE_BYTES + 1 + 8 };

/* The place of a post in its lists; ascending order is reading order. */
struct entry_key {
    int64_t rank; /* weight; ENTRY_NO_WEIGHT when none */
    int64_t age;  /* minus the time of publication */
    unsigned char tie[ENTRY_TIE_BYTES];
    unsigned char tie_len;
    int64_t post;
};

enum post_kind {
    POST_POST = 0,  /* a dated article in a section */
    POST_PAGE = 1,  /* a page file: about.md, search.md with its layout; in no list */
    POST_INDEX = 2, /* _index.md: the words above a list (section, term, home) */
};

struct post {
    int64_t id;
    enum post_kind kind;
    bool live;
    const char *source;    /* path in the repository; of a post of the API what post_is_api knows */
    const char *permalink; /* "/posts/a/" */
    const char *slug;
    const char *section; /* first part of the path, "" at the root */
    const char *title;
    const char *summary;     /* plain text */
    bool truncated;          /* the post goes on after its summary */
    const char *description; /* NULL when none; so on below */
    int64_t published;       /* UTC seconds; 0 with has_date false when the post has no date */
    bool has_date;
    int published_offset; /* minutes east of UTC, for display */
    int64_t updated;
    int updated_offset;
    int weight;
    int words;
    int minutes;
    const char *layout;
    const char *cover;  /* JSON object or NULL */
    const char *terms;  /* JSON:
                           {"tags":[{"name":"Python","slug":"python","path":"/tags/python/"}],"categories":[...],"series":[...],"authors":[...]}
                         */
    const char *params; /* JSON object */
    const char *etag;   /* 32 hex digits, changes with anything a page of the post shows */
    /* only with POST_WITH_BODY: */
    const char *html;
    size_t html_len;
    const char *outline;  /* JSON array */
    const char *marks;    /* of html: content/html_marks.h; NULL: none were kept */
    const char *toc;      /* "1", "0" or NULL (not said) as the front matter has it */
    const char *markdown; /* the source file as it came */
    size_t markdown_len;
    /* only with post_shown_by_id, which leaves out weight, etag and markdown: */
    const char *around; /* for post_link_next */
    bool has_versions;  /* earlier ones can be read */
};

/* What stands around a post: the posts before and after it, those that share most with it. */
enum post_link_kind { POST_LINK_NEWER = 'n', POST_LINK_OLDER = 'o', POST_LINK_RELATED = 'r' };
struct post_link {
    enum post_link_kind kind;
    const char *title, *path;
    bool has_date; /* of a related post: */
    int64_t published;
    int offset; /* minutes east of UTC */
};

/* The next link of a copy of post.around, which is written over; *at stands at its beginning at first. What is lent lives
 * as long as the copy. False: there are no more. */
bool post_link_next(struct post_link *out, char **at);

/* A post that was written through the API has a source, too: an absolute path, which no tree holds. */
bool post_is_api(const char *source);

typedef int post_fn(void *arg, const struct post *p);

/* One live post by id (with_body: html and the rest too). Calls fn once; returns 0 when there is
 * none, else 1 (or fn's non-zero value). */
int post_by_id(struct db *db, int64_t id, bool with_body, post_fn *fn, void *arg,
               struct error *err) CHECKED;

/* As post_by_id with its body, without the source file: what a page shows. toc: posts have their contents shown that do
 * not say whether; the outline is there only of those that have. */
int post_shown_by_id(struct db *db, int64_t id, bool toc, post_fn *fn, void *arg,
                     struct error *err) CHECKED;

/* The same of the post or page file that stands at path, not of an _index.md. 0 with *said telling whether the table of
 * addresses says anything of the path (address_find knows what), else address_place is to be asked. */
int post_shown_at(struct db *db, const char *path, bool toc, bool *said, post_fn *fn, void *arg,
                  struct error *err) CHECKED;

/* As post_by_id with its body, also of a draft and of one whose time has not come or is over. */
int post_any_by_id(struct db *db, int64_t id, post_fn *fn, void *arg, struct error *err) CHECKED;
/* The id of the post made from the file `source`. 1 found, 0 not, -1. */
int post_id_of(struct db *db, const char *source, int64_t *id, struct error *err) CHECKED;

enum list_kind { LIST_HOME = 0, LIST_ALL = 1, LIST_SECTION = 2, LIST_TERM = 3, LIST__KINDS };

struct list {
    int64_t id;
    enum list_kind kind;
    char taxonomy[64]; /* plural as configured ("tags"); "" but for terms */
    char slug[256]; /* urlized name ("python"); section path ("posts/linux"); "" for home and all */
    char name[256]; /* as written first ("Python"); title of the section */
    char path[512]; /* "/tags/python/", "/posts/", "/" */
    int64_t count;  /* live posts */
    int64_t updated;    /* newest `updated` its live posts have or had: never goes back */
    int64_t index_post; /* id of its _index.md post, 0 when none */
};

typedef int list_fn(void *arg, const struct list *l);

/* 1 found, 0 not, -1 error. */
int list_find(struct db *db, enum list_kind kind, const char *taxonomy, const char *slug,
              struct list *out, struct error *err) CHECKED;
int list_by_id(struct db *db, int64_t id, struct list *out, struct error *err) CHECKED;

enum list_order { LIST_BY_NAME, LIST_BY_COUNT };
/* All terms of a taxonomy (or sections: kind LIST_SECTION, taxonomy "") that have live posts; at
 * most max rows. */
int list_all(struct db *db, enum list_kind kind, const char *taxonomy, enum list_order order,
             size_t max, list_fn *fn, void *arg, struct error *err) CHECKED;

enum { LIST_FEW = 200 }; /* posts of a short list: touch_finish names "few:…" when one is touched */

/* How much of each post a list is asked for. */
enum list_part {
    LIST_SHORT, /* permalink, title, summary, date, minutes and terms alone */
    LIST_LINES, /* what a listing shows: no source, weight, layout, cover, params and etag */
    LIST_CARDS, /* all but the body */
    LIST_BODIES,
};

/* Posts [offset, offset+size) of a list in reading order. Cost does not depend on offset. */
int list_posts(struct db *db, int64_t list_id, int64_t offset, int64_t size, enum list_part part,
               post_fn *fn, void *arg, struct error *err) CHECKED;

/* Live page files (POST_PAGE), which are in no list, by permalink; at most max, without bodies. */
int post_pages(struct db *db, size_t max, post_fn *fn, void *arg, struct error *err) CHECKED;

/* Appends the permalink of the post made from the file `source`, live or not. 1 found, 0 not, -1 error. */
int post_permalink_of(struct db *db, const char *source, struct buf *out,
                      struct error *err) CHECKED;

/* What stands before or after a post in a list. */
struct neighbour {
    bool older; /* else newer */
    int64_t id;
    const char *permalink, *title;
};
typedef int neighbour_fn(void *arg, const struct neighbour *p);

/* The posts before (newer) and after (older) that place in a list, each that exists. One index seek
 * each. */
int list_neighbours(struct db *db, int64_t list_id, const struct entry_key *key, neighbour_fn *fn,
                    void *arg, struct error *err) CHECKED;

#endif
