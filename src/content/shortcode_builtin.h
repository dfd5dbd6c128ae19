/* The shortcodes that are known and their HTML; for shortcode.c. Any thread may call. */
#ifndef PLATEN_CONTENT_SHORTCODE_BUILTIN_H
#define PLATEN_CONTENT_SHORTCODE_BUILTIN_H

#include "base/text.h"
#include "content/shortcode.h"

enum { SHORTCODE_ARGS = 32 };

enum shortcode_kind {
    SHORTCODE_UNKNOWN,
    SHORTCODE_VOID,     /* stands alone */
    SHORTCODE_WRAP,     /* its inside stays Markdown */
    SHORTCODE_VERBATIM, /* its inside is taken as it is */
    SHORTCODE_LINK,     /* an address, part of the Markdown */
};

struct shortcode_arg {
    struct slice key; /* empty: by position */
    struct slice value;
    bool escapes; /* a backslash in value stands before what is meant */
};

struct shortcode_call {
    struct slice name;
    struct shortcode_arg args[SHORTCODE_ARGS];
    size_t count;
    struct slice inside; /* of a verbatim one */
    bool alone;          /* {{< name />}}: what could have an inside has none */
    const struct shortcode_options *o;
};

/* Of Zola's names or Hugo's (with those of PaperMod). */
enum shortcode_kind shortcode_kind(struct slice name, bool zola);

/* Appends the HTML of a call (of a wrapping one: its beginning, or with `closing` its end). NULL, or
 * why nothing could be made of it (then nothing was appended). */
const char *shortcode_html(struct buf *out, const struct shortcode_call *c, bool closing);

#endif
