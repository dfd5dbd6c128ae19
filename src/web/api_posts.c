/* Posts for programs: lists in any order under any filter, posts by id and by slug. */
#include "base/clock.h"
#include "store/preview.h"
#include "store/search.h"
#include "web/api_list.h"
#include "web/api_read.h"
#include "web/api_view.h"
#include "web/pages.h"
#include "web/view.h"

#include <string.h>

enum { NAMED_MAX = 100, STATES = 4 };

#define ORDERS "published -published updated -updated title -title"
#define INCLUDES "body tags toc total"

#define MEMBER_PARAMS                                                                              \
    {.name = "fields",                                                                             \
     .type = API_NAMES,                                                                            \
     .choices = API_POST_MEMBERS,                                                                  \
     .help = "Only these members, and what include adds"},                                         \
    {                                                                                              \
        .name = "include", .type = API_NAMES, .choices = INCLUDES,                                 \
        .help = "More members: body has html; tags has categories and series, too; and total, "    \
                "the number of all posts of the list"                                              \
    }

const struct api_param api_posts_params[] = {
    API_LIST_PARAMS,
    {.name = "order",
     .type = API_CHOICE,
     .choices = ORDERS,
     .number = 1,
     .help = "By what; - for the newest or last first. Those alike stand by their id"},
    {.name = "tag", .max = 255, .help = "Slug of a tag they have"},
    {.name = "section", .max = 255, .help = "Slug of the section they are in"},
    {.name = "author", .max = 255, .help = "Slug of an author they have"},
    {.name = "q", .max = 500, .help = "Words they hold, as for search; among the newest 1,000"},
    {.name = "since", .type = API_TIME, .max = 64, .help = "Published at or after"},
    {.name = "until", .type = API_TIME, .max = 64, .help = "Published before"},
    {.name = "ids",
     .type = API_LIST,
     .help = "Exactly these, in this order, at most 100; not with filters, order or pages"},
    {.name = "slugs", .type = API_LIST, .max = 8192, .help = "As ids, by slug"},
    {.name = "status",
     .type = API_CHOICE,
     .choices = "published draft scheduled expired",
     .help = "Others than published for tokens with posts:read-drafts"},
    MEMBER_PARAMS,
    {0}};

const struct api_param api_post_params[] = {MEMBER_PARAMS, {0}};

enum { POSTS_PARAMS = sizeof api_posts_params / sizeof api_posts_params[0], POST_PARAMS = 3 };

/* ---- which members ---- */

static uint64_t members_of(const struct api_param *params, unsigned usual, bool trusted) {
    static const unsigned groups[] = {API_BODY, API_TAGS, API_TOC};
    const struct api_param *fields = params, *include = params;
    while (strcmp(fields->name, "fields") != 0)
        fields++;
    while (strcmp(include->name, "include") != 0)
        include++;
    uint64_t bits = fields->given ? (uint64_t)fields->number : api_members_in(usual);
    for (unsigned i = 0; i < sizeof groups / sizeof groups[0]; i++)
        if ((include->number >> i & 1) != 0)
            bits |= api_members_in(groups[i]);
    return trusted ? bits : bits & ~api_members_in(API_TRUSTED);
}

static bool wants_total(struct api_param *params) {
    return (api_param_of(params, "include")->number >> 3 & 1) != 0;
}

/* ---- one post ---- */

struct showing {
    struct visit *v;
    uint64_t members;
    bool any; /* drafts, too */
    json_t *out;
    char version[40];
};

static int show(void *arg, const struct post *p) {
    struct showing *s = arg;
    if ((!p->live && !s->any) || p->kind == POST_INDEX)
        return 0;
    (void)visit_depends_html(s->v, visit_traits(p), p->cover != NULL);
    s->out = api_view_post(s->v, p, s->members);
    size_t n = strlen(p->etag);
    memcpy(s->version, p->etag, n < sizeof s->version ? n + 1 : 0);
    return s->out == NULL ? -1 : 0;
}

