/* Addresses: ONE table says what every path of the site is, whatever made it: post, page, section,
 * term, taxonomy, media, redirect, gone. A permalink claimed twice is a primary key met twice, in
 * one place. Paths are decoded UTF-8 ("/tags/c++/"). */
#ifndef PLATEN_STORE_ADDRESS_H
#define PLATEN_STORE_ADDRESS_H

#include "base/buf.h"
#include "store/db.h"

enum address_kind {
    ADDRESS_POST = 0,     /* ref: post id (posts and pages) */
    ADDRESS_LIST = 1,     /* ref: list id (section or term); in the table: it moved from there */
    ADDRESS_TAXONOMY = 2, /* target: the taxonomy's plural ("tags"): the page of all its terms */
    ADDRESS_MEDIA = 3,    /* ref: media id */
    ADDRESS_REDIRECT = 4, /* ref: post or list id, target: path it led to when made. Resolve by
                             ref's present permalink when ref != 0 */
    ADDRESS_GONE = 5,     /* 410 */
};

struct address {
    enum address_kind kind;
    int64_t ref;
    char target[1024]; /* for a redirect: the present path, already resolved */
};

/* 1 found (live things only: a draft's address is not found), 0 not, -1 error. */
int address_find(struct db *db, const char *path, struct address *out, struct error *err) CHECKED;

/* The same of a path of which the table says nothing: the page of a list or taxonomy. */
int address_place(struct db *db, const char *path, struct address *out, struct error *err) CHECKED;

/* Appends the path at which the file `source` of the tree is read: its post's permalink, its own as media, or
 * that of the index.md or _index.md of a folder. 1; 0 when it has none now, -1. */
int address_of_file(struct db *db, const char *source, struct buf *out, struct error *err) CHECKED;

#endif
