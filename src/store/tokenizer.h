/* What search needs inside SQLite, made known to every connection when it is opened:
 *
 *   tokenizer "platen"      cuts text as store/words.h says. Besides, a text's words leave their beginnings
 *                           (2..6 characters; every character of dense scripts), once each: behind
 *                           STARTS_MARK. So the beginning of a word is looked up like a word, and costs as
 *                           little. In a query, "\1be" asks for such a beginning.
 *   platen_score(search, n) how well a row fits: words in the title before tags before text. Phrase n of
 *                           the query (from 0; -1: none) is a mere beginning and counts half. */
#ifndef PLATEN_STORE_TOKENIZER_H
#define PLATEN_STORE_TOKENIZER_H

#include "base/error.h"

enum { STARTS_MARK = 1, STARTS_MIN = 2, STARTS_MAX = 6 };

struct sqlite3;

int tokenizer_register(struct sqlite3 *db, struct error *err) CHECKED;

#endif
