/* The inside of toml.h: the cursor that its parts share. */
#ifndef PLATEN_CONTENT_TOML_PRIVATE_H
#define PLATEN_CONTENT_TOML_PRIVATE_H

#include "content/toml.h"

enum { TOML_DEPTH = 64 };

struct toml {
    const char *at, *end;
    const char *line_start;
    int line;
    bool keep_text; /* of the top-level key being read */
    const struct toml_options *o;
    struct error *err;
};

/* The character at the cursor, '\0' at the end (a NUL in the text is refused before). */
char toml_peek(const struct toml *t);
/* Sets an error at the cursor; -1. */
int toml_wrong(struct toml *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Skips spaces and tabs; `lines`: line ends and comments, too. -1: a control character in a comment. */
int toml_skip(struct toml *t, bool lines) CHECKED;
/* Takes c when it is next. */
bool toml_take(struct toml *t, char c);

/* One part of a key, appended to out. */
int toml_key_part(struct toml *t, struct buf *out) CHECKED;
/* What may stand in a key without quotes. */
bool toml_is_bare(char c);
/* A number, date, time or boolean; NULL on error. */
json_t *toml_word(struct toml *t);
/* A value; NULL on error. Inline tables are filled by toml_inline_table. */
json_t *toml_value(struct toml *t, int depth);
json_t *toml_inline_table(struct toml *t, int depth);

#endif
