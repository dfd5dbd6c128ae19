/* The site as of one revision: settings, links, theme. Immutable and reference-counted, so that a
 * page is made of one state however long it takes while publishing and reloading go on.
 *
 * Made inside a read transaction; what it says of lists (home, all) is what that transaction sees. */
#ifndef PLATEN_WEB_SNAPSHOT_H
#define PLATEN_WEB_SNAPSHOT_H

#include "base/date.h"
#include "base/value.h"
#include "store/posts.h"
#include "web/theme.h"

#include <stdatomic.h>

enum { POLICIES = 16 };

struct snapshot {
    atomic_int refs;
    int64_t revision; /* change_revision it was made at */
    int64_t seen;     /* UTC seconds when this process first saw that revision */
    struct theme *theme;
    json_t *settings;  /* the site object, content/site.h */
    json_t *site;      /* the member "site" of every view model, templates/README.md */
    struct value view; /* the same for models that are trees, in: */
    struct arena *arena;
    struct value menu;          /* as of a page that no entry leads to */
    struct template_pack *pack; /* of the theme's templates, with the view */
    struct value authors; /* of a post that names none: a list with the site's, or an empty one */
    const char *policies[POLICIES];        /* policy.h; NULL: to be worked out */
    const char *share_blog, *share_people; /* share.h */
    bool said;        /* operator or site say where it is; else it was guessed */
    bool frozen;      /* both are: every thread puts them into its models (json_freeze) */
    char *base_url;   /* "https://x.org/blog/", always ends with '/' */
    char *origin;     /* "https://x.org" */
    char *prefix;     /* "/blog", "" when the site is at the root; as it stands in URLs */
    char *prefix_raw; /* the same, decoded: as it stands in request paths */
    struct list home, all;
    struct places *places;
    bool root_taken; /* something of the site stands at "/", which is the home page else */
    int64_t page_size, feed_size;
    bool show_toc;              /* of posts that do not say */
    struct date_form date_form; /* its layout lent by settings */
};

struct snapshot_options {
    const char *base_url;     /* the operator's; wins. NULL or "" = not said */
    const char *fallback_url; /* used when neither operator nor site says */
    const char *
        edit_url; /* where the repository's files are changed, when the site says nothing; or NULL */
    const char *const *hubs; /* WebSub hubs, full URLs; ends with NULL. NULL: none */
};

/* Reads the site from db at `revision`; holds its own reference to theme. The caller owns the one
 * reference of *out. */
int snapshot_read(struct snapshot **out, struct db *db, int64_t revision, struct theme *theme,
                  const struct snapshot_options *o, struct error *err) CHECKED;

/* The site's menu with "current" where it leads to url (NULL: nowhere), in arena. */
struct value snapshot_menu(struct arena *a, const struct snapshot *s, const char *url);

struct snapshot *snapshot_ref(struct snapshot *s);
void snapshot_unref(struct snapshot *s); /* NULL is fine; the last one frees */

#endif
