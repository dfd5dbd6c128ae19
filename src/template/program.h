/* Private to src/template: a template compiled to a flat program.
 *
 * scan.c cuts a text into tags, nest.c pairs them and finds which stand alone on their lines, parse.c
 * writes the instructions, render.c runs them; join.c links several to one that runs faster (flat.h).
 * Every text an instruction needs (literal text, names, indentation) lies in one pool; an instruction
 * holds offsets. Names in the pool end with a NUL. Sections, blocks, arguments and the program itself
 * end with OP_END, which means "the innermost thing that was entered is over".
 */
#ifndef PLATEN_TEMPLATE_PROGRAM_H
#define PLATEN_TEMPLATE_PROGRAM_H

#include "base/buf.h"
#include "template/template.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEMPLATE_TEXT_MAX ((size_t)1 << 20)
enum {
    TEMPLATE_COUNT_MAX = 1000,
    TEMPLATE_NESTING_MAX = 256,
    TEMPLATE_INCLUDE_MAX = 64,
    TEMPLATE_ARGS_MAX = 256, /* blocks inside one parent tag */
};
#define TEMPLATE_NONE UINT32_MAX

/* ---- scan.c ---- */

enum tag_kind {
    TAG_VARIABLE,
    TAG_RAW,
    TAG_SECTION,
    TAG_INVERTED,
    TAG_CLOSE,
    TAG_PARTIAL,
    TAG_PARENT,
    TAG_BLOCK,
    TAG_COMMENT,
    TAG_DELIMITERS,
};

/* One tag: text[start, end) with its delimiters; its name, trimmed and without sigil, lies at
 * text[name, name + name_len). */
struct tag {
    uint8_t kind;
    bool dynamic;      /* the name had an asterisk: it names the value that names the template */
    bool clear_before; /* only white space between the line's start and the tag */
    bool clear_after;  /* only white space between the tag and the line's end */
    bool argument;     /* a block that is a direct child of a parent tag */
    bool trim_before;  /* that white space before it is not text */
    bool trim_after;   /* that white space and the line's end are not text */
    uint32_t start, end;
    uint32_t name, name_len;
    uint32_t match; /* of an opening tag its closing tag, of a closing tag its opening one */
};

struct tags {
    struct tag *list;
    uint32_t count, cap;
};

/* Finds every tag of text (len at most TEMPLATE_TEXT_MAX). tags is empty at first; its list is the
 * caller's to free, also after an error. Error: place and message, without the file. */
int tags_scan(struct tags *tags, const char *text, size_t len, struct error *err) CHECKED;

/* Fills err with the line and column (counted in characters) of text[at]. Returns -1. */
int tags_error(struct error *err, const char *text, uint32_t at, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* How many bytes of a name at text[at] a message shows: whole characters, at most 60 bytes. */
int tags_shown(const char *text, uint32_t at, uint32_t len);

/* Where the white space before text[at] on its line begins, and where what follows text[at] on its
 * line begins once white space and the line's end are skipped. */
uint32_t tags_line_start(const char *text, uint32_t at);
uint32_t tags_line_next(const char *text, size_t len, uint32_t at);

/* ---- nest.c ---- */

/* Pairs opening and closing tags (tag.match) and decides which white space around tags is no text
 * (trim_before, trim_after). Error: place and message, without the file. */
int tags_nest(struct tags *tags, const char *text, struct error *err) CHECKED;

/* ---- parse.c ---- */

enum op {
    OP_TEXT,     /* text */
    OP_VARIABLE, /* path: escaped */
    OP_RAW,      /* path */
    OP_SECTION,  /* path; jump: behind its OP_END */
    OP_INVERTED, /* path; jump: behind its body, which has no OP_END */
    OP_PARTIAL,  /* name or path, indent */
    OP_PARENT,   /* name or path, indent; args; jump: behind the last argument */
    OP_ARGUMENT, /* name; jump: behind its OP_END. Only behind OP_PARENT */
    OP_BLOCK,    /* name, indent; jump: behind its OP_END */
    OP_END,
};

enum op_flag {
    FLAG_LINE = 1,       /* text: its first byte begins a line (also when it has none) */
    FLAG_DYNAMIC = 2,    /* partial, parent: the path's value is the name */
    FLAG_STANDALONE = 4, /* partial, parent, block: indent goes before each line */
    FLAG_SAME_LINE = 8,  /* argument, block: the content begins on the tag's own line */
    FLAG_NEWLINE = 16,   /* block: a line's end was taken behind it ... */
    FLAG_CRLF = 32,      /* ... which was CR LF */
    FLAG_ALWAYS = 64,    /* partial, parent: runs whenever the template does */
};

struct instruction {
    uint8_t op;
    uint8_t flags;
    uint16_t args;           /* parent: how many arguments follow */
    uint32_t text, text_len; /* in the pool: literal text, or the name */
    uint32_t indent, indent_len;
    uint32_t jump;
    uint32_t path, path_count; /* names in program.parts; 0 names: the current item "." */
    uint32_t target;           /* partial, parent: the template's number in the set, or NONE */
    uint32_t line, column;     /* partial, parent: place in the source, for messages */
};

/* One name of a path: its key and hash, see value.h, and where it stands in the pool. */
struct part {
    uint64_t key;
    uint32_t hash;
    uint32_t name;
};

struct program {
    char *name; /* "post" */
    char *file; /* "themes/x/post.mustache", "builtin:post": for messages */
    struct instruction *code;
    uint32_t count;
    char *pool;
    struct part *parts;
    unsigned traits; /* of its texts: template_set_traits */
};

/* Compiles text. The file's name stands before the message of an error. The caller frees *out with
 * program_free. */
int program_parse(struct program **out, const char *name, const char *file, const char *text,
                  size_t len, struct error *err) CHECKED;
void program_free(struct program *p);

/* ---- set.c, for render.c ---- */

/* The template of that name as tags reach it, or NULL. */
const struct program *template_find(const struct template_set *set, const char *name);
/* Whom to ask for the traits of raw values; NULL: nobody. */
template_traits_fn *template_traits_of(const struct template_set *set);
/* The template with that number (instruction.target). */
const struct program *template_at(const struct template_set *set, uint32_t number);
/* The template of that name as callers of template_render reach it, or NULL. */
const struct program *template_entry(const struct template_set *set, const char *name);

#endif
