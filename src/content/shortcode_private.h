/* Between the files that expand: a tag as it is read, a table of them, and what all write with. Any thread. */
#ifndef PLATEN_CONTENT_SHORTCODE_PRIVATE_H
#define PLATEN_CONTENT_SHORTCODE_PRIVATE_H

#include "content/shortcode.h"
#include "content/shortcode_builtin.h"

enum { SHORTCODE_TAG_MAX = 8192, SHORTCODE_TAGS_MAX = 20000 };

enum shortcode_use {
    SHORTCODE_AS_TEXT,
    SHORTCODE_AS_LITERAL, /* escaped: its inside between its edges */
    SHORTCODE_AS_HTML,
    SHORTCODE_AS_END,
};

struct shortcode_tag {
    size_t start, end; /* of the whole in the text; a verbatim one's end is its closing tag's */
    struct slice inside;
    enum shortcode_use use;
    char mark;                   /* '<', '%', or '{' for Zola's without a body */
    size_t edge;                 /* bytes at each end of an escaped one that stay */
    bool closing;                /* it closes; without a name: what was opened last */
    bool paired;                 /* something closes it */
    struct shortcode_call *call; /* owned */
};

/* ---- reading: at g->start, where shortcode_is_... said that a tag begins ---- */

/* Fills g->end and the call. NULL, or why it is none: it is then text up to g->end. */
const char *shortcode_read_hugo(struct shortcode_tag *g, const char *text, size_t n);
const char *shortcode_read_zola(struct shortcode_tag *g, const char *text, size_t n);

bool shortcode_is_hugo(const char *text, size_t n, size_t at);
bool shortcode_is_zola(const char *text, size_t n, size_t at);

/* Whether "{{" at *at begins the closing tag of that name: *at is then moved behind it. */
bool shortcode_ends_hugo(const char *text, size_t n, size_t *at, struct slice name, char mark);

/* ---- writing ---- */

void shortcode_begin(struct shortcodes *out);

/* What was appended to out->html since the last token becomes one more, which is put into out->text;
 * block: in a comment of its own, with as many line ends behind it as `over` has. */
void shortcode_token(struct shortcodes *out, bool block, struct slice over);

/* Puts as many line ends into out->text as `over` has. */
void shortcode_lines(struct shortcodes *out, struct slice over);

/* Appends ",hl_lines=" and the numbers of lines in s ("1 3-5") as they stand behind a fence. */
void shortcode_ranges(struct buf *info, struct slice s);

/* Where in a text the reading is, for warnings; goes forward only. */
struct shortcode_place {
    const char *text;
    size_t seen, line_at;
    int line;
};

/* Adds a warning ("WHAT "NAME": WHY") for the byte at `at`. At most a hundred are kept. */
void shortcode_warn(struct shortcodes *out, struct shortcode_place *p, size_t at, const char *what,
                    struct slice name, const char *why);

/* Whether what is from start to end has its lines for itself. */
bool shortcode_alone(const char *text, size_t n, size_t start, size_t end);

/* 0, or -1 when memory or room is out: *out is then freed. */
int shortcode_finish(struct shortcodes *out, struct error *err);

#endif
