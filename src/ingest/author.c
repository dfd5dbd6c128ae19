#include "ingest/author.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/unicode.h"
#include "base/zone.h"
#include "content/site.h"
#include "ingest/record.h"
#include "store/posts.h"
#include "store/settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_MEMORY = 16 << 20, SITE_MAX = 4 << 20, PATIENCE_MS = 3000, PATH_MAX_BYTES = 1024 };

struct author {
    const struct author_options *o;
    const struct author_request *q;
    struct author_answer *out;
    int64_t now;
    json_t *site;
    struct zone *zone;
    json_t *front;   /* of the post as it shall be: without body and section */
    struct buf body; /* Markdown */
    char source[64];
    char section[256];
    char etag[64];   /* of the post as it is, "" for a new one */
    struct buf text; /* the file */
    struct document doc;
    bool rendered;
    struct arena *arena;
    struct post_record record;
};

/* Settles the answer: 1, so that steps read `rc = answered(...)`. */
static int answered(struct author *a, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);
static int answered(struct author *a, int status, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(a->out->detail, sizeof a->out->detail, fmt, args);
    va_end(args);
    a->out->status = status;
    return 1;
}

/* ---- the post as it is ---- */

/* One line of JSON, then the body. */
static int split_file(struct author *a, const char *text, size_t n) {
    const char *end = memchr(text, '\n', n);
    size_t head = end == NULL ? n : (size_t)(end - text);
    struct error err = {0};
    if (json_read(&a->front, text, head, &err) != 0 || !json_is_object(a->front))
        return -1;
    if (head < n)
        buf_append(&a->body, text + head + 1, n - head - 1);
    return buf_ok(&a->body) ? 0 : -1;
}

static int take_post(void *arg, const struct post *p) {
    struct author *a = arg;
    a->out->id = p->id;
    snprintf(a->etag, sizeof a->etag, "%s", p->etag);
    if (!post_is_api(p->source))
        return answered(a, 409, "this post is the file %.400s: change it there and push",
                        p->source);
    snprintf(a->source, sizeof a->source, "%s", p->source);
    return split_file(a, p->markdown, p->markdown_len) == 0 ? 0 : -2;
}

/* The tags of an If-Match (RFC 9110 section 13.1.1): a post's begins with its own etag. */
static bool matches(const char *if_match, const char *etag) {
    struct slice rest = slice_of(if_match), tag;
    size_t n = strlen(etag);
    while (slice_next(&rest, ',', &tag)) {
        tag = slice_trim(tag);
        if (slice_eq(tag, "*") ||
            (tag.len >= n + 2 && tag.ptr[0] == '"' && memcmp(tag.ptr + 1, etag, n) == 0 &&
             (tag.ptr[n + 1] == '"' || tag.ptr[n + 1] == '-')))
            return true;
    }
    return false;
}

static int load_post(struct author *a, struct db *db, struct error *err) {
    if (a->q->kind == AUTHOR_CREATE)
        return 0;
    int rc = post_any_by_id(db, a->q->id, take_post, a, err);
    if (rc == -2)
        return error_set(err, "post %lld cannot be read: its file is no longer what was written",
                         (long long)a->q->id);
    if (rc == 0)
        return answered(a, 404, "there is no such post");
    if (rc < 0 || a->out->status != 0)
        return rc < 0 ? -1 : 1;
    if (a->q->if_match != NULL && !matches(a->q->if_match, a->etag))
        return answered(a, 412, "the post has changed since: read it again");
    return 0;
}

static int load_site(struct author *a, struct db *db, struct error *err) {
    struct buf text;
    buf_init(&text, SITE_MAX);
    int rc = setting_get(db, "site", &text, err);
    if (rc == 1)
        rc = json_read(&a->site, buf_str(&text), text.len, err);
    else if (rc == 0 && (a->site = site_defaults()) == NULL)
        rc = error_set(err, "out of memory");
    buf_free(&text);
    return rc == 0 ? zone_open(&a->zone, json_get_string(a->site, "time_zone", "UTC"), err) : -1;
}

static int known_request(struct author *a, struct db *db, struct error *err) {
    enum idempotency_state state;
    if (a->q->idempotency.key == NULL)
        return 0;
    if (idempotency_find(db, &a->q->idempotency, a->now, &state, &a->out->status, &a->out->id,
                         err) != 0)
        return -1;
    if (state == IDEMPOTENCY_OTHER)
        return answered(a, 422, "Idempotency-Key: was used for another request before");
    a->out->again = state == IDEMPOTENCY_SAME;
    return a->out->again;
}

