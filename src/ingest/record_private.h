/* The inside of record.h: what is known of a post while its record is made. */
#ifndef PLATEN_INGEST_RECORD_PRIVATE_H
#define PLATEN_INGEST_RECORD_PRIVATE_H

#include "ingest/record.h"

#include "base/date.h"

enum { MAX_TERMS = 256, MAX_ALIASES = 256, MAX_PATH_BYTES = 1000, MAX_TITLE_BYTES = 4096 };

struct maker {
    struct post_record *r;
    const struct record_context *c;
    struct arena *arena;
    const json_t *meta;
    const char *folder;   /* below the content root, without the bundle's own folder */
    const char *basename; /* file name without ending, or the bundle's folder */
    const char *path;     /* in the tree */
    size_t root_len;      /* of the path: before what lies below the content root */
    const char *language; /* "de" of what is not in the site's own language, else "" */
    bool index;           /* _index.md */
    bool leaf;            /* index.md below a folder */
    bool jekyll_post, jekyll_draft;
    const char *named_slug; /* Hugo: the file's name behind a date that was asked for; NULL */
    const char *dated_name; /* of a Jekyll post, with its date; NULL: others' */
    struct date date;
    struct list_key *lists;
    size_t list_count, list_cap;
};

int record_no_memory(struct error *err);
/* The content of b as a string of the arena; b is freed. NULL when b failed. */
char *record_keep(struct maker *m, struct buf *b);

/* The site object's "paths". */
const json_t *record_paths(const struct maker *m);
/* Appends what stands before the addresses of the post's language: "/de", or nothing. */
int record_prefix(struct maker *m, struct buf *out);
/* Appends the address of a section: the folder, the first len bytes of m->folder. */
int record_section(struct maker *m, struct buf *out, size_t len, struct error *err) CHECKED;
/* The address of a term's page in the arena. NULL: memory is out. */
char *record_term(struct maker *m, const char *plural, const char *name, const char *slug);
/* What the front matter says of the whole page: no address of its own, or an address but no list. */
bool record_is_hidden(const struct maker *m);
bool record_is_unlisted(const struct maker *m);

/* record_place.c, in this order: folder and name from the path; dates; the permalink (wants the title). */
int record_place(struct maker *m, const char *path, struct error *err) CHECKED;
void record_dates(struct maker *m);
int record_permalink(struct maker *m, struct error *err) CHECKED;

#endif
