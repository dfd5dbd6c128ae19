/* Posts whose title or tags hold any of some words, or one that begins like them: what a reader may have meant who
 * came to an address where nothing is. */
#ifndef PLATEN_STORE_NEAR_H
#define PLATEN_STORE_NEAR_H

#include "store/db.h"

enum { NEAR_MAX = 32 };

/* The newest live posts of that kind, those that hold most of the words first: ids[0..count). At most six words of
 * text (UTF-8) are looked for, of three characters and more, a small budget of the database's steps long. The
 * count, or -1. */
int near_posts(struct db *db, const char *text, size_t n, int64_t ids[NEAR_MAX], struct error *err);

#endif
