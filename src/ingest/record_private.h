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
    bool index;           /* _index.md */
    bool leaf;            /* index.md below a folder */
    bool jekyll_post, jekyll_draft;
    const char *dated_name; /* of a Jekyll post, with its date; NULL: others' */
    struct date date;
    struct list_key *lists;
    size_t list_count, list_cap;
};

int record_no_memory(struct error *err);
/* The content of b as a string of the arena; b is freed. NULL when b failed. */
char *record_keep(struct maker *m, struct buf *b);

/* record_place.c, in this order: folder and name from the path; dates; the permalink (wants the title). */
int record_place(struct maker *m, const char *path, struct error *err) CHECKED;
void record_dates(struct maker *m);
int record_permalink(struct maker *m, struct error *err) CHECKED;

#endif
