/* The fence around an author's bytes: a pool of child processes that parse them.
 *
 * Front matter, Markdown, code and site settings are parsed only in children of the same binary
 * (`platen renderer`, a hidden command), which have no network, no files, bounded memory and time
 * (fence.c). A document that exceeds its bounds is refused with a reason and the child is replaced;
 * the parent never parses what a stranger wrote. Requests and answers travel over the child's
 * standard input and output as length-prefixed frames: a JSON head and raw bodies.
 */
#ifndef PLATEN_CONTENT_RENDERER_H
#define PLATEN_CONTENT_RENDERER_H

#include "base/json.h"
#include "base/log.h"

#include <stddef.h>

struct renderer; /* a pool; any number of threads may call renderer_run at once */

struct renderer_options {
    unsigned children; /* at most this many at once; 0 = number of CPUs. They are started when first
                          needed */
    unsigned timeout_ms; /* processor time for one document; default 800; sanitizers get
                            their cost on top */
    unsigned stall_ms;   /* parent's clock, for one document; default 10 times the processor time */
    size_t memory; /* bytes of address space of a child; default 256 MB; not applied in sanitizer
                      builds */
    size_t max_source;   /* bytes of one source; larger ones are refused unread; default 4 MB */
    const char *program; /* NULL = /proc/self/exe */
    struct log *log;     /* borrowed */
};

int renderer_open(struct renderer **out, const struct renderer_options *o,
                  struct error *err) CHECKED;
void renderer_close(
    struct renderer *r); /* kills and reaps the children; no renderer_run may be running */

enum render_kind {
    RENDER_POST,     /* Markdown with front matter -> document */
    RENDER_SETTINGS, /* a site's settings file -> JSON tree */
    RENDER_PICTURE   /* the first PICTURE_HEAD bytes of a picture -> its type and size */
};

struct highlighter;

struct render_request {
    enum render_kind kind;
    const char *path; /* for messages and by its ending for the format: .md .markdown .yaml .yml
                         .json .toml */
    const char *source;
    size_t len;
    const json_t *options;           /* may be NULL; see document.h */
    struct highlighter *highlighter; /* the child's own; NULL: code stays plain */
};

/* One document, done. */
struct document {
    json_t *meta; /* object, see document.h; owned */
    char *html;   /* the body as HTML, NUL-terminated; owned */
    size_t html_len;
    char *text; /* the body as plain text for the search index; owned */
    size_t text_len;
};

/* Runs one request in an idle child, waiting for one if all are busy. 0: *out is filled
 * (document_free). -1: the document is refused and err says why, with line and column where there
 * is a place: wrong front matter, too large, too slow
 * ("took longer than 800 ms"), too much memory, renderer could not be started. */
int renderer_run(struct renderer *r, const struct render_request *q, struct document *out,
                 struct error *err) CHECKED;
void document_free(struct document *d);

/* The child's main loop (cli/renderer.c calls it for the hidden command): fences itself in, then
 * answers frames on standard input until its end. Returns the exit status. */
int renderer_child_main(void);

#endif
