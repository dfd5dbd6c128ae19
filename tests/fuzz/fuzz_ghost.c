/* Any bytes as a filter of Ghost's API (the first one says of what): it is read or refused; what was read is a tree
 * within its bounds, is a statement that the database takes, and means the same in brackets. */
#include "base/embed.h"
#include "base/unicode.h"
#include "web/ghost_filter.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1700000000 };

static const char rows[] =
    "INSERT INTO body (id, title, tags, text, html, markdown) VALUES (1, 'a', '', 'a', '', '');"
    "INSERT INTO list (id, kind, taxonomy, slug, given, name, path, count) VALUES"
    " (10, 3, 'tags', 'x', 'x', 'X', '/x/', 2), (11, 3, 'authors', 'y', 'y', 'Y', '/y/', 1);"
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6)"
    " INSERT INTO post (id, kind, live, etag, permalink, slug, section, title, summary, truncated,"
    " published, has_date, published_offset, updated, updated_offset, weight, words, minutes, "
    "cover,"
    " terms, params, rank, age, tie, body_id)"
    " SELECT i, i > 4, 1, '', '/' || i, char(96 + i), '', 'Title ' || i, '', 0, 1600000000 + i, i "
    "<> 2,"
    " 0, 1650000000, 0, 0, 0, i, CASE i WHEN 3 THEN '{\"image\":\"x\"}' END,"
    " '{\"tags\":[{\"slug\":\"x\"}],\"authors\":[{\"slug\":\"y\",\"name\":\"Y\"}]}',"
    " CASE i WHEN 1 THEN '{\"featured\":true}' END, 0, 0, x'', 1 FROM n;"
    "INSERT INTO membership (post_id, list_id) VALUES (1, 10), (2, 10), (1, 11);"
    "INSERT INTO list_sorted (list_id, sort, key, post_id, published)"
    " SELECT 2, s.value, CASE s.value WHEN 2 THEN p.title ELSE p.published END, p.id, p.published"
    " FROM post p, json_each('[0,1,2]') s WHERE p.kind = 0;"
    "INSERT INTO list_sorted (list_id, sort, key, post_id, published)"
    " SELECT m.list_id, s.sort, s.key, s.post_id, s.published"
    " FROM membership m JOIN list_sorted s ON s.list_id = 2 AND s.post_id = m.post_id;"
    "UPDATE list SET count = 4 WHERE id = 2;";

static void must(bool held) {
    if (!held)
        abort();
}

static struct db *open_rows(void) {
    struct db *db = NULL;
    must(db_open(&db, ":memory:", DB_READ, NULL) == 0);
    must(db_exec(db, "PRAGMA query_only=OFF; PRAGMA foreign_keys=OFF;", NULL) == 0);
    for (size_t i = 0; i < embedded_sql_count; i++)
        must(db_exec(db, (const char *)embedded_sql[i].data, NULL) == 0);
    must(db_exec(db, rows, NULL) == 0);
    return db;
}

static void check_tree(const struct query_where *w) {
    must(w->node_count <= QUERY_NODES && w->value_count <= QUERY_VALUES && w->root < w->node_count);
    for (int i = 0; i < w->node_count; i++) {
        const struct query_node *n = &w->nodes[i];
        if (n->kind == QUERY_AND || n->kind == QUERY_OR)
            must(n->left >= 0 && n->left < i && n->right >= 0 && n->right < i);
        if (n->kind == QUERY_TERM)
            must(n->column < QUERY__COLUMNS && n->count > 0 && n->first >= 0 &&
                 n->first + n->count <= w->value_count && (n->test == QUERY_IS || n->count == 1));
    }
    for (int i = 0; i < w->value_count; i++)
        must(w->values[i].kind != QUERY_TEXT || strlen(w->values[i].text) == w->values[i].len);
}

/* The number of what fulfils the filter; -1: it was refused. */
static int64_t ask(struct db *db, enum query_from from, const char *text, size_t n, bool named) {
    static const struct query_author own[] = {{.id = 0, .count = 1, .slug = "own", .name = "Own"},
                                              {.id = -7, .count = 1, .slug = "z", .name = "Z"}};
    struct ghost_filter f;
    struct error err = {0};
    struct query_found found;
    int64_t total = -1;
    if (ghost_filter_read(&f, from, text, n, NOW, &err) == 0) {
        const struct query_order order = {.column = QUERY_NAME, .down = named};
        const struct query q = {.from = from,
                                .where = &f.where,
                                .order = &order,
                                .order_count = f.in_order < 0,
                                .in_order = f.in_order,
                                .author = "own",
                                .authors = own,
                                .author_count = 2,
                                .named = named,
                                .size = 10};
        check_tree(&f.where);
        must(query_run(db, &q, &found, &err) == 0);
        must(found.total >= 0 && found.total < 10 && (int64_t)found.count == found.total);
        total = found.total;
    } else {
        must(*err.text != '\0' && unicode_valid(err.text, strlen(err.text), NULL));
    }
    ghost_filter_free(&f);
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct db *db;
    if (db == NULL)
        db = open_rows();
    if (size < 1 || size > GHOST_FILTER_MAX + 16)
        return 0;
    const char *text = (const char *)data + 1;
    size_t n = size - 1;
    enum query_from from = (enum query_from)(data[0] % 4);
    bool named = data[0] % 8 >= 4;
    if (!unicode_valid(text, n, NULL) || memchr(text, '\0', n) != NULL)
        return 0;
    int64_t total = ask(db, from, text, n, named);
    char *bracketed = malloc(n + 3);
    must(bracketed != NULL);
    bracketed[0] = '(';
    memcpy(bracketed + 1, text, n);
    bracketed[n + 1] = ')';
    int64_t again = ask(db, from, bracketed, n + 2, named);
    must(total < 0 || again < 0 || again == total);
    free(bracketed);
    return 0;
}
