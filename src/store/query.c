/* See query.h. What is walked is chosen first; then a statement counts and another one lists. Their text is written
 * by query_text.c. */
#include "store/query_private.h"

#include <stdio.h>
#include <string.h>

enum {
    SQL_MAX = 65536,
    STEPS = 16000000, /* of a statement without anything costly */
    WALK_MAX = 24     /* terms that are looked at for a list to walk */
};

/* ---- what to walk ---- */

static bool names_rows(const struct query_node *n) {
    return (n->column == QUERY_ID || n->column == QUERY_SLUG) && n->test == QUERY_IS;
}

/* A term that the condition demands; it may narrow the walk. */
static void narrow(struct maker *m, const struct query_node *n) {
    int64_t id, count;
    bool member = n->column >= QUERY_TAG && n->column <= QUERY_FIRST_AUTHOR;
    if (n->kind != QUERY_TERM || n->negated)
        return;
    m->keyed = m->keyed || names_rows(n);
    if (!member || n->count != 1)
        return;
    const struct query_value *v = &m->q->where->values[n->first];
    if (v->kind == QUERY_NULL || (query_is_author(n->column) && query_is_house(m->q, v)))
        return;
    int rc = query_list_of(m, n->column, v, &id, &count);
    m->never = m->never ||
               (rc == 0 && (n->column == QUERY_TAG || (n->column == QUERY_AUTHOR && !m->q->named)));
    if (rc == 1 && (m->list == 0 || count < m->list_count)) {
        m->list = id;
        m->list_count = count;
    }
}

/* Finds the smallest list that everything must be in. Terms that are joined by AND only are demanded. */
static void plan(struct maker *m) {
    const struct query_where *w = m->q->where;
    int waiting[QUERY_NODES], n = 0, looked = 0;
    struct list all = {.id = 0};
    if (w != NULL && w->root >= 0)
        waiting[n++] = w->root;
    while (n > 0 && looked < WALK_MAX && m->rc == 0) {
        const struct query_node *node = &w->nodes[waiting[--n]];
        looked++;
        m->never = m->never || node->kind == QUERY_NEVER;
        if (node->kind == QUERY_AND) {
            waiting[n++] = node->left;
            waiting[n++] = node->right;
        } else {
            narrow(m, node);
        }
    }
    const struct query_node *root = w != NULL && w->root >= 0 ? &w->nodes[w->root] : NULL;
    bool member = root != NULL && (root->column == QUERY_TAG || root->column == QUERY_AUTHOR);
    m->whole = root == NULL || root->kind == QUERY_ALWAYS ||
               (root->kind == QUERY_TERM && member && m->list != 0 && m->q->from == QUERY_POSTS);
    if (m->rc != 0)
        return;
    if (m->list != 0) { /* pages are in the lists of their terms */
        m->rc = query_pages_in(m->db, m->list, &m->pages, m->err);
        return;
    }
    m->rc = list_find(m->db, LIST_ALL, "", "", &all, m->err) < 0 ? -1 : 0;
    m->list = all.id;
    m->list_count = all.count;
}

/* ---- running ---- */

static void begin(struct maker *m) {
    buf_clear(&m->sql);
    m->bind_count = 0;
    m->costly = 0;
}

/* The statement that was written, its values bound; NULL with m->rc. */
static struct db_stmt *ready(struct maker *m) {
    if (m->rc == 0 && !buf_ok(&m->sql))
        m->rc = error_set(m->err, "a query is too long");
    struct db_stmt *s = m->rc == 0 ? db_make(m->db, "a query", buf_str(&m->sql), m->err) : NULL;
    if (s == NULL) {
        m->rc = -1;
        return NULL;
    }
    for (int i = 0; i < m->bind_count; i++) {
        const struct query_value *v = &m->binds[i];
        if (v->kind == QUERY_NUMBER)
            db_bind_int(s, i + 1, v->number);
        else if (v->kind == QUERY_TEXT)
            db_bind_textn(s, i + 1, v->text, v->len);
        else
            db_bind_null(s, i + 1);
    }
    db_budget(m->db, STEPS / (1 + m->costly));
    return s;
}

static void finish(struct maker *m, struct db_stmt *s, int rc) {
    bool spent = rc < 0 && db_spent(m->db);
    db_budget(m->db, 0);
    db_drop(s);
    if (rc < 0)
        m->rc = spent ? 1 : -1;
}

