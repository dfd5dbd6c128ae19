/* The web room's door: what the http server calls for every request that passed its guard.
 *
 * A web holds what pages need (store, templates, the site's settings as of the newest revision) and
 * nothing per reader. web_handle may be called on many threads at once. */
#ifndef PLATEN_WEB_WEB_H
#define PLATEN_WEB_WEB_H

#include "base/jobs.h"
#include "base/json.h"
#include "base/log.h"
#include "http/http.h"
#include "store/deliveries.h"
#include "store/idempotency.h"
#include "store/store.h"
#include "store/writer.h"

struct web;

/* A delivery of a git host as it came. */
struct web_delivery {
    const char *(*header)(void *ctx, const char *name); /* NULL when there is none such */
    void *ctx;
    const char *body;
    size_t len;
    const char *client;
    int64_t now; /* UTC milliseconds */
};

/* Who takes deliveries. Any thread may call both. */
struct web_hooks {
    /* Verifies and reads: the HTTP status, 200 and 202 with *out to be stored, others with err. */
    int (*receive)(void *arg, struct delivery_draft *out, const struct web_delivery *q,
                   struct error *err);
    bool repository;         /* there is one to look at: a replay is work */
    void (*wake)(void *arg); /* a delivery has been stored and waits */
    void *arg;
};

/* What a client of the API wants of a post; lent. */
struct web_post_write {
    enum web_post_kind { WEB_POST_CREATE, WEB_POST_MERGE, WEB_POST_REPLACE, WEB_POST_DELETE } kind;
    int64_t id;                     /* not of WEB_POST_CREATE */
    const char *if_match;           /* NULL: whatever it is like */
    const json_t *fields;           /* as front matter has them, "body" and "section" too */
    struct idempotency idempotency; /* key NULL: none */
};
/* A file that a client wants to be shown. */
struct web_media_write {
    int fd; /* read from its begin; -1: media `id` shall go */
    uint64_t size;
    const char *name; /* as the client calls it */
    int64_t id;
};
struct web_post_written {
    int status; /* 201, 200, 204, or a refusal with its detail */
    int64_t id;
    bool again; /* answered from an earlier request with the same key */
    char detail[700];
};

/* Who writes posts. Called on one thread at a time. */
struct web_authoring {
    /* 0 with *out settled, -1 when it failed for a reason that is not the client's. */
    int (*write)(void *arg, struct web_post_written *out, const struct web_post_write *q,
                 struct error *err);
    /* As write: 201 stored, 200 it is here already, 204 gone; out->id is the media's. */
    int (*media)(void *arg, struct web_post_written *out, const struct web_media_write *q,
                 struct error *err);
    uint64_t max_media; /* bytes */
    void *arg;
};

struct web_options {
    struct store *store; /* borrowed */
    const char *theme;   /* folder over the built-in templates and static files; NULL = none */
    const char
        *base_url; /* the operator's --base-url: wins over the site's own; NULL or "" = not said */
    const char *fallback_url; /* when neither says: "http://127.0.0.1:8080/" */
    const char *
        edit_url; /* below which the repository's files are changed on its host; NULL or "": unknown */
    struct writer *writer;                 /* borrowed; NULL when nothing is ever written */
    const struct web_hooks *hooks;         /* borrowed; NULL: deliveries are not taken */
    const struct web_authoring *authoring; /* borrowed; NULL: posts are not taken */
    struct jobs *jobs; /* borrowed; for what takes its time; ends before the web is closed */
    /* requests a minute to the API and the search; 0 = no limit */
    unsigned address_rate, token_rate;
    unsigned max_readers;      /* open pages that hear of news, at a time */
    const char *const *hubs;   /* WebSub hubs, ends with NULL; copied. NULL: none */
    const char *const *caches; /* in front, that are told what to forget; as hubs */
    const char *purge_header;  /* "Name: value" for them; copied. NULL or "": none */
    size_t cache_bytes;        /* of pages that are kept; 0 = none */
    /* borrowed; ends with NULL: only these keys read Ghost's API. NULL or empty: any that looks like one */
    const char *const *ghost_keys;
    bool surrogate_keys; /* pages say what they depend on, for a cache in front */
    struct log *log;     /* borrowed */
};

/* Compiles the templates and loads the site. Error: what is wrong in which template, line and
 * column. */
int web_open(struct web **out, const struct web_options *o, struct error *err) CHECKED;
void web_close(struct web *w);

/* Reads theme and site again (SIGHUP). On error the old ones stay in use. Any thread. */
int web_reload(struct web *w, struct error *err) CHECKED;

/* What http_options.arrive wants: deliveries may be as large as GitHub's, uploads go to a file, and who may
 * not send them is told before. */
bool web_arrive(void *app, const struct http_request *q, struct http_response *r,
                struct http_body_rule *rule);

/* The handler for http_options.handle; app is the struct web. */
void web_handle(void *app, const struct http_request *q, struct http_response *r);

/* While draining /readyz answers 503, and open pages are told to come back later. Any thread. */
void web_set_draining(struct web *w, bool draining);

#endif