static int load(struct author *a, struct error *err) {
    struct db *db = store_reader(a->o->store, err);
    if (db == NULL)
        return -1;
    int rc = db_begin_read(db, err);
    if (rc == 0)
        rc = known_request(a, db, err);
    if (rc == 0)
        rc = load_post(a, db, err);
    if (rc == 0)
        rc = load_site(a, db, err);
    db_end_read(db);
    store_reader_done(a->o->store, db);
    return rc;
}

/* ---- the post as it shall be ---- */

/* RFC 7396: members of patch over those of target, null takes away. Depth is jansson's. */
static int merge(json_t *target, const json_t *patch) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)patch, key, value) {
        json_t *old = json_object_get(target, key);
        int bad = 0;
        if (json_is_null(value))
            (void)json_object_del(target, key);
        else if (json_is_object(value) && json_is_object(old))
            bad = merge(old, value);
        else if (json_is_object(value)) {
            json_t *fresh = json_object();
            bad = fresh == NULL || merge(fresh, value) != 0;
            bad |= json_put(target, key, fresh);
        } else
            bad = json_object_set(target, key, value);
        if (bad != 0)
            return -1;
    }
    return 0;
}

/* Takes "body" out of the fields into the buffer. */
static int take_body(struct author *a) {
    const json_t *body = json_object_get(a->front, "body");
    if (body != NULL) {
        buf_clear(&a->body);
        buf_append(&a->body, json_string_value(body), json_string_length(body));
        (void)json_object_del(a->front, "body");
    } else if (json_object_get(a->q->fields, "body") != NULL || a->q->kind == AUTHOR_REPLACE) {
        buf_clear(&a->body); /* null, or not said in what is the whole */
    }
    return buf_ok(&a->body) ? 0 : -1;
}

/* A post without a date is of the moment it was first written. */
static int put_date(struct author *a) {
    if (json_object_get(a->front, "date") != NULL)
        return 0;
    struct buf b;
    buf_init(&b, 64);
    date_layout(&b, "2006-01-02T15:04:05Z", a->now, 0);
    int rc = json_put_string(a->front, "date", buf_str(&b));
    buf_free(&b);
    return rc;
}

static int compose(struct author *a, struct error *err) {
    if (a->front == NULL)
        a->front = json_object();
    const json_t *date = json_object_get(a->front, "date");
    json_t *kept = json_incref((json_t *)(uintptr_t)date);
    if (a->q->kind == AUTHOR_REPLACE)
        json_object_clear(a->front);
    int bad = merge(a->front, a->q->fields) != 0 || take_body(a) != 0;
    if (bad == 0 && kept != NULL && json_object_get(a->front, "date") == NULL)
        bad = json_object_set(a->front, "date", kept);
    json_decref(kept);
    if (bad == 0)
        bad = put_date(a);
    if (bad == 0)
        bad = json_write(&a->text, a->front);
    buf_putc(&a->text, '\n');
    buf_append(&a->text, buf_str(&a->body), a->body.len);
    if (bad != 0 || !buf_ok(&a->text))
        return answered(a, 413, "the post is larger than %zu bytes", a->o->max_post);
    (void)err;
    return 0;
}

/* The path that a file of this post would have: it makes section and slug. */
static int path_of(struct author *a, struct buf *out) {
    const char *section = json_get_string(a->front, "section", "posts");
    const char *slug = json_get_string(a->front, "slug", "");
    struct slice rest = slice_of(section), part;
    size_t before;
    while (slice_next(&rest, '/', &part)) {
        before = out->len;
        unicode_urlize(out, part.ptr, part.len, false);
        if (out->len > before)
            buf_putc(out, '/');
    }
    before = out->len;
    const char *name = *slug != '\0' ? slug : json_get_string(a->front, "title", "");
    unicode_urlize(out, name, strlen(name), false);
    if (out->len == before || strcmp(buf_str(out) + before, "index") == 0 ||
        strcmp(buf_str(out) + before, "_index") == 0)
        buf_puts(out, "post");
    buf_puts(out, ".md");
    return buf_ok(out) ? 0 : answered(a, 422, "title, slug and section: make too long a path");
}

static int render(struct author *a, struct error *err) {
    json_t *options = json_pack("{s:I,s:b,s:b,s:b}", "summary_words",
                                (json_int_t)json_get_int(a->site, "summary_words", 70), "unsafe",
                                json_get_bool(a->site, "unsafe_html", true), "allow", 1, "smart",
                                json_get_bool(a->site, "smart", true));
    struct render_request q = {.kind = RENDER_POST,
                               .path = "post.md",
                               .source = buf_str(&a->text),
                               .len = a->text.len,
                               .options = options};
    struct error why = {0};
    if (options == NULL)
        return error_set(err, "out of memory");
    int rc = renderer_run(a->o->renderer, &q, &a->doc, &why);
    json_decref(options);
    if (rc != 0)
        return answered(a, 422, "%s", why.text);
    a->rendered = true;
    return 0;
}

