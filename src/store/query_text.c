/* The text of a query: see query.h. Values are numbered as they are met. */
#include "store/query_private.h"

#include <string.h>

/* ---- columns ---- */

struct column {
    const char *sql;
    bool costly; /* reads JSON or long text of every row */
};

#define IN_JSON(column, path) "json_extract(p." column ", '" path "')"

static const struct column post_columns[QUERY__COLUMNS] = {
    [QUERY_ID] = {"p.id", false},
    [QUERY_SLUG] = {"p.slug", false},
    [QUERY_NAME] = {"p.title", false},
    [QUERY_UPDATED] = {"nullif(p.updated, 0)", false},
    [QUERY_PUBLISHED] = {"CASE p.has_date WHEN 1 THEN p.published END", false},
    [QUERY_CREATED] = {"CASE p.has_date WHEN 1 THEN p.published ELSE nullif(p.updated, 0) END",
                       false},
    [QUERY_FEATURED] = {"coalesce(" IN_JSON("params", "$.featured") " = 1, 0)", true},
    [QUERY_MINUTES] = {"p.minutes", false},
    [QUERY_DESCRIPTION] = {"nullif(p.description, '')", false},
    [QUERY_COVER] =
        {"CASE WHEN coalesce(" IN_JSON("cover", "$.image") ", '') <> '' AND coalesce(" IN_JSON(
             "cover", "$.hidden") ", 0) = 0 THEN 1 END",
         true},
    [QUERY_FIRST_TAG] = {IN_JSON("terms", "$.tags[0].slug"), true},
    [QUERY_FIRST_AUTHOR] = {IN_JSON("terms", "$.authors[0].slug"), true},
};

static const struct column term_columns[QUERY__COLUMNS] = {
    [QUERY_ID] = {"l.id", false},
    [QUERY_SLUG] = {"l.slug", false},
    [QUERY_NAME] = {"l.name", false},
    [QUERY_UPDATED] = {"nullif(l.updated, 0)", false},
    [QUERY_COUNT] =
        {"(l.count - (SELECT count(*) FROM post p WHERE p.kind = 1 AND p.live = 1 AND EXISTS "
         "(SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id = l.id)))",
         true},
};

bool query_is_post(const struct query *q) {
    return q->from == QUERY_POSTS || q->from == QUERY_PAGES;
}

static const struct column *column_of(const struct query *q, enum query_column c) {
    return query_is_post(q) ? &post_columns[c] : &term_columns[c];
}

void query_put(struct maker *m, const char *text) {
    buf_puts(&m->sql, text);
}

static void put_value(struct maker *m, const struct query_value *v) {
    if (m->bind_count == QUERY_BINDS) {
        m->rc = error_set(m->err, "a query has too many values");
        return;
    }
    m->binds[m->bind_count++] = *v;
    buf_printf(&m->sql, "?%d", m->bind_count);
}

void query_put_number(struct maker *m, int64_t n) {
    const struct query_value v = {.kind = QUERY_NUMBER, .number = n};
    put_value(m, &v);
}

static void put_text(struct maker *m, const char *text) {
    const struct query_value v = {.kind = text == NULL ? QUERY_NULL : QUERY_TEXT,
                                  .text = text,
                                  .len = text == NULL ? 0 : strlen(text)};
    put_value(m, &v);
}

/* ---- terms ---- */

bool query_is_author(enum query_column c) {
    return c == QUERY_AUTHOR || c == QUERY_FIRST_AUTHOR;
}

/* The value means the author of posts that name none. */
bool query_is_house(const struct query *q, const struct query_value *v) {
    if (q->author == NULL)
        return false;
    return v->kind == QUERY_TEXT     ? strcmp(v->text, q->author) == 0
           : v->kind == QUERY_NUMBER ? v->number == q->author_id
                                     : false;
}

/* The list that a value of QUERY_TAG or QUERY_AUTHOR means: 1, *count its posts; 0: there is none. */
int query_list_of(struct maker *m, enum query_column c, const struct query_value *v, int64_t *id,
                  int64_t *count) {
    struct list l;
    const char *taxonomy = query_is_author(c) ? "authors" : "tags";
    if (v->kind == QUERY_NULL)
        return 0;
    int rc = v->kind == QUERY_NUMBER ? list_by_id(m->db, v->number, &l, m->err)
                                     : list_find(m->db, LIST_TERM, taxonomy, v->text, &l, m->err);
    if (rc == 1 && (l.kind != LIST_TERM || strcmp(l.taxonomy, taxonomy) != 0))
        rc = 0;
    if (rc == 1) {
        *id = l.id;
        *count = l.count;
    }
    if (rc < 0)
        m->rc = -1;
    return rc;
}

/* The slug of an author that is no list. */
static const struct query_value *slug_of(const struct query *q, const struct query_value *v,
                                         struct query_value *out) {
    if (v->kind != QUERY_NUMBER)
        return v->kind == QUERY_TEXT ? v : NULL;
    for (size_t i = 0; i < q->author_count; i++)
        if (q->authors[i].id == v->number) {
            *out = (struct query_value){.kind = QUERY_TEXT, .text = q->authors[i].slug};
            out->len = strlen(out->text);
            return out;
        }
    return NULL;
}

