/* The steps of sync_tree, in order:
 *
 *   layout and site      what the tree says of itself; a change there (the recipe) re-renders everything
 *   plan                 tree against known sources: which files are new or changed, which are gone
 *   posts                read and rendered concurrently (pipeline), recorded in order of path
 *   media                streamed into the store; those of a bundle follow their post's permalink
 *   commit               one transaction in the store
 *
 * Equal stamps spare reading a file, equal object ids spare rendering it.
 */
#include "ingest/sync.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/zone.h"
#include "ingest/branches.h"
#include "ingest/differences.h"
#include "ingest/home.h"
#include "ingest/kept.h"
#include "ingest/known.h"
#include "ingest/layout.h"
#include "ingest/links.h"
#include "ingest/media.h"
#include "ingest/options.h"
#include "ingest/packed_error.h"
#include "ingest/pipeline.h"
#include "ingest/record.h"
#include "ingest/refs.h"
#include "ingest/site.h"
#include "ingest/taxonomies.h"
#include "store/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Raise when rendering or records change shape: the next import then renders every post anew. */
#define RECIPE_VERSION "9"

enum { SITE_JSON_MAX = 4 << 20, RECORD_MEMORY = 16 << 20 };

struct sync {
    const struct sync_options *o;
    const struct tree *tree;
    struct sync_result *result;
    struct layout layout;
    json_t *site;
    struct zone *zone;
    json_t *render_options;
    json_t *branches; /* ingest/branches.h */
    json_t *includes; /* what posts may include, or NULL */
    char recipe[DIGEST_SHA256_HEX];
    bool rerender; /* the recipe is not the one of the last publication */
    struct known known;
    int64_t serial;                /* of the publication that `known` is of */
    const struct tree_file **jobs; /* posts to look at, in order of path */
    size_t job_count;
    struct media_plan media;
    struct refs refs;
    struct links links;
    struct publication *publication;
    struct arena *record_arena;
    bool settings_changed;
    int64_t began_us;
};

static void report(struct sync *s, bool error, const char *path, const struct error *e) {
    if (error)
        s->result->refused++;
    s->o->report(s->o->arg, error, path, e->line, e->column, e->text);
}

/* ---- site ---- */

static void settings_refused(void *arg, bool whole, const struct tree_file *f,
                             const struct error *err) {
    report(arg, whole, f->path, err);
}

static int make_recipe(struct sync *s, const char *site_json, struct error *err) {
    struct buf b;
    buf_init(&b, (size_t)64 << 20);
    buf_printf(&b, "%s\n%s\n%d\n", RECIPE_VERSION, site_json,
               s->layout.hugo + 2 * s->layout.jekyll + 4 * s->layout.zola);
    json_write(&b, s->branches);
    for (size_t i = 0; i < s->layout.section_count; i++)
        buf_printf(&b, "%s\n", s->layout.sections[i]);
    if (s->includes != NULL)
        (void)json_write(&b, s->includes);
    if (!buf_ok(&b)) {
        buf_free(&b);
        return error_set(err, "too many sections");
    }
    digest_sha256_hex(s->recipe, b.data, b.len);
    buf_free(&b);
    return 0;
}