static int load(struct showing *s, int64_t id, struct error *err) {
    struct db *db = s->v->db;
    int rc = s->any ? post_any_by_id(db, id, show, s, err)
                    : post_by_id(db, id, api_members_whole(s->members), show, s, err);
    return rc < 0 && *err->text == '\0' ? error_set(err, "a post cannot be shown: out of memory")
           : rc < 0                     ? -1
                                        : 0;
}

static int no_such(struct visit *v) {
    api_problem(v, 404, "there is no such post", NULL);
    return VISIT_DONE;
}

/* 0, *trusted when a token for drafts was shown; VISIT_DONE; -1. */
static int who(struct visit *v, bool *trusted, struct error *err) {
    unsigned scopes = 0;
    int rc = http_request_header(v->q, "Authorization") == NULL ? 0 : api_reader(v, &scopes, err);
    *trusted = (scopes & (SCOPE_READ_DRAFTS | SCOPE_ADMIN)) != 0;
    return rc;
}

static int answer_one(struct visit *v, struct showing *s, int64_t id, struct error *err) {
    int rc = id == 0 ? 0 : load(s, id, err);
    if (rc != 0 || s->out == NULL)
        return rc != 0 ? -1 : no_such(v);
    return s->any ? api_private(v, s->out, s->version, err)
                  : api_public(v, s->out, s->version, err);
}

static int one(struct visit *v, struct slice id, struct slice slug, struct error *err) {
    struct api_param params[POST_PARAMS];
    struct showing s = {.v = v};
    memcpy(params, api_post_params, sizeof params);
    int rc = who(v, &s.any, err);
    if (rc == 0)
        rc = api_params(v, params, err);
    if (rc == 0) {
        s.members = members_of(params, ~0U, s.any);
        int64_t post = slug.ptr == NULL ? api_id(id) : 0;
        struct buf text;
        buf_init(&text, 1024);
        if (slug.ptr != NULL)
            buf_append(&text, slug.ptr, slug.len);
        rc = slug.len > 0 && buf_ok(&text) ? browse_slug(v->db, buf_str(&text), s.any, &post, err)
                                           : 0;
        buf_free(&text);
        rc = rc < 0 ? -1 : answer_one(v, &s, post, err);
        /* whose a slug is may change with any post */
        if (rc == VISIT_DONE && !s.any && s.out != NULL)
            slug.len > 0 ? visit_depends(v, "any") : visit_depends(v, "post:%lld", (long long)post);
        else
            buf_clear(&v->names);
    }
    api_params_free(params);
    return rc;
}

int api_post(struct visit *v, const struct route_match *m, struct error *err) {
    return one(v, m->param[0], (struct slice){0}, err);
}

int api_post_by_slug(struct visit *v, const struct route_match *m, struct error *err) {
    return one(v, (struct slice){0}, m->param[0], err);
}

int api_preview(struct visit *v, const struct route_match *m, struct error *err) {
    struct api_param params[POST_PARAMS];
    struct showing s = {.v = v, .any = true};
    int64_t post = 0, until;
    memcpy(params, api_post_params, sizeof params);
    int rc = api_visitor(v, err);
    if (rc == 0)
        rc = api_params(v, params, err);
    if (rc == 0) {
        s.members = members_of(params, ~0U, false);
        int what =
            preview_read(v->db, m->param[0].ptr, m->param[0].len, clock_now(), &post, &until, err);
        if (what == PREVIEW_OVER)
            api_problem(v, 410, "this preview is over: ask its author for another", NULL);
        rc = what < 0               ? -1
             : what == PREVIEW_OVER ? VISIT_DONE
                                    : answer_one(v, &s, what == PREVIEW_GOOD ? post : 0, err);
    }
    api_params_free(params);
    return rc;
}

/* ---- lists ---- */

struct posts {
    struct browse browse;
    struct buf match;
    int64_t since, until;
    bool empty; /* a filter names what is not there */
    uint64_t members;
    bool trusted;
};

static int run(const struct api_list *l, struct db *db, bool flip, const struct browse_key *beyond,
               int64_t size, int64_t offset, browse_fn *fn, void *arg, struct error *err) {
    const struct posts *p = l->ctx;
    struct browse b = p->browse;
    if (p->empty)
        return 0;
    b.down = b.down != flip;
    b.beyond = beyond;
    b.size = size;
    b.offset = offset;
    return browse_run(db, &b, fn, arg, err);
}