/* Posts that name any of the values themselves. */
static void put_named(struct maker *m, const struct query_node *n) {
    struct query_value own;
    m->costly += 2;
    query_put(m, " OR EXISTS (SELECT 1 FROM json_each(p.terms, '$.authors') a "
                 "WHERE json_extract(a.value, '$.slug') IN (NULL");
    for (int i = 0; i < n->count; i++) {
        const struct query_value *v = slug_of(m->q, &m->q->where->values[n->first + i], &own);
        if (v == NULL)
            continue;
        query_put(m, ", ");
        put_value(m, v);
    }
    query_put(m, "))");
}

/* In any of the lists of the values, or in none at all for null. */
static void put_member(struct maker *m, const struct query_node *n) {
    const struct query_value *v = &m->q->where->values[n->first];
    bool house = false, none = false;
    int64_t id, count;
    query_put(m, "(EXISTS (SELECT 1 FROM membership m WHERE m.post_id = p.id AND m.list_id IN (0");
    for (int i = 0; i < n->count; i++) {
        house = house || (query_is_author(n->column) && query_is_house(m->q, &v[i]));
        none = none || v[i].kind == QUERY_NULL;
        if (query_list_of(m, n->column, &v[i], &id, &count) == 1) {
            query_put(m, ", ");
            query_put_number(m, id);
        }
    }
    query_put(m, "))");
    if (n->column == QUERY_AUTHOR && m->q->named)
        put_named(m, n);
    if (house || none) {
        m->costly++;
        query_put(m, " OR ");
        query_put(
            m, post_columns[query_is_author(n->column) ? QUERY_FIRST_AUTHOR : QUERY_FIRST_TAG].sql);
        query_put(m, " IS NULL");
    }
    query_put(m, ")");
}

/* Values of a list's id are its slug where slugs are compared. */
static void put_slug(struct maker *m, const struct query_node *n, const struct query_value *v) {
    struct query_value own;
    const struct query_value *slug = query_is_author(n->column) ? slug_of(m->q, v, &own) : v;
    if (v->kind != QUERY_NUMBER || (slug != NULL && slug != v)) {
        put_value(m, slug);
        return;
    }
    query_put(m, "(SELECT slug FROM list WHERE kind = 3 AND taxonomy = ");
    put_text(m, query_is_author(n->column) ? "authors" : "tags");
    query_put(m, " AND id = ");
    put_value(m, v);
    query_put(m, ")");
}

/* column IN (...) OR column IS NULL; never null itself where it is negated. An index is of use to what is not. */
static void put_is(struct maker *m, const struct query_node *n, const char *column) {
    const struct query_value *v = &m->q->where->values[n->first];
    bool slugs = n->column == QUERY_FIRST_TAG || n->column == QUERY_FIRST_AUTHOR, none = false;
    int put_yet = 0;
    query_put(m, n->negated ? "coalesce(" : "");
    query_put(m, column);
    query_put(m, " IN (");
    for (int i = 0; i < n->count; i++) {
        none = none || v[i].kind == QUERY_NULL ||
               (n->column == QUERY_FIRST_AUTHOR && query_is_house(m->q, &v[i]));
        if (v[i].kind == QUERY_NULL)
            continue;
        query_put(m, put_yet++ > 0 ? ", " : "");
        if (slugs)
            put_slug(m, n, &v[i]);
        else
            put_value(m, &v[i]);
    }
    query_put(m, n->negated ? "), 0)" : ")");
    if (none) {
        query_put(m, " OR ");
        query_put(m, column);
        query_put(m, " IS NULL");
    }
}

static void put_text_test(struct maker *m, const struct query_node *n, const char *column) {
    const struct query_value *v = &m->q->where->values[n->first];
    m->costly++;
    query_put(m, "coalesce(");
    if (n->test == QUERY_HOLDS)
        query_put(m, "instr(lower(");
    else
        query_put(m, "substr(lower(");
    query_put(m, column);
    if (n->test == QUERY_HOLDS) {
        query_put(m, "), lower(");
        put_value(m, v);
        query_put(m, ")) > 0");
    } else {
        query_put(m, n->test == QUERY_STARTS ? "), 1, length(" : "), -length(");
        put_value(m, v);
        query_put(m, ")) = lower(");
        put_value(m, v);
        query_put(m, ")");
    }
    query_put(m, ", 0)");
}

