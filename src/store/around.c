/* See around.h. What a post is related to follows from the short lists it is in, with their lengths and the
 * places of their posts (related.h): another length, or another place, is every member's business. */
#include "store/around.h"

#include "base/text.h"
#include "store/publication.h"
#include "store/related.h"
#include "store/settings.h"

#include <stdlib.h>
#include <string.h>

enum { AROUND_MAX = 1 << 20 };
/* The way these are found and written; another number makes all anew. */
#define RULE "1"

struct around {
    int64_t *posts;
    size_t count, cap;
    bool all;   /* every post of the database is meant */
    bool first; /* the rule is to be written down */
};

/* 1 when the posts of this database have what is around them by the present rule, 0, -1. */
static int is_known(struct db *db, struct error *err) {
    struct buf rule;
    buf_init(&rule, 64);
    int rc = setting_get(db, "around", &rule, err);
    if (rc == 1)
        rc = strcmp(buf_str(&rule), RULE) == 0;
    buf_free(&rule);
    return rc;
}

struct around *around_new(struct db *db, struct error *err) {
    int known = is_known(db, err);
    struct around *a = known < 0 ? NULL : calloc(1, sizeof *a);
    if (a == NULL && known >= 0)
        error_set(err, "out of memory");
    if (a != NULL)
        a->all = a->first = known == 0;
    return a;
}

void around_free(struct around *a) {
    if (a == NULL)
        return;
    free(a->posts);
    free(a);
}

void around_all(struct around *a) {
    a->all = true;
}

bool around_is_all(const struct around *a) {
    return a->all;
}

/* ---- what may be different ---- */

static int add(struct around *a, int64_t post, struct error *err) {
    if (a->count == a->cap) {
        size_t cap = a->cap == 0 ? 64 : a->cap * 2;
        int64_t *more = realloc(a->posts, cap * sizeof *more);
        if (more == NULL)
            return error_set(err, "out of memory");
        a->posts = more;
        a->cap = cap;
    }
    a->posts[a->count++] = post;
    return 0;
}

int around_post(struct around *a, int64_t post, struct error *err) {
    return a->all ? 0 : add(a, post, err);
}

/* Ends s. */
static int add_each(struct around *a, struct db_stmt *s, struct error *err) {
    int rc;
    while ((rc = db_step(s, err)) == 1)
        if (add(a, db_int(s, 0), err) != 0) {
            rc = -1;
            break;
        }
    db_done(s);
    return rc;
}

/* The members of a list, the first `most`. */
static int add_members(struct around *a, struct db *db, int64_t list, int64_t most,
                       struct error *err) {
    struct db_stmt *s = db_use(db, SQL_LIST_FELLOWS, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, list);
    db_bind_int(s, 2, most);
    return add_each(a, s, err);
}