static int count(const struct api_list *l, struct db *db, int64_t *total, struct error *err) {
    const struct posts *p = l->ctx;
    *total = 0;
    return p->empty ? 0 : browse_count(db, &p->browse, total, err);
}

static int put_post(struct visit *v, const struct posts *p, int64_t id, json_t *data,
                    struct error *err) {
    struct showing s = {.v = v, .members = p->members, .any = p->trusted};
    if (load(&s, id, err) != 0)
        return -1;
    return s.out == NULL ? 0 : json_array_append_new(data, s.out);
}

static int item(const struct api_list *l, struct visit *v, const struct browse_key *key,
                json_t *data, struct error *err) {
    return put_post(v, l->ctx, key->post, data, err);
}

/* ---- filters ---- */

/* The smallest of the lists that filters name is walked, the others are asked. */
static int use_list(struct posts *p, struct visit *v, enum list_kind kind, const char *taxonomy,
                    const struct api_param *filter, int64_t *smallest, struct error *err) {
    struct list l;
    if (!filter->given)
        return 0;
    int rc = list_find(v->db, kind, taxonomy, buf_str(&filter->text), &l, err);
    if (rc != 1) {
        p->empty = true;
        return rc;
    }
    visit_depends_list(v, &l);
    int64_t other = l.id;
    if (l.count < *smallest) {
        other = p->browse.list;
        p->browse.list = l.id;
        *smallest = l.count;
    }
    if (other != p->browse.list && other != 0)
        p->browse.also[p->browse.also[0] != 0] = other;
    return 0;
}

static int use_filters(struct posts *p, struct visit *v, struct api_param *params,
                       struct error *err) {
    struct list all;
    int64_t smallest = INT64_MAX;
    const struct api_param *q = api_param_of(params, "q");
    const struct api_param *since = api_param_of(params, "since");
    const struct api_param *until = api_param_of(params, "until");
    int64_t order = api_param_of(params, "order")->number;
    struct browse *b = &p->browse;
    if (use_list(p, v, LIST_TERM, "tags", api_param_of(params, "tag"), &smallest, err) < 0 ||
        use_list(p, v, LIST_SECTION, "", api_param_of(params, "section"), &smallest, err) < 0 ||
        use_list(p, v, LIST_TERM, "authors", api_param_of(params, "author"), &smallest, err) < 0 ||
        list_find(v->db, LIST_ALL, "", "", &all, err) < 0)
        return -1;
    if (b->list == 0) {
        b->list = all.id;
        visit_depends_list(v, &all);
    }
    b->sort = (enum browse_sort)(order / 2);
    b->down = order % 2 == 1;
    b->state = (enum browse_state)api_param_of(params, "status")->number;
    b->now = clock_now();
    p->since = since->number;
    p->until = until->number;
    b->since = since->given ? &p->since : NULL;
    b->until = until->given ? &p->until : NULL;
    if (q->given) {
        search_match(&p->match, buf_str(&q->text));
        b->match = buf_str(&p->match);
        p->empty = p->empty || p->match.len == 0;
    }
    return 0;
}

/* ---- ids and slugs ---- */

struct named {
    int64_t ids[NAMED_MAX];
    size_t count;
};

static void add_id(struct named *n, int64_t id) {
    for (size_t i = 0; i < n->count; i++)
        if (n->ids[i] == id)
            return;
    n->ids[n->count++] = id;
}

/* Ids of a list, 0 for a slug that is nobody's. */
static int read_named(struct named *n, struct visit *v, const struct api_param *list, bool slugs,
                      bool trusted, json_t *faults, struct error *err) {
    struct slice rest = slice_of(buf_str(&list->text)), part;
    size_t count = 0;
    while (slice_next(&rest, ',', &part)) {
        struct buf slug;
        int64_t id = 0;
        int rc = 0;
        if (++count > NAMED_MAX)
            return api_fault(faults, list->name, "names more than %d", NAMED_MAX);
        if (slugs) {
            buf_init(&slug, 4096);
            buf_append(&slug, part.ptr, part.len);
            rc = browse_slug(v->db, buf_str(&slug), trusted, &id, err);
            buf_free(&slug);
        } else if ((id = api_id(part)) == 0) {
            return api_fault(faults, list->name, "must be whole numbers, parted by commas");
        }
        if (rc < 0)
            return -1;
        if (id != 0)
            add_id(n, id);
    }
    return 0;
}