static void put_term(struct maker *m, const struct query_node *n) {
    static const char *const tests[] = {
        [QUERY_BELOW] = " < ", [QUERY_TO] = " <= ", [QUERY_ABOVE] = " > ", [QUERY_FROM] = " >= "};
    const struct column *c = column_of(m->q, n->column);
    query_put(m, n->negated ? "NOT (" : "(");
    if (n->column == QUERY_TAG || n->column == QUERY_AUTHOR) {
        put_member(m, n);
    } else {
        m->costly += c->costly;
        if (n->test == QUERY_IS) {
            put_is(m, n, c->sql);
        } else if (n->test >= QUERY_HOLDS) {
            put_text_test(m, n, c->sql);
        } else {
            query_put(m, "coalesce((");
            query_put(m, c->sql);
            query_put(m, ")");
            query_put(m, tests[n->test]);
            put_value(m, &m->q->where->values[n->first]);
            query_put(m, ", 0)");
        }
    }
    query_put(m, ")");
}

/* Recursion: children have lower numbers than their node, of which there are QUERY_NODES. */
static void put_node(struct maker *m, int at) {
    const struct query_node *n = &m->q->where->nodes[at];
    switch (n->kind) {
    case QUERY_TERM:
        put_term(m, n);
        return;
    case QUERY_AND:
    case QUERY_OR:
        query_put(m, "(");
        put_node(m, n->left);
        query_put(m, n->kind == QUERY_AND ? " AND " : " OR ");
        put_node(m, n->right);
        query_put(m, ")");
        return;
    case QUERY_ALWAYS:
        query_put(m, "1");
        return;
    case QUERY_NEVER:
        query_put(m, "0");
        return;
    }
}

static void put_where(struct maker *m) {
    if (m->q->where == NULL || m->q->where->root < 0 || m->whole)
        return;
    query_put(m, " AND ");
    put_node(m, m->q->where->root);
}

/* The sort of list_sorted that is the first order's; -1: none. */
int query_sort_of(const struct query *q) {
    if (q->order_count == 0)
        return -1;
    return q->order[0].column == QUERY_PUBLISHED ? 0
           : q->order[0].column == QUERY_UPDATED ? 1
           : q->order[0].column == QUERY_NAME    ? 2
                                                 : -1;
}

bool query_walks_list(const struct maker *m) {
    return m->q->from == QUERY_POSTS && !m->keyed;
}

/* Those that are no lists, as rows beside those that are. */
static void put_authors(struct maker *m) {
    for (size_t i = 0; i < m->q->author_count; i++) {
        const struct query_author *a = &m->q->authors[i];
        query_put(m, i == 0 ? " UNION ALL VALUES (" : ", (");
        query_put_number(m, a->id);
        query_put(m, ", ");
        put_text(m, a->slug);
        query_put(m, ", ");
        put_text(m, a->name);
        query_put(m, ", ");
        query_put_number(m, a->count);
        query_put(m, ", 0)");
    }
}

/* FROM and WHERE. */
void query_put_from(struct maker *m, bool with_post) {
    const struct query *q = m->q;
    if (query_walks_list(m)) {
        int sort = query_sort_of(q);
        query_put(m, " FROM list_sorted s");
        query_put(m, with_post ? " CROSS JOIN post p ON p.id = s.post_id" : "");
        query_put(m, " WHERE s.list_id = ");
        query_put_number(m, m->list);
        query_put(m, " AND s.sort = ");
        query_put_number(m, sort < 0 ? 0 : sort);
        query_put(m, m->pages > 0 ? " AND p.kind = 0" : "");
    } else if (query_is_post(q)) {
        query_put(m, " FROM post p WHERE p.staged = 0 AND p.live = 1 AND p.kind = ");
        query_put(m, q->from == QUERY_PAGES ? "1" : "0");
    } else if (q->from == QUERY_TAGS) {
        query_put(m, " FROM list l WHERE l.kind = 3 AND l.taxonomy = 'tags' AND l.count > 0");
    } else {
        query_put(m, " FROM (SELECT id, slug, name, count, updated FROM list WHERE kind = 3 AND "
                     "taxonomy = 'authors' AND count > 0");
        put_authors(m);
        query_put(m, ") l WHERE 1");
    }
    put_where(m);
}

void query_put_order(struct maker *m) {
    const struct query *q = m->q;
    bool down = q->order_count == 0 || q->order[0].down;
    bool walked = query_walks_list(m) && query_sort_of(q) >= 0;
    query_put(m, " ORDER BY ");
    if (q->order_count == 0 && q->in_order >= 0) {
        const struct query_node *n = &q->where->nodes[q->in_order];
        query_put(m, "CASE p.slug");
        for (int i = 0; i < n->count; i++) {
            query_put(m, " WHEN ");
            put_value(m, &q->where->values[n->first + i]);
            buf_printf(&m->sql, " THEN %d", i);
        }
        buf_printf(&m->sql, " ELSE %d END, ", n->count);
    }
    for (size_t i = 0; i < q->order_count; i++) {
        const struct column *c = column_of(q, q->order[i].column);
        m->costly += c->costly;
        query_put(m, i == 0 && walked ? "s.key" : c->sql);
        query_put(m, q->order[i].down ? " DESC, " : ", ");
    }
    query_put(m, query_walks_list(m) ? "s.post_id" : query_is_post(q) ? "p.id" : "l.id");
    query_put(m, down ? " DESC" : "");
}
