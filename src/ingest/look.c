#include "ingest/look.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "store/events.h"
#include "store/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEMS_MAX = 100, NOTES_MAX = 30, PAGES_MAX = 20, RESULT_MAX = 256 * 1024 };

void look_begin(struct look *l, const struct look_options *o, const char *event) {
    *l = (struct look){.o = o, .event = event, .began_us = clock_mono_us(), .left = ""};
    l->problems = json_array();
    l->notes = json_array();
}

void look_end(struct look *l) {
    json_decref(l->problems);
    json_decref(l->notes);
    l->problems = l->notes = NULL;
}

/* ---- what is known before ---- */

static int read_oid(struct store *store, const char *key, char oid[GIT_OID_MAX],
                    struct error *err) {
    struct buf value;
    buf_init(&value, 256);
    int rc = setting_read(store, key, &value, err);
    snprintf(oid, GIT_OID_MAX, "%.40s", rc == 1 ? buf_str(&value) : "");
    buf_free(&value);
    return rc < 0 ? -1 : 0;
}

int look_left(struct store *store, char left[GIT_OID_MAX], struct error *err) {
    return read_oid(store, "rollback_left", left, err);
}

int look_applied(struct store *store, char oid[GIT_OID_MAX], struct error *err) {
    return read_oid(store, "applied_commit", oid, err);
}

/* ---- what is told ---- */

/* Puts what is told into a list of at most max. */
static void keep(json_t *list, size_t max, const char *path, int line, int column,
                 const char *text) {
    if (json_array_size(list) >= max)
        return;
    json_t *o = json_object();
    int bad = json_put_string(o, "path", path);
    if (line > 0)
        bad |= json_put_int(o, "line", line) | json_put_int(o, "column", column);
    bad |= json_put_string(o, "text", text);
    if (bad != 0)
        json_decref(o);
    else
        (void)json_array_append_new(list, o);
}

static void tell(void *arg, bool error, const char *path, int line, int column, const char *text) {
    struct look *l = arg;
    char place[32] = "";
    if (line > 0)
        snprintf(place, sizeof place, ":%d:%d", line, column);
    keep(error ? l->problems : l->notes, error ? PROBLEMS_MAX : NOTES_MAX, path, line, column,
         text);
    if (!error) { /* whoever writes in a watched folder looks at the log */
        (l->commit == NULL ? log_info : log_debug)(l->o->log, "%s%s: %s", path, place, text);
        return;
    }
    log_warn(l->o->log, "%s%s: %s", path, place, text);
    if (l->first_problem[0] == '\0')
        snprintf(l->first_problem, sizeof l->first_problem, "%.200s%s: %.150s", path, place, text);
}

static void note(void *arg, const char *path, const char *why) {
    const struct look *l = arg;
    log_info(l->o->log, "%s: %s", path, why);
}

/* ---- the record ---- */

static int put_ms(json_t *o, const char *key, int64_t us) {
    int64_t hundredths = us / 10;
    return json_put(o, key, json_real((double)hundredths / 100.0));
}

static json_t *steps_of(const struct look *l, int64_t now_us) {
    json_t *o = json_object();
    int64_t prepared = l->fetch_us + l->list_us + l->result.render_us;
    int64_t waited =
        l->received == 0 ? 0 : (clock_now_ms() - l->received) * 1000 - (now_us - l->began_us);
    int bad = put_ms(o, "queued", waited > 0 ? waited : 0);
    if (l->commit != NULL)
        bad |= put_ms(o, "fetch", l->fetch_us);
    bad |= put_ms(o, "list", l->list_us);
    bad |= put_ms(o, "render", l->result.render_us);
    bad |= put_ms(o, "publish", now_us - l->began_us - prepared);
    if (bad == 0)
        return o;
    json_decref(o);
    return NULL;
}

static int add_page(void *arg, const char *path) {
    return json_array_append_new(arg, json_string(path)) == 0 ? 0 : -1;
}