/* Each list once: who comes into it later is named by itself. */
int around_leaving(struct touch *t, int64_t post, struct error *err) {
    if (t->around->all)
        return 0;
    struct db_stmt *s = db_use(t->db, SQL_RELATED_LISTS, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_int(s, 2, LIST_FEW);
    db_bind_int(s, 3, RELATED_TERMS);
    int rc;
    while ((rc = db_step(s, err)) == 1) {
        int once = entries_once(t->entries, db_int(s, 0), err);
        if (once < 0 ||
            (once > 0 && add_members(t->around, t->db, db_int(s, 0), LIST_FEW, err) != 0)) {
            rc = -1;
            break;
        }
    }
    db_done(s);
    return rc;
}

/* The posts of a list that is short, or was: those that came are taken anyway, so there are not more than the list
 * had before and those. */
static int take_list(void *arg, int64_t list, int64_t grown, struct error *err) {
    struct touch *t = arg;
    struct db_stmt *s = db_use(t->db, SQL_AROUND_LIST, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, list);
    int rc = db_step(s, err);
    int64_t count = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    if (rc != 1 || (count > LIST_FEW && count - grown > LIST_FEW))
        return rc < 0 ? -1 : 0;
    return add_members(t->around, t->db, list, count, err);
}

static int gather(struct touch *t, struct error *err) {
    struct around *a = t->around;
    if (!a->all)
        return entries_each_moved(t->entries, take_list, t, err);
    a->count = 0;
    struct db_stmt *s = db_use(t->db, SQL_AROUND_ALL, err);
    if (s == NULL || add_each(a, s, err) != 0)
        return -1;
    return a->first ? setting_put(t->db, "around", RULE, err) : 0;
}

/* ---- one post ---- */

struct writer {
    struct touch *touch;
    struct related *related;
    struct buf out;
};

/* A part of a link; what would end it is a space in it. */
static void put_part(struct buf *out, const char *text) {
    for (;;) {
        size_t n = strcspn(text, "\t\n");
        buf_append(out, text, n);
        if (text[n] == '\0')
            break;
        buf_putc(out, ' ');
        text += n + 1;
    }
    buf_putc(out, '\t');
}

static void put_link(struct buf *out, enum post_link_kind kind, const char *title,
                     const char *path) {
    buf_putc(out, (char)kind);
    put_part(out, title);
    put_part(out, path);
}

static int put_neighbour(void *arg, const struct neighbour *p) {
    struct writer *w = arg;
    put_link(&w->out, p->older ? POST_LINK_OLDER : POST_LINK_NEWER, p->title, p->permalink);
    buf_putc(&w->out, '\n');
    return 0;
}

static int put_related(struct writer *w, int64_t id, struct error *err) {
    struct db_stmt *s = db_use(w->touch->db, SQL_AROUND_LINK, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, id);
    int rc = db_step(s, err);
    if (rc == 1) {
        put_link(&w->out, POST_LINK_RELATED, db_text(s, 0), db_text(s, 1));
        if (db_int(s, 2) != 0)
            buf_put_int(&w->out, db_int(s, 3), 0);
        buf_putc(&w->out, '\t');
        buf_put_int(&w->out, db_int(s, 2) != 0 ? db_int(s, 4) : 0, 0);
        buf_puts(&w->out, "\t\n");
    }
    db_done(s);
    return rc < 0 ? -1 : 0;
}

/* list: whose order says what is before and after, 0: none. */
static int write_around(struct writer *w, int64_t post, int64_t list, const struct entry_key *key,
                        struct error *err) {
    int64_t ids[RELATED_MAX];
    buf_clear(&w->out);
    if (list != 0 && list_neighbours(w->touch->db, list, key, put_neighbour, w, err) != 0)
        return -1;
    int n = related_find(w->related, post, ids, err);
    for (int i = 0; i < n; i++)
        if (put_related(w, ids[i], err) != 0)
            return -1;
    return n < 0 ? -1 : buf_ok(&w->out) ? 0 : error_set(err, "out of memory");
}

static int put_post(struct touch *t, int64_t post, const char *around, struct error *err) {
    struct db_stmt *s = db_use(t->db, SQL_AROUND_PUT, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    db_bind_text(s, 2, around);
    return db_run(s, err) != 0 ? -1 : touch_name(t, err, "post:%lld", (long long)post);
}

static int mend(struct writer *w, int64_t post, struct error *err) {
    struct touch *t = w->touch;
    struct db_stmt *s = db_use(t->db, SQL_AROUND_POST, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    int rc = db_step(s, err);
    if (rc != 1 || db_int(s, 0) == 0) { /* gone, or not to be seen */
        bool cleared = rc != 1 || db_null(s, 7);
        db_done(s);
        return rc < 0 ? -1 : cleared ? 0 : put_post(t, post, NULL, err);
    }
    struct entry_key key = entry_key_read(s, 1);
    int64_t list = touch_is_home(t, db_text(s, 5)) ? LIST_ID_HOME : db_int(s, 6);
    rc = write_around(w, post, list, &key, err);
    const char *before = db_text(s, 7);
    bool same = before != NULL && strcmp(before, buf_str(&w->out)) == 0;
    db_done(s);
    return rc != 0 ? -1 : same ? 0 : put_post(t, post, buf_str(&w->out), err);
}

static int by_number(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

int around_finish(struct touch *t, struct error *err) {
    struct around *a = t->around;
    struct writer w = {.touch = t};
    if (gather(t, err) != 0)
        return -1;
    if (a->count == 0)
        return 0;
    w.related = related_new(t->db);
    if (w.related == NULL)
        return error_set(err, "out of memory");
    buf_init(&w.out, AROUND_MAX);
    qsort(a->posts, a->count, sizeof *a->posts, by_number);
    int rc = 0;
    for (size_t i = 0; i < a->count && rc == 0; i++)
        if (i == 0 || a->posts[i] != a->posts[i - 1])
            rc = mend(&w, a->posts[i], err);
    related_free(w.related);
    buf_free(&w.out);
    a->count = 0;
    a->all = a->first = false;
    return rc;
}

/* ---- reading ---- */

/* The part at *at, which is moved behind its tab; NULL when there is none. */
static char *part(char **at) {
    char *text = *at, *end = strchr(text, '\t');
    if (end == NULL)
        return NULL;
    *end = '\0';
    *at = end + 1;
    return text;
}

/* A number as buf_put_int writes it. */
static int64_t number(const char *text) {
    const bool negative = *text == '-';
    text += negative;
    const uint64_t n = text_digits(&text);
    return (int64_t)(negative ? -n : n);
}

bool post_link_next(struct post_link *out, char **at) {
    char kind = **at;
    if (kind != POST_LINK_NEWER && kind != POST_LINK_OLDER && kind != POST_LINK_RELATED)
        return false;
    ++*at;
    *out = (struct post_link){.kind = (enum post_link_kind)kind};
    out->title = part(at);
    out->path = out->title == NULL ? NULL : part(at);
    if (out->path != NULL && kind == POST_LINK_RELATED) {
        const char *when = part(at), *offset = when == NULL ? NULL : part(at);
        if (offset == NULL)
            return false;
        out->has_date = *when != '\0';
        out->published = number(when);
        out->offset = (int)number(offset);
    }
    *at += **at == '\n';
    return out->path != NULL;
}
