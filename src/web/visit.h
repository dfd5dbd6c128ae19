/* One request on its way through the web room, and how handlers answer it.
 *
 * A handler belongs to a row of the route table (routes.c). It returns VISIT_DONE when it answered,
 * VISIT_PASS when the path is not its business (the next matching row is asked), or -1 with err
 * (the reader gets 500, the log the reason). Everything in a visit is lent until the handler
 * returns. One thread. */
#ifndef PLATEN_WEB_VISIT_H
#define PLATEN_WEB_VISIT_H

#include "base/value.h"
#include "http/http.h"
#include "http/router.h"
#include "web/limits.h"
#include "web/snapshot.h"
#include "web/web.h"

enum { VISIT_PASS = 0, VISIT_DONE = 1 };

struct visit {
    struct web *web;
    struct snapshot *site;
    struct db *db; /* this request's reader, inside a read transaction; NULL for system routes */
    const struct http_request *q;
    struct http_response *r;
    const char *path;    /* decoded, without the base URL's path */
    struct arena *arena; /* of the page's model; NULL when memory is out: it refuses all */
    struct buf names;    /* what the page depends on, each behind a line end: depends.c */
    bool nameless;       /* nobody asks for the names, and none are taken */
    bool on_posts, on_files;
    bool rendered; /* the body is a template's, which needs this (policy.h): */
    unsigned needs;
};

typedef int route_fn(struct visit *v, const struct route_match *m, struct error *err);

/* The route table's door: finds the row, answers 405 and OPTIONS by itself. Returns as a handler
 * does, never VISIT_PASS. */
int routes_dispatch(struct visit *v, struct error *err) CHECKED;

/* True when a fixed page of the table (not the address table) stands at path. */
bool routes_known(const char *path);

/* --- the visit's own store and site: web.c --- */

/* Takes a reader in a read transaction of the newest state and makes v->site the site of that very state. */
int visit_open(struct visit *v, struct error *err) CHECKED;
/* A visit at the beginning of its way, and its end. */
void visit_begin(struct visit *v, struct web *w, const struct http_request *q,
                 struct http_response *r);
void visit_end(struct visit *v);
/* Gives the reader back; v->site stays. */
void visit_close(struct visit *v);

struct store *visit_store(const struct visit *v);
struct log *visit_log(const struct visit *v);
struct jobs *visit_jobs(const struct visit *v);
const struct web_authoring *
visit_authoring(const struct visit *v); /* NULL: nothing is written here */
/* NULL or empty: whatever looks like a key of Ghost's API is one. */
const char *const *visit_ghost_keys(const struct visit *v);
struct limits *visit_limits(const struct visit *v);
struct writer *visit_writer(const struct visit *v);
const struct web_hooks *visit_hooks(const struct visit *v); /* NULL when deliveries are not taken */
struct events *visit_events(const struct visit *v);
bool visit_draining(const struct visit *v);

/* --- what a page depends on: depends.c --- */

/* The page is kept until something of that name is touched, or anything of its kind for "post:*", or anything at
 * all for "any". A page that names nothing is not kept. Every page depends on the site's settings and on
 * what its own address means. */
void visit_depends(struct visit *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void visit_depends_list(struct visit *v, const struct list *l);
/* What is in the HTML of a post (enum html_trait). */
unsigned visit_traits(const struct post *p);
/* The page shows HTML that has these, through link_files_html; cover: and the picture that the post names. False when
 * link_files_html leaves that HTML as it is. */
bool visit_depends_html(struct visit *v, unsigned traits, bool cover);

/* --- answers: answer.c --- */

/* Renders template `name` over model into the body and answers with type, the caching headers of
 * pages, and status. Steals model; NULL is an error (err, when empty, is then read as memory being
 * out). XML is cleaned of control
 * characters. */
int answer_template(struct visit *v, const char *name, json_t *model, const char *type, int status,
                    struct error *err) CHECKED;

/* As answer_page, for one person only: kept by no cache. */
int answer_private(struct visit *v, const char *name, json_t *model, struct error *err) CHECKED;

/* Renders template `name` over model, whose "site" is put, as an HTML page with status 200. */
int answer_show(struct visit *v, const char *name, struct value model, struct error *err) CHECKED;

/* The same for one person only: kept by no cache. */
int answer_show_private(struct visit *v, const char *name, struct value model,
                        struct error *err) CHECKED;

/* answer_show of JSON. Steals model. */
int answer_page(struct visit *v, const char *name, json_t *model, struct error *err) CHECKED;

/* Answers with what the handler has written to the body: type, ETag, conditions. */
int answer_body(struct visit *v, const char *type, int status, struct error *err) CHECKED;

/* As answer_body; the ETag begins with what the thing itself has as its version. NULL: none. */
int answer_version(struct visit *v, const char *type, int status, const char *version,
                   struct error *err) CHECKED;

/* Taking control characters out of the body, as XML 1.0 section 2.2 wants. */
void answer_clean_xml(struct buf *body);

/* 301 to a path of the site (decoded), the query string kept when `query`. */
int answer_redirect(struct visit *v, const char *path, bool query, struct error *err) CHECKED;

/* 302 to it: for now only. */
int answer_redirect_now(struct visit *v, const char *path, struct error *err) CHECKED;
/* 301 to a URL that is written as a header may have it: percent-encoded. */
int answer_redirect_to(struct visit *v, const char *url, struct error *err) CHECKED;

/* The site's 404 and 410 pages. */
int answer_missing(struct visit *v, int status, struct error *err) CHECKED;

/* The answer to a request that failed, in the form its path has: a problem document (RFC 9457) for
 * programs (/api/, /hooks/), plain text for the rest. detail may be NULL. */
void answer_failure(struct visit *v, int status, const char *detail);

/* A short plain text. */
void answer_text(struct visit *v, int status, const char *text);

/* The header every answer for programs and people carries. */
void answer_policy(struct visit *v);

#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_RSS "application/rss+xml; charset=utf-8"
#define TYPE_ATOM "application/atom+xml; charset=utf-8"
#define TYPE_XML "application/xml; charset=utf-8"
#define TYPE_OPENSEARCH "application/opensearchdescription+xml; charset=utf-8"
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_JSON "application/json; charset=utf-8"
#define TYPE_PROBLEM "application/problem+json"
#define TYPE_JSON_FEED "application/feed+json; charset=utf-8"

#endif