static int put_pages(struct look *l, json_t *o, struct db *db, int64_t revision,
                     struct error *err) {
    json_t *pages = json_array();
    if (revision > 0 && event_paths(db, revision, PAGES_MAX, add_page, pages, err) != 0) {
        json_decref(pages);
        return -1;
    }
    snprintf(l->page, sizeof l->page, "%s",
             json_array_size(pages) > 0 ? json_string_value(json_array_get(pages, 0)) : "");
    return json_put(o, "pages", pages);
}

/* The record's JSON, appended to out. */
static int make_result(struct look *l, struct db *db, const struct sync_result *r, int64_t revision,
                       struct buf *out, struct error *err) {
    json_t *o = json_object();
    int bad = json_put_int(o, "added", (int64_t)r->added);
    bad |= json_put_int(o, "changed", (int64_t)r->changed);
    bad |= json_put_int(o, "removed", (int64_t)r->removed);
    bad |= json_put_int(o, "refused", (int64_t)r->refused);
    bad |= json_put_int(o, "rendered", (int64_t)r->rendered);
    bad |= json_put_int(o, "rows", r->rows_written);
    bad |= json_put(o, "steps", steps_of(l, clock_mono_us()));
    bad |= put_pages(l, o, db, revision, err);
    bad |= json_object_set(o, "problems", l->problems);
    bad |= json_object_set(o, "notes", l->notes);
    if (l->commit != NULL) {
        bad |= json_put_string(o, "author", l->commit->author);
        bad |= json_put_string(o, "message", l->commit->title);
    }
    if (bad == 0)
        bad = json_write(out, o);
    json_decref(o);
    return bad == 0 ? 0 : error_set(err, "the record of the look cannot be made");
}

/* Nobody may have rolled back from this very tip while it was being made ready. */
static int check_left(const struct look *l, struct db *db, struct error *err) {
    struct buf left;
    buf_init(&left, 256);
    int rc = setting_get(db, "rollback_left", &left, err);
    bool held = rc == 1 && l->commit != NULL && strcmp(buf_str(&left), l->commit->oid) == 0;
    buf_free(&left);
    if (rc < 0)
        return -1;
    return held && !l->undo && !l->rollback
               ? error_set(err, "a rollback from this commit was made meanwhile")
               : 0;
}

static int put_commit(const struct look *l, struct db *db, struct error *err) {
    if (l->commit == NULL)
        return setting_drop(db, "applied_commit", err) | setting_drop(db, "rollback_left", err);
    if (check_left(l, db, err) != 0 || setting_put(db, "applied_commit", l->commit->oid, err) != 0)
        return -1;
    return l->rollback ? setting_put(db, "rollback_left", l->left, err)
                       : setting_drop(db, "rollback_left", err);
}

/* A look that nobody asked for is written down as a delivery of our own. */
static int put_own(struct look *l, struct db *db, struct error *err) {
    struct delivery_draft d = {.host = "platen", .state = DELIVERY_PENDING};
    enum delivery_taken how;
    unsigned char random[8];
    char hex[2 * sizeof random + 1];
    digest_random(random, sizeof random);
    digest_hex(hex, random, sizeof random);
    snprintf(d.guid, sizeof d.guid, "%s-%s", l->event, hex);
    snprintf(d.event, sizeof d.event, "%s", l->event);
    if (l->commit != NULL) {
        snprintf(d.commit, sizeof d.commit, "%s", l->commit->oid);
        snprintf(d.title, sizeof d.title, "%s", l->commit->title);
    }
    d.received = clock_now_ms() - (clock_mono_us() - l->began_us) / 1000;
    return delivery_put(db, &d, &l->id, &how, err);
}

static int put_outcome(struct look *l, struct db *db, const struct delivery_outcome *o,
                       struct error *err) {
    l->id = l->delivery;
    if (l->delivery > 0)
        return delivery_finish(db, l->delivery, o, err);
    return put_own(l, db, err) != 0 ? -1 : delivery_finish_one(db, l->id, o, err);
}

