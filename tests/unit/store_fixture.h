/* A store in a scratch folder and a way to publish posts in a line: shared by the store's tests. */
#ifndef PLATEN_TEST_STORE_FIXTURE_H
#define PLATEN_TEST_STORE_FIXTURE_H

#include "store/address.h"
#include "store/publish.h"
#include "store/search.h"
#include "store/settings.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fixture {
    char folder[64];
    char path[96];
    struct store *store;
    int64_t now;
};

/* What a post of a test says; the rest is made up. */
struct words {
    const char *source;
    const char *permalink; /* NULL: "/" source without ".md" "/" */
    const char *title;     /* NULL: source */
    const char *oid;       /* NULL: made from all the rest */
    int64_t published;
    int64_t expire_at;
    int weight;
    bool draft;
    const char *section; /* NULL: "posts" */
    const char *tag;     /* NULL: none */
    const char *alias;   /* NULL: none */
    const char *text;    /* NULL: title */
};

#define NOW ((int64_t)1700000000)

static inline void ok(int rc, const struct error *err) {
    if (rc < 0)
        fail_msg("%s", err->text);
}

static inline int fixture_open(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    struct error err = {0};
    assert_non_null(f);
    strcpy(f->folder, "/tmp/platen-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/t.db", f->folder);
    f->now = NOW;
    ok(store_open(&f->store, f->path, NULL, &err), &err);
    *state = f;
    return 0;
}

static inline int fixture_close(void **state) {
    struct fixture *f = *state;
    char command[128];
    store_close(f->store);
    snprintf(command, sizeof command, "rm -rf '%s'", f->folder);
    int rc = system(command);
    free(f);
    return rc;
}

static inline struct publication *begin(struct fixture *f) {
    struct publication *p = NULL;
    struct publication_options o = {.now = f->now};
    struct error err = {0};
    ok(publication_begin(&p, f->store, &o, &err), &err);
    return p;
}

static inline void stage(struct publication *p, const struct words *w) {
    char permalink[256], oid[64], tag_path[256];
    struct list_key lists[2];
    struct error err = {0};
    size_t n = 0;
    const char *title = w->title ? w->title : w->source;
    const char *section = w->section ? w->section : "posts";
    snprintf(permalink, sizeof permalink, "/%.*s/", (int)strcspn(w->source, "."), w->source);
    snprintf(oid, sizeof oid, "%.30s-%lld", title,
             (long long)(w->published + w->weight + w->expire_at + w->draft));
    char section_path[128];
    snprintf(section_path, sizeof section_path, "/%s/", section);
    lists[n++] = (struct list_key){LIST_SECTION, "", section, section, section_path};
    if (w->tag) {
        snprintf(tag_path, sizeof tag_path, "/tags/%s/", w->tag);
        lists[n++] = (struct list_key){LIST_TERM, "tags", w->tag, w->tag, tag_path};
    }
    struct post_record r = {
        .source = {.path = w->source, .oid = w->oid ? w->oid : oid, .stamp = "s"},
        .permalink = w->permalink ? w->permalink : permalink,
        .slug = w->source,
        .section = section,
        .title = title,
        .summary = "Summary",
        .has_date = true,
        .published = w->published,
        .updated = w->published,
        .expire_at = w->expire_at,
        .weight = w->weight,
        .draft = w->draft,
        .toc = -1,
        .lists = lists,
        .list_count = n,
        .aliases = &w->alias,
        .alias_count = w->alias ? 1 : 0,
        .search_tags = w->tag,
        .html = "<p>x</p>",
        .html_len = 8,
        .text = w->text ? w->text : title,
        .text_len = strlen(w->text ? w->text : title),
        .markdown = "x",
        .markdown_len = 1,
    };
    ok(publication_post(p, &r, &err), &err);
}

struct conflicts {
    int count;
    char path[128], address[128], owner[128];
};

static inline void on_conflict(void *arg, const char *path, const char *address,
                               const char *owner) {
    struct conflicts *c = arg;
    c->count++;
    snprintf(c->path, sizeof c->path, "%s", path);
    snprintf(c->address, sizeof c->address, "%s", address);
    snprintf(c->owner, sizeof c->owner, "%s", owner);
}

static inline struct publication_result commit(struct publication *p, struct conflicts *c) {
    struct publication_result result;
    struct conflicts none = {0};
    struct error err = {0};
    ok(publication_commit(p, on_conflict, c ? c : &none, &result, &err), &err);
    if (c == NULL && none.count > 0)
        fail_msg("%s: %s is taken by %s", none.path, none.address, none.owner);
    return result;
}

/* One publication of these posts (ended by a NULL source) and removed paths (NULL: none). */
static inline struct publication_result publish(struct fixture *f, const struct words *posts,
                                                const char *const *removed) {
    struct publication *p = begin(f);
    struct error err = {0};
    for (; posts != NULL && posts->source != NULL; posts++)
        stage(p, posts);
    for (; removed != NULL && *removed != NULL; removed++)
        ok(publication_removed(p, *removed, &err), &err);
    return commit(p, NULL);
}

/* "kind:target" of an address, "none" when nothing is there. */
static inline const char *at(struct fixture *f, const char *path) {
    static char said[1200];
    static const char *const kinds[] = {"post", "list", "taxonomy", "media", "redirect", "gone"};
    struct address a;
    struct error err = {0};
    struct db *db = store_reader(f->store, &err);
    int rc = address_find(db, path, &a, &err);
    ok(rc, &err);
    store_reader_done(f->store, db);
    if (rc == 0)
        return "none";
    bool target = a.kind == ADDRESS_REDIRECT || a.kind == ADDRESS_TAXONOMY;
    snprintf(said, sizeof said, "%s%s%s", kinds[a.kind], target ? ":" : "", target ? a.target : "");
    return said;
}

struct titles {
    char text[4096];
};

static inline int add_title(void *arg, const struct post *p) {
    struct titles *t = arg;
    size_t n = strlen(t->text);
    snprintf(t->text + n, sizeof t->text - n, "%s%s", n ? "," : "", p->title);
    return 0;
}

/* Titles of a list in reading order, joined by commas; "" when the list is not there. */
static inline const char *titles_of(struct fixture *f, enum list_kind kind, const char *taxonomy,
                                    const char *slug) {
    static struct titles t;
    struct list l;
    struct error err = {0};
    t.text[0] = '\0';
    struct db *db = store_reader(f->store, &err);
    int rc = list_find(db, kind, taxonomy, slug, &l, &err);
    ok(rc, &err);
    if (rc == 1)
        ok(list_posts(db, l.id, 0, 1000, LIST_CARDS, add_title, &t, &err), &err);
    store_reader_done(f->store, db);
    return t.text;
}

static inline const char *home_titles(struct fixture *f) {
    return titles_of(f, LIST_HOME, "", "");
}

static inline int add_hit(void *arg, const struct search_hit *hit) {
    return add_title(arg, hit->post);
}

static inline const char *found(struct fixture *f, const char *q) {
    static struct titles t;
    struct error err = {0};
    int64_t total;
    t.text[0] = '\0';
    struct db *db = store_reader(f->store, &err);
    ok(search_posts(db, q, 0, 100, &total, add_hit, &t, &err), &err);
    store_reader_done(f->store, db);
    return t.text;
}

#endif