static void count(struct maker *m, int64_t *total) {
    if (m->whole && m->q->from == QUERY_POSTS) {
        *total = m->list_count - m->pages;
        return;
    }
    begin(m);
    query_put(m, "SELECT count(*)");
    query_put_from(m, !m->whole);
    struct db_stmt *s = ready(m);
    if (s == NULL)
        return;
    int rc = db_step(s, m->err);
    if (rc == 1)
        *total = db_int(s, 0);
    finish(m, s, rc);
}

static void collect(struct maker *m, struct query_found *out) {
    const struct query *q = m->q;
    /* the row of the post is read when there is something to ask of it */
    bool plain = m->whole && m->pages == 0 && query_sort_of(q) >= 0 && q->order_count == 1;
    begin(m);
    query_put(m, query_walks_list(m) ? "SELECT s.post_id"
                 : query_is_post(q)  ? "SELECT p.id"
                                     : "SELECT l.id");
    query_put_from(m, !plain);
    query_put_order(m);
    query_put(m, " LIMIT ");
    query_put_number(m, q->size < QUERY_SIZE_MAX ? q->size : QUERY_SIZE_MAX);
    query_put(m, " OFFSET ");
    query_put_number(m, q->offset);
    struct db_stmt *s = ready(m);
    int rc = 0;
    if (s == NULL)
        return;
    while (out->count < QUERY_SIZE_MAX && (rc = db_step(s, m->err)) == 1)
        out->ids[out->count++] = db_int(s, 0);
    finish(m, s, rc);
}

int query_run(struct db *db, const struct query *q, struct query_found *out, struct error *err) {
    struct maker m = {.db = db, .q = q, .err = err};
    *out = (struct query_found){.count = 0};
    buf_init(&m.sql, SQL_MAX);
    plan(&m);
    if (m.rc == 0 && !m.never)
        count(&m, &out->total);
    if (m.rc == 0 && out->total > q->offset)
        collect(&m, out);
    buf_free(&m.sql);
    return m.rc;
}

int query_slug(struct db *db, enum query_from from, const char *slug, int64_t *id,
               struct error *err) {
    struct list l;
    if (from == QUERY_TAGS || from == QUERY_AUTHORS) {
        int found =
            list_find(db, LIST_TERM, from == QUERY_TAGS ? "tags" : "authors", slug, &l, err);
        *id = found == 1 ? l.id : 0;
        return found;
    }
    struct db_stmt *s = db_use(db, SQL_QUERY_SLUG, err);
    if (s == NULL)
        return -1;
    db_bind_text(s, 1, slug);
    db_bind_int(s, 2, from == QUERY_PAGES);
    int rc = db_step(s, err);
    if (rc == 1)
        *id = db_int(s, 0);
    db_done(s);
    return rc;
}

int query_pages_in(struct db *db, int64_t list, int64_t *count_out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_QUERY_PAGES_IN, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, list);
    int rc = db_step(s, err);
    *count_out = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    return rc < 0 ? -1 : 0;
}

int query_named(struct db *db, struct query_author *out, size_t max, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_QUERY_NAMED, err);
    size_t n = 0;
    int rc = 0;
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, (int64_t)max);
    db_budget(db, STEPS);
    while (n < max && (rc = db_step(s, err)) == 1) {
        struct query_author *a = &out[n];
        const char *name = db_text(s, 1);
        a->count = db_int(s, 2);
        snprintf(a->slug, sizeof a->slug, "%s", db_text(s, 0));
        snprintf(a->name, sizeof a->name, "%s", name != NULL ? name : a->slug);
        n++;
    }
    bool spent = rc < 0 && db_spent(db);
    db_budget(db, 0);
    db_done(s);
    return rc < 0 && !spent ? -1 : (int)n;
}

int query_unsigned(struct db *db, bool named, int64_t *count_out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_QUERY_UNSIGNED, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, !named);
    int rc = db_step(s, err);
    *count_out = rc == 1 ? db_int(s, 0) : 0;
    db_done(s);
    return rc < 0 ? -1 : 0;
}

int query_plain(struct db *db, int64_t post, struct buf *out, struct error *err) {
    struct db_stmt *s = db_use(db, SQL_QUERY_PLAIN, err);
    if (s == NULL)
        return -1;
    db_bind_int(s, 1, post);
    int rc = db_step(s, err);
    if (rc == 1 && buf_puts(out, db_text(s, 0)) != 0)
        rc = error_set(err, "the text of a post is too long");
    db_done(s);
    return rc;
}