static int finish(void *arg, struct db *db, const struct sync_result *r, int64_t revision,
                  struct error *err) {
    struct look *l = arg;
    struct buf json;
    buf_init(&json, RESULT_MAX);
    int rc = put_commit(l, db, err);
    if (rc == 0)
        rc = make_result(l, db, r, revision, &json, err);
    struct delivery_outcome o = {.state = DELIVERY_DONE,
                                 .applied = l->commit != NULL ? l->commit->oid : "",
                                 .error = "",
                                 .result = buf_str(&json),
                                 .now = clock_now_ms()};
    bool worth = l->delivery > 0 || l->rollback || l->undo || revision > 0;
    if (rc == 0 && worth)
        rc = put_outcome(l, db, &o, err);
    buf_free(&json);
    return rc;
}

/* ---- looking ---- */

int look_fetch(struct look *l, struct git *g, const char *commit, struct git_commit *c,
               struct error *err) {
    int64_t began = clock_mono_us();
    int rc = git_fetch(g, commit, err);
    if (rc == 0) {
        rc = git_read_commit(g, commit, c, err);
        rc = rc == 1 ? 0 : rc == 0 ? error_set(err, "the host has no commit %s", commit) : -1;
    }
    l->fetch_us += clock_mono_us() - began;
    return rc;
}

static int sync(struct look *l, const struct tree *tree, struct file_dates *dates,
                struct error *err) {
    struct publication_change change = {0};
    if (l->commit != NULL)
        change = (struct publication_change){.commit = l->commit->oid,
                                             .author = l->commit->author,
                                             .message = l->commit->title,
                                             .at = l->commit->time};
    struct sync_options o = {
        .store = l->o->store,
        .renderer = l->o->renderer,
        .threads = l->o->threads,
        .max_post = l->o->max_post,
        .replace = true, /* the tip is the truth, whatever was there before */
        .content = l->o->content,
        .dates = dates,
        .also = l->o->also,
        .change = &change,
        .keep_revisions = l->o->keep_revisions,
        .report = tell,
        .finish = finish,
        .arg = l,
        .log = l->o->log,
    };
    l->page[0] = l->first_problem[0] = '\0';
    json_array_clear(l->problems);
    json_array_clear(l->notes);
    return sync_tree(&l->result, &o, tree, err);
}

int look_commit(struct look *l, struct git *g, const struct git_commit *c, struct error *err) {
    struct tree *tree = NULL;
    int64_t began = clock_mono_us();
    l->commit = c;
    if (git_tree(&tree, g, c, note, l, err) != 0)
        return -1;
    l->list_us = clock_mono_us() - began;
    struct file_dates *dates = file_dates_new(tree, NULL, 0, c->time, l->o->log);
    int rc = sync(l, tree, dates, err);
    file_dates_free(dates);
    tree_close(tree);
    return rc;
}

int look_folder(struct look *l, const char *folder, struct error *err) {
    struct tree *tree = NULL;
    int64_t began = clock_mono_us();
    if (tree_open(&tree, &folder, 1, note, l, err) != 0)
        return -1;
    l->list_us = clock_mono_us() - began;
    struct file_dates *dates = file_dates_new(tree, &folder, 1, 0, l->o->log);
    int rc = sync(l, tree, dates, err);
    file_dates_free(dates);
    tree_close(tree);
    return rc;
}

struct settling {
    struct look *look;
    struct delivery_outcome outcome;
};

static int settle(void *arg, struct db *db, struct error *err) {
    struct settling *s = arg;
    return put_outcome(s->look, db, &s->outcome, err);
}

int look_settle(struct look *l, enum delivery_state state, const char *applied, const char *why,
                struct error *err) {
    struct settling s = {
        l, {.state = state, .applied = applied, .error = why, .result = "", .now = clock_now_ms()}};
    return store_transaction(l->o->store, settle, &s, err);
}