static int make_record(struct author *a, struct error *err) {
    static const struct layout plain = {.root = "", .content = "", .language = ""};
    struct record_context c = {.site = a->site, .layout = &plain, .zone = a->zone};
    struct error why = {0};
    struct buf path;
    a->arena = arena_new(RECORD_MEMORY);
    if (a->arena == NULL)
        return error_set(err, "out of memory");
    buf_init(&path, PATH_MAX_BYTES);
    int rc = path_of(a, &path);
    (void)json_object_del(json_object_get(a->doc.meta, "params"), "section");
    if (rc == 0 && record_make(&a->record, &c, buf_str(&path), &a->doc, a->arena, &why) != 0)
        rc = answered(a, 422, "%s", why.text);
    buf_free(&path);
    return rc;
}

/* ---- making it live ---- */

static int note(void *arg, struct db *db, const struct publication_result *r, struct error *err) {
    struct author *a = arg;
    (void)r;
    if (a->q->kind == AUTHOR_CREATE && post_id_of(db, a->source, &a->out->id, err) != 1)
        return error_set(err, "the post that was written is not there");
    if (a->q->idempotency.key == NULL)
        return 0;
    return idempotency_put(db, &a->q->idempotency, a->now, a->out->status, a->out->id, err);
}

static void name_source(struct author *a) {
    unsigned char random[10];
    int n = snprintf(a->source, sizeof a->source, "/api/");
    digest_random(random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        n += snprintf(a->source + n, sizeof a->source - (size_t)n, "%02x", random[i]);
    snprintf(a->source + n, sizeof a->source - (size_t)n, ".md");
}

static int begin(struct author *a, struct publication **p, struct error *err) {
    struct publication_options o = {
        .now = a->now,
        .drafts = json_get_bool(a->site, "build_drafts", false),
        .future = json_get_bool(a->site, "build_future", false),
        .expired = json_get_bool(a->site, "build_expired", false),
        .strict = true,
        .apart = true,
        .patience_ms = PATIENCE_MS,
        .keep_revisions = a->o->keep_revisions,
        .log = a->o->log,
    };
    struct error why = {0};
    if (publication_begin(p, a->o->store, &o, &why) == 0)
        return 0;
    (void)err;
    log_warn(a->o->log, "a post of the API waits: %s", why.text);
    return answered(a, 503, "another publication is running: try again");
}

static int publish(struct author *a, struct error *err) {
    struct publication *p;
    struct publication_result done;
    char oid[41];
    int rc = begin(a, &p, err);
    if (rc != 0)
        return rc;
    if (a->q->kind == AUTHOR_DELETE) {
        rc = publication_removed(p, a->source, err);
    } else {
        digest_blob_oid(oid, buf_str(&a->text), a->text.len);
        a->record.source = (struct source){.path = a->source, .oid = oid, .stamp = ""};
        a->record.markdown = buf_str(&a->text);
        a->record.markdown_len = a->text.len;
        rc = publication_post(p, &a->record, err);
    }
    if (rc != 0) {
        publication_abort(p);
        return -1;
    }
    a->out->status = a->q->kind == AUTHOR_CREATE ? 201 : a->q->kind == AUTHOR_DELETE ? 204 : 200;
    publication_finish(p, note, a);
    rc = publication_commit(p, NULL, NULL, &done, err);
    if (rc == 1)
        return answered(a, 409, "permalink %.300s is already taken: give the post another slug",
                        a->record.permalink);
    return rc;
}

static int write_post(struct author *a, struct error *err) {
    int rc = load(a, err);
    if (rc != 0)
        return rc;
    if (a->q->kind == AUTHOR_CREATE)
        name_source(a);
    if (a->q->kind != AUTHOR_DELETE) {
        rc = compose(a, err);
        if (rc == 0)
            rc = render(a, err);
        if (rc == 0)
            rc = make_record(a, err);
    }
    return rc == 0 ? publish(a, err) : rc;
}

int author_write(struct author_answer *out, const struct author_options *o,
                 const struct author_request *q, struct error *err) {
    struct author a = {.o = o, .q = q, .out = out, .now = clock_now()};
    *out = (struct author_answer){0};
    buf_init(&a.body, o->max_post);
    buf_init(&a.text, o->max_post);
    int rc = write_post(&a, err);
    if (a.rendered)
        document_free(&a.doc);
    arena_free(a.arena);
    buf_free(&a.text);
    buf_free(&a.body);
    json_decref(a.front);
    json_decref(a.site);
    zone_free(a.zone);
    return rc < 0 ? -1 : 0;
}