/* Faults of parameters that are no use together. */
static int check_named(struct api_param *params, const char *name, json_t *faults) {
    for (const struct api_param *p = params; p->name != NULL; p++) {
        bool fits = strcmp(p->name, name) == 0 || strcmp(p->name, "fields") == 0 ||
                    strcmp(p->name, "include") == 0 || strcmp(p->name, "limit") == 0;
        if (p->given && !fits && api_fault(faults, p->name, "is not for use with %s", name) != 0)
            return -1;
    }
    return 0;
}

static int named_posts(struct visit *v, struct api_list *l, struct named *n, struct error *err) {
    const struct posts *p = l->ctx;
    json_t *data = json_array();
    for (size_t i = 0; i < n->count; i++)
        if (put_post(v, p, n->ids[i], data, err) != 0) {
            json_decref(data);
            return *err->text != '\0' ? -1 : error_set(err, "out of memory");
        }
    return api_list_whole(v, l, data, err);
}

/* ---- together ---- */

static int check_status(const struct api_param *params, const struct posts *p, json_t *faults) {
    while (strcmp(params->name, "status") != 0)
        params++;
    if (params->number == BROWSE_LIVE)
        return 0;
    if (p->browse.match != NULL)
        return api_fault(faults, "q", "finds published posts only");
    return 0;
}

static int answer_posts(struct visit *v, struct api_param *params, struct posts *p, json_t *faults,
                        struct error *err) {
    struct api_list l = {.run = run, .item = item, .count = count, .ctx = p, .secret = p->trusted};
    struct named named = {.count = 0};
    const struct api_param *ids = api_param_of(params, "ids"),
                           *slugs = api_param_of(params, "slugs");
    const struct api_param *by = ids->given ? ids : slugs;
    if (api_list_begin(&l, "/api/v1/posts", params, faults) != 0 ||
        use_filters(p, v, params, err) != 0 ||
        (by->given && (check_named(params, by->name, faults) != 0 ||
                       read_named(&named, v, by, by == slugs, p->trusted, faults, err) != 0)) ||
        check_status(params, p, faults) != 0)
        return *err->text != '\0' ? -1 : error_set(err, "out of memory");
    if (json_array_size(faults) > 0)
        return 0;
    p->members = members_of(params, API_IN_LISTS, p->trusted);
    l.total = wants_total(params);
    return by->given ? named_posts(v, &l, &named, err) : api_list_answer(v, &l, err);
}

int api_posts(struct visit *v, const struct route_match *m, struct error *err) {
    struct api_param params[POSTS_PARAMS];
    struct posts p = {0};
    (void)m;
    memcpy(params, api_posts_params, sizeof params);
    buf_init(&p.match, 2048);
    int rc = who(v, &p.trusted, err);
    json_t *faults = rc == 0 ? json_array() : NULL;
    if (rc == 0)
        rc = api_params_read(v, params, faults, err);
    if (rc == 0 && api_param_of(params, "status")->number != BROWSE_LIVE && !p.trusted)
        rc = api_allow(v, API_BEARER, SCOPE_READ_DRAFTS, err); /* says 401 */
    if (rc == 0)
        rc = answer_posts(v, params, &p, faults, err);
    if (rc == 0)
        rc = api_faulty(v, json_incref(faults));
    /* what is found or named by its reader has too many forms to be kept, and no names to go by */
    if (p.trusted || p.empty || api_param_of(params, "q")->given ||
        api_param_of(params, "ids")->given || api_param_of(params, "slugs")->given)
        buf_clear(&v->names);
    json_decref(faults);
    buf_free(&p.match);
    api_params_free(params);
    return rc;
}