static int load_site(struct sync *s, struct db *db, struct error *err) {
    if (site_read(&s->site, &s->layout, s->tree, s->o->renderer, s->o->also, settings_refused, s,
                  err) != 0)
        return -1;
    if (layout_settle(&s->layout, s->tree, s->site, err) != 0 ||
        branches_read(&s->branches, &s->layout, s->tree, s->o->renderer, s->o->max_post, err) != 0)
        return -1;
    if (zone_open(&s->zone, json_get_string(s->site, "time_zone", "UTC"), err) != 0)
        return -1;
    s->render_options = options_make(s->site, &s->layout);
    s->includes = options_includes(s->tree, &s->layout);
    struct buf now, before, recipe;
    buf_init(&now, SITE_JSON_MAX);
    buf_init(&before, SITE_JSON_MAX);
    buf_init(&recipe, 256);
    int rc = s->render_options == NULL || json_write(&now, s->site) != 0
                 ? error_set(err, "the site's settings are too large")
                 : 0;
    if (rc == 0)
        rc = make_recipe(s, buf_str(&now), err);
    if (rc == 0 &&
        (setting_get(db, "site", &before, err) < 0 || setting_get(db, "recipe", &recipe, err) < 0))
        rc = -1;
    s->rerender = rc == 0 && strcmp(buf_str(&recipe), s->recipe) != 0;
    s->settings_changed = rc == 0 && strcmp(buf_str(&now), buf_str(&before)) != 0;
    buf_free(&now);
    buf_free(&before);
    buf_free(&recipe);
    return rc;
}

/* ---- plan ---- */

static enum source_role role_of(enum layout_role role) {
    return role == LAYOUT_POST       ? SOURCE_POST
           : role == LAYOUT_SETTINGS ? SOURCE_SETTINGS
                                     : SOURCE_MEDIA;
}

/* True when the file need not be looked at: known with this object id or stamp, in this role, under
 * this recipe. */
static bool is_settled(const struct sync *s, const struct tree_file *f, const struct source *k,
                       enum source_role role) {
    if (k == NULL || (s->rerender && role == SOURCE_POST) || k->role != (int)role)
        return false;
    return f->oid[0] != '\0' ? strcmp(f->oid, k->oid) == 0
                             : f->stamp[0] != '\0' && strcmp(f->stamp, k->stamp) == 0;
}

static int plan_file(struct sync *s, const struct tree_file *f, struct error *err) {
    enum layout_role role = layout_role(&s->layout, f->path);
    if (role == LAYOUT_IGNORED || role == LAYOUT_SETTINGS)
        return 0;
    const struct source *k = known_find(&s->known, f->path);
    bool settled = is_settled(s, f, k, role_of(role));
    if (role == LAYOUT_POST) {
        s->result->posts++;
        if (!settled) {
            s->jobs[s->job_count++] = f;
        } else if (k->error != NULL) {
            struct error e;
            packed_error_read(&e, k->error);
            report(s, true, f->path, &e);
        }
        return 0;
    }
    s->result->media++;
    return media_plan_add(&s->media, f, role == LAYOUT_STATIC, settled, err);
}

/* Every known source would go: most likely the wrong folder. */
static int check_replacement(struct sync *s, size_t gone, struct error *err) {
    if (gone == 0 || gone < s->known.count || s->o->replace)
        return 0;
    return error_set(err,
                     "none of the %zu files in this database is in the given folder: importing it "
                     "would remove them all (--replace does that)",
                     s->known.count);
}

static bool is_gone(const struct sync *s, const struct source *k) {
    return tree_find(s->tree, k->path) == NULL ||
           layout_role(&s->layout, k->path) == LAYOUT_IGNORED;
}

static int plan(struct sync *s, struct error *err) {
    size_t n = tree_count(s->tree);
    s->jobs = calloc(n + 1, sizeof(const struct tree_file *));
    if (s->jobs == NULL)
        return error_set(err, "out of memory");
    size_t gone = 0;
    for (size_t i = 0; i < s->known.count; i++)
        gone += is_gone(s, &s->known.sources[i]);
    if (check_replacement(s, gone, err) != 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (plan_file(s, tree_at(s->tree, i), err) != 0)
            return -1;
    return 0;
}

/* ---- posts ---- */

/* Options of this file alone, when its folder or what it includes says something for it. 1; -1. */
static int set_options(struct sync *s, struct pipeline_job *job, const char *path) {
    json_t *defaults = branches_defaults(&s->layout, s->branches, path);
    int rc = options_for(&job->options, s->render_options, defaults, s->includes,
                         buf_str(&job->source), job->source.len);
    return rc == 0 ? 1 : error_set(&job->err, "out of memory");
}

static int post_load(void *arg, struct pipeline_job *job, struct render_request *q) {
    struct sync *s = arg;
    const struct tree_file *f = s->jobs[job->index];
    q->path = f->path;
    if (f->size > s->o->max_post)
        return error_set(&job->err, "is %llu bytes long, at most %zu are taken (--max-post-size)",
                         (unsigned long long)f->size, s->o->max_post);
    if (tree_read(s->tree, f, &job->source, &job->err) != 0)
        return -1;
    digest_blob_oid(job->oid, buf_str(&job->source), job->source.len);
    const struct source *k = known_find(&s->known, f->path);
    bool same =
        k != NULL && !s->rerender && k->role == SOURCE_POST && strcmp(k->oid, job->oid) == 0;
    return same ? 0 : set_options(s, job, f->path);
}

static void report_warnings(struct sync *s, const char *path, const json_t *meta) {
    size_t i;
    json_t *w;
    json_array_foreach(json_object_get(meta, "warnings"), i, w) {
        struct error e = {.line = (int)json_get_int(w, "line", 0),
                          .column = (int)json_get_int(w, "column", 0)};
        snprintf(e.text, sizeof e.text, "%s", json_get_string(w, "text", ""));
        report(s, false, path, &e);
    }
}

static void tell_missing(void *arg, const char *path, const struct error *e) {
    report(arg, false, path, e);
}

static int post_refused(struct sync *s, const struct source *source, const struct error *why,
                        struct error *err) {
    char packed[600];
    struct source refused = *source;
    packed_error_make(packed, sizeof packed, why);
    refused.error = packed;
    report(s, true, source->path, why);
    return publication_refused(s->publication, &refused, err);
}

static int post_rendered(struct sync *s, struct source *source, struct pipeline_job *job,
                         struct error *err) {
    struct record_context c = {.site = s->site,
                               .layout = &s->layout,
                               .zone = s->zone,
                               .branches = s->branches,
                               .dates = s->o->dates};
    struct post_record r;
    struct error why = {0};
    arena_reset(s->record_arena);
    s->result->rendered++;
    report_warnings(s, source->path, job->doc.meta);
    differences_tell_post(&s->layout, source->path, job->doc.meta, s->o->report, s->o->arg);
    if (refs_apply(&s->refs, source->path, &job->doc, err) != 0)
        return -1;
    differences_tell_post(&s->layout, source->path, job->doc.meta, s->o->report, s->o->arg);
    if (record_make(&r, &c, source->path, &job->doc, s->record_arena, &why) != 0)
        return post_refused(s, source, &why, err);
    r.source = *source;
    r.markdown = buf_str(&job->source);
    r.markdown_len = job->source.len;
    links_look(&s->links, &r, &job->doc);
    if (publication_post(s->publication, &r, err) != 0)
        return error_prefix(err, "%s", source->path);
    const char *bundle = layout_bundle_of(&s->layout, source->path);
    /* a bundle's files stand beside the post in the site's own language */
    struct layout_where where;
    layout_where(&where, &s->layout, source->path);
    bool by_name = bundle != NULL && strchr(strrchr(source->path, '/') + strlen("/index."), '.');
    if (*where.language != '\0' && by_name && layout_has_own_post(&s->layout, s->tree, bundle))
        return 0;
    return bundle == NULL ? 0 : media_plan_moved(&s->media, bundle, r.permalink, err);
}

static int post_done(void *arg, struct pipeline_job *job, struct error *err) {
    struct sync *s = arg;
    const struct tree_file *f = s->jobs[job->index];
    struct source source = {
        .path = f->path, .oid = job->oid, .stamp = f->stamp, .role = SOURCE_POST};
    int rc = 0;
    if (job->outcome == PIPELINE_FAILED)
        rc = post_refused(s, &source, &job->err, err);
    else if (job->outcome == PIPELINE_RENDERED)
        rc = post_rendered(s, &source, job, err);
    else {
        const struct source *k = known_find(&s->known, f->path);
        source.error = k->error;
        if (k->error != NULL) {
            struct error e;
            packed_error_read(&e, k->error);
            report(s, true, f->path, &e);
        }
        if (strcmp(k->stamp, f->stamp) != 0)
            rc = publication_touched(s->publication, &source, err);
    }
    if (s->o->progress != NULL)
        s->o->progress(s->o->arg, job->index + 1, s->job_count);
    return rc;
}

static int sync_posts(struct sync *s, struct error *err) {
    struct pipeline p = {
        .renderer = s->o->renderer,
        .threads = s->o->threads,
        .max_source = s->o->max_post,
        .count = s->job_count,
        .options = s->render_options,
        .load = post_load,
        .done = post_done,
        .arg = s,
    };
    s->record_arena = arena_new(RECORD_MEMORY);
    if (s->record_arena == NULL)
        return error_set(err, "out of memory");
    return pipeline_run(&p, err);
}

/* ---- the rest ---- */

static int sync_removed(struct sync *s, struct error *err) {
    for (size_t i = 0; i < s->known.count; i++) {
        const struct source *k = &s->known.sources[i];
        if (is_gone(s, k) && publication_removed(s->publication, k->path, err) != 0)
            return -1;
    }
    return 0;
}

static int publish_text(struct sync *s, const char *key, const json_t *value, struct error *err) {
    struct buf b;
    buf_init(&b, SITE_JSON_MAX);
    int rc = json_write(&b, value) != 0
                 ? error_set(err, "the site's settings are too large")
                 : publication_setting(s->publication, key, buf_str(&b), err);
    buf_free(&b);
    return rc;
}

static int sync_site(struct sync *s, struct error *err) {
    if (s->settings_changed && publish_text(s, "site", s->site, err) != 0)
        return -1;
    if (s->rerender && (publication_setting(s->publication, "recipe", s->recipe, err) != 0 ||
                        publish_text(s, "render_options", s->render_options, err) != 0))
        return -1;
    if (taxonomies_publish(s->publication, &s->layout, s->site, err) != 0 ||
        kept_publish(s->publication, s->o->store, &s->layout, s->tree, err) != 0)
        return -1;
    for (size_t i = 0; i < LAYOUT_MAX_SETTINGS && s->layout.settings[i] != NULL; i++) {
        const struct tree_file *f = s->layout.settings[i];
        const struct source *k = known_find(&s->known, f->path);
        struct source source = {
            .path = f->path, .oid = "", .stamp = f->stamp, .role = SOURCE_SETTINGS};
        if (is_settled(s, f, k, SOURCE_SETTINGS))
            continue;
        if (publication_source(s->publication, &source, err) != 0)
            return -1;
    }
    return 0;
}

/* The caller's part of the one transaction, with what it made of the tree. */
static int finish(void *arg, struct db *db, const struct publication_result *r, struct error *err) {
    struct sync *s = arg;
    s->result->added = r->added;
    s->result->changed = r->changed;
    s->result->removed = r->removed;
    s->result->rows_written = r->rows_written;
    links_tell(&s->links, db, tell_missing, s); /* while the caller can still write them down */
    return s->o->finish(s->o->arg, db, s->result, r->revision, err);
}

static int begin(struct sync *s, struct error *err) {
    const char *sections[64];
    size_t count = 0, i;
    json_t *name;
    json_array_foreach(json_object_get(s->site, "main_sections"), i, name) {
        if (count < sizeof sections / sizeof sections[0] && json_is_string(name))
            sections[count++] = json_string_value(name);
    }
    bool largest = json_get_bool(s->site, "largest_section", false);
    if (count == 0 && s->layout.language_count > 1) /* other languages are not for home */
        count = home_sections(sections, sizeof sections / sizeof sections[0], &s->layout, s->tree,
                              largest);
    struct publication_options o = {
        .now = clock_now(),
        .drafts = json_get_bool(s->site, "build_drafts", false),
        .future = json_get_bool(s->site, "build_future", false),
        .expired = json_get_bool(s->site, "build_expired", false),
        .main_sections = sections,
        .main_section_count = count,
        .largest_section = largest,
        .strict = s->o->strict,
        .whole = s->rerender,
        .seen = s->serial,
        .patience_ms = 10000,
        .keep_revisions = s->o->keep_revisions,
        .log = s->o->log,
    };
    if (s->o->change != NULL)
        o.change = *s->o->change;
    if (publication_begin(&s->publication, s->o->store, &o, err) != 0)
        return -1;
    if (s->o->finish != NULL)
        publication_finish(s->publication, finish, s);
    return 0;
}

static void conflict(void *arg, const char *path, const char *address, const char *owner) {
    struct sync *s = arg;
    struct error e = {0};
    snprintf(e.text, sizeof e.text,
             "permalink %.200s is already taken by %.200s: give one of them another slug or url",
             address, owner);
    report(s, true, path, &e);
}

static int prepare(struct sync *s, struct error *err) {
    if (layout_find(&s->layout, s->tree, s->o->content, err) != 0)
        return -1;
    struct db *db = store_reader(s->o->store, err);
    if (db == NULL)
        return -1;
    int rc = load_site(s, db, err);
    if (rc == 0)
        rc = db_begin_read(db, err);
    if (rc == 0)
        rc = publication_serial(db, &s->serial, err);
    if (rc == 0)
        rc = known_load(&s->known, db, err);
    db_end_read(db);
    store_reader_done(s->o->store, db);
    refs_open(&s->refs, s->tree, &s->layout);
    links_open(&s->links, s->tree, &s->layout, json_get_string(s->site, "base_url", NULL));
    media_plan_open(&s->media, &s->layout, &s->known, s->o->store, s->o->renderer);
    return rc == 0 ? plan(s, err) : rc;
}

static int run(struct sync *s, struct error *err) {
    if (s->rerender) /* told once: they are the settings' */
        differences_tell(&s->layout, s->tree, s->o->report, s->o->arg);
    if (begin(s, err) != 0 || sync_posts(s, err) != 0 || sync_removed(s, err) != 0 ||
        media_plan_run(&s->media, s->tree, s->publication, s->o->report, s->o->arg,
                       &s->result->refused, err) != 0 ||
        sync_site(s, err) != 0)
        return -1;
    if (tree_broken(s->tree))
        return error_set(err, "the files could not be read to their end: nothing was published");
    if (s->o->strict && s->result->refused > 0)
        return 1;
    struct publication_result done = {0};
    struct publication *p = s->publication;
    s->publication = NULL;
    s->result->render_us = clock_mono_us() - s->began_us;
    int rc = publication_commit(p, conflict, s, &done, err);
    if (rc != 0)
        return rc;
    s->result->added = done.added;
    s->result->changed = done.changed;
    s->result->removed = done.removed;
    s->result->rows_written = done.rows_written;
    links_tell_live(&s->links, s->o->store, tell_missing, s);
    return 0;
}

int sync_tree(struct sync_result *out, const struct sync_options *o, const struct tree *tree,
              struct error *err) {
    *out = (struct sync_result){0};
    struct sync s = {.o = o, .tree = tree, .result = out};
    s.began_us = clock_mono_us();
    int rc = prepare(&s, err);
    if (rc == 0)
        rc = run(&s, err);
    publication_abort(s.publication);
    media_plan_close(&s.media);
    refs_close(&s.refs);
    links_close(&s.links);
    arena_free(s.record_arena);
    free(s.jobs);
    known_free(&s.known);
    json_decref(s.branches);
    json_decref(s.render_options);
    json_decref(s.includes);
    zone_free(s.zone);
    json_decref(s.site);
    layout_free(&s.layout);
    return rc;
}
